import Diagnostics
import Execution
import Synchronization

/// What an archive's searches were seen to tell, by tag. Found out once, by asking.
///
/// PS3.18 lets a search return more attributes than it demands, when asked by `includefield`; which ones is each archive's own affair,
/// and an attribute that is not in an answer looks the same as one that no image has.
final class ArchiveProfile: Sendable {
    enum Route: Sendable, Hashable {
        /// The search for series tells it.
        case series
        /// The search for images tells it.
        case images
        /// Only the metadata of images tells it.
        case metadata
    }

    private let routes = Mutex<[String: Route]>([:])

    /// How many series are looked at to find out.
    private static let sample = 25
    /// How many of these are looked at image by image.
    private static let closeLooks = 3

    /// Finds out how tags are told, as far as that is not known yet.
    /// - Returns: for each tag the way to it. For one that no image of the sample has: the way that the standard gives.
    func routes(
        to tags: [String], ofImages imageTags: Set<String>, _ server: DICOMwebServer, _ fields: ArchiveFields
    ) async throws(SourceFailure) -> [String: Route] {
        let known = routes.withLock { $0 }
        // What lies in the items of sequences is read with the images that have such sequences, whatever a search would tell of it.
        let open = tags.filter { known[$0] == nil && TagPath($0) == nil }
        if !open.isEmpty {
            let found = try await look(for: open, imageTags, server, fields)
            routes.withLock { routes in routes.merge(found) { _, new in new } }
        }
        let settled = routes.withLock { $0 }
        return Dictionary(
            tags.map { ($0, settled[$0] ?? (imageTags.contains($0) || TagPath($0) != nil ? .images : .series)) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Sees to it that the search for series says who issued a Patient ID, where that matters.
    /// - Throws: for an archive whose images say it and whose search does not, so that everybody would seem to be of one authority.
    func requireIssuers(_ server: DICOMwebServer, _ fields: ArchiveFields) async throws(SourceFailure) {
        let tags = fields.issuerTags
        guard !tags.isEmpty else { return }
        let routes = try await routes(to: tags, ofImages: [], server, fields)
        guard tags.allSatisfy({ routes[$0] == .series }) else {
            throw server.failure(
                "N0490", "the archive of `\(server.source)` does not say in its searches who issued a Patient ID",
                help: "have its search for series return (0010,0021), or index its files as a folder")
        }
    }

    private func look(
        for tags: [String], _ imageTags: Set<String>, _ server: DICOMwebServer, _ fields: ArchiveFields
    ) async throws(SourceFailure) -> [String: Route] {
        let all = fields.tags + tags
        let sample = try await server.search(
            "/series", PagedSearch.query(tags, limit: ArchiveProfile.sample, offset: 0), tags: all)
        guard !sample.isEmpty else { return [:] }
        guard sample.contains(where: { $0[fields.patient] != .absent }) else {
            throw server.failure(
                "N0427", "the archive of `\(server.source)` does not say whose its series are",
                help: "check its DICOMweb plugin: a search for all series tells the attributes of patient and study as well")
        }
        var routes: [String: Route] = [:]
        var open: Set<String> = []
        for tag in tags {
            if !imageTags.contains(tag), sample.contains(where: { $0[tag] != .absent }) { routes[tag] = .series } else { open.insert(tag) }
        }
        for record in sample.compactMap({ SeriesRecord($0, fields) }).prefix(ArchiveProfile.closeLooks) where !open.isEmpty {
            let wanted = open.sorted()
            let searched = try await server.search(
                record.path + "/instances", PagedSearch.query(wanted, limit: 1, offset: 0), tags: wanted + [Self.instanceUID])
            guard let image = searched.first, let uid = image[Self.instanceUID].first else { continue }
            let metadata = try await server.metadata(record.path + "/instances/" + uid.percentEncoded, tags: wanted)
            for tag in wanted where metadata.contains(where: { $0[tag] != .absent }) {
                routes[tag] = image[tag] == .absent ? .metadata : .images
                open.remove(tag)
            }
        }
        return routes
    }

    /// SOP Instance UID.
    static let instanceUID = "00080018"
    /// Series Instance UID.
    static let seriesUID = "0020000E"
}
