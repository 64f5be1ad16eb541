import Diagnostics
import Execution
import Hyperontology

/// What the images of single series say: for what the search for series does not tell.
struct ImageSearch: Sendable {
    let server: DICOMwebServer
    let tags: [String]
    /// Whether the search for images tells them; else the metadata of every image is read, which is larger.
    let isTold: Bool
    /// What is read of one image where the series itself does not tell it.
    let regions: CodedRegions

    private static let page = 5_000
    private static let atOnce = 6

    /// The images of each series, by where the archive serves it.
    func run(_ series: [SeriesRecord]) async throws(SourceFailure) -> [String: [DICOMJSONObject]] {
        var images: [String: [DICOMJSONObject]] = [:]
        for (path, outcome) in try await outcomes(of: series, endsAtFailure: true) { images[path] = try outcome.get() }
        return images
    }

    typealias Outcome = Result<[DICOMJSONObject], SourceFailure>

    /// The same, with what went wrong by series.
    /// - Parameter endsAtFailure: whether the first failure ends the reading.
    func outcomes(of series: [SeriesRecord], endsAtFailure: Bool) async throws(SourceFailure) -> [String: Outcome] {
        let found = await withTaskGroup(of: (String, Outcome).self) { group in
            var found: [String: Outcome] = [:]
            var waiting = series[...]
            func next() {
                guard let record = waiting.popFirst() else { return }
                group.addTask {
                    do throws(SourceFailure) {
                        return (record.path, .success(try await images(of: record)))
                    } catch {
                        return (record.path, .failure(error))
                    }
                }
            }
            for _ in 0..<ImageSearch.atOnce { next() }
            while let (path, outcome) = await group.next() {
                found[path] = outcome
                if case .failure = outcome, endsAtFailure { waiting = [] }
                next()
            }
            return found
        }
        guard !Task.isCancelled else {
            throw server.failure("N0421", "the archive of `\(server.source)` was not read to the end", help: "ask again")
        }
        return found
    }

    /// What the images of one series say.
    func images(of record: SeriesRecord) async throws(SourceFailure) -> [DICOMJSONObject] {
        let reader = ImageReader(tags)
        guard isTold else { return try await objects(at: record.path, reader) }
        let found = try await PagedSearch(
            server: server, path: record.path + "/instances", tags: reader.tags.sorted(), kept: [NestedImages.sopClass],
            identity: [ArchiveProfile.instanceUID], page: ImageSearch.page, expected: record.images
        ).run()
        // An archive that does not say what its images are is not believed to tell all of them.
        guard found.allSatisfy({ $0[NestedImages.sopClass].first != nil }) else { return try await objects(at: record.path, reader) }
        var objects: [DICOMJSONObject] = []
        if regions.areOpen(in: record), let image = found.first(where: { !NestedImages.areNested($0) }),
            let uid = image[ArchiveProfile.instanceUID].first
        {
            do throws(SourceFailure) {
                objects += try await self.objects(at: record.path + "/instances/" + uid.percentEncoded, ImageReader(regions.codes))
            } catch  where error.diagnostic.code == "N0425" {
                // An archive that lists an image and refuses its metadata leaves open which region it shows, which then is unknown.
            }
        }
        for image in found {
            if NestedImages.areNested(image), let uid = image[ArchiveProfile.instanceUID].first {
                objects += try await self.objects(at: record.path + "/instances/" + uid.percentEncoded, reader)
            } else {
                objects.append(image.keeping(reader.tags))
            }
        }
        return objects
    }

    private func objects(at path: String, _ reader: ImageReader) async throws(SourceFailure) -> [DICOMJSONObject] {
        try await server.dataSets(path, tags: reader.outermost).flatMap(reader.objects)
    }
}

/// The properties that a series may tell in a word, and its images in a sequence of codes: which region they show.
///
/// No search tells what stands in a sequence, and reading every image for it would take as long as reading the archive; a series that has no word is
/// asked for the codes of one image, as all of its images show one region.
struct CodedRegions: Sendable {
    let codes: [String]
    private let words: [String]

    init(_ bindings: ModelBindings) {
        let bound = bindings.properties.values.map(\.fields).filter { fields in fields.contains { TagPath($0.name)?.isOfCodes == true } }
        codes = bound.joined().map(\.name).filter { TagPath($0)?.isOfCodes == true }.sorted()
        words = bound.joined().map(\.name).filter { TagPath($0) == nil }.sorted()
    }

    /// Whether a series leaves open what its codes might say.
    func areOpen(in record: SeriesRecord) -> Bool { !codes.isEmpty && words.allSatisfy { record.attributes[$0].first == nil } }
}
