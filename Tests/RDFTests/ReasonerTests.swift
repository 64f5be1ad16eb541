import Foundation
import RDF
import Testing

@Suite struct ReasonerTests {
    private func e(_ name: String) -> Term { .iri("http://e/" + name) }

    private func triple(_ subject: String, _ predicate: String, _ object: String) -> Triple {
        Triple(e(subject), predicate.contains(":") ? .iri(predicate) : e(predicate), object.contains(":") ? .iri(object) : e(object))
    }

    private func reasoner(_ triples: Triple...) -> Reasoner {
        var reasoner = Reasoner()
        reasoner.add(triples)
        return reasoner
    }

    @Test func closesSubclassesOverCycles() {
        let reasoner = reasoner(
            triple("a", RDFS.subClassOf, "b"), triple("b", RDFS.subClassOf, "c"), triple("c", RDFS.subClassOf, "a"),
            triple("c", RDFS.subClassOf, "d"), triple("x", RDFVocabulary.type, "b"))
        for (left, right) in [("a", "b"), ("b", "a"), ("a", "c")] { #expect(reasoner.holds(triple(left, OWL.equivalentClass, right))) }
        for name in ["a", "b", "c", "d"] { #expect(reasoner.holds(triple("x", RDFVocabulary.type, name))) }
        #expect(!reasoner.holds(triple("d", RDFS.subClassOf, "a")))
        #expect(!reasoner.holds(triple("nobody", RDFS.subClassOf, "knows")))
    }

    @Test func usesRestrictionsAsTheEUCAIMFileHasThem() {
        let restriction = Term.blank("r")
        var reasoner = Reasoner()
        reasoner.add([
            triple("BreastCarcinoma", RDFS.subClassOf, "Finding"), Triple(e("LeftBreastCarcinoma"), .iri(RDFS.subClassOf), restriction),
            Triple(restriction, .iri(RDFVocabulary.type), .iri(OWL.restriction)),
            Triple(restriction, .iri(OWL.onProperty), e("hasFindingSite")),
            Triple(restriction, .iri(OWL.someValuesFrom), e("LeftBreast")), triple("LeftBreast", RDFS.subClassOf, "Breast"),
            Triple(.blank("s"), .iri(OWL.onProperty), e("hasFindingSite")), Triple(.blank("s"), .iri(OWL.someValuesFrom), e("Breast")),
            Triple(.blank("s"), .iri(RDFS.subClassOf), e("BreastFinding")),
        ])
        #expect(reasoner.holds(triple("LeftBreastCarcinoma", RDFS.subClassOf, "BreastFinding")))
        reasoner.add([triple("case", "hasFindingSite", "site"), triple("site", RDFVocabulary.type, "LeftBreast")])
        #expect(reasoner.holds(triple("case", RDFVocabulary.type, "BreastFinding")))
    }

    /// Every class is its own subclass, and one of `owl:Thing`, whether somebody says so or not.
    @Test(arguments: ["C", OWL.thing]) func comparesRestrictionsWithoutBeingTold(wider: String) {
        let reasoner = reasoner(
            triple("R", OWL.onProperty, "p"), triple("R", OWL.someValuesFrom, "C"), triple("S", OWL.someValuesFrom, wider),
            triple("S", OWL.onProperty, "p"))
        #expect(reasoner.holds(triple("R", RDFS.subClassOf, "S")))
        #expect(reasoner.holds(triple("S", RDFS.subClassOf, "R")) == (wider == "C"))
        #expect(!reasoner.holds(triple("C", RDFS.subClassOf, "C")))
    }

    @Test func readsSKOS() {
        var reasoner = Reasoner()
        reasoner.add(Reasoner.skosAxioms)
        reasoner.add([
            triple("ductal", SKOS.broader, "carcinoma"), triple("tumour", SKOS.narrower, "carcinoma"),
            triple("carcinoma", SKOS.exactMatch, "code"), triple("code", SKOS.exactMatch, "other"),
            triple("ductal", SKOS.broadMatch, "wide"),
        ])
        #expect(reasoner.holds(triple("ductal", SKOS.broaderTransitive, "tumour")))
        #expect(reasoner.holds(triple("tumour", SKOS.namespace + "narrowerTransitive", "ductal")))
        #expect(!reasoner.holds(triple("ductal", SKOS.broader, "tumour")))
        #expect(reasoner.holds(triple("other", SKOS.exactMatch, "carcinoma")))
        #expect(reasoner.holds(triple("wide", SKOS.narrowMatch, "ductal")))
        #expect(reasoner.holds(triple("ductal", SKOS.broader, "wide")))
    }

    @Test func readsMappingSets() throws {
        var reasoner = Reasoner()
        reasoner.add([
            triple("concept", SKOS.exactMatch, "snomed"), triple("snomed", SKOS.broadMatch, "icd10"),
            triple("icd10", SKOS.broadMatch, "chapter"),
            triple("snomed", SKOS.closeMatch, "near"), triple("concept", SKOS.broader, "cancer"),
            triple("concept", SKOS.narrowMatch, "site"),
            triple("oncotree", OWL.equivalentClass, "concept"), triple("subtype", RDFS.subClassOf, "snomed"),
        ])
        #expect(!reasoner.holds(triple("concept", SKOS.broadMatch, "icd10")))
        // Whenever the axioms come, what follows from them is inferred.
        reasoner.add(Reasoner.mappingAxioms + Reasoner.skosAxioms)
        #expect(reasoner.holds(triple("concept", SKOS.broadMatch, "icd10")))
        #expect(reasoner.holds(triple("oncotree", SKOS.broadMatch, "chapter")))
        #expect(reasoner.holds(triple("icd10", SKOS.narrowMatch, "oncotree")))
        #expect(reasoner.holds(triple("oncotree", SKOS.closeMatch, "near")))
        #expect(reasoner.holds(triple("site", SKOS.broadMatch, "snomed")))
        #expect(reasoner.holds(triple("subtype", SKOS.broaderTransitive, "cancer")))
        #expect(!reasoner.holds(triple("icd10", SKOS.broadMatch, "concept")))
        #expect(!reasoner.holds(triple("near", SKOS.exactMatch, "concept")))
        #expect(!reasoner.holds(triple("site", SKOS.exactMatch, "concept")))
        let steps = try #require(reasoner.explanation(of: triple("oncotree", SKOS.broadMatch, "chapter")))
        #expect(
            steps.contains { $0.rule == .propertyChain } && steps.contains { $0.conclusion == triple("snomed", SKOS.broadMatch, "icd10") })
    }

    /// A list of properties that is not of two is no chain here.
    @Test func readsChainsOfTwo() {
        func list(_ properties: [String]) -> [Triple] {
            properties.enumerated().flatMap { index, property in
                let next: Term = index + 1 == properties.count ? .iri(RDFVocabulary.nil) : e("L\(index + 1)")
                return [
                    Triple(e("L\(index)"), .iri(RDFVocabulary.first), e(property)), Triple(e("L\(index)"), .iri(RDFVocabulary.rest), next),
                ]
            }
        }
        for (properties, holds) in [(["p", "q"], true), (["p"], false), (["p", "q", "p"], false)] {
            var reasoner = Reasoner()
            reasoner.add(list(properties) + [triple("uncle", OWL.propertyChainAxiom, "L0"), triple("a", "p", "b"), triple("b", "q", "c")])
            #expect(reasoner.holds(triple("a", "uncle", "c")) == holds)
        }
    }

    @Test func explainsStepByStep() throws {
        let reasoner = reasoner(
            triple("a", RDFS.subClassOf, "b"), triple("b", OWL.equivalentClass, "c"), triple("x", RDFVocabulary.type, "a"),
            triple("y", RDFVocabulary.type, "a"))
        let steps = try #require(reasoner.explanation(of: triple("x", RDFVocabulary.type, "c")))
        #expect(steps.last?.conclusion == triple("x", RDFVocabulary.type, "c"))
        #expect(steps.contains { $0.rule == .equivalentToSubclass })
        #expect(steps.filter { $0.rule == nil }.map(\.conclusion).contains(triple("x", RDFVocabulary.type, "a")))
        #expect(!steps.contains { $0.conclusion.subject == e("y") })
        #expect(reasoner.explanation(of: triple("d", RDFVocabulary.type, "c")) == nil)
    }

    /// What an explanation rests on suffices for its conclusion, and every step follows from earlier ones.
    @Test(arguments: 0..<30) func explanationsHold(seed: Int) throws {
        let stated = RandomOntology(seed: seed).triples
        var reasoner = Reasoner()
        reasoner.add(stated)
        for conclusion in reasoner.inferred.prefix(40) {
            let steps = try #require(reasoner.explanation(of: conclusion))
            var known: Set<Triple> = []
            for step in steps {
                #expect(step.rule == nil ? stated.contains(step.conclusion) : known.isSuperset(of: step.premises))
                if step.rule != nil {
                    var single = Reasoner()
                    single.add(step.premises)
                    #expect(single.holds(step.conclusion), "\(step)")
                }
                known.insert(step.conclusion)
            }
        }
    }

    @Test(arguments: 0..<30) func infersTheSameInAnyOrder(seed: Int) {
        let stated = RandomOntology(seed: seed).triples.sorted { "\($0)" < "\($1)" }
        var whole = Reasoner()
        whole.add(stated)
        var generator = SeededGenerator(seed: seed)
        var pieces = Reasoner()
        for triple in stated.shuffled(using: &generator) { pieces.add([triple]) }
        #expect(Set(whole.graph().triples()) == Set(pieces.graph().triples()))
        #expect(whole.count == pieces.count)
    }
}

/// Random classes, properties and individuals with all axioms that the rules know, cycles among them.
struct RandomOntology {
    private(set) var triples: Set<Triple> = []

