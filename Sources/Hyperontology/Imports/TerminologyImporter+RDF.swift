import Diagnostics
import Foundation
import RDF

private let oboInOWL = "http://www.geneontology.org/formats/oboInOwl#"
private let eucaim = "https://cancerimage.eu/ontology/EUCAIM#"

// MARK: - OWL and SKOS

extension TerminologyImporter {
    /// Classes and SKOS concepts with their names, parents and matches.
    func readOWL(_ graph: Graph, _ terminology: inout Terminology, _ report: inout ImportReport) {
        let base = systems.first { $0.shortName == terminology.system }
        for (subject, code) in codes(in: graph, &report, code: { self.code(of: $0, base) }) {
            var term = Terminology.Term(label: label(of: subject, graph) ?? code)
            term.synonyms = Set(texts(of: subject, [SKOS.altLabel, oboInOWL + "hasExactSynonym"], graph))
            for parent in parents(of: subject, graph) {
                if let above = self.code(of: parent, base) { term.parents.insert(above) }
            }
            terminology.terms[code] = term
            for (property, match) in matches {
                for object in graph.objects(of: .iri(subject), property) {
                    guard let (system, target) = reference(object) else {
                        report.skip("a match of a system that is not known", text(object))
                        continue
                    }
                    terminology.links.insert(.init(code: code, origin: localName(property), match: match, system: system, target: target))
                }
            }
        }
    }

    private var matches: [(String, Mapping.Match)] {
        [
            (SKOS.exactMatch, .exact), (SKOS.broadMatch, .broader), (SKOS.narrowMatch, .narrower), (SKOS.closeMatch, .close),
            (oboInOWL + "hasDbXref", .close),
        ]
    }

    /// A code in an IRI of the system, else the IRI's last part; OBO's underscore is a colon.
    private func code(of iri: String, _ system: CodeSystemEntry?) -> String? {
        for uri in system?.uris ?? [] where iri.hasPrefix(uri) {
            return PercentEncoding.decoded(String(iri.dropFirst(uri.count).drop { $0 == "/" || $0 == "#" }))
        }
        let local = localName(iri)
        guard !local.isEmpty else { return nil }
        if iri.hasPrefix("http://purl.obolibrary.org/obo/"), let mark = local.firstIndex(of: "_") {
            return ownCode("\(local[..<mark]):\(local[local.index(after: mark)...])", system?.shortName ?? "")
        }
        return local
    }
}

// MARK: - EUCAIM

extension TerminologyImporter {
    /// The hyper-ontology as published: parents by `rdfs:subClassOf`, equivalents, restrictions, and codes in annotation properties
    /// of its own namespace; the same property holds a string here and a number there, and matches are strings as often as IRIs.
    func readEUCAIM(_ graph: Graph, _ terminology: inout Terminology, _ report: inout ImportReport) {
        let own = codes(in: graph, &report) { $0.hasPrefix(eucaim) ? String($0.dropFirst(eucaim.count)) : nil }
        for (subject, code) in own {
            guard let label = label(of: subject, graph) else {
                report.skip("a class without a label", code)
                continue
            }
            var term = Terminology.Term(label: label)
            term.synonyms = Set(texts(of: subject, [SKOS.altLabel, eucaim + "synonym", eucaim + "acronym"], graph)).subtracting([label])
            term.parents = Set(parents(of: subject, graph).compactMap { $0.hasPrefix(eucaim) ? String($0.dropFirst(eucaim.count)) : nil })
            terminology.terms[code] = term
            for link in links(of: subject, code, graph, &report) { terminology.links.insert(link) }
        }
    }

    private func links(of subject: String, _ code: String, _ graph: Graph, _ report: inout ImportReport) -> [Terminology.Link] {
        var found: [Terminology.Link] = []
        for (property, system) in Self.annotations {
            let values = graph.objects(of: .iri(subject), eucaim + property).flatMap { text($0).split { ",;| ".contains($0) } }
            for target in values.map(String.init) {
                guard CheckDigits.holds(for: target, in: system), CodeForms.holds(for: target, in: system) else {
                    report.skip("a code that does not have the form of its system", "\(code) \(property) \(target)")
                    continue
                }
                found.append(.init(code: code, origin: property, match: .exact, system: system, target: target))
            }
        }
        for other in graph.objects(of: .iri(subject), OWL.equivalentClass) {
            guard let iri = other.iri, iri.hasPrefix(eucaim) else { continue }
            found.append(
                .init(code: code, origin: "equivalentClass", match: .exact, system: "eucaim", target: String(iri.dropFirst(eucaim.count))))
        }
        for (property, match) in matches where property != oboInOWL + "hasDbXref" {
            for object in graph.objects(of: .iri(subject), property) {
                guard let (system, target) = reference(object), CheckDigits.holds(for: target, in: system) else {
                    report.skip("a match of a system that is not known", "\(code) \(text(object))")
                    continue
                }
                found.append(.init(code: code, origin: localName(property), match: match, system: system, target: target))
            }
        }
        return found
    }

