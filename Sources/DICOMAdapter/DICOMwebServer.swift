import Diagnostics
import Execution
import Foundation
import HTTPClient

/// Where an archive serves DICOMweb, and who this node is to it.
public struct DICOMwebAddress: Sendable, Hashable {
    /// The root of the services, without a slash at the end: `https://pacs.hospital.example/dicom-web`.
    public let url: String
    /// A PEM file of the authorities that are trusted instead of the system's.
    public let caFile: String?
    /// A file whose first line is the value of the `Authorization` header; nil where the archive asks nobody who they are.
    public let authorizationFile: String?

    public init(url: String, caFile: String? = nil, authorizationFile: String? = nil) {
        var url = url
        while url.hasSuffix("/") { url.removeLast() }
        self.url = url
        self.caFile = caFile
        self.authorizationFile = authorizationFile
    }
}

/// The requests of DICOMweb that the adapter makes (PS3.18, sections 10.4 and 10.6), with every fault named.
struct DICOMwebServer: Sendable {
    /// The source's name in the node's configuration.
    let source: String
    let address: DICOMwebAddress
    let http: HTTPClient

    /// For one request; an archive may have to read many files for an answer.
    private static let patience = Duration.seconds(300)
    /// Bytes of one answer.
    private static let largestAnswer = 512 << 20

    // MARK: Searching

    /// Searches and reads one answer, keeping some tags.
    func search(_ path: String, _ query: [(String, String)], tags: [String]) async throws(SourceFailure) -> [DICOMJSONObject] {
        let parameters = query.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
        let bytes = try await get(parameters.isEmpty ? path : "\(path)?\(parameters)", accept: "application/dicom+json").body
        do {
            return try DICOMJSONObject.read(bytes, tags: tags)
        } catch {
            throw failure(
                "N0423", "the archive of `\(source)` does not answer in DICOM JSON",
                help: "check that `dicomweb` is the root of its DICOMweb services, such as `https://host/dicom-web`")
        }
    }

    /// The metadata of all images of a series, or of one (WADO-RS), keeping some tags.
    func metadata(_ path: String, tags: [String]) async throws(SourceFailure) -> [DICOMJSONObject] {
        try await search("\(path)/metadata", [], tags: tags)
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

    private func get(_ path: String, accept: String) async throws(SourceFailure) -> HTTPResponse {
        // A source stands inside the hospital: a proxy to the world has no business with it.
        var request = HTTPRequest(
            url: address.url + path, headers: ["Accept": accept], timeout: DICOMwebServer.patience,
            maximumBodySize: DICOMwebServer.largestAnswer, caFile: address.caFile, proxy: "")
        request.headers["Authorization"] = try authorization()
        let response: HTTPResponse
        do {
            response = try await http.send(request)
        } catch {
            throw failure(
                "N0421", "the archive of `\(source)` cannot be reached: \(error)",
                help: "check `dicomweb` in the node's configuration, and the archive")
        }
        switch response.status {
        case 200..<300: return response
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

    private func authorization() throws(SourceFailure) -> String? {
        guard let file = address.authorizationFile else { return nil }
        guard let data = FileManager.default.contents(atPath: file),
            let line = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).first
        else {
            throw failure(
                "N0426", "the file `\(file)` cannot be read or is empty", help: "write the value of the `Authorization` header into it")
        }
        return String(line)
    }

    func failure(_ code: DiagnosticCode, _ message: String, help: String) -> SourceFailure {
        SourceFailure(source: source, Diagnostic(code, message, help: help))
    }
}