    init(seed: Int) {
        var random = SeededGenerator(seed: seed)
        func name(_ kind: String, _ count: Int) -> Term { .iri("http://e/\(kind)\(Int.random(in: 0..<count, using: &random))") }
        /// Of two different ones: owlrl passes over what is equivalent to itself.
        func equate(_ predicate: String, _ kind: String, _ count: Int) {
            let (left, right) = (name(kind, count), name(kind, count))
            if left != right { add(left, predicate, right) }
        }
        func add(_ subject: Term, _ predicate: String, _ object: Term) { triples.insert(Triple(subject, .iri(predicate), object)) }
        for _ in 0..<Int.random(in: 2...8, using: &random) { add(name("C", 7), RDFS.subClassOf, name("C", 7)) }
        for _ in 0..<Int.random(in: 0...2, using: &random) { equate(OWL.equivalentClass, "C", 7) }
        for _ in 0..<Int.random(in: 0...3, using: &random) { add(name("p", 5), RDFS.subPropertyOf, name("p", 5)) }
        for _ in 0..<Int.random(in: 0...1, using: &random) { equate(OWL.equivalentProperty, "p", 5) }
        for _ in 0..<Int.random(in: 0...2, using: &random) { add(name("p", 5), OWL.inverseOf, name("p", 5)) }
        for _ in 0..<Int.random(in: 0...1, using: &random) { add(name("p", 5), RDFVocabulary.type, .iri(OWL.transitiveProperty)) }
        for _ in 0..<Int.random(in: 0...1, using: &random) { add(name("p", 5), RDFVocabulary.type, .iri(OWL.symmetricProperty)) }
        for index in 0..<Int.random(in: 0...4, using: &random) {
            let restriction = Term.iri("http://e/R\(index)")
            add(restriction, OWL.onProperty, name("p", 5))
            add(restriction, OWL.someValuesFrom, Int.random(in: 0..<6, using: &random) == 0 ? .iri(OWL.thing) : name("C", 7))
            if Bool.random(using: &random) {
                add(name("C", 7), RDFS.subClassOf, restriction)
            } else {
                add(restriction, RDFS.subClassOf, name("C", 7))
            }
        }
        for index in 0..<Int.random(in: 0...2, using: &random) {
            let (head, tail) = (Term.iri("http://e/L\(index)"), Term.iri("http://e/M\(index)"))
            add(name("p", 5), OWL.propertyChainAxiom, head)
            add(head, RDFVocabulary.first, name("p", 5))
            add(head, RDFVocabulary.rest, tail)
            add(tail, RDFVocabulary.first, name("p", 5))
            add(tail, RDFVocabulary.rest, .iri(RDFVocabulary.nil))
        }
        for _ in 0..<Int.random(in: 1...6, using: &random) { add(name("x", 5), RDFVocabulary.type, name("C", 7)) }
        for _ in 0..<Int.random(in: 1...7, using: &random) { triples.insert(Triple(name("x", 5), name("p", 5), name("x", 5))) }
    }

    /// That its classes and properties are such: owlrl takes those alone for subclasses and subproperties of themselves.
    var declarations: [Triple] {
        let terms = Set(triples.flatMap { [$0.subject, $0.predicate, $0.object] })
        return terms.compactMap { term in
            guard let name = term.iri?.split(separator: "/").last, term.iri?.hasPrefix("http://e/") == true else { return nil }
            switch name.first {
            case "C", "R": return Triple(term, .iri(RDFVocabulary.type), .iri(OWL.class))
            case "p": return Triple(term, .iri(RDFVocabulary.type), .iri(OWL.namespace + "ObjectProperty"))
            default: return nil
            }
        }
    }
}
