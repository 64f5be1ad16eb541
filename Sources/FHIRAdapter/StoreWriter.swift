import CohortPlan
import GRDB

/// Writes records to the store, within the transaction that it was made in.
struct StoreWriter {
    /// What becomes of a resource with the type and id of another.
    enum Repetition {
        /// The first counts.
        case ignored
        /// It takes the place of what stood in the store before this load began.
        case superseding(newerThan: Int64)
        /// The load ends with ``RepeatedResource``.
        case refused
    }

    private let database: Database
    private let repetition: Repetition
    /// The file that what follows is from; 0 for what is from none.
    private var file: Int64 = 0
    private var resourceTypes: Set<String> = []
    private var issues: [IssueKey: (count: Int, first: String)] = [:]
    private var gone: Set<String>
    /// Whether of two resources with one id one was left out or replaced.
    private(set) var repeats = false

    private struct IssueKey: Hashable {
        let kind: LoadIssue.Kind
        let container: String
    }

    /// - Parameter repeats: whether something was left out or replaced already.
    init(_ database: Database, repetition: Repetition = .ignored, repeats: Bool = false) throws {
        self.database = database
        self.repetition = repetition
        // Older files say nothing of what newer ones hold.
        if case .superseding = repetition {
            gone = []
            self.repeats = true
        } else {
            gone = Set(try String.fetchAll(database, sql: "SELECT resource FROM deleted"))
            self.repeats = repeats
        }
    }

    // MARK: Files

    mutating func begin(_ file: SourceFiles.File) throws {
        try database.execute(
            sql: "INSERT INTO file (name, size, modified, digest) VALUES (?, ?, ?, '')", arguments: [file.name, file.size, file.modified])
        self.file = database.lastInsertedRowID
    }

    /// Ends a file, and says what it held.
    mutating func end(digest: String) throws {
        try database.execute(sql: "UPDATE file SET digest = ? WHERE id = ?", arguments: [digest, file])
        try flush()
    }

    private mutating func flush() throws {
        for type in resourceTypes {
            try database.execute(sql: "INSERT OR IGNORE INTO resource_type VALUES (?, ?)", arguments: [type, file])
        }
        for (issue, found) in issues {
            try database.execute(
                sql: "INSERT INTO issue VALUES (?, ?, ?, ?, ?)",
                arguments: [issue.kind.rawValue, issue.container, found.count, found.first, file])
        }
        resourceTypes = []
        issues = [:]
    }

    mutating func note(resourceType: String) { resourceTypes.insert(resourceType) }

    /// Counts something odd about a resource.
    /// - Parameter position: its file and line.
    mutating func note(_ kind: LoadIssue.Kind, of container: String, at position: String) {
        issues[IssueKey(kind: kind, container: container), default: (0, position)].count += 1
    }

    // MARK: Resources

    /// - Returns: whether it counts: not where another version of it does.
    mutating func write(_ patient: FHIRPatient) throws -> Bool {
        guard try !isGone("patient \(patient.id)") else { return false }
        let insert = try database.cachedStatement(sql: "INSERT OR IGNORE INTO patient VALUES (?, ?, ?, ?, ?)")
        let values: StatementArguments = [
            patient.id, patient.sex, patient.birthDate?.earliest.daysSinceEpoch, patient.birthDate?.latest.daysSinceEpoch, file,
        ]
        try insert.execute(arguments: values)
        if database.changesCount == 0 {
            guard try supersedes("DELETE FROM patient WHERE id = ?1 AND file <= ?2", [patient.id]) else { return false }
            try insert.execute(arguments: values)
        }
        try write(identifiersOf: patient)
        return true
    }

    /// Those of an older version of the patient go.
    private func write(identifiersOf patient: FHIRPatient) throws {
        try database.cachedStatement(sql: "DELETE FROM patient_identifier WHERE patient = ?").execute(arguments: [patient.id])
        let insert = try database.cachedStatement(sql: "INSERT INTO patient_identifier VALUES (?, ?, ?)")
        for identifier in Set(patient.identifiers) { try insert.execute(arguments: [patient.id, identifier.system, identifier.value]) }
    }

