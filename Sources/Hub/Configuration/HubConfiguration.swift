public import Disclosure

/// What a hub's operator wrote (`hub.yaml`). Every path is absolute once it is read.
public struct HubConfiguration: Sendable, Hashable {
    public var listeners: [Listener]
    /// The SQLite file with everything that the hub remembers.
    public var store: String
    /// The folder of the hyperontology; nil to look in the usual places.
    public var ontologies: String?
    /// The PEM file of the key that signs tasks; it is made where there is none.
    public var signingKey: String
    /// The folder of Turtle files about datasets; nil for none.
    public var datasets: String?
    /// Of merged numbers.
    public var threshold: Int
    /// Of merged numbers.
    public var roundingBase: Int
    /// How often nodes are to give a sign of life.
    public var heartbeatSeconds: Int
    /// How long a node may be silent about a task before it is handed out again.
    public var leaseSeconds: Int
    /// How long a question waits for nodes when it does not say.
    public var deadlineSeconds: Int

    /// A silence longer than this makes a node's state unknown: two signs of life missed, and some. In seconds.
    var presenceGap: Double { Double(heartbeatSeconds) * 2.5 }

    /// An address to listen on.
    public struct Listener: Sendable, Hashable {
        public let address: String
        /// Zero for any that is free.
        public let port: Int
        /// Nil for plain HTTP, on the loopback address alone.
        public let tls: TLSFiles?

        public init(address: String, port: Int, tls: TLSFiles?) {
            self.address = address
            self.port = port
            self.tls = tls
        }

        /// Whether nobody on the network reaches it.
        public var isLoopback: Bool { ["127.0.0.1", "::1", "localhost"].contains(address) }
        public var url: String { "\(tls == nil ? "http" : "https")://\(address.contains(":") ? "[\(address)]" : address):\(port)" }
    }

    /// PEM files of a server's certificate, followed by those above it, and of its key.
    public struct TLSFiles: Sendable, Hashable {
        public let certificate: String
        public let key: String

        public init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    public init(
        listeners: [Listener], store: String, ontologies: String?, signingKey: String, threshold: Int = DisclosurePolicy.defaultThreshold,
        roundingBase: Int = DisclosurePolicy.defaultRoundingBase, heartbeatSeconds: Int = 15, leaseSeconds: Int = 60,
        deadlineSeconds: Int = 120
    ) {
        self.listeners = listeners
        self.store = store
        self.ontologies = ontologies
        self.signingKey = signingKey
        self.threshold = threshold
        self.roundingBase = roundingBase
        self.heartbeatSeconds = heartbeatSeconds
        self.leaseSeconds = leaseSeconds
        self.deadlineSeconds = deadlineSeconds
    }
}
