import Diagnostics
import Execution
import Foundation
import OMOPAdapter
import Synchronization

/// A node's crosswalk in a file of comma-separated values.
///
/// Either one line an identifier, with the columns `patient`, `source` and `identifier`; or one line a patient, with a column `patient` and one
/// for each source, called as the source is; a patient with several identifiers in a source then has several lines. It is read again when
/// the file has changed.
final class CrosswalkFile: CrosswalkOrigin {
    private struct Reading {
        let size: Int
        let modified: Date
        let crosswalk: PatientCrosswalk
    }

    private let path: String
    /// The sources that it may name.
    private let sources: [String]
    private let last = Mutex<Reading?>(nil)

    init(path: String, sources: [String]) {
        self.path = path
        self.sources = sources
    }

    func crosswalk() async throws(SourceFailure) -> PatientCrosswalk {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path), let size = attributes[.size] as? Int,
            let modified = attributes[.modificationDate] as? Date, let data = cached(size, modified) ?? fresh()
        else {
            throw CrosswalkFile.failure(
                "N0010", "the crosswalk `\(path)` cannot be read", "check that it is there and that the node may read it")
        }
        switch data {
        case .known(let crosswalk): return crosswalk
        case .bytes(let bytes):
            let crosswalk = PatientCrosswalk(try links(bytes))
            last.withLock { $0 = Reading(size: size, modified: modified, crosswalk: crosswalk) }
            return crosswalk
        }
    }

    private enum Content {
        case known(PatientCrosswalk)
        case bytes([UInt8])
    }

    private func cached(_ size: Int, _ modified: Date) -> Content? {
        last.withLock { last in last.flatMap { $0.size == size && $0.modified == modified ? .known($0.crosswalk) : nil } }
    }

    private func fresh() -> Content? { FileManager.default.contents(atPath: path).map { .bytes([UInt8]($0)) } }

    private func links(_ bytes: [UInt8]) throws(SourceFailure) -> [PatientCrosswalk.Link] {
        var reader = CSVReader(bytes)
        guard let header = try row(&reader) else { throw malformed("it is empty", 1) }
        let columns = try columns(header)
        var links: [PatientCrosswalk.Link] = []
        while let row = try row(&reader) {
            guard row.count == header.count else {
                throw malformed("there are \(row.count) values under \(header.count) columns", reader.line)
            }
            guard !row[columns.patient].isEmpty else { throw malformed("it does not say which patient", reader.line) }
            for (source, identifier) in columns.links(row) {
                guard sources.contains(source) else { throw malformed("the node has no source `\(source)`", reader.line) }
                links.append(PatientCrosswalk.Link(patient: row[columns.patient], source: source, identifier: identifier))
            }
        }
        return links
    }

    private func row(_ reader: inout CSVReader) throws(SourceFailure) -> [String]? {
        do {
            return try reader.next()
        } catch {
            switch error {
            case .quotation(let line): throw malformed("a quotation mark is not closed, or stands within a value", line)
            }
        }
    }

    private struct Columns {
        let patient: Int
        /// The column of the source's name and that of the identifier; nil where each source has a column of its own.
        let listed: (source: Int, identifier: Int)?
        let sources: [(name: String, column: Int)]

        /// What a line says, empty values left out.
        func links(_ row: [String]) -> [(source: String, identifier: String)] {
            if let listed { return row[listed.identifier].isEmpty ? [] : [(row[listed.source], row[listed.identifier])] }
            return sources.filter { !row[$0.column].isEmpty }.map { ($0.name, row[$0.column]) }
        }
    }

    private func columns(_ header: [String]) throws(SourceFailure) -> Columns {
        guard let patient = header.firstIndex(of: "patient") else { throw malformed("it has no column `patient`", 1) }
        guard Set(header).count == header.count else { throw malformed("two columns have the same name", 1) }
        if let source = header.firstIndex(of: "source"), let identifier = header.firstIndex(of: "identifier"), header.count == 3 {
            return Columns(patient: patient, listed: (source, identifier), sources: [])
        }
        let others = header.enumerated().filter { $0.offset != patient }
        if let other = others.first(where: { !sources.contains($0.element) }) {
            throw malformed("the node has no source `\(other.element)`", 1)
        }
        return Columns(patient: patient, listed: nil, sources: others.map { ($0.element, $0.offset) })
    }

    private func malformed(_ what: String, _ line: Int) -> SourceFailure {
        CrosswalkFile.failure(
            "N0018", "line \(line) of the crosswalk `\(path)` cannot be understood: \(what)",
            "write one line an identifier, with the columns `patient,source,identifier`, or one a patient, with a column for each source")
    }

    private static func failure(_ code: DiagnosticCode, _ message: String, _ help: String) -> SourceFailure {
        SourceFailure(source: "crosswalk", Diagnostic(code, message, help: help))
    }
}

/// A node's crosswalk in a table of one of its OMOP databases, read again after some minutes.
final class CrosswalkTable: CrosswalkOrigin {
    private let source: OMOPAdapter
    private let table: String
    private let last = Mutex<(crosswalk: PatientCrosswalk, time: ContinuousClock.Instant)?>(nil)

    private static let freshness = Duration.seconds(300)

    init(_ source: OMOPAdapter, table: String) {
        self.source = source
        self.table = table
    }

    func crosswalk() async throws(SourceFailure) -> PatientCrosswalk {
        if let last = last.withLock({ $0 }), ContinuousClock.now - last.time < CrosswalkTable.freshness { return last.crosswalk }
        let crosswalk = try await source.crosswalk(table: table)
        last.withLock { $0 = (crosswalk, .now) }
        return crosswalk
    }
}