    mutating func write(medication id: String, _ codes: [FHIRCoding]) throws {
        guard try !isGone("medication \(id)") else { return }
        if try Bool.fetchOne(
            try database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM medication WHERE id = ? AND file <> ?)"), arguments: [id, file])
            ?? false
        {
            guard try supersedes("DELETE FROM medication WHERE id = ?1 AND file <= ?2", [id]) else { return }
        }
        let insert = try database.cachedStatement(sql: "INSERT INTO medication VALUES (?, ?, ?, ?)")
        for coding in codes { try insert.execute(arguments: [id, coding.system, coding.code, file]) }
    }

    /// Writes a record and its components; one that was written already is the same resource and counts once.
    /// - Parameter position: its file and line.
    mutating func write(_ records: [FHIREvent], at position: String) throws {
        guard let first = records.first else { return }
        guard try !isGone(first.key) else { return }
        for record in records {
            if try !insert(record) {
                guard record.key == first.key, try replaces(first) else { return note(.repeated, of: record.container, at: position) }
                guard try insert(record) else { return }
            }
            try writeParts(of: record, event: database.lastInsertedRowID)
        }
        if first.start == nil, first.age == nil { note(.withoutDate, of: first.container, at: position) }
    }

    /// A resource that is no event; no other version of it counts.
    mutating func write(excluded key: String) throws { try write(gone: key) { try $0.holds(event: key) } }

    /// What a newer version of a resource does not say any more.
    mutating func withdraw(_ key: String) throws {
        if case .superseding(let limit) = repetition { try remove(event: key, from: limit) }
    }

    /// A resource that is not there any more.
    mutating func write(deleted id: String, of type: String, in places: [BoundPlaces.Named]) throws {
        for named in places {
            let key = FHIREvent.key(named.name, id: id)
            try write(gone: key) { try $0.holds(event: key) }
        }
        if type == "Patient" { try write(gone: "patient \(id)") { try $0.holds("patient", id) } }
        if type == "Medication" { try write(gone: "medication \(id)") { try $0.holds("medication", id) } }
    }

    /// - Parameter holds: whether the store holds another version of it.
    private mutating func write(gone name: String, _ holds: (StoreWriter) throws -> Bool) throws {
        guard gone.insert(name).inserted else {
            // Two files say it, and the store keeps the first alone: without that one it would be forgotten.
            repeats = true
            if case .refused = repetition { throw RepeatedResource() }
            return
        }
        try database.cachedStatement(sql: "INSERT OR IGNORE INTO deleted VALUES (?, ?)").execute(arguments: [name, file])
        switch repetition {
        case .ignored: break
        case .refused: if try holds(self) { throw RepeatedResource() }
        case .superseding(let limit):
            if name.hasPrefix("patient ") {
                _ = try supersedes("DELETE FROM patient WHERE id = ?1 AND file <= ?2", [String(name.dropFirst("patient ".count))])
            } else if name.hasPrefix("medication ") {
                _ = try supersedes("DELETE FROM medication WHERE id = ?1 AND file <= ?2", [String(name.dropFirst("medication ".count))])
            } else {
                try remove(event: name, from: limit)
            }
        }
    }

    /// Whether a newer version of a resource says that it does not count.
    private mutating func isGone(_ name: String) throws -> Bool {
        guard gone.contains(name) else { return false }
        repeats = true
        if case .refused = repetition { throw RepeatedResource() }
        return true
    }

    private func holds(_ table: String, _ id: String) throws -> Bool {
        try Bool.fetchOne(
            try database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM \(table) WHERE id = ?)"), arguments: [id]) ?? false
    }

