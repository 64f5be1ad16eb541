import CohortPlan
import Diagnostics
import Execution
import Hyperontology

/// The series of an archive as one execution sees them: read once, for all requests of its plan.
actor SeriesLibrary: SeriesReading {
    private let server: DICOMwebServer
    private let regions: CodedRegions
    private let reading: SharedReading<Contents>
    /// By where the archive serves the series.
    private var images: [String: [DICOMJSONObject]] = [:]

    struct Contents: Sendable {
        let series: [SeriesRecord]
        let routes: [String: ArchiveProfile.Route]
    }

    init(
        server: DICOMwebServer, fields: ArchiveFields, profile: ArchiveProfile, regions: CodedRegions, requests: [LoweredRequest]
    ) {
        self.server = server
        self.regions = regions
        // Each tag with whether it is read of images.
        var tags: [String: Bool] = [:]
        for request in requests {
            for tag in request.seriesTags { tags[tag] = tags[tag] ?? false }
            for tag in request.imageTags { tags[tag] = true }
        }
        let (all, ofImages) = (tags.keys.sorted(), Set(tags.filter(\.value).keys))
        reading = SharedReading {
            try await profile.requireIssuers(server, fields)
            let routes = try await profile.routes(to: all, ofImages: ofImages, server, fields)
            let told = routes.filter { $0.value == .series }.keys.sorted()
            return Contents(series: try await SeriesSearch(server: server, fields: fields, tags: told).run(), routes: routes)
        }
    }

    /// Every series.
    func contents() async throws(SourceFailure) -> Contents {
        do {
            return try await reading.value()
        } catch let failure as SourceFailure {
            throw failure
        } catch {
            throw server.failure("N0421", "the archive of `\(server.source)` was not read to the end", help: "ask again")
        }
    }

    func people() async throws(SourceFailure) -> People {
        let records = Dictionary(grouping: try await contents().series.filter { $0.patient != nil }) { $0.patient ?? "" }
        var people = People()
        for (id, records) in records {
            people.members.append((id, people.facts.count))
            people.facts.append(People.Facts(sexes: Set(records.compactMap(\.sex)), births: Set(records.compactMap(\.birthDate))))
        }
        return people
    }

    func orphans() async throws(SourceFailure) -> Int { try await contents().series.filter { $0.patient == nil }.count }

    func rows(of request: LoweredRequest, patients: PatientRestriction?) async throws(SourceFailure) -> [SeriesRow] {
        let contents = try await contents()
        let wanted = patients.map { Set($0.ids) }
        let imageTags = Set(contents.routes.filter { $0.value != .series }.keys)
        let owned = contents.series.filter { record in record.patient.map { wanted?.contains($0) ?? true } ?? false }
        // A group that the series itself fails is not asked of its images.
        let open = owned.filter { record in
            request.groups.contains { group in
                let early = group.map { $0.truth(in: record.attributes) }
                guard !early.contains(.no) else { return false }
                return zip(group, early).contains { test, truth in truth == nil && test.tags.contains(where: imageTags.contains) }
            }
        }
        try await fetchImages(of: open, contents.routes)
        return owned.compactMap { record in
            guard let patient = record.patient else { return nil }
            let evidence = SeriesEvidence(series: record.attributes, images: images[record.path] ?? [])
            return SeriesRow(
                patient: patient, study: record.study, uid: record.uid, start: record.start,
                truths: evidence.truths(of: request.groups))
        }
    }

    /// Every tag that the plan reads of images is fetched at once, so that another request finds them here.
    private func fetchImages(
        of series: [SeriesRecord], _ routes: [String: ArchiveProfile.Route]
    ) async throws(SourceFailure) {
        guard !series.isEmpty else { return }
        let missing = series.filter { images[$0.path] == nil }
        let tags = routes.filter { $0.value != .series }.keys.sorted()
        let search = ImageSearch(server: server, tags: tags, isTold: tags.allSatisfy { routes[$0] == .images }, regions: regions)
        images.merge(try await search.run(missing)) { _, new in new }
    }
}
