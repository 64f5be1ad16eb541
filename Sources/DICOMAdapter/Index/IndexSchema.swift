/// The tables of a tag index.
///
/// A *profile* is what a series or an image says, without repetition: a hospital with millions of series has some thousands of them, so that a
/// question compares these and looks up the series that have the right ones. Dates are days since 1970-01-01. A Patient ID that is missing is
/// the empty text. The series of a study are few, hence no second copy of their UIDs in an index.
enum IndexSchema {
    /// Changes with the tables, or with what is written to them.
    static let version = 1

    static let tables = """
        CREATE TABLE identity (fingerprint TEXT NOT NULL);
        CREATE TABLE pass (number INTEGER PRIMARY KEY, started INTEGER NOT NULL, completed INTEGER, unread INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE patient (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, person INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE person (id INTEGER PRIMARY KEY, content TEXT NOT NULL UNIQUE);
        CREATE TABLE study (
            id INTEGER PRIMARY KEY, patient INTEGER NOT NULL, uid TEXT NOT NULL, earliest INTEGER, latest INTEGER, UNIQUE (uid, patient)
        );
        CREATE INDEX study_by_patient ON study (patient);
        CREATE TABLE profile (id INTEGER PRIMARY KEY, content TEXT NOT NULL UNIQUE);
        CREATE TABLE series (
            id INTEGER PRIMARY KEY, study INTEGER NOT NULL, uid TEXT NOT NULL, profile INTEGER NOT NULL, person INTEGER NOT NULL,
            earliest INTEGER, latest INTEGER, listing INTEGER
        );
        CREATE INDEX series_by_study ON series (study);
        CREATE INDEX series_by_profile ON series (profile, study);
        CREATE TABLE file (
            path TEXT PRIMARY KEY, size INTEGER NOT NULL, modified INTEGER NOT NULL, series INTEGER, image INTEGER, person INTEGER,
            earliest INTEGER, latest INTEGER, note TEXT
        ) WITHOUT ROWID;
        CREATE INDEX file_by_series ON file (series, image);
        """
}
