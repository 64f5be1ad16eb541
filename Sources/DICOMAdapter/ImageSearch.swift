import Diagnostics
import Execution

/// What the images of single series say: for what the search for series does not tell.
struct ImageSearch: Sendable {
    let server: DICOMwebServer
    let tags: [String]
    /// Whether the search for images tells them; else the metadata of every image is read, which is larger.
    let isTold: Bool

    private static let page = 5_000
    private static let atOnce = 6

    /// The images of each series, by where the archive serves it.
    func run(_ series: [SeriesRecord]) async throws(SourceFailure) -> [String: [DICOMJSONObject]] {
        do {
            return try await withThrowingTaskGroup(of: (String, [DICOMJSONObject]).self) { group in
                var found: [String: [DICOMJSONObject]] = [:]
                var waiting = series[...]
                func next() {
                    guard let record = waiting.popFirst() else { return }
                    group.addTask { (record.path, try await images(of: record)) }
                }
                for _ in 0..<ImageSearch.atOnce { next() }
                while let (path, images) = try await group.next() {
                    found[path] = images
                    next()
                }
                return found
            }
        } catch let failure as SourceFailure {
            throw failure
        } catch {
            throw server.failure("N0421", "the archive of `\(server.source)` was not read to the end", help: "ask again")
        }
    }

    private func images(of record: SeriesRecord) async throws(SourceFailure) -> [DICOMJSONObject] {
        guard isTold else { return try await server.metadata(record.path, tags: tags) }
        return try await PagedSearch(
            server: server, path: record.path + "/instances", tags: tags, identity: [ArchiveProfile.instanceUID], page: ImageSearch.page,
            expected: record.images
        ).run()
    }
}
