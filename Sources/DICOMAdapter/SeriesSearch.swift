import Diagnostics
import Execution

/// The search for all series of an archive, page by page (QIDO-RS, PS3.18 section 10.6).
///
/// Nothing is left to the archive to compare: real ones compare numbers as text, ignore what they do not know and then return
/// everything, and cannot tell a missing value from an empty one. They are asked for the attributes of every series, and the
/// comparing is done here.
struct SeriesSearch: Sendable {
    let server: DICOMwebServer
    let fields: ArchiveFields
    /// Tags beside those of ``fields``.
    let tags: [String]

    /// How many series are asked for at a time.
    static let page = 2_000
    /// More series than this are not held in memory at once.
    static let most = 2_000_000
    /// After so many pages of nothing new, one after the other, a pass has failed.
    private static let mostStale = 3
    /// How often to begin again where the archive changes while it is read.
    private static let attempts = 3

    /// Every series, each once.
    /// - Throws: ``Execution/SourceFailure`` rather than to return some of them.
    func run() async throws(SourceFailure) -> [SeriesRecord] {
        var earlier: [Identity]?
        for _ in 0..<SeriesSearch.attempts {
            let pass = try await readPages()
            // Pages overlap because series were stored or deleted meanwhile; or, twice alike, because the archive lists some twice.
            if pass.isWhole, !pass.hasOverlap || pass.identities == earlier { return pass.records }
            earlier = pass.identities
        }
        throw server.failure(
            "N0429", "the archive of `\(server.source)` changes faster than it can be read",
            help: "ask again when less is being stored there")
    }

    /// What tells series apart. The same series UID under two studies or patients happens, where files were made anonymous carelessly.
    private struct Identity: Hashable {
        let patient: String?
        let study: String?
        let series: String?
    }

    /// What one reading of all pages found.
    private struct Pass {
        var records: [SeriesRecord] = []
        /// In the order of the answers.
        var identities: [Identity] = []
        var seen: Set<Identity> = []
        /// Whether a page held something that an earlier one held.
        var hasOverlap = false
        /// Whether it came to an end.
        var isWhole = true
    }

    private func readPages() async throws(SourceFailure) -> Pass {
        var pass = Pass()
        var stale = 0
        while true {
            let page = try await page(offset: pass.identities.count)
            guard !page.isEmpty else { return pass }
            let identities = page.map { object in
                Identity(patient: object[fields.patient].first, study: object[fields.study].first, series: object[fields.series].first)
            }
            let known = Set(identities).intersection(pass.seen)
            pass.hasOverlap = pass.hasOverlap || !known.isEmpty
            stale = known.count == Set(identities).count ? stale + 1 : 0
            if stale == 1, try await ignoresOffset() {
                try checkCompleteness(page.count)
                pass.hasOverlap = false
                return pass
            }
            // It grows as fast as it is read: this pass will never end.
            if stale > SeriesSearch.mostStale {
                pass.isWhole = false
                return pass
            }
            for (object, identity) in zip(page, identities) where pass.seen.insert(identity).inserted {
                pass.records.append(try record(object))
            }
            pass.identities += identities
            guard pass.identities.count <= SeriesSearch.most else {
                throw server.failure(
                    "N0430", "the archive of `\(server.source)` holds more than \(SeriesSearch.most) series",
                    help: "this version reads all of them for each question; serve a part of them")
            }
        }
    }

    private func record(_ object: DICOMJSONObject) throws(SourceFailure) -> SeriesRecord {
        guard let record = SeriesRecord(object, fields) else {
            throw server.failure(
                "N0427", "the archive of `\(server.source)` lists series without their UIDs",
                help: "check its DICOMweb plugin: Study and Series Instance UID are part of every answer")
        }
        return record
    }

    /// Whether the archive has something to show beyond any end.
    private func ignoresOffset() async throws(SourceFailure) -> Bool { try await !page(offset: 1_000_000_000).isEmpty }

    /// What an archive said that knows no `offset` is whole when it was not cut off at the limit.
    private func checkCompleteness(_ count: Int) throws(SourceFailure) {
        guard count == SeriesSearch.page else { return }
        throw server.failure(
            "N0428", "the archive of `\(server.source)` cannot be read page by page",
            help: "it ignores `offset` in searches; update it or its DICOMweb plugin")
    }

    private func page(offset: Int) async throws(SourceFailure) -> [DICOMJSONObject] {
        try await server.search(
            "/series", SeriesSearch.query(tags, limit: SeriesSearch.page, offset: offset), tags: fields.tags + tags)
    }

    /// The parameters of a search that returns these tags.
    static func query(_ tags: [String], limit: Int, offset: Int) -> [(String, String)] {
        tags.map { ("includefield", $0) } + [("limit", "\(limit)"), ("offset", "\(offset)")]
    }
}
