import Diagnostics
import Foundation
import RDF

/// Reads the files of an ontologies' directory; every problem of every file is found before it fails.
struct OntologyLoader {
    let directory: String

    /// What the Turtle files say.
    struct Documents {
        var graph = GraphBuilder()
        /// By concept, the files that define it.
        var origins: [String: [String]] = [:]
        /// In the order of reading.
        var files: [String] = []
    }

    /// Reads `core.ttl` and whatever is there of `vocabularies.ttl`, `units.ttl`, `concepts/*.ttl` and `bindings/*.ttl`.
    func documents() throws(DiagnosticList) -> Documents {
        guard FileManager.default.fileExists(atPath: path("core.ttl")) else {
            throw DiagnosticList([
                Diagnostic(
                    "O0005", "`\(directory)` holds no `core.ttl`, so it is no ontologies' directory",
                    help: "name another one with `--ontologies`")
            ])
        }
        let optional = ["vocabularies.ttl", "units.ttl"].filter { FileManager.default.fileExists(atPath: path($0)) }
        let files = ["core.ttl"] + optional + names(in: "concepts", ending: ".ttl") + names(in: "bindings", ending: ".ttl")
        var documents = Documents()
        documents.files = files
        var problems: [Diagnostic] = []
        for file in files {
            do throws(RDFSyntaxErrors) {
                let triples = try RDFParser().parse(file: path(file))
                documents.graph.add(document: triples)
                for concept in Set(triples.filter(isConceptType).compactMap(\.subject.iri)) {
                    documents.origins[concept, default: []].append(file)
                }
            } catch {
                problems += error.errors.map { diagnostic($0, file) }
            }
        }
        if !problems.isEmpty { throw DiagnosticList(problems) }
        return documents
    }

    /// Reads `mappings/*.tsv`, and `imports/*.tsv` where terminologies were imported.
    func mappings(systems: [CodeSystemEntry]) throws(DiagnosticList) -> (mappings: [Mapping], omopUnits: [String: String]) {
        let reader = MappingReader(systems: systems)
        var mappings: [Mapping] = []
        var units: [String: String] = [:]
        var problems: [Diagnostic] = []
        for file in names(in: "mappings", ending: ".tsv") + names(in: "imports", ending: ".tsv") {
            do throws(DiagnosticList) {
                if file == "mappings/units-omop.tsv" {
                    units = try reader.omopUnits(
                        of: TabularFile(path: path(file), file: file, requiredColumns: ["omop_concept_id", "ucum_code"]))
                } else {
                    let columns = ["subject_id", "predicate_id", "object_id"]
                    mappings += try reader.mappings(of: TabularFile(path: path(file), file: file, requiredColumns: columns))
                }
            } catch {
                problems += error.diagnostics
            }
        }
        if !problems.isEmpty { throw DiagnosticList(problems) }
        return (mappings, units)
    }

    private func isConceptType(_ triple: Triple) -> Bool {
        triple.predicate == .iri(RDFVocabulary.type) && triple.object == .iri(CoreVocabulary.core + "Concept")
    }

    private func path(_ file: String) -> String { directory + "/" + file }

    /// The files of a folder with an ending, sorted, as paths below the directory.
    private func names(in folder: String, ending: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path(folder))) ?? []
        return names.filter { $0.hasSuffix(ending) && !$0.hasPrefix(".") }.sorted().map { folder + "/" + $0 }
    }

    private func diagnostic(_ error: RDFSyntaxError, _ file: String) -> Diagnostic {
        var place = "`\(file)`"
        if let line = error.line { place += " line \(line)" }
        if error.line != nil, let column = error.column { place += ", column \(column)" }
        return Diagnostic(DiagnosticCode(rawValue: error.code.rawValue), "\(place): \(error.message)")
    }
}