    private func holds(event key: String) throws -> Bool {
        try Bool.fetchOne(
            try database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM event WHERE container = ? AND key = ?)"),
            arguments: [String(key.prefix { $0 != "/" }), key]) ?? false
    }

    // MARK: Repetitions

    /// Takes out what stood there before this load, where that is what repetitions do.
    /// - Returns: whether something was taken out.
    private mutating func supersedes(_ statement: String, _ arguments: [String]) throws -> Bool {
        repeats = true
        switch repetition {
        case .ignored: return false
        case .refused: throw RepeatedResource()
        case .superseding(let limit):
            try database.cachedStatement(sql: statement).execute(arguments: StatementArguments(arguments) + [limit])
            return database.changesCount > 0
        }
    }

    private mutating func replaces(_ record: FHIREvent) throws -> Bool {
        repeats = true
        switch repetition {
        case .ignored: return false
        case .refused: throw RepeatedResource()
        case .superseding(let limit):
            let held = try Int64.fetchOne(
                try database.cachedStatement(sql: "SELECT file FROM event WHERE container = ? AND key = ?"),
                arguments: [record.container, record.key])
            guard let held, held <= limit else { return false }
            try remove(event: record.key, from: limit)
            return true
        }
    }

    /// Takes a record of older files out with its components, whose keys begin like its own.
    private mutating func remove(event key: String, from limit: Int64) throws {
        let container = String(key.prefix { $0 != "/" })
        let ids = try Int64.fetchAll(
            try database.cachedStatement(
                sql: "SELECT id FROM event WHERE container = ?1 AND (key = ?2 OR (key >= ?2 || '#' AND key < ?2 || '$')) AND file <= ?3"),
            arguments: [container, key, limit])
        for id in ids {
            repeats = true
            for statement in [
                "DELETE FROM series_coding WHERE series IN (SELECT id FROM series WHERE event = ?)", "DELETE FROM series WHERE event = ?",
                "DELETE FROM coding WHERE event = ?", "DELETE FROM event WHERE id = ?",
            ] { try database.cachedStatement(sql: statement).execute(arguments: [id]) }
        }
    }

    // MARK: Rows

    /// - Returns: false where there is one of its key already.
    private func insert(_ record: FHIREvent) throws -> Bool {
        try database.cachedStatement(sql: "INSERT OR IGNORE INTO event VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .execute(
                arguments: [
                    record.container, record.key, record.patient, record.start?.earliest.daysSinceEpoch,
                    record.start?.latest.daysSinceEpoch,
                    record.end?.earliest.daysSinceEpoch, record.end?.latest.daysSinceEpoch, record.number?.description, record.unit,
                    record.comparator, record.medication, record.study, record.visit, record.specimen, record.age?.text, file,
                ])
        return database.changesCount > 0
    }

    private func writeParts(of record: FHIREvent, event: Int64) throws {
        let codings = try database.cachedStatement(sql: "INSERT INTO coding VALUES (?, ?, ?, ?, NULL)")
        for coding in record.concepts { try codings.execute(arguments: [event, "concept", coding.system, coding.code]) }
        for coding in record.values { try codings.execute(arguments: [event, "value", coding.system, coding.code]) }
        for part in record.series {
            try database.cachedStatement(sql: "INSERT INTO series VALUES (NULL, ?, ?)").execute(arguments: [event, part.uid])
            let row = database.lastInsertedRowID
            let seriesCodings = try database.cachedStatement(sql: "INSERT INTO series_coding VALUES (?, ?, ?, ?)")
            for (field, found) in part.codings {
                for coding in found { try seriesCodings.execute(arguments: [row, field, coding.system, coding.code]) }
            }
        }
    }

    /// Ends the load: resolves references, makes the indexes, and says what was loaded.
    /// - Parameter meaning: all that decides what a file becomes in the store.
    mutating func finish(fingerprint: String, meaning: String = "") throws {
        try flush()
        try database.execute(sql: StoreSchema.medications)
        try database.execute(sql: StoreSchema.indexes)
        try PatientAge.settle(in: database)
        try database.execute(sql: StoreSchema.brokenReferences)
        try database.execute(sql: "INSERT INTO load VALUES (?, ?, ?)", arguments: [fingerprint, meaning, repeats])
    }
}

/// A resource has the type and id of one that was loaded before, so that the files have to be read in their order.
struct RepeatedResource: Error {}
