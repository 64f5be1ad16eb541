import Diagnostics
import Execution

/// The search for all series of an archive (QIDO-RS, PS3.18 section 10.6).
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

    /// Every series, each once. The same series UID under two studies or patients is two series: it happens where files were made
    /// anonymous carelessly.
    /// - Throws: ``Execution/SourceFailure`` rather than to return some of them.
    func run() async throws(SourceFailure) -> [SeriesRecord] {
        let identity = [fields.patient, fields.study, fields.series]
        let search = PagedSearch(
            server: server, path: "/series", tags: tags + fields.issuerTags, kept: fields.tags + [SeriesRecord.imageCount],
            identity: identity,
            page: SeriesSearch.page)
        var records: [SeriesRecord] = []
        for object in try await search.run() {
            guard let record = SeriesRecord(object, fields) else { throw server.unidentified() }
            records.append(record)
        }
        return records
    }
}
