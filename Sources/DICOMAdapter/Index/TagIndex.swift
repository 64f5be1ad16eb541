import Diagnostics
public import Execution
public import Foundation
import GRDB

/// An index of a source's series in a file of the node's own: made pass by pass, whole after each, and safe to end at any moment.
public struct TagIndex: Sendable {
    /// Where the index is, and when it is too old.
    public struct Settings: Sendable, Hashable {
        public let path: String
        /// After so long without a complete pass, answers say that they are not fresh.
        public let staleAfter: Duration

        public init(path: String, staleAfter: Duration = .seconds(24 * 3_600)) {
            self.path = path
            self.staleAfter = staleAfter
        }
    }

    /// How far an index may be trusted.
    public enum Freshness: Sendable, Hashable {
        /// No pass over the source has come to its end, or none since what is indexed has changed.
        case neverComplete
        /// It holds the source as it was then.
        case fresh(asOf: Date)
        /// The same, too long ago.
        case stale(asOf: Date)
    }

    /// What an index holds. For who runs the node alone.
    public struct Contents: Sendable, Hashable {
        public let freshness: Freshness
        public let patients: Int
        public let studies: Int
        public let series: Int
        /// How many different things series say.
        public let profiles: Int
        /// On the disk.
        public let bytes: Int
    }

    /// The source's name in the node's configuration.
    let source: String
    let settings: Settings
    let tags: IndexedTags

    /// What the index is of, and what it holds of it.
    let origin: String
    var fingerprint: String { "\(tags.fingerprint) of \(origin)" }

    /// Whether it holds the source as it is, as far as can be said without looking at any patient.
    public func freshness(now: Date = Date()) throws(SourceFailure) -> Freshness {
        try reading { database in try self.freshness(in: database, now: now) } ?? .neverComplete
    }

    public func contents(now: Date = Date()) throws(SourceFailure) -> Contents? {
        try reading { database in
            func count(_ table: String) throws -> Int { try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)") ?? 0 }
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            let size = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 0
            return Contents(
                freshness: try self.freshness(in: database, now: now),
                patients: try Int.fetchOne(database, sql: "SELECT count(*) FROM patient WHERE name <> ''") ?? 0,
                studies: try count("study"), series: try count("series"), profiles: try count("profile"), bytes: pages * size)
        }
    }

    /// Files that are no DICOM or cannot be read, by why, with the first of each.
    func unreadableFiles() throws(SourceFailure) -> [(note: String, count: Int, first: String)] {
        try reading { database in
            try Row.fetchAll(database, sql: "SELECT note, count(*), min(path) FROM file WHERE note IS NOT NULL GROUP BY note ORDER BY note")
                .map { ($0[0], $0[1], $0[2]) }
        } ?? []
    }

    /// The files of a series, of an index of a folder.
    func files(of series: SelectedSeries) throws(SourceFailure) -> [String] {
        try reading { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT file.path FROM study JOIN patient ON patient.id = study.patient JOIN series ON series.study = study.id
                    JOIN file ON file.series = series.id WHERE study.uid = ? AND patient.name = ? AND series.uid = ? ORDER BY file.path
                    """, arguments: [series.study, series.patient, series.series])
        } ?? []
    }

    private func freshness(in database: Database, now: Date) throws -> Freshness {
        let started = try Int.fetchOne(
            database, sql: "SELECT started FROM pass WHERE completed IS NOT NULL ORDER BY number DESC LIMIT 1")
        guard let started else { return .neverComplete }
        let date = Date(timeIntervalSince1970: TimeInterval(started))
        let age = now.timeIntervalSince(date)
        // A clock that was set back makes no index fresh.
        return age <= TimeInterval(settings.staleAfter.components.seconds) && age > -300 ? .fresh(asOf: date) : .stale(asOf: date)
    }

    // MARK: Opening

    /// Reads at one moment; nil where there is no index, or one of something else.
    private func reading<Value>(_ read: (Database) throws -> Value) throws(SourceFailure) -> Value? {
        do {
            guard FileManager.default.fileExists(atPath: settings.path) else { return nil }
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            let queue = try DatabaseQueue(path: settings.path, configuration: configuration)
            return try queue.read { database in
                guard try IndexWriter.fingerprint(in: database) == fingerprint else { return nil }
                return try read(database)
            }
        } catch {
            throw failure(error)
        }
    }

    /// The index as it is at this moment, whatever a pass does meanwhile.
    func snapshot() throws(SourceFailure) -> DatabaseSnapshot {
        do {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            let snapshot = try DatabasePool(path: settings.path, configuration: configuration).makeSnapshot()
            if try snapshot.read({ try IndexWriter.fingerprint(in: $0) }) == fingerprint { return snapshot }
        } catch {
            throw failure(error)
        }
        throw SourceFailure(
            source: source,
            Diagnostic("N0461", "the index of source `\(source)` was made of something else", help: "run `cohortium node index`"))
    }

    func failure(_ error: any Error) -> SourceFailure {
        if let failure = error as? SourceFailure { return failure }
        return SourceFailure(source: source, error as? Diagnostic ?? Diagnostic(indexError: error, source: source))
    }
}

extension Diagnostic {
    /// What went wrong with an index, in the words of who runs the node.
    init(indexError error: any Error, source: String) {
        let database = error as? DatabaseError
        switch database?.resultCode {
        case .SQLITE_FULL:
            self.init(
                "N0460", "the disk is full: the index of source `\(source)` stays as it was",
                help: "make room where the node keeps its `state`, and index again; what was read is kept")
        case .SQLITE_INTERRUPT, .SQLITE_ABORT:
            self.init("N0462", "the reading of the index of source `\(source)` was interrupted")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            self.init(
                "N0463", "the index of source `\(source)` is damaged", help: "delete it and run `cohortium node index`",
                notes: [database?.message ?? "\(error)"])
        default:
            if error is CancellationError {
                self.init("N0462", "the reading of the index of source `\(source)` was interrupted")
            } else {
                self.init(
                    "N0464", "the index of source `\(source)` cannot be written or read",
                    help: "check that the node may write its state folder and that the disk has room",
                    notes: [database?.message ?? "\(error)"])
            }
        }
    }
}
