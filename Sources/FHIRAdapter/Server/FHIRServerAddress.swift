/// Where a FHIR R4 server is, and who this node is to it.
public struct FHIRServerAddress: Sendable, Hashable {
    /// The service base URL (FHIR R4, section 3.1.0.1.2), without a slash at the end: `https://fhir.hospital.example/r4`.
    public let url: String
    /// A PEM file of the authorities that are trusted instead of the system's.
    public let caFile: String?
    /// A file whose first line is the value of the `Authorization` header; nil where the server asks nobody who they are.
    public let authorizationFile: String?

    public init(url: String, caFile: String? = nil, authorizationFile: String? = nil) {
        var url = url
        while url.hasSuffix("/") { url.removeLast() }
        self.url = url
        self.caFile = caFile
        self.authorizationFile = authorizationFile
    }
}
