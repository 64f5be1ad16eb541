import CohortPlan
import GRDB

/// Writes records to the store, within the transaction that it was made in.
struct StoreWriter {
    private let database: Database
    private let patients, events, codings, medications, series, seriesCodings: Statement
    private var resourceTypes: Set<String> = []
    private var issues: [IssueKey: (count: Int, first: String)] = [:]

    private struct IssueKey: Hashable {
        let kind: LoadIssue.Kind
        let container: String
    }

    init(_ database: Database) throws {
        self.database = database
        try database.execute(sql: StoreSchema.tables)
        patients = try database.makeStatement(sql: "INSERT OR IGNORE INTO patient VALUES (?, ?, ?, ?)")
        events = try database.makeStatement(
            sql: "INSERT OR IGNORE INTO event VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        codings = try database.makeStatement(sql: "INSERT INTO coding VALUES (?, ?, ?, ?)")
        medications = try database.makeStatement(sql: "INSERT INTO medication VALUES (?, ?, ?)")
        series = try database.makeStatement(sql: "INSERT INTO series VALUES (NULL, ?, ?)")
        seriesCodings = try database.makeStatement(sql: "INSERT INTO series_coding VALUES (?, ?, ?, ?)")
    }

    mutating func note(resourceType: String) { resourceTypes.insert(resourceType) }

    /// Counts something odd about a resource.
    /// - Parameter position: its file and line.
    mutating func note(_ kind: LoadIssue.Kind, of container: String, at position: String) {
        issues[IssueKey(kind: kind, container: container), default: (0, position)].count += 1
    }

    func write(_ patient: FHIRPatient) throws {
        try patients.execute(
            arguments: [
                patient.id, patient.sex, patient.birthDate?.earliest.daysSinceEpoch, patient.birthDate?.latest.daysSinceEpoch,
            ])
    }

    func write(medication id: String, _ codes: [FHIRCoding]) throws {
        for coding in codes { try medications.execute(arguments: [id, coding.system, coding.code]) }
    }

    /// Writes a record and its components; one that was written already is the same resource and counts once.
    /// - Parameter position: its file and line.
    mutating func write(_ records: [FHIREvent], at position: String) throws {
        for record in records {
            try insert(record)
            guard database.changesCount > 0 else {
                note(.repeated, of: record.container, at: position)
                return
            }
            try writeParts(of: record, event: database.lastInsertedRowID)
        }
        if let record = records.first, record.start == nil { note(.withoutDate, of: record.container, at: position) }
    }

    private func insert(_ record: FHIREvent) throws {
        try events.execute(
            arguments: [
                record.container, record.key, record.patient, record.start?.earliest.daysSinceEpoch, record.start?.latest.daysSinceEpoch,
                record.end?.earliest.daysSinceEpoch, record.end?.latest.daysSinceEpoch, record.number?.description, record.unit,
                record.comparator, record.medication, record.study, record.visit, record.specimen,
            ])
    }

    private func writeParts(of record: FHIREvent, event: Int64) throws {
        for coding in record.concepts { try codings.execute(arguments: [event, "concept", coding.system, coding.code]) }
        for coding in record.values { try codings.execute(arguments: [event, "value", coding.system, coding.code]) }
        for part in record.series {
            try series.execute(arguments: [event, part.uid])
            let row = database.lastInsertedRowID
            for (field, found) in part.codings {
                for coding in found { try seriesCodings.execute(arguments: [row, field, coding.system, coding.code]) }
            }
        }
    }

    /// Ends the load: resolves references, makes the indexes, and says what was loaded.
    func finish(fingerprint: String) throws {
        for type in resourceTypes { try database.execute(sql: "INSERT INTO resource_type VALUES (?)", arguments: [type]) }
        try database.execute(sql: StoreSchema.medications)
        try database.execute(sql: StoreSchema.indexes)
        for (issue, found) in issues {
            try database.execute(
                sql: "INSERT INTO issue VALUES (?, ?, ?, ?)",
                arguments: [issue.kind.rawValue, issue.container, found.count, found.first])
        }
        try database.execute(sql: StoreSchema.brokenReferences)
        try database.execute(sql: "INSERT INTO load VALUES (?)", arguments: [fingerprint])
    }
}
