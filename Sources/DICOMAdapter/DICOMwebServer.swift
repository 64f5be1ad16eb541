import Diagnostics
import Execution
import Foundation
import HTTPClient

/// The requests of DICOMweb that the adapter makes (PS3.18, sections 10.4 and 10.6), with every fault named.
struct DICOMwebServer: Sendable {
    /// The source's name in the node's configuration.
    let source: String
    let address: ServiceAddress
    let http: HTTPClient

    /// For one request; an archive may have to read many files for an answer.
    private static let patience = Duration.seconds(300)
    /// Bytes of one answer.
    private static let largestAnswer = 512 << 20

    // MARK: Searching

    /// Searches and reads one answer, keeping some tags.
    func search(_ path: String, _ query: [(String, String)], tags: [String]) async throws(SourceFailure) -> [DICOMJSONObject] {
        try await answer(path, query) { try DICOMJSONObject.read($0, tags: tags) }
    }

    /// The metadata of all images of a series, or of one (WADO-RS), keeping some tags.
    func metadata(_ path: String, tags: [String]) async throws(SourceFailure) -> [DICOMJSONObject] {
        try await search("\(path)/metadata", [], tags: tags)
    }

    /// The same with what lies within the sequences among the tags.
    func dataSets(_ path: String, tags: Set<String>) async throws(SourceFailure) -> [DICOMTree] {
        try await answer("\(path)/metadata", []) { try DICOMTree.read($0, tags: tags) }
    }

    private func answer<Answer>(
        _ path: String, _ query: [(String, String)], _ read: ([UInt8]) throws -> Answer
    ) async throws(SourceFailure) -> Answer {
        let parameters = query.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
        let bytes = try await get(parameters.isEmpty ? path : "\(path)?\(parameters)", accept: "application/dicom+json").body
        do {
            return try read(bytes)
        } catch {
            throw failure(
                "N0423", "the archive of `\(source)` does not answer in DICOM JSON",
                help: "check that `dicomweb` is the root of its DICOMweb services, such as `https://host/dicom-web`")
        }
    }

    // MARK: Retrieving

    /// The files of an image, as DICOM Part 10 in an uncompressed little-endian form (PS3.18, section 8.7.3.5.2).
    func files(_ path: String) async throws(SourceFailure) -> [[UInt8]] {
        let response = try await get(path, accept: "multipart/related; type=\"application/dicom\"")
        guard let parts = MultipartRelated(response)?.parts else {
            throw failure(
                "N0424", "the archive of `\(source)` does not hand out images as multipart/related",
                help: "check that its DICOMweb services include WADO-RS")
        }
        return parts
    }

    /// Whether the archive still holds a series; asked for one of its images.
    func holds(_ path: String, series: String) async throws(SourceFailure) -> Bool {
        let response = try await send(path + "/instances?limit=1", accept: "application/dicom+json")
        if [404, 410].contains(response.status) { return false }
        try check(response)
        let images = try? DICOMJSONObject.read(response.body, tags: [ArchiveProfile.seriesUID])
        // An archive that does not know the path may answer with anything.
        return images?.contains { image in image[ArchiveProfile.seriesUID].first.map { $0 == series } ?? true } ?? true
    }

    private func get(_ path: String, accept: String) async throws(SourceFailure) -> HTTPResponse {
        let response = try await send(path, accept: accept)
        try check(response)
        return response
    }

    private func send(_ path: String, accept: String) async throws(SourceFailure) -> HTTPResponse {
        var request: HTTPRequest
        do {
            request = try address.request(.get, address.url + path)
        } catch {
            throw failure(
                "N0426", "the file `\(error.path)` cannot be read or is empty",
                help: "write the value of the `Authorization` header into it")
        }
        request.headers["Accept"] = accept
        request.timeout = DICOMwebServer.patience
        request.maximumBodySize = DICOMwebServer.largestAnswer
        do {
            return try await http.send(request)
        } catch {
            throw failure(
                "N0421", "the archive of `\(source)` cannot be reached: \(error)",
                help: "check `dicomweb` in the node's configuration, and the archive")
        }
    }

    private func check(_ response: HTTPResponse) throws(SourceFailure) {
        switch response.status {
        case 200..<300: return
        case 401, 403:
            throw failure(
                "N0422", "the archive of `\(source)` does not let this node in (\(response.status))",
                help: "give `authorization` a file with the value of the header, such as `Basic …` or `Bearer …`")
        default:
            throw failure(
                "N0425", "the archive of `\(source)` refuses a request of DICOMweb (\(response.status))",
                help: "check that `dicomweb` is the root of its DICOMweb services, and its log")
        }
    }

    func failure(_ code: DiagnosticCode, _ message: String, help: String) -> SourceFailure {
        SourceFailure(source: source, Diagnostic(code, message, help: help))
    }
}
