import CohortPlan
import GRDB

/// Writes records to the store, within the transaction that it was made in.
struct StoreWriter {
    private let database: Database
    private let patients, events, codings, medications, series, seriesCodings: Statement
    private var resources: [String: Int] = [:]
    private var tallies: [String: Tally] = [:]

    /// What a place's records lack.
    private struct Tally {
        var withoutPatient = 0
        var withoutDate = 0
        var repeated = 0
    }

    init(_ database: Database) throws {
        self.database = database
        try database.execute(sql: StoreSchema.tables)
        patients = try database.makeStatement(sql: "INSERT OR IGNORE INTO patient VALUES (?, ?, ?, ?)")
        events = try database.makeStatement(
            sql: "INSERT OR IGNORE INTO event VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        codings = try database.makeStatement(sql: "INSERT INTO coding VALUES (?, ?, ?, ?)")
        medications = try database.makeStatement(sql: "INSERT INTO medication VALUES (?, ?, ?)")
        series = try database.makeStatement(sql: "INSERT INTO series VALUES (NULL, ?, ?)")
        seriesCodings = try database.makeStatement(sql: "INSERT INTO series_coding VALUES (?, ?, ?, ?)")
    }

    mutating func countResource(_ type: String) { resources[type, default: 0] += 1 }

    mutating func countWithoutPatient(_ container: String) { tallies[container, default: Tally()].withoutPatient += 1 }

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
    mutating func write(_ records: [FHIREvent]) throws {
        for record in records {
            try insert(record)
            guard database.changesCount > 0 else {
                tallies[record.container, default: Tally()].repeated += 1
                return
            }
            if record.start == nil { tallies[record.container, default: Tally()].withoutDate += 1 }
            try writeParts(of: record, event: database.lastInsertedRowID)
        }
    }

    private func insert(_ record: FHIREvent) throws {
        try events.execute(
            arguments: [
                record.container, record.key, record.patient, record.start?.earliest.daysSinceEpoch, record.start?.latest.daysSinceEpoch,
                record.end?.earliest.daysSinceEpoch, record.end?.latest.daysSinceEpoch, record.number?.description, record.unit,
                record.comparator, record.number != nil || !record.values.isEmpty, record.medication, record.study,
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
    func finish(_ places: BoundPlaces, fingerprint: String) throws {
        for (type, count) in resources {
            try database.execute(sql: "INSERT INTO resource_type VALUES (?, ?)", arguments: [type, count])
        }
        for name in places.events.values.joined().map(\.name) {
            let tally = tallies[name] ?? Tally()
            try database.execute(
                sql: "INSERT INTO container VALUES (?, ?, ?, ?, 0)",
                arguments: [name, tally.withoutPatient, tally.withoutDate, tally.repeated])
        }
        try database.execute(sql: "CREATE INDEX medication_by_id ON medication (id)")
        try database.execute(sql: StoreSchema.medications)
        try database.execute(sql: StoreSchema.indexes)
        try database.execute(sql: "INSERT INTO load VALUES (?)", arguments: [fingerprint])
    }
}
