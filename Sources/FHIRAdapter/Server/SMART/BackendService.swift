/// Who this node is to a FHIR server that lets programs in by SMART App Launch, *Backend Services*
/// (HL7 SMART App Launch 2.2, https://hl7.org/fhir/smart-app-launch/backend-services.html).
public struct BackendService: Sendable, Hashable {
    /// The client id that the server's operator gave.
    public let client: String
    /// A PEM file of the private key: RSA of at least 2048 bits, or elliptic on P-384.
    public let keyFile: String
    /// The key's `kid` in the key set that the server knows; nil where it knows one key alone.
    public let keyID: String?
    /// What is asked for; nil for reading and searching everything of the system.
    public let scope: String?

    public init(client: String, keyFile: String, keyID: String? = nil, scope: String? = nil) {
        self.client = client
        self.keyFile = keyFile
        self.keyID = keyID
        self.scope = scope
    }
}
