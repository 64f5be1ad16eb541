import Diagnostics
import Execution

/// A search whose answer comes page by page (QIDO-RS, PS3.18 section 8.3.4.4), read to its end or not at all.
///
/// An archive may cap its pages below what was asked for, list something twice, know no `offset`, or change while it is read. None of these
/// may make the answer smaller than it is.
struct PagedSearch: Sendable {
    let server: DICOMwebServer
    let path: String
    /// Tags that are asked for, because an answer need not hold them.
    let tags: [String]
    /// Tags that every answer holds where the objects have them.
    var kept: [String] = []
    /// Tags that tell the objects apart. The last one is of every object.
    let identity: [String]
    /// How many objects are asked for at a time.
    let page: Int
    /// How many objects the archive counts, where it does: having so many, the search need not look for the end.
    var expected: Int?

    /// Whether a pass may meet again what it has met: what is stored while it reads pushes the rest back, and nothing is missed by that.
    var acceptsOverlap = false

    /// More objects than this are not held in memory at once.
    static let most = 2_000_000
    /// After so many pages of nothing new, one after the other, a pass has failed.
    private static let mostStale = 3
    /// How often to begin again where the archive changes while it is read.
    private static let attempts = 3

    /// Every object, each once.
    /// - Throws: ``Execution/SourceFailure`` rather than to return some of them.
    func run() async throws(SourceFailure) -> [DICOMJSONObject] {
        var objects: [DICOMJSONObject] = []
        try await run(begin: { objects = [] }) { page throws(SourceFailure) in
            objects += page
            guard objects.count <= PagedSearch.most else {
                throw server.failure(
                    "N0430", "the archive of `\(server.source)` holds more than \(PagedSearch.most) series or images for one search",
                    help: "give the source an `index:`, which needs no such search for each question")
            }
        }
        return objects
    }

    /// Hands over every object, page by page, each once.
    /// - Parameters:
    ///   - begin: told at each beginning: what was handed over before counts no more, and comes again.
    ///   - take: given what is new on a page.
    func run(
        begin: () -> Void, _ take: ([DICOMJSONObject]) async throws(SourceFailure) -> Void
    ) async throws(SourceFailure) {
        var earlier: [IdentityDigest]?
        for _ in 0..<PagedSearch.attempts {
            begin()
            let pass = try await readPages(take)
            // Pages overlap because objects were stored or deleted meanwhile; or, twice alike, because the archive lists some twice.
            if pass.isWhole, !pass.hasOverlap || acceptsOverlap || pass.identities == earlier { return }
            earlier = pass.identities
        }
        throw server.failure(
            "N0429", "the archive of `\(server.source)` changes faster than it can be read",
            help: "ask again when less is being stored there")
    }

    /// The parameters of a search that returns these tags.
    static func query(_ tags: [String], limit: Int, offset: Int) -> [(String, String)] {
        tags.map { ("includefield", $0) } + [("limit", "\(limit)"), ("offset", "\(offset)")]
    }

    private typealias Identity = [String?]

    /// What one reading of all pages found.
    private struct Pass {
        /// In the order of the answers.
        var identities: [IdentityDigest] = []
        var seen: Set<IdentityDigest> = []
        /// Whether a page held something that an earlier one held.
        var hasOverlap = false
        /// Whether it came to an end.
        var isWhole = true
    }

    private func readPages(_ take: ([DICOMJSONObject]) async throws(SourceFailure) -> Void) async throws(SourceFailure) -> Pass {
        var pass = Pass()
        var stale = 0
        while expected.map({ pass.seen.count < $0 }) ?? true {
            let page = try await page(offset: pass.identities.count)
            guard !page.isEmpty else {
                try checkCount(pass)
                return pass
            }
            let identities = page.map { object in identity.map { object[$0].first } }
            try check(identities)
            let digests = identities.map(IdentityDigest.init)
            let known = Set(digests).intersection(pass.seen)
            pass.hasOverlap = pass.hasOverlap || !known.isEmpty
            stale = known.count == Set(digests).count ? stale + 1 : 0
            if stale == 1, try await ignoresOffset() {
                try checkCompleteness(page.count)
                pass.hasOverlap = false
                return pass
            }
            // It grows as fast as it is read: this pass will never end.
            if stale > PagedSearch.mostStale {
                pass.isWhole = false
                return pass
            }
            var new: [DICOMJSONObject] = []
            for (object, digest) in zip(page, digests) where pass.seen.insert(digest).inserted { new.append(object) }
            pass.identities += digests
            if !new.isEmpty { try await take(new) }
        }
        return pass
    }

    private func checkCount(_ pass: Pass) throws(SourceFailure) {
        guard let expected, pass.seen.count < expected else { return }
        throw server.failure(
            "N0433", "the archive of `\(server.source)` counts more images than it lists",
            help: "ask again; if that stays so, check its index")
    }

    private func check(_ identities: [Identity]) throws(SourceFailure) {
        guard identities.allSatisfy({ $0.last != .some(nil) }) else {
            throw server.failure(
                "N0427", "the archive of `\(server.source)` lists series or images without their UIDs",
                help: "check its DICOMweb plugin: UIDs are part of every answer")
        }
    }

    /// Whether the archive has something to show beyond any end.
    private func ignoresOffset() async throws(SourceFailure) -> Bool { try await !page(offset: 1_000_000_000).isEmpty }

    /// What an archive said that knows no `offset` is whole when it was not cut off at the limit.
    private func checkCompleteness(_ count: Int) throws(SourceFailure) {
        guard count == page else { return }
        throw server.failure(
            "N0428", "the archive of `\(server.source)` cannot be read page by page",
            help: "it ignores `offset` in searches; update it or its DICOMweb plugin")
    }

    private func page(offset: Int) async throws(SourceFailure) -> [DICOMJSONObject] {
        try await server.search(path, PagedSearch.query(tags, limit: page, offset: offset), tags: identity + kept + tags)
    }
}

/// What tells an object apart, in 16 bytes: millions of them are held at once. Two that differ have the same one with a chance of 2⁻¹²⁸.
private struct IdentityDigest: Hashable {
    private let first: Int
    private let second: Int

    init(_ identity: [String?]) {
        var one = Hasher()
        one.combine(identity)
        first = one.finalize()
        var other = Hasher()
        other.combine(1)
        other.combine(identity)
        second = other.finalize()
    }
}
