import Diagnostics
public import Execution

extension DICOMAdapter {
    /// Brings the index in line with the images, whole or not at all as far as ``TagIndex/Freshness`` is concerned: what was read of a pass that is
    /// cut short, by whatever, is kept for the next one.
    ///
    /// - Parameters:
    ///   - fromNothing: whether everything is read again, though it seems to be as it was.
    ///   - report: told from time to time how far it is.
    /// - Throws: ``Execution/SourceFailure`` when the pass did not come to its end.
    @concurrent public func refreshIndex(
        fromNothing: Bool = false, report: @escaping @Sendable (IndexProgress) -> Void = { _ in }
    ) async throws(SourceFailure) -> IndexProgress {
        try await refreshIndex(fromNothing: fromNothing, largestSize: nil, report: report)
    }

    /// The archive itself, asked without its index; nil for a folder, which nobody can be asked about.
    public var live: DICOMAdapter? {
        guard case .archive(let server, _) = place else { return nil }
        return DICOMAdapter(name: name, address: server.address, issuer: issuer, bindings: bindings, http: server.http)
    }

    /// - Parameter largestSize: of the index in bytes; for tests of a disk that is full.
    func refreshIndex(
        fromNothing: Bool = false, largestSize: Int?, report: @escaping @Sendable (IndexProgress) -> Void = { _ in }
    ) async throws(SourceFailure) -> IndexProgress {
        guard let index else {
            throw failure("N0461", "the source `\(name)` has no index", help: "add `index:` to it in the node's configuration")
        }
        let fields = try fields()
        do {
            let writer = try IndexWriter(index, largestSize: largestSize)
            if fromNothing { try writer.forget() }
            switch place {
            case .archive(let server, let profile):
                return try await ArchiveIndexer(
                    index: index, server: server, profile: profile, fields: fields, regions: CodedRegions(bindings), report: report
                ).run(writer)
            case .folder(let path):
                return try await FolderIndexer(index: index, folder: path, fields: fields, report: report).run(writer)
            }
        } catch {
            throw index.failure(error)
        }
    }
}
