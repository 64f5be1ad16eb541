import CohortPlan
import Execution
import GRDB

/// Reads rows of patient, study, first and last possible day, the series' row and UID, then the elements of the tests;
/// gathers them to studies or series.
struct ImageReader: Sendable {
    /// For a study, each must hold for some one series; for a series, the one that must hold for it.
    let groups: [[SeriesTest]]
    let isOfStudies: Bool

    static let columns = "e.patient, e.study, e.start_earliest, e.start_latest, s.id, s.uid"
    /// The position of the first element of the tests.
    static let firstElement = 6

    /// One row.
    struct Series: Sendable {
        let patient: String
        let study: String
        let start: DateRange?
        let visit: String?
        /// False for a study without series.
        let isThere: Bool
        /// Nil for series that are not listed.
        let uid: String?
        /// By group.
        let truths: [Truth]
    }

    func series(in row: Row) -> Series? {
        guard let patient = row[0] as String?, let study = row[1] as String? else { return nil }
        let isThere = row[4] as Int64? != nil
        return Series(
            patient: patient, study: study, start: StoreDate.range(row[2], row[3]), visit: row[RecordReader.visit], isThere: isThere,
            uid: row[5],
            truths: groups.map { tests in isThere ? tests.map { $0.truth(in: row) }.conjunction : .no })
    }

    func events(from rows: [Series]) -> [SourceEvent] {
        Dictionary(grouping: rows) { StudyKey(patient: $0.patient, uid: $0.study) }.values.flatMap { rows in
            isOfStudies ? study(rows).map { [$0] } ?? [] : series(rows)
        }
    }

    /// Several resources with one UID are one study.
    private struct StudyKey: Hashable {
        let patient: String
        let uid: String
    }

    private func study(_ rows: [Series]) -> SourceEvent? {
        guard let first = rows.first else { return nil }
        let truth = groups.indices.map { group in rows.map { $0.truths[group] }.disjunction }.conjunction
        guard truth != .no else { return nil }
        let matching = rows.filter { groups.isEmpty || $0.truths.contains(.yes) }
        return SourceEvent(
            patient: first.patient, key: first.study, start: day(of: rows), isCertain: truth == .yes, study: first.study,
            series: Set(matching.compactMap(\.uid)).sorted(), visit: visit(of: rows))
    }

    /// The one visit that all resources of a study name.
    private func visit(of rows: [Series]) -> String? {
        let visits = Set(rows.map(\.visit))
        return visits.count == 1 ? visits.first ?? nil : nil
    }

    /// The series of one study; several rows of one series are alternatives.
    private func series(_ rows: [Series]) -> [SourceEvent] {
        let start = day(of: rows)
        return Dictionary(grouping: rows.filter(\.isThere), by: \.uid).values.compactMap { rows in
            guard let first = rows.first else { return nil }
            let truth = rows.map(\.truths.conjunction).disjunction
            guard truth != .no else { return nil }
            // How many series are not listed is unknown, so they are at most a possible match.
            return SourceEvent(
                patient: first.patient, key: first.uid ?? "\(first.study)/", start: start, isCertain: truth == .yes && first.uid != nil,
                study: first.study, series: first.uid.map { [$0] } ?? [], visit: visit(of: rows))
        }
    }

    /// The day of a study: the first that any of its resources gives.
    private func day(of rows: [Series]) -> DateRange? {
        rows.compactMap(\.start).min { ($0.earliest, $0.latest) < ($1.earliest, $1.latest) }
    }
}
