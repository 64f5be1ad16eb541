import Foundation
import RDF
import Testing

/// The reasoner against owlrl, an independent one from PyPI: equal sets on random ontologies and on real ones.
@Suite(.serialized) struct IndependentReasonerTests {
    /// What owlrl makes of files; in an environment of its own, which is made once.
    private struct OWLRL: Sendable {
        let python: String

        /// Nil where it cannot be installed.
        static let shared: OWLRL? = {
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-owlrl").path
            let python = folder + "/bin/python"
            let isThere = run(python, ["-c", "import owlrl"]) == 0
            guard
                isThere
                    || (run("python3", ["-m", "venv", folder]) == 0 && run(python, ["-m", "pip", "install", "-q", "owlrl==7.6.2"]) == 0)
            else {
                print("skipped: owlrl cannot be installed from PyPI here")
                return nil
            }
            return OWLRL(python: python)
        }()

        private static func run(_ program: String, _ arguments: [String]) -> Int32 {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = [program] + arguments
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            guard (try? process.run()) != nil else { return -1 }
            process.waitUntilExit()
            return process.terminationStatus
        }

        private static let script = """
            import sys, owlrl
            from rdflib import Graph
            for source in sys.argv[1:]:
                graph = Graph()
                graph.parse(source, format="nt")
                owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False).expand(graph)
                graph.serialize(source + ".closed.nt", format="nt", encoding="utf-8")
            """

        /// The closure of each set of triples.
        func closures(_ inputs: [Set<Triple>]) throws -> [Set<Triple>] {
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("owlrl-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let files = try inputs.enumerated().map { index, triples in
                let file = folder.appendingPathComponent("\(index).nt")
                try Data(NTriplesWriter.text(of: triples).utf8).write(to: file)
                return file.path
            }
            #expect(Self.run(python, ["-c", Self.script] + files) == 0)
            return try files.map { Set(try RDFParser().parse(file: $0 + ".closed.nt")) }
        }
    }

    /// What both are asked for: schema and assertions, without what every class and property is by definition.
    private func compared(_ triples: some Sequence<Triple>) -> Set<Triple> {
        let schema = [RDFS.subClassOf, OWL.equivalentClass, RDFS.subPropertyOf, OWL.equivalentProperty, RDFVocabulary.type]
        return Set(
            triples.filter { triple in
                guard let predicate = triple.predicate.iri, triple.subject != triple.object else { return false }
                let own = [OWL.namespace, RDFS.namespace, RDFVocabulary.namespace, XSD.namespace]
                let ends = [triple.subject, triple.object].compactMap(\.iri)
                guard !own.contains(where: { namespace in ends.contains { $0.hasPrefix(namespace) } }) else { return false }
                return schema.contains(predicate) || predicate.hasPrefix("http://e/") || predicate.hasPrefix(SKOS.namespace)
            })
    }

    private func agree(_ inputs: [Set<Triple>]) throws {
        let owlrl = try #require(OWLRL.shared)
        for (stated, closure) in zip(inputs, try owlrl.closures(inputs)) {
            var reasoner = Reasoner()
            reasoner.add(stated)
            let own = compared(reasoner.graph().triples())
            let other = compared(closure)
            #expect(own.subtracting(other).isEmpty, "inferred here alone: \(own.subtracting(other).prefix(5))")
            #expect(other.subtracting(own).isEmpty, "inferred there alone: \(other.subtracting(own).prefix(5))")
            #expect(own.count >= compared(stated).count)
        }
    }

    @Test(.enabled(if: OWLRL.shared != nil)) func agreesOnRandomOntologies() throws {
        try agree(
            (0..<80).map { seed in
                let ontology = RandomOntology(seed: seed)
                return ontology.triples.union(ontology.declarations)
            })
    }

    @Test(.enabled(if: OWLRL.shared != nil)) func agreesOnOurConcepts() throws {
        // The broader and narrower concepts of one file, with what SKOS says of them.
        let file = SharedFiles.root.appendingPathComponent("Ontologies/concepts/tumours.ttl").path
        let stated = try RDFParser().parse(file: file).filter {
            $0.predicate.iri?.hasPrefix(SKOS.namespace) == true && $0.object.iri != nil
        }
        #expect(stated.count > 20)
        try agree([Set(stated + Reasoner.skosAxioms)])
    }

    /// Mappings of one concept to codes of others, one after another, with what SSSOM and SKOS say of their predicates.
    @Test(.enabled(if: OWLRL.shared != nil)) func agreesOnMappings() throws {
        try agree(
            (0..<12).map { seed in
                var random = SeededGenerator(seed: seed)
                let predicates = [SKOS.exactMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.closeMatch, SKOS.broader]
                let mappings = (0..<10).map { _ in
                    let ends = (0..<2).map { _ in Term.iri("http://e/c\(Int.random(in: 0..<9, using: &random))") }
                    return Triple(ends[0], .iri(predicates[Int.random(in: 0..<5, using: &random)]), ends[1])
                }
                return Set(mappings + Reasoner.skosAxioms + Reasoner.mappingAxioms)
            })
    }

    @Test(.enabled(if: OWLRL.shared != nil && SharedFiles.isPresent(SharedFiles.disease, "the disease ontology is")))
    func agreesOnTheDiseaseOntology() throws {
        let all = try RDFParser().parse(SharedFiles.unpacked(SharedFiles.disease), syntax: .turtle, base: "http://e/")
        let stated = Set(all.filter { $0.predicate == .iri(RDFS.subClassOf) && $0.object.iri != nil })
        #expect(stated.count == 8062)
        try agree([stated])
    }
}
