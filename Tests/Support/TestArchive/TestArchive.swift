public import Foundation
public import HTTPClient
import OrthancServer
import Processes

/// A real Orthanc of a test's own, on a free port, with the DICOM files of a folder in it.
public struct TestArchive: Sendable {
    private let server: OrthancServer
    private let folder: URL

    /// Why no archive can be started on this machine; nil when one can.
    public static var absence: String? { OrthancServer.absence }

    /// Starts an archive and stores the files below a folder; runs a body; ends the archive however that ends.
    public static func with<Result: Sendable>(
        _ files: URL?, _ body: (TestArchive) async throws -> Result
    ) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-archive-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let archive = TestArchive(server: try await start(folder), folder: folder)
        do {
            if let files { try await archive.store(files) }
            let result = try await body(archive)
            await archive.server.stop()
            return result
        } catch {
            await archive.server.stop()
            throw error
        }
    }

    /// A port that was free a moment ago may be taken now: hence more than one try.
    private static func start(_ folder: URL) async throws -> OrthancServer {
        var failure: (any Error)?
        for _ in 0..<5 {
            do {
                return try await OrthancServer.start(
                    port: LoopbackPort.find() ?? 0, storage: folder.appendingPathComponent("storage").path,
                    log: folder.appendingPathComponent("log").path)
            } catch {
                failure = error
            }
        }
        throw failure ?? CocoaError(.fileReadUnknown)
    }

    public var address: ServiceAddress { ServiceAddress(url: server.dicomWebURL) }

    public func store(_ files: URL) async throws { try await server.upload(folder: files.path) { _, _ in } }

    /// Ends the archive before its time.
    public func stop() async { await server.stop() }
}
