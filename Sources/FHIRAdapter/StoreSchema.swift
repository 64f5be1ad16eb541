import CohortPlan
import GRDB

/// The tables of the adapter's own store.
///
/// Everything knows the file that it came from, so that one file can be taken out and put in again. `deleted` holds what is not there any more, or
/// is no event, so that no other version of it counts. `coding.role` is `concept` for what a record is of and `value` for its coded value. Dates are days since 1970-01-01.
enum StoreSchema {
    /// Changes with the tables, or with what is written to them.
    static let version = 3

    static let tables = """
        CREATE TABLE load (fingerprint TEXT NOT NULL, meaning TEXT NOT NULL, repeats INTEGER NOT NULL);
        CREATE TABLE file (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, modified REAL NOT NULL, digest TEXT NOT NULL
        );
        CREATE TABLE resource_type (name TEXT NOT NULL, file INTEGER NOT NULL, PRIMARY KEY (name, file)) WITHOUT ROWID;
        CREATE TABLE issue (kind TEXT NOT NULL, container TEXT NOT NULL, records INTEGER NOT NULL, first TEXT NOT NULL, file INTEGER);
        CREATE TABLE patient (
            id TEXT PRIMARY KEY, sex TEXT, birth_earliest INTEGER, birth_latest INTEGER, file INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE patient_identifier (patient TEXT NOT NULL, system TEXT NOT NULL, value TEXT NOT NULL);
        CREATE INDEX patient_identifier_by_patient ON patient_identifier (patient);
        CREATE TABLE event (
            id INTEGER PRIMARY KEY, container TEXT NOT NULL, key TEXT NOT NULL, patient TEXT NOT NULL, start_earliest INTEGER,
            start_latest INTEGER, end_earliest INTEGER, end_latest INTEGER, number TEXT, unit TEXT, comparator TEXT,
            medication TEXT, study TEXT, visit TEXT, specimen TEXT, age TEXT, file INTEGER NOT NULL, UNIQUE (container, key)
        );
        CREATE TABLE coding (event INTEGER NOT NULL, role TEXT NOT NULL, system TEXT NOT NULL, code TEXT NOT NULL, via TEXT);
        CREATE TABLE medication (id TEXT NOT NULL, system TEXT NOT NULL, code TEXT NOT NULL, file INTEGER NOT NULL);
        CREATE INDEX medication_by_id ON medication (id);
        CREATE TABLE series (id INTEGER PRIMARY KEY, event INTEGER NOT NULL, uid TEXT);
        CREATE TABLE series_coding (series INTEGER NOT NULL, field TEXT NOT NULL, system TEXT NOT NULL, code TEXT NOT NULL);
        CREATE TABLE deleted (resource TEXT PRIMARY KEY, file INTEGER NOT NULL) WITHOUT ROWID;
        """

    static let indexes = """
        CREATE INDEX coding_by_code ON coding (role, system, code, event);
        CREATE INDEX IF NOT EXISTS patient_identifier_by_system ON patient_identifier (system);
        CREATE INDEX IF NOT EXISTS coding_by_event ON coding (event, role, system, code);
        CREATE INDEX IF NOT EXISTS series_by_event ON series (event);
        CREATE INDEX IF NOT EXISTS series_coding_by_series ON series_coding (series, field, system, code);
        """

    /// What follows from all files together is found anew.
    static let withoutConclusions = """
        DROP INDEX IF EXISTS coding_by_code;
        DELETE FROM coding WHERE via IS NOT NULL;
        DELETE FROM issue WHERE file IS NULL;
        DELETE FROM load;
        """

    /// Takes out what came from a file (`?1`).
    static let withoutFile = [
        "DELETE FROM coding WHERE event IN (SELECT id FROM event WHERE file = ?1)",
        "DELETE FROM series_coding WHERE series IN (SELECT series.id FROM event JOIN series ON series.event = event.id WHERE file = ?1)",
        "DELETE FROM series WHERE event IN (SELECT id FROM event WHERE file = ?1)",
        "DELETE FROM patient_identifier WHERE patient IN (SELECT id FROM patient WHERE file = ?1)",
        "DELETE FROM event WHERE file = ?1", "DELETE FROM patient WHERE file = ?1", "DELETE FROM medication WHERE file = ?1",
        "DELETE FROM resource_type WHERE file = ?1", "DELETE FROM issue WHERE file = ?1", "DELETE FROM deleted WHERE file = ?1",
        "DELETE FROM file WHERE id = ?1",
    ]

    /// Gives each record the codes of the Medication that it refers to.
    static let medications = """
        INSERT INTO coding (event, role, system, code, via)
            SELECT DISTINCT event.id, 'concept', medication.system, medication.code, medication.id
            FROM event JOIN medication ON medication.id = event.medication;
        """

    /// Counts the references that lead nowhere.
    static let brokenReferences = """
        INSERT INTO issue
            SELECT '\(LoadIssue.Kind.withoutMedication.rawValue)', container, count(*), min(key), NULL FROM event
            WHERE medication IS NOT NULL AND NOT EXISTS (SELECT 1 FROM medication WHERE medication.id = event.medication)
            GROUP BY container;
        INSERT INTO issue
            SELECT '\(LoadIssue.Kind.ofMissingPatient.rawValue)', container, count(*), min(key), NULL FROM event
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
        resourceTypes = Set(try String.fetchAll(database, sql: "SELECT DISTINCT name FROM resource_type"))
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
