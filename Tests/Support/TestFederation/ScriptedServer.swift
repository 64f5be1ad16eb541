public import Federation
import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A server of bytes on a free port of the loopback address: it reads one request after the other and sends what a test wants.
public final class ScriptedServer: Sendable {
    /// A request as it came.
    public struct Request: Sendable {
        /// Request line and header lines.
        public let lines: [String]
        public let body: [UInt8]

        /// `GET`, the target, the version.
        public var line: [String] { lines.first?.split(separator: " ").map(String.init) ?? [] }
        public func values(of name: String) -> [String] {
            lines.dropFirst().compactMap { line in
                let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                return parts.first?.lowercased() == name.lowercased() ? (parts.count > 1 ? parts[1] : "") : nil
            }
        }
    }

    public enum Reply: Sendable {
        /// These very bytes; the connection stays open.
        case bytes([UInt8])
        /// These, and then the connection is cut.
        case cut([UInt8])
        /// Nothing, for as long as the client waits.
        case silence

        /// A whole answer.
        public static func answer(_ status: String, _ headers: [String] = [], body: String = "") -> Reply {
            let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers
            return .bytes(Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8))
        }
    }

    public let port: Int
    private let channel: any Channel
    private let log: Log

    /// What has come about so far.
    final class Log: Sendable {
        let requests = Mutex<[Request]>([])
        let closed = Mutex(0)
        let opened = Mutex(0)
    }

    /// - Parameter identity: for TLS.
    public static func start(
        identity: CertificateAuthority.ServerIdentity? = nil, _ respond: @escaping @Sendable (Request) async -> Reply
    ) async throws -> ScriptedServer {
        let log = Log()
        let tls = try identity.map { identity in
            let chain = try NIOSSLCertificate.fromPEMBytes(Array(identity.certificatePEM.utf8)).map {
                NIOSSLCertificateSource.certificate($0)
            }
            let key = try NIOSSLPrivateKey(bytes: Array(identity.privateKeyPEM.utf8), format: .pem)
            return try NIOSSLContext(configuration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key)))
        }
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(RequestReader(log: log, respond: respond))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return ScriptedServer(port: channel.localAddress?.port ?? 0, channel: channel, log: log)
    }

    private init(port: Int, channel: any Channel, log: Log) {
        self.port = port
        self.channel = channel
        self.log = log
    }

    public var requests: [Request] { log.requests.withLock { $0 } }
    public var openedConnections: Int { log.opened.withLock { $0 } }
    /// By either side.
    public var closedConnections: Int { log.closed.withLock { $0 } }

    public func stop() async { try? await channel.close() }
}

private final class RequestReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let log: ScriptedServer.Log
    private let respond: @Sendable (ScriptedServer.Request) async -> ScriptedServer.Reply
    private var received: [UInt8] = []

    init(log: ScriptedServer.Log, respond: @escaping @Sendable (ScriptedServer.Request) async -> ScriptedServer.Reply) {
        self.log = log
        self.respond = respond
    }

    func channelActive(context: ChannelHandlerContext) {
        log.opened.withLock { $0 += 1 }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        log.closed.withLock { $0 += 1 }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytesView
        while let request = take() {
            log.requests.withLock { $0.append(request) }
            let (channel, respond) = (context.channel, respond)
            Task {
                switch await respond(request) {
                case .silence: break
                case .bytes(let bytes): try? await channel.writeAndFlush(ByteBuffer(bytes: bytes))
                case .cut(let bytes):
                    try? await channel.writeAndFlush(ByteBuffer(bytes: bytes))
                    try? await channel.close()
                }
            }
        }
    }

    private func take() -> ScriptedServer.Request? {
        let end = Array("\r\n\r\n".utf8)
        guard let place = received.indices.first(where: { received[$0...].starts(with: end) }) else { return nil }
        let lines = String(decoding: received[..<place], as: UTF8.self).components(separatedBy: "\r\n")
        let head = ScriptedServer.Request(lines: lines, body: [])
        let length = head.values(of: "Content-Length").first.flatMap { Int($0) } ?? 0
        let rest = received[(place + end.count)...]
        guard rest.count >= length else { return nil }
        received = Array(rest.dropFirst(length))
        return ScriptedServer.Request(lines: lines, body: Array(rest.prefix(length)))
    }
}
