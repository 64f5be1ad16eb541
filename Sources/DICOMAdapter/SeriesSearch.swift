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
    /// How often to begin again where the archive changes while it is read.
    private static let attempts = 3

    /// Every series, each once.
    /// - Throws: ``Execution/SourceFailure`` rather than to return some of them.
    func run() async throws(SourceFailure) -> [SeriesRecord] {
        for _ in 0..<SeriesSearch.attempts {
            if let series = try await readPages() { return series }
        }
        throw server.failure(
            "N0429", "the archive of `\(server.source)` changes faster than it can be read",
            help: "ask again when less is being stored there")
    }

    /// One pass; nil when pages overlapped, because series were stored or deleted meanwhile.
    private func readPages() async throws(SourceFailure) -> [SeriesRecord]? {
        var seen: Set<String> = []
        var records: [SeriesRecord] = []
        var received = 0
        while true {
            let page = try await page(offset: received)
            guard !page.isEmpty else { return records }
            let fresh = page.filter { seen.insert($0[fields.series].first ?? "").inserted }
            if fresh.isEmpty { return try complete(records, page.count) }
            if fresh.count < page.count { return nil }
            received += page.count
            records += fresh.compactMap { SeriesRecord($0, fields) }
            guard records.count == seen.count else {
                throw server.failure(
                    "N0427", "the archive of `\(server.source)` lists series without their UIDs",
                    help: "check its DICOMweb plugin: Study and Series Instance UID are part of every answer")
            }
            guard received <= SeriesSearch.most else {
                throw server.failure(
                    "N0430", "the archive of `\(server.source)` holds more than \(SeriesSearch.most) series",
                    help: "this version reads all of them for each question; serve a part of them")
            }
        }
    }

    /// The same page again: an archive that knows no `offset`. Its answer is whole when it was not cut off at the limit.
    private func complete(_ records: [SeriesRecord], _ count: Int) throws(SourceFailure) -> [SeriesRecord] {
        guard count != SeriesSearch.page else {
            throw server.failure(
                "N0428", "the archive of `\(server.source)` cannot be read page by page",
                help: "it ignores `offset` in searches; update it or its DICOMweb plugin")
        }
        return records
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
