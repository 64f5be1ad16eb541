import CohortPlan
import Execution

/// Reads rows of patient, study, series and day, then the columns of the tests; gathers them to studies or series.
struct ImageReader: Sendable {
    let table: String
    /// For a study, each must hold for some one series; for a series, the one that must hold for it.
    let groups: [[SeriesTest]]
    let isOfStudies: Bool
    /// The position of the visit, where the plan asks for it.
    let visitColumn: Int?

    /// One row.
    struct Series: Sendable {
        let patient: String
        let study: String?
        let uid: String?
        let start: DateRange?
        let visit: String?
        /// By group.
        let truths: [Truth]
    }

    func series(in row: any SQLRow) -> Series? {
        guard let patient = OMOPValue.text(row[0]) else { return nil }
        return Series(
            patient: patient, study: OMOPValue.code(row[1]), uid: OMOPValue.code(row[2]), start: OMOPValue.date(row[3]),
            visit: visitColumn.flatMap { OMOPValue.code(row[$0]) },
            truths: groups.map { tests in tests.map { $0.truth(in: row) }.conjunction })
    }

    func events(from rows: [Series]) -> [SourceEvent] {
        let studies = Dictionary(grouping: rows) { StudyKey(patient: $0.patient, study: $0.study, start: $0.study == nil ? $0.start : nil) }
        return studies.values.flatMap { rows in isOfStudies ? study(rows).map { [$0] } ?? [] : series(rows) }
    }

    /// Rows without a study's UID are one study when they are of the same patient and day.
    private struct StudyKey: Hashable {
        let patient: String
        let study: String?
        let start: DateRange?
    }

    private func study(_ rows: [Series]) -> SourceEvent? {
        guard let first = rows.first else { return nil }
        let truth = groups.indices.map { group in rows.map { $0.truths[group] }.disjunction }.conjunction
        guard truth != .no else { return nil }
        let matching = rows.filter { groups.isEmpty || $0.truths.contains(.yes) }
        return SourceEvent(
            patient: first.patient, key: first.study ?? unnamed(first), start: day(of: rows), isCertain: truth == .yes, study: first.study,
            series: Set(matching.compactMap(\.uid)).sorted(), visit: visit(of: rows))
    }

    /// The one visit that all rows name.
    private func visit(of rows: [Series]) -> String? {
        let visits = Set(rows.map(\.visit))
        return visits.count == 1 ? visits.first ?? nil : nil
    }

    /// The series of one study; several rows of one series are alternatives.
    private func series(_ rows: [Series]) -> [SourceEvent] {
        let start = day(of: rows)
        let named = Dictionary(grouping: rows.filter { $0.uid != nil }, by: \.uid)
        let unnamedRows = rows.filter { $0.uid == nil }.enumerated().map { number, row in
            event(row, key: "\(row.study ?? unnamed(row))/\(number)", truth: row.truths.conjunction, start: start)
        }
        let namedRows = named.values.map { rows in
            rows.first.flatMap { first in
                event(first, key: first.uid ?? unnamed(first), truth: rows.map(\.truths.conjunction).disjunction, start: start)
            }
        }
        return (unnamedRows + namedRows).compactMap(\.self)
    }

    private func event(_ row: Series, key: String, truth: Truth, start: DateRange?) -> SourceEvent? {
        guard truth != .no else { return nil }
        return SourceEvent(
            patient: row.patient, key: key, start: start, isCertain: truth == .yes, study: row.study, series: row.uid.map { [$0] } ?? [],
            visit: row.visit)
    }

    private func unnamed(_ row: Series) -> String { "\(table)/\(row.patient)/\(row.start?.earliest.description ?? "")" }

    /// The day of a study: the first that any of its rows gives.
    private func day(of rows: [Series]) -> DateRange? {
        rows.compactMap(\.start).min { ($0.earliest, $0.latest) < ($1.earliest, $1.latest) }
    }
}
