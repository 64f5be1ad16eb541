import CohortPlan
import Execution

/// All that is known of one series: what the archive says of it as a whole, and what its images say.
package struct SeriesEvidence: Hashable, Sendable {
    let series: DICOMJSONObject
    /// Without repetition: only that they differ matters, not how many they are.
    let images: Set<DICOMJSONObject>

    package init(series: DICOMJSONObject, images: some Sequence<DICOMJSONObject>) {
        self.series = series
        self.images = Set(images)
    }

    /// What it says to each group of tests: what the archive says of the series counts before what its images say.
    func truths(of groups: [[SeriesTest]]) -> [Truth] {
        groups.map { group in group.map { $0.truth(in: series) ?? $0.truth(in: images) }.conjunction }
    }
}

/// What an execution reads series through: a live archive, or an index of one.
protocol SeriesReading: Sendable {
    /// Every patient who has a series.
    func people() async throws(SourceFailure) -> People
    /// The studies or series that a request finds.
    func events(of request: EventRequest, _ lowered: LoweredRequest) async throws(SourceFailure) -> [SourceEvent]
    /// What the series say to the groups of a request's tests. Those that say no to all of them may be left out, and each has its study's day.
    /// - Parameter patients: of whom; nil for all.
    func rows(of request: LoweredRequest, patients: PatientRestriction?) async throws(SourceFailure) -> [SeriesRow]
    /// How many series have no Patient ID.
    func orphans() async throws(SourceFailure) -> Int
}

extension SeriesReading {
    func events(of request: EventRequest, _ lowered: LoweredRequest) async throws(SourceFailure) -> [SourceEvent] {
        request.events(from: try await rows(of: lowered, patients: nil))
    }
}

/// The patients of a source, and what their studies say of them, as recorded.
struct People: Sendable {
    struct Facts: Hashable, Sendable {
        let sexes: Set<String>
        let births: Set<String>
    }

    var facts: [Facts] = []
    /// Each with the position of what is said of them.
    var members: [(id: String, facts: Int)] = []
}
