public import Diagnostics
import Foundation
public import RDF

/// Reads terminologies as their owners publish them.
public struct TerminologyImporter {
    /// The published forms.
    public enum Format: String, Sendable, CaseIterable {
        /// SNOMED CT release files (RF2): snapshot or full, and deltas beside them.
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
    public typealias Progress = @Sendable (String, Double) -> Void

    let systems: [CodeSystemEntry]
    /// By code system, the codes that our concepts have.
    let ownCodes: [String: Set<String>]
    let reader: ConfinedReader
    let progress: Progress

    /// - Parameters:
    ///   - reader: what reads RDF, which comes from strangers, in a process of its own.
    ///   - progress: is called while files are read.
    public init(
        hyperontology: Hyperontology, reader: ConfinedReader = .forTerminologies, progress: @escaping Progress = { _, _ in }
    ) {
        systems = hyperontology.codeSystems
        let curated = hyperontology.mappings.filter { !$0.file.hasPrefix("imports/") }
        ownCodes = Dictionary(grouping: curated, by: \.system).mapValues { Set($0.map(\.code)) }
        self.reader = reader
        self.progress = progress
    }

    /// Reads a file, or a folder where a release is one.
    ///
    /// - Parameter system: the short name of the code system, for formats that hold any.
    /// - Throws: `O0002`, `O0010` and the RDF syntax errors with their places; `O0201` when a release lacks a file; `O0202` when the
    ///   system is not known.
    public func read(_ format: Format, path: String, system: String? = nil) async throws(DiagnosticList) -> (Terminology, ImportReport) {
        var report = ImportReport(format: format.rawValue)
        var terminology = Terminology(system: try systemName(format, system))
        switch format {
        case .snomed: try readSNOMED(path, &terminology, &report)
        case .omop: try readOMOP(path, &terminology, &report)
        case .obo: try readOBO(path, &terminology, &report)
        case .owl: readOWL(try await graph(of: path, &report), &terminology, &report)
        case .sssom:
            try readSSSOM(path, &terminology, &report)
            terminology.isWhole = false
        case .loinc: try readLOINC(path, &terminology, &report)
        case .rxnorm: try readRxNorm(path, &terminology, &report)
        case .eucaim: readEUCAIM(try await graph(of: path, &report), &terminology, &report)
        }
        dropDanglingParents(&terminology, &report)
        report.terms = terminology.terms.count
        report.links = terminology.links.count
        report.skipped.sort { $0.reason < $1.reason }
        report.files = report.files.filter { $0.records != nil } + report.files.filter { $0.records == nil }.sorted { $0.path < $1.path }
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

    /// An identifier of OBO's without its prefix, where that is a name of the system itself: NCIt's `NCIT:C4872` is the code `C4872`.
    func ownCode(_ identifier: String, _ system: String) -> String {
        guard let colon = identifier.firstIndex(of: ":"), self.system(called: String(identifier[..<colon])) == system else {
            return identifier
        }
        return String(identifier[identifier.index(after: colon)...])
    }

    private static let aliases = [
        "snomed": "snomed", "snomedct": "snomed", "sctid": "snomed", "sct": "snomed", "snomedctus": "snomed", "loinc": "loinc",
        "ln": "loinc",
        "rxnorm": "rxnorm", "atc": "atc", "icd10": "icd10", "icd10cm": "icd10cm", "icdo3": "icdo3", "icdo": "icdo3", "nci": "ncit",
        "ncit": "ncit", "radlex": "radlex", "rid": "radlex", "omop": "omop", "eucaim": "eucaim",
    ]

    /// All files below a folder, by their paths from there; sorted.
    func files(in folder: String) -> [String] {
        (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []).sorted()
    }

    /// The file of a release whose name fits; nil when there is none. Of several the one that lies least deep: parts of releases lie
    /// in folders below.
    func file(in folder: String, where fits: (String) -> Bool) -> String? {
        let found = files(in: folder).filter { fits(lastPart(of: $0)) }
        return found.min { ($0.count { $0 == "/" }, $0) < ($1.count { $0 == "/" }, $1) }.map { folder + "/" + $0 }
    }

    /// Notes the tables of a release that were not read.
    func leaveOthers(in folder: String, _ reason: String, _ report: inout ImportReport) {
        let known = Set(report.files.map(\.path))
        for file in files(in: folder) where [".csv", ".rrf", ".txt"].contains(where: file.lowercased().hasSuffix) {
            if !known.contains(folder + "/" + file) { report.leave(folder + "/" + file, reason) }
        }
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

    /// The records of a table with a line of column names.
    ///
    /// - Throws: `O0010` for columns that are missing, before anything is read.
    func rows(
        of path: String, csv: Bool = false, requiring names: [String], _ report: inout ImportReport,
        _ body: (Record, inout ImportReport) -> Void
    ) throws(DiagnosticList) {
        let table = table(path, separator: UInt8(ascii: csv ? "," : "\t"), isQuoted: csv)
        let columns = Columns(try table.header())
        try columns.require(names, in: lastPart(of: path))
        var running = report
        var count = 0
        try table.forEach { line, cells in
            if line == 1 || (cells.count == 1 && cells[0].isEmpty) { return }
            count += 1
            let place = "\(lastPart(of: path)):\(line)"
            guard cells.count >= columns.count else { return running.skip("a row with too few columns", place) }
            body(Record(cells: cells, columns: columns, place: place), &running)
        }
        running.use(path, rows: count)
        report = running
    }

    func lastPart(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
}

extension ConfinedReader {
    /// A reader with room for the largest ontologies that are published, NCIt's of some 800 megabytes among them.
    public static var forTerminologies: ConfinedReader {
        var limits = Limits()
        limits.memory = 12 << 30
        limits.duration = .seconds(900)
        limits.parser.maximumDuration = .seconds(900)
        limits.parser.maximumBytes = 2 << 30
        return ConfinedReader(limits: limits)
    }
}
