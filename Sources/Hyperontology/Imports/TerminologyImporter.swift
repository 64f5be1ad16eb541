public import Diagnostics
import Foundation

/// Reads terminologies as their owners publish them.
public struct TerminologyImporter {
    /// The published forms.
    public enum Format: String, Sendable, CaseIterable {
        /// SNOMED CT release files (RF2), snapshot or full.
        case snomed
        /// The OMOP vocabulary as Athena hands it out.
        case omop
        case obo
        /// OWL or SKOS in RDF/XML, Turtle, N-Triples or TriG.
        case owl
        case sssom
        case loinc
        case rxnorm
        /// The EUCAIM hyper-ontology.
        case eucaim
    }

    /// What is read, as a message for people, and how far, from 0 to 1.
    public typealias Progress = (String, Double) -> Void

    let systems: [CodeSystemEntry]
    let progress: Progress

    public init(hyperontology: Hyperontology, progress: @escaping Progress = { _, _ in }) {
        systems = hyperontology.codeSystems
        self.progress = progress
    }

    /// Reads a file, or a folder where a release is one.
    ///
    /// - Parameter system: the short name of the code system, for formats that hold any.
    /// - Throws: `O0002`, `O0010` and the RDF syntax errors with their places; `O0201` when a release lacks a file; `O0202` when the
    ///   system is not known.
    public func read(_ format: Format, path: String, system: String? = nil) throws(DiagnosticList) -> (Terminology, ImportReport) {
        var report = ImportReport(format: format.rawValue)
        var terminology = Terminology(system: try systemName(format, system))
        switch format {
        case .snomed: try readSNOMED(path, &terminology, &report)
        case .omop: try readOMOP(path, &terminology, &report)
        case .obo: try readOBO(path, &terminology, &report)
        case .owl: try readOWL(path, &terminology, &report)
        case .sssom: try readSSSOM(path, &terminology, &report)
        case .loinc: try readLOINC(path, &terminology, &report)
        case .rxnorm: try readRxNorm(path, &terminology, &report)
        case .eucaim: try readEUCAIM(path, &terminology, &report)
        }
        dropDanglingParents(&terminology, &report)
        report.terms = terminology.terms.count
        report.links = terminology.links.count
        report.skipped.sort { $0.reason < $1.reason }
        return (terminology, report)
    }

    private func systemName(_ format: Format, _ given: String?) throws(DiagnosticList) -> String {
        let name: String? =
            switch format {
            case .snomed, .omop, .loinc, .rxnorm, .eucaim: given ?? format.rawValue
            case .obo, .owl, .sssom: given
            }
        guard let name else {
            let help = "name it with `--system`, as one of \(systems.map { "`\($0.shortName)`" }.joined(separator: ", "))"
            throw DiagnosticList([
                Diagnostic("O0202", "a file of the form `\(format.rawValue)` does not say of which code system it is", help: help)
            ])
        }
        return name
    }

    private func dropDanglingParents(_ terminology: inout Terminology, _ report: inout ImportReport) {
        for (code, term) in terminology.terms {
            for parent in term.parents where terminology.terms[parent] == nil {
                terminology.terms[code]?.parents.remove(parent)
                report.skip("a parent that the source does not define", "\(code) below \(parent)")
            }
        }
    }

    /// The system that a prefix, a vocabulary's name or an IRI means, by whatever name sources call it.
    func system(called name: String) -> String? {
        let plain = name.lowercased().filter { $0.isLetter || $0.isNumber }
        if let alias = Self.aliases[plain] { return systems.contains { $0.shortName == alias } ? alias : nil }
        return systems.first { $0.shortName == name.lowercased() || $0.label.lowercased() == name.lowercased() }?.shortName
    }

    private static let aliases = [
        "snomed": "snomed", "snomedct": "snomed", "sctid": "snomed", "sct": "snomed", "snomedctus": "snomed", "loinc": "loinc",
        "ln": "loinc",
        "rxnorm": "rxnorm", "atc": "atc", "icd10": "icd10", "icd10cm": "icd10cm", "icdo3": "icdo3", "icdo": "icdo3", "nci": "ncit",
        "ncit": "ncit", "radlex": "radlex", "rid": "radlex", "omop": "omop", "eucaim": "eucaim",
    ]

    /// The one file of a release whose name fits; nil when there is none.
    func file(in folder: String, where fits: (String) -> Bool) -> String? {
        guard let names = FileManager.default.enumerator(atPath: folder) else { return nil }
        let found = names.compactMap { $0 as? String }.filter { fits(lastPart(of: $0)) }.sorted()
        return found.first.map { folder + "/" + $0 }
    }

    func require(_ name: String, in folder: String, where fits: (String) -> Bool) throws(DiagnosticList) -> String {
        guard let found = file(in: folder, where: fits) else {
            throw DiagnosticList([
                Diagnostic("O0201", "`\(folder)` holds no \(name)", help: "name the folder into which the release was unpacked")
            ])
        }
        return found
    }

    func table(_ path: String, separator: UInt8 = UInt8(ascii: "\t"), isQuoted: Bool = false) -> RecordFile {
        let name = lastPart(of: path)
        return RecordFile(path, separator: separator, isQuoted: isQuoted) { progress(name, $0) }
    }

    func lastPart(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
}
