import Diagnostics
import Execution
import Foundation

/// How far a pass over a source has come.
public struct IndexProgress: Sendable, Hashable {
    /// Series, or for a folder files, that the source was seen to hold.
    public var listed = 0
    /// Those of them that were new or had changed, and were read.
    public var read = 0
    /// Series that the source does not hold any more.
    public var removed = 0
}

/// One pass over an archive: its series are listed page by page, and the images of those that are new or have changed are read.
///
/// A pass that was cut short is begun anew, and passes quickly over what was read already.
struct ArchiveIndexer {
    let index: TagIndex
    let server: DICOMwebServer
    let profile: ArchiveProfile
    let fields: ArchiveFields
    let regions: CodedRegions
    let report: (IndexProgress) -> Void

    /// Series that are read and written as one.
    private static let batch = 200
    /// After so many series that cannot be read, a pass ends.
    private static let mostFailures = 100
    /// How many of the series that are gone are asked for, one by one.
    private static let mostConfirmed = 1_000

    func run(_ writer: IndexWriter) async throws -> IndexProgress {
        try await profile.requireIssuers(server, fields)
        let routes = try await profile.routes(to: index.tags.names, ofImages: index.tags.ofImages, server, fields)
        let told = routes.filter { $0.value == .series }.keys.sorted()
        let others = routes.filter { $0.value != .series }.keys.sorted()
        let search = ImageSearch(server: server, tags: others, isTold: others.allSatisfy { routes[$0] == .images }, regions: regions)
        try writer.begin(at: Date())
        var state = PassState()
        try await PagedSearch(
            server: server, path: "/series", tags: told + fields.issuerTags, kept: fields.tags + [SeriesRecord.imageCount],
            identity: [fields.patient, fields.study, fields.series], page: SeriesSearch.page, acceptsOverlap: true
        ).run(
            begin: { state.progress.listed = 0 },
            { page throws(SourceFailure) in
                do {
                    try await take(page, search, writer, &state)
                } catch {
                    throw index.failure(error)
                }
            })
        guard let failure = state.failures.first else {
            try await removeOthers(writer, &state)
            try writer.complete(at: Date())
            report(state.progress)
            return state.progress
        }
        throw SourceFailure(
            source: index.source,
            Diagnostic(
                "N0466", "\(state.failures.count) series of source `\(index.source)` could not be read, so that its index is not complete",
                help: "look into the archive's log, and index again: the others are kept",
                notes: ["the first: \(failure.diagnostic.code) \(failure.diagnostic.message)"]))
    }

    private struct PassState {
        var progress = IndexProgress()
        var seen = IdentifierSet()
        var failures: [SourceFailure] = []
    }

    private func take(
        _ page: [DICOMJSONObject], _ search: ImageSearch, _ writer: IndexWriter, _ state: inout PassState
    ) async throws {
        let records = try page.map { object in
            guard let record = SeriesRecord(object, fields) else { throw server.unidentified() }
            return record
        }
        let known = try writer.known(records.map { ($0.patient ?? "", $0.study, $0.uid) })
        var changed: [SeriesRecord] = []
        for (record, known) in zip(records, known) {
            if let known { state.seen.insert(known.id) }
            if known?.listing == nil || known?.listing != listing(of: record) { changed.append(record) }
        }
        state.progress.listed += records.count - changed.count
        report(state.progress)
        while !changed.isEmpty {
            let batch = Array(changed.prefix(ArchiveIndexer.batch))
            changed.removeFirst(batch.count)
            try await read(batch, search, writer, &state)
            state.progress.listed += batch.count
            report(state.progress)
        }
    }

    private func read(
        _ batch: [SeriesRecord], _ search: ImageSearch, _ writer: IndexWriter, _ state: inout PassState
    ) async throws {
        let outcomes = try await search.outcomes(of: batch, endsAtFailure: false)
        var series: [IndexedSeries] = []
        for record in batch {
            switch outcomes[record.path] {
            case .success(let images): series.append(indexed(record, images))
            case .failure(let failure):
                // Who is away, or lets nobody in, is so for every series.
                if ["N0421", "N0422", "N0426"].contains(failure.diagnostic.code) { throw failure }
                state.failures.append(failure)
                if state.failures.count >= ArchiveIndexer.mostFailures { throw failure }
            case nil: break
            }
        }
        for id in try writer.write(series) { state.seen.insert(id) }
        state.progress.read += series.count
    }

    private func indexed(_ record: SeriesRecord, _ images: [DICOMJSONObject]) -> IndexedSeries {
        let images = images.map(index.tags.reduced)
        return IndexedSeries(
            patient: record.patient ?? "", study: record.study, uid: record.uid, sexes: Set([record.sex].compactMap(\.self)),
            births: Set([record.birthDate].compactMap(\.self)), start: record.start,
            listing: listing(of: record), evidence: SeriesEvidence(series: index.tags.reduced(record.attributes), images: images))
    }

    /// What the search says of a series, in 64 bits: another one means that it has changed. Nil where the archive does not count images, so
    /// that one more would not show.
    private func listing(of record: SeriesRecord) -> Int64? {
        guard record.images != nil else { return nil }
        var hash = StableHash()
        for (tag, value) in record.attributes.attributes.sorted(by: { $0.key < $1.key }) {
            hash.add(tag)
            if case .values(let values) = value { for value in values { hash.add(value) } } else { hash.add("") }
        }
        return Int64(bitPattern: hash.value)
    }

    // MARK: What is gone

    /// Takes out what the archive did not list, once it has said of it, asked by name, that it does not hold it.
    private func removeOthers(_ writer: IndexWriter, _ state: inout PassState) async throws {
        let gone = try writer.series { !state.seen.contains($0) }
        for series in gone.prefix(ArchiveIndexer.mostConfirmed) {
            guard try !writer.hasTwin(of: series.id, study: series.study, uid: series.uid) else { continue }
            let path = "/studies/\(series.study.percentEncoded)/series/\(series.uid.percentEncoded)"
            guard try await !server.holds(path, series: series.uid) else {
                throw server.failure(
                    "N0429", "the archive of `\(server.source)` changes faster than it can be read",
                    help: "index again when less is being stored there or deleted")
            }
        }
        try writer.remove(gone.map(\.id))
        state.progress.removed = gone.count
    }
}

extension DICOMwebServer {
    func unidentified() -> SourceFailure {
        failure(
            "N0427", "the archive of `\(source)` lists series without the UID of their study",
            help: "check its DICOMweb plugin: UIDs are part of every answer")
    }
}

/// A set of row ids: a bit for each.
struct IdentifierSet: Sendable {
    private var words: [UInt64] = []

    func contains(_ id: Int64) -> Bool {
        let word = Int(id >> 6)
        return words.indices.contains(word) && words[word] & (1 << UInt64(id & 63)) != 0
    }

    /// - Parameter id: not negative.
    mutating func insert(_ id: Int64) {
        let word = Int(id >> 6)
        if word >= words.count { words += [UInt64](repeating: 0, count: max(word + 1, 2 * words.count) - words.count) }
        words[word] |= 1 << UInt64(id & 63)
    }
}

/// FNV-1a in 64 bits: the same in every process (Fowler, Noll, Vo; draft-eastlake-fnv).
struct StableHash {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte) }
        add(0xFF)
    }

    private mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
}
