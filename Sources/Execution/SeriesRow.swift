public import CohortPlan

/// One series of images as a source recorded it, with what it says to each group of tests of a request.
public struct SeriesRow: Hashable, Sendable {
    /// The identifier that all sources of the node share.
    public let patient: String
    /// The Study Instance UID.
    public let study: String
    /// The Series Instance UID.
    public let uid: String
    /// When the study began.
    public let start: DateRange?
    /// By group of tests.
    public let truths: [Truth]

    public init(patient: String, study: String, uid: String, start: DateRange?, truths: [Truth]) {
        self.patient = patient
        self.study = study
        self.uid = uid
        self.start = start
        self.truths = truths
    }
}

extension EventRequest {
    /// The groups of tests that a source of images puts its series to: for studies each must hold for some one series, for series
    /// there is one, which must hold for the series itself.
    public var seriesTests: [[AttributeTest]] { kind == .imagingSeries ? [attributes] : havingSeries }

    /// The studies or series that this request finds among series.
    /// - Parameter rows: all series of the source, each once, whether they pass or not; by group of ``seriesTests``.
    public func events(from rows: some Sequence<SeriesRow>) -> [SourceEvent] {
        let studies = Dictionary(grouping: rows) { StudyKey(patient: $0.patient, study: $0.study) }
        return studies.values.flatMap { rows in kind == .imagingStudy ? study(rows).map { [$0] } ?? [] : series(rows) }
    }

    private struct StudyKey: Hashable {
        let patient: String
        let study: String
    }

    private func study(_ rows: [SeriesRow]) -> SourceEvent? {
        guard let first = rows.first else { return nil }
        let truth = havingSeries.indices.map { group in rows.map { $0.truths[group] }.disjunction }.conjunction
        guard truth != .no else { return nil }
        let matching = rows.filter { havingSeries.isEmpty || $0.truths.contains(.yes) }
        return SourceEvent(
            patient: first.patient, key: first.study, start: day(of: rows), isCertain: truth == .yes, study: first.study,
            series: Set(matching.map(\.uid)).sorted())
    }

    private func series(_ rows: [SeriesRow]) -> [SourceEvent] {
        let start = day(of: rows)
        return rows.compactMap { row in
            let truth = row.truths.conjunction
            guard truth != .no else { return nil }
            return SourceEvent(
                patient: row.patient, key: row.uid, start: start, isCertain: truth == .yes, study: row.study, series: [row.uid])
        }
    }

    /// The day of a study: the first that any of its series gives.
    private func day(of rows: [SeriesRow]) -> DateRange? {
        rows.compactMap(\.start).min { ($0.earliest, $0.latest) < ($1.earliest, $1.latest) }
    }
}
