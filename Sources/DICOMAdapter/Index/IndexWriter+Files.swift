import CohortPlan
import Foundation
import GRDB

/// What an index of a folder knows of its files: a series is what its files say together.
extension IndexWriter {
    /// Whether a file stands in the index as it is.
    func hasFile(_ path: String, size: Int64, modified: Int64) throws -> Bool {
        try queue.read { database in
            let statement = try database.cachedStatement(
                sql: "SELECT EXISTS (SELECT 1 FROM file WHERE path = ? AND size = ? AND modified = ?)")
            return try Bool.fetchOne(statement, arguments: [path, size, modified]) ?? false
        }
    }

    /// The paths after one, in order.
    func files(after path: String, limit: Int) throws -> [String] {
        try queue.read {
            try String.fetchAll($0, sql: "SELECT path FROM file WHERE path > ? ORDER BY path LIMIT ?", arguments: [path, limit])
        }
    }

    func removeFiles(_ paths: [String]) throws {
        try transaction { database in
            let find = try database.cachedStatement(sql: "SELECT series FROM file WHERE path = ? AND series IS NOT NULL")
            let delete = try database.cachedStatement(sql: "DELETE FROM file WHERE path = ?")
            var touched: Set<Int64> = []
            for path in paths {
                if let series = try Int64.fetchOne(find, arguments: [path]) { touched.insert(series) }
                try delete.execute(arguments: [path])
            }
            try gather(touched, in: database)
        }
    }

    /// The row of a series, made where there is none; what it says is for ``gather(_:in:)`` to write.
    func place(_ series: IndexedSeries, in database: Database) throws -> Int64 {
        let study = try study(series.study, of: try patient(series.patient, in: database), in: database)
        let find = try database.cachedStatement(sql: "SELECT id FROM series WHERE study = ? AND uid = ?")
        if let id = try Int64.fetchOne(find, arguments: [study, series.uid]) { return id }
        try database.cachedStatement(sql: "INSERT INTO series (study, uid, profile, person) VALUES (?, ?, ?, 0)").execute(
            arguments: [study, series.uid, try profile(of: series.evidence, in: database)])
        return database.lastInsertedRowID
    }

    /// Writes of each series what its files say together; one that has no file any more goes.
    func gather(_ ids: Set<Int64>, in database: Database) throws {
        var written: [IndexedSeries] = []
        var empty: [Int64] = []
        for id in ids.sorted() {
            if let series = try gathered(id, in: database) { written.append(series) } else { empty.append(id) }
        }
        _ = try write(written, in: database)
        try remove(empty, in: database)
    }

    private func gathered(_ id: Int64, in database: Database) throws -> IndexedSeries? {
        let files = try database.cachedStatement(
            sql: """
                SELECT DISTINCT profile.content, person.content, file.earliest, file.latest FROM file JOIN profile ON profile.id = file.image
                JOIN person ON person.id = file.person WHERE file.series = ?
                """)
        let rows = try Row.fetchAll(files, arguments: [id])
        let place = try database.cachedStatement(
            sql: """
                SELECT patient.name, study.uid, series.uid FROM series JOIN study ON study.id = series.study
                JOIN patient ON patient.id = study.patient WHERE series.id = ?
                """)
        guard !rows.isEmpty, let key = try Row.fetchOne(place, arguments: [id]) else { return nil }
        var images: Set<DICOMJSONObject> = []
        var persons: (sexes: Set<String>, births: Set<String>) = ([], [])
        var start: DateRange?
        for row in rows {
            images.formUnion(try IndexContent.evidence(row[0]).images)
            let person = try IndexContent.person(row[1])
            persons = (persons.sexes.union(person.sexes), persons.births.union(person.births))
            guard let earliest = row[2] as Int?, let latest = row[3] as Int? else { continue }
            let range = DateRange(CalendarDate(daysSinceEpoch: earliest), CalendarDate(daysSinceEpoch: latest))
            start = start.map { ($0.earliest, $0.latest) <= (range.earliest, range.latest) ? $0 : range } ?? range
        }
        return IndexedSeries(
            patient: key[0], study: key[1], uid: key[2], sexes: persons.sexes, births: persons.births, start: start, listing: nil,
            evidence: SeriesEvidence(series: DICOMJSONObject([:]), images: images))
    }
}
