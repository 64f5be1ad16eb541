import CohortPlan
import GRDB

/// The tables of the adapter's own store.
///
/// `coding.role` is `concept` for what a record is of and `value` for its coded value. Dates are days since 1970-01-01.
enum StoreSchema {
    /// Changes with the tables, or with what is written to them.
    static let version = 3

    static let tables = """
        CREATE TABLE load (fingerprint TEXT NOT NULL);
        CREATE TABLE resource_type (name TEXT PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE issue (kind TEXT NOT NULL, container TEXT NOT NULL, records INTEGER NOT NULL, first TEXT NOT NULL);
        CREATE TABLE patient (id TEXT PRIMARY KEY, sex TEXT, birth_earliest INTEGER, birth_latest INTEGER) WITHOUT ROWID;
        CREATE TABLE event (
            id INTEGER PRIMARY KEY, container TEXT NOT NULL, key TEXT NOT NULL, patient TEXT NOT NULL, start_earliest INTEGER,
            start_latest INTEGER, end_earliest INTEGER, end_latest INTEGER, number TEXT, unit TEXT, comparator TEXT,
            medication TEXT, study TEXT, visit TEXT, specimen TEXT, UNIQUE (container, key)
        );
        CREATE TABLE coding (event INTEGER NOT NULL, role TEXT NOT NULL, system TEXT NOT NULL, code TEXT NOT NULL);
        CREATE TABLE medication (id TEXT NOT NULL, system TEXT NOT NULL, code TEXT NOT NULL);
        CREATE TABLE series (id INTEGER PRIMARY KEY, event INTEGER NOT NULL, uid TEXT);
        CREATE TABLE series_coding (series INTEGER NOT NULL, field TEXT NOT NULL, system TEXT NOT NULL, code TEXT NOT NULL);
        """

    static let indexes = """
        CREATE INDEX coding_by_code ON coding (role, system, code, event);
        CREATE INDEX coding_by_event ON coding (event, role, system, code);
        CREATE INDEX series_by_event ON series (event);
        CREATE INDEX series_coding_by_series ON series_coding (series, field, system, code);
        """

    /// Gives each record the codes of the Medication that it refers to.
    static let medications = """
        CREATE INDEX medication_by_id ON medication (id);
        INSERT INTO coding (event, role, system, code)
            SELECT DISTINCT event.id, 'concept', medication.system, medication.code
            FROM event JOIN medication ON medication.id = event.medication;
        """

    /// Counts the references that lead nowhere.
    static let brokenReferences = """
        INSERT INTO issue
            SELECT '\(LoadIssue.Kind.withoutMedication.rawValue)', container, count(*), min(key) FROM event
            WHERE medication IS NOT NULL AND NOT EXISTS (SELECT 1 FROM medication WHERE medication.id = event.medication)
            GROUP BY container;
        INSERT INTO issue
            SELECT '\(LoadIssue.Kind.ofMissingPatient.rawValue)', container, count(*), min(key) FROM event
            WHERE NOT EXISTS (SELECT 1 FROM patient WHERE patient.id = event.patient) GROUP BY container;
        """
}

/// What a store says of the export as a whole.
struct StoreContents: Sendable, Hashable {
    /// The types of which the export holds resources.
    let resourceTypes: Set<String>
    /// The places some records of which refer to a Medication that the export does not hold.
    let placesWithUnresolvedMedications: Set<String>
    let issues: [LoadIssue]

    /// What a server can be searched for.
    init(served types: Set<String>) {
        resourceTypes = types
        placesWithUnresolvedMedications = []
        issues = []
    }

    init(reading database: Database) throws {
        resourceTypes = Set(try String.fetchAll(database, sql: "SELECT name FROM resource_type"))
        issues = try LoadIssue.all(reading: database)
        placesWithUnresolvedMedications = Set(issues.filter { $0.kind == .withoutMedication }.map(\.container))
    }
}

/// How a range of days is read from two columns.
enum StoreDate {
    static func range(_ earliest: Int?, _ latest: Int?) -> DateRange? {
        guard let earliest, let latest else { return nil }
        return DateRange(CalendarDate(daysSinceEpoch: earliest), CalendarDate(daysSinceEpoch: latest))
    }
}