    private static let annotations = [
        ("SNOMEDCT", "snomed"), ("LOINC", "loinc"), ("ICD10", "icd10"), ("ICDO3", "icdo3"), ("NCIT", "ncit"), ("RadLex", "radlex"),
        ("ATC", "atc"), ("RxNorm", "rxnorm"), ("OMOP_Concept_ID", "omop"),
    ]
}

// MARK: - What both need

extension TerminologyImporter {
    /// A file's triples, read in a process of its own.
    func graph(of path: String, _ report: inout ImportReport) async throws(DiagnosticList) -> Graph {
        let name = lastPart(of: path)
        progress(name, 0)
        let graph: Graph
        do throws(RDFSyntaxErrors) {
            graph = try await reader.graph(ofFile: path) { [progress] in progress(name, $0) }.graph
        } catch {
            throw DiagnosticList(
                error.errors.map { error in
                    var place = "`\(path)`"
                    if let line = error.line { place += " line \(line)" }
                    if error.line != nil, let column = error.column { place += ", column \(column)" }
                    return Diagnostic(DiagnosticCode(rawValue: error.code.rawValue), "\(place): \(error.message)")
                })
        }
        report.use(path, rows: graph.count)
        progress(name, 1)
        return graph
    }

    /// The classes and concepts that have a code.
    private func codes(in graph: Graph, _ report: inout ImportReport, code codeOf: (String) -> String?) -> [(iri: String, code: String)] {
        let types = [OWL.class, RDFS.namespace + "Class", SKOS.namespace + "Concept"]
        let subjects = Set(types.flatMap { graph.subjects(with: RDFVocabulary.type, .iri($0)) }.compactMap(\.iri))
        var found: [(iri: String, code: String)] = []
        for subject in subjects.sorted() {
            guard
                graph.objects(of: .iri(subject), OWL.namespace + "deprecated").compactMap(\.literal?.lexicalForm).allSatisfy({
                    $0 != "true" && $0 != "1"
                })
            else {
                report.skip("a deprecated class", subject)
                continue
            }
            guard let code = codeOf(subject) else {
                report.skip("a class of another ontology", subject)
                continue
            }
            found.append((subject, code))
        }
        return found
    }

    /// What is directly above: by name, however it is said. Classes that are equivalent are above each other.
    private func parents(of subject: String, _ graph: Graph) -> [String] {
        let upward = [RDFS.subClassOf, SKOS.broader, OWL.equivalentClass].flatMap { graph.objects(of: .iri(subject), $0) }
        let downward = [SKOS.narrower, OWL.equivalentClass].flatMap { graph.subjects(with: $0, .iri(subject)) }
        return (upward + downward).compactMap(\.iri).filter { $0 != subject && $0 != OWL.thing }
    }

    /// The English label, else one without language, else the first.
    private func label(of subject: String, _ graph: Graph) -> String? {
        let labels = [SKOS.prefLabel, RDFS.label].flatMap { graph.objects(of: .iri(subject), $0).compactMap(\.literal) }
        return (labels.first { $0.language?.lowercased().hasPrefix("en") == true } ?? labels.first { $0.language == nil } ?? labels.first)
            .map { $0.lexicalForm.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    }

    private func texts(of subject: String, _ properties: [String], _ graph: Graph) -> [String] {
        properties.flatMap { graph.objects(of: .iri(subject), $0).compactMap { $0.literal?.lexicalForm } }
    }

    private func text(_ term: Term) -> String { term.literal?.lexicalForm ?? term.iri ?? "" }

    private func localName(_ iri: String) -> String { iri.split { $0 == "#" || $0 == "/" }.last.map(String.init) ?? "" }

    /// The code that an IRI of a known system, or a text as `RadLex:RID5671`, means.
    func reference(_ term: Term) -> (system: String, code: String)? {
        if let iri = term.iri {
            for system in systems {
                for uri in system.uris where iri.hasPrefix(uri) && iri.count > uri.count {
                    return (system.shortName, String(iri.dropFirst(uri.count).drop { $0 == "/" || $0 == "#" }))
                }
            }
        }
        let text = text(term)
        guard let colon = text.firstIndex(of: ":"), let system = system(called: String(text[..<colon])) else { return nil }
        let code = text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        return code.isEmpty ? nil : (system, code)
    }
}
