import Diagnostics
public import Execution
import Foundation

extension DICOMAdapter: ImageSource {
    /// Fetches the images of a series, one at a time, so that a large series needs no more memory than its largest image.
    public func stage(_ series: SelectedSeries, into folder: String) async throws(SourceFailure) -> Int {
        switch place {
        case .archive(let server, _): try await fetch(series, from: server, into: folder)
        case .folder: try copy(series, into: folder)
        }
    }

    private func fetch(_ series: SelectedSeries, from server: DICOMwebServer, into folder: String) async throws(SourceFailure) -> Int {
        let path = "/studies/\(series.study.percentEncoded)/series/\(series.series.percentEncoded)"
        let images = try await PagedSearch(
            server: server, path: path + "/instances", tags: [], identity: [ArchiveProfile.instanceUID], page: 1_000
        ).run()
        var count = 0
        for image in images {
            // The search has seen to it that every image has one.
            guard let uid = image[ArchiveProfile.instanceUID].first else { continue }
            let files = try await server.files(path + "/instances/" + uid.percentEncoded)
            guard !files.isEmpty else {
                throw failure(
                    "N0424", "the archive of `\(name)` lists an image that it does not hand out", help: "check its log, and its storage")
            }
            for file in files {
                try write(file, to: URL(fileURLWithPath: folder).appendingPathComponent("\(count).dcm"))
                count += 1
            }
        }
        return count
    }

    private func copy(_ series: SelectedSeries, into folder: String) throws(SourceFailure) -> Int {
        guard let index else { return 0 }
        let files = try index.files(of: series)
        for (number, file) in files.enumerated() {
            do {
                try FileManager.default.copyItem(
                    at: URL(fileURLWithPath: file), to: URL(fileURLWithPath: folder).appendingPathComponent("\(number).dcm"))
            } catch {
                throw failure(
                    "N0302", "an image could not be put in place for a tool",
                    help: "check that it is still in its folder, and the space and the rights of the node's state folder")
            }
        }
        return files.count
    }

    private func write(_ bytes: [UInt8], to file: URL) throws(SourceFailure) {
        do {
            try Data(bytes).write(to: file)
        } catch {
            throw failure(
                "N0302", "an image could not be put in place for a tool", help: "check the space and the rights of the node's state folder")
        }
    }
}
