package import CohortPlan
import Diagnostics
import Execution
package import Foundation
import GRDB
import Glibc

/// A series as it is written to an index.
package struct IndexedSeries: Sendable {
    /// Empty where no Patient ID is recorded.
    let patient: String
    let study: String
    let uid: String
    let sexes: Set<String>
    let births: Set<String>
    let start: DateRange?
    /// What the archive's search said of it; nil where it has to be read again each time.
    let listing: Int64?
    let evidence: SeriesEvidence

    package init(
        patient: String, study: String, uid: String, sexes: Set<String>, births: Set<String>, start: DateRange?, listing: Int64?,
        evidence: SeriesEvidence
    ) {
        self.patient = patient
        self.study = study
        self.uid = uid
        self.sexes = sexes
        self.births = births
        self.start = start
        self.listing = listing
        self.evidence = evidence
    }
}

/// The one who writes an index: at most one at a time on a machine, held by a lock that ends with the process.
///
/// INVARIANT: after each transaction every series that stands in the index stands there whole, with its study's day and its patient's facts.
package final class IndexWriter {
    private let index: TagIndex
    let queue: DatabaseQueue
    private let lock: Int32
    private(set) var pass: Int64 = 0
    private var profiles: [SeriesEvidence: Int64] = [:]
    private var persons: [String: Int64] = [:]
    private static let mostCached = 200_000

    /// Opens the index, or begins a new one where there is none or one of something else.
    /// - Parameter largestSize: in bytes; for tests of a disk that is full.
    package init(_ index: TagIndex, largestSize: Int? = nil) throws {
        self.index = index
        let folder = URL(fileURLWithPath: index.settings.path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        lock = unsafe Glibc.open(index.settings.path + ".lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            if lock >= 0 { close(lock) }
            throw Diagnostic(
                "N0465", "the index of source `\(index.source)` is being made by another process",
                help: "wait for it, or end it: a running node keeps its indexes itself")
        }
        do {
            queue = try IndexWriter.openOrMake(index, largestSize)
        } catch {
            close(lock)
            throw error
        }
    }

    deinit { close(lock) }

    private static func openOrMake(_ index: TagIndex, _ largestSize: Int?) throws -> DatabaseQueue {
        let path = index.settings.path
        if let queue = try? connect(path, largestSize), let found = try? queue.read(fingerprint), found == index.fingerprint {
            return queue
        }
        // Of something else, or damaged: an index can always be made again.
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        let queue = try connect(path, largestSize)
        try queue.write { database in
            try database.execute(sql: IndexSchema.tables)
            try database.execute(sql: "INSERT INTO identity VALUES (?)", arguments: [index.fingerprint])
            // Nobody's facts.
            try database.execute(
                sql: "INSERT INTO person VALUES (0, ?)", arguments: [try IndexContent.text(sexes: [], births: [])])
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        return queue
    }

    private static func connect(_ path: String, _ largestSize: Int?) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(30)
        configuration.prepareDatabase { database in
            if let largestSize { try database.execute(sql: "PRAGMA max_page_count = \(largestSize / 4_096)") }
            try database.execute(sql: "PRAGMA cache_size = -65536")
        }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    static func fingerprint(in database: Database) throws -> String? {
        try String.fetchOne(database, sql: "SELECT fingerprint FROM identity")
    }

    // MARK: Passes

    package func begin(at date: Date) throws {
        pass = try queue.write { database in
            // Passes that were cut short tell nothing.
            try database.execute(sql: "DELETE FROM pass WHERE completed IS NULL")
            try database.execute(sql: "INSERT INTO pass (started) VALUES (?)", arguments: [Int64(date.timeIntervalSince1970)])
            return database.lastInsertedRowID
        }
    }

    /// Everything that the source holds is in the index, and nothing else.
    package func complete(at date: Date) throws {
        try queue.write { database in
            try database.execute(
                sql: "UPDATE pass SET completed = ? WHERE number = ?", arguments: [Int64(date.timeIntervalSince1970), pass])
            try database.execute(sql: "DELETE FROM pass WHERE number < ?", arguments: [pass])
        }
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA optimize")
            // Without waiting for those who read.
            try database.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)")
        }
    }

    /// Nothing that was listed or read before counts as known any more; it stays until it has been read again.
    func forget() throws {
        try queue.write { try $0.execute(sql: "UPDATE series SET listing = NULL; UPDATE file SET modified = -1") }
    }

    // MARK: Reading what is there

    struct Known: Sendable {
        let id: Int64
        let listing: Int64?
    }

    /// What stands in the index of some series, in their order.
    func known(_ series: [(patient: String, study: String, uid: String)]) throws -> [Known?] {
        try queue.read { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT series.id, series.listing FROM study JOIN patient ON patient.id = study.patient JOIN series ON series.study = study.id
                    WHERE study.uid = ? AND patient.name = ? AND series.uid = ?
                    """)
            return try series.map { key in
                try Row.fetchOne(statement, arguments: [key.study, key.patient, key.uid]).map { Known(id: $0[0], listing: $0[1]) }
            }
        }
    }

    /// Hands over the ids of all series, with the UIDs by which the source is asked for those that a function wants.
    func series(where isWanted: (Int64) -> Bool) throws -> [(id: Int64, study: String, uid: String)] {
        try queue.read { database in
            let ids = try Int64.fetchCursor(database, sql: "SELECT id FROM series")
            var wanted: [Int64] = []
            while let id = try ids.next() { if isWanted(id) { wanted.append(id) } }
            let statement = try database.cachedStatement(
                sql: "SELECT study.uid, series.uid FROM series JOIN study ON study.id = series.study WHERE series.id = ?")
            return try wanted.compactMap { id in try Row.fetchOne(statement, arguments: [id]).map { (id, $0[0], $0[1]) } }
        }
    }

    /// Whether the same series stands there for another patient as well.
    func hasTwin(of id: Int64, study: String, uid: String) throws -> Bool {
        try queue.read { database in
            try Bool.fetchOne(
                database,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM study JOIN series ON series.study = study.id
                    WHERE study.uid = ? AND series.uid = ? AND series.id <> ?)
                    """, arguments: [study, uid, id]) ?? false
        }
    }

    // MARK: Writing

    /// Writes series, each in the place of what stood there, in one transaction.
    /// - Returns: their ids, in order.
    @discardableResult package func write(_ batch: [IndexedSeries]) throws -> [Int64] {
        try transaction { database in try self.write(batch, in: database) }
    }

    func transaction<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try queue.write(body)
        } catch {
            // Their rows may have gone with the transaction.
            profiles = [:]
            persons = [:]
            throw error
        }
    }

    func write(_ batch: [IndexedSeries], in database: Database) throws -> [Int64] {
        let find = try database.cachedStatement(sql: "SELECT id FROM series WHERE study = ? AND uid = ?")
        let insert = try database.cachedStatement(
            sql: "INSERT INTO series (study, uid, profile, person, earliest, latest, listing) VALUES (?, ?, ?, ?, ?, ?, ?)")
        let update = try database.cachedStatement(
            sql: "UPDATE series SET profile = ?, person = ?, earliest = ?, latest = ?, listing = ? WHERE id = ?")
        var patients: Set<Int64> = []
        var studies: Set<Int64> = []
        let ids = try batch.map { series in
            let patient = try self.patient(series.patient, in: database)
            let study = try self.study(series.study, of: patient, in: database)
            let profile = try self.profile(of: series.evidence, in: database)
            let person = try self.person(sexes: series.sexes, births: series.births, in: database)
            let (earliest, latest) = (series.start?.earliest.daysSinceEpoch, series.start?.latest.daysSinceEpoch)
            if !series.patient.isEmpty { patients.insert(patient) }
            studies.insert(study)
            if let id = try Int64.fetchOne(find, arguments: [study, series.uid]) {
                try update.execute(arguments: [profile, person, earliest, latest, series.listing, id])
                return id
            }
            try insert.execute(arguments: [study, series.uid, profile, person, earliest, latest, series.listing])
            return database.lastInsertedRowID
        }
        try settle(studies: studies, patients: patients, in: database)
        return ids
    }

    /// Takes series out, in one transaction.
    func remove(_ ids: [Int64]) throws {
        try transaction { database in try remove(ids, in: database) }
    }

    func remove(_ ids: [Int64], in database: Database) throws {
        let find = try database.cachedStatement(
            sql: """
                SELECT study.id, patient.id, patient.name FROM series JOIN study ON study.id = series.study
                JOIN patient ON patient.id = study.patient WHERE series.id = ?
                """)
        let delete = try database.cachedStatement(sql: "DELETE FROM series WHERE id = ?")
        var patients: Set<Int64> = []
        var studies: Set<Int64> = []
        for id in ids {
            guard let row = try Row.fetchOne(find, arguments: [id]) else { continue }
            studies.insert(row[0])
            if row[2] as String != "" { patients.insert(row[1]) }
            try delete.execute(arguments: [id])
        }
        try settle(studies: studies, patients: patients, in: database)
    }

    // MARK: Rows that others share

    func patient(_ name: String, in database: Database) throws -> Int64 {
        try id(of: name, "SELECT id FROM patient WHERE name = ?", "INSERT INTO patient (name) VALUES (?)", in: database)
    }

    func study(_ uid: String, of patient: Int64, in database: Database) throws -> Int64 {
        let find = try database.cachedStatement(sql: "SELECT id FROM study WHERE uid = ? AND patient = ?")
        if let id = try Int64.fetchOne(find, arguments: [uid, patient]) { return id }
        try database.cachedStatement(sql: "INSERT INTO study (uid, patient) VALUES (?, ?)").execute(arguments: [uid, patient])
        return database.lastInsertedRowID
    }

    func profile(of evidence: SeriesEvidence, in database: Database) throws -> Int64 {
        if let id = profiles[evidence] { return id }
        if profiles.count > IndexWriter.mostCached { profiles = [:] }
        let content = try IndexContent.text(evidence)
        let id = try id(
            of: content, "SELECT id FROM profile WHERE content = ?", "INSERT INTO profile (content) VALUES (?)", in: database)
        profiles[evidence] = id
        return id
    }

    func person(sexes: Set<String>, births: Set<String>, in database: Database) throws -> Int64 {
        let content = try IndexContent.text(sexes: sexes, births: births)
        if let id = persons[content] { return id }
        if persons.count > IndexWriter.mostCached { persons = [:] }
        let id = try id(of: content, "SELECT id FROM person WHERE content = ?", "INSERT INTO person (content) VALUES (?)", in: database)
        persons[content] = id
        return id
    }

    private func id(of text: String, _ find: String, _ insert: String, in database: Database) throws -> Int64 {
        if let id = try Int64.fetchOne(try database.cachedStatement(sql: find), arguments: [text]) { return id }
        try database.cachedStatement(sql: insert).execute(arguments: [text])
        return database.lastInsertedRowID
    }

    /// Brings what studies and patients are said to be in line with their series; those without any go.
    private func settle(studies: Set<Int64>, patients: Set<Int64>, in database: Database) throws {
        let day = try database.cachedStatement(
            sql: """
                UPDATE study SET (earliest, latest) = (SELECT earliest, latest FROM series
                    WHERE study = ?1 AND earliest IS NOT NULL ORDER BY earliest, latest LIMIT 1) WHERE id = ?1
                """)
        let empty = try database.cachedStatement(
            sql: "DELETE FROM study WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM series WHERE study = ?1)")
        for study in studies {
            try day.execute(arguments: [study])
            try empty.execute(arguments: [study])
        }
        let facts = try database.cachedStatement(
            sql: """
                SELECT DISTINCT series.person, person.content FROM study JOIN series ON series.study = study.id
                JOIN person ON person.id = series.person WHERE study.patient = ?
                """)
        let set = try database.cachedStatement(sql: "UPDATE patient SET person = ? WHERE id = ?")
        let delete = try database.cachedStatement(sql: "DELETE FROM patient WHERE id = ?")
        for patient in patients {
            let rows = try Row.fetchAll(facts, arguments: [patient])
            guard let first = rows.first else {
                try delete.execute(arguments: [patient])
                continue
            }
            var person: Int64 = first[0]
            if rows.count > 1 {
                let all = try rows.map { try IndexContent.person($0[1]) }
                person = try self.person(
                    sexes: all.reduce([]) { $0.union($1.sexes) }, births: all.reduce([]) { $0.union($1.births) }, in: database)
            }
            try set.execute(arguments: [person, patient])
        }
    }
}
