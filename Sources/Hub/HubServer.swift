public import Diagnostics
import Federation
import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Hyperontology
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import UnixSignals

/// The hub as a running service: its routes on every address that was configured.
public struct HubServer: Sendable {
    private let core: HubCore
    private let logger: Logger

    /// Opens the store, the key and the hyperontology.
    /// - Throws: what is wrong with any of them.
    public init(_ configuration: HubConfiguration) throws(DiagnosticList) {
        try self.init(configuration, hyperontology: try Hyperontology(directory: Hyperontology.locate(explicit: configuration.ontologies)))
    }

    /// Opens the store and the key, with a hyperontology that is read already.
    /// - Throws: what is wrong with any of them.
    public init(_ configuration: HubConfiguration, hyperontology: Hyperontology) throws(DiagnosticList) {
        core = try HubCore(configuration, hyperontology: hyperontology)
        var logger = Logger(label: "cohortium.hub")
        logger.logLevel = .notice
        self.logger = logger
    }

    /// Serves until the process is asked to end (SIGTERM, SIGINT) or the calling task is cancelled.
    /// - Parameter onListening: is given each address, with its port, once it is listened on.
    /// - Throws: `F0513` for an address that cannot be listened on, `F0514` for certificates that cannot be used.
    public func runUntilAsked(onListening: @escaping @Sendable (String) async -> Void) async throws(DiagnosticList) {
        try await run(endingOn: [.sigterm, .sigint], onListening: onListening)
    }

    /// Serves until the calling task is cancelled. What is being answered then is answered.
    /// - Throws: as ``runUntilAsked(onListening:)``.
    public func run(onListening: @escaping @Sendable (String) async -> Void) async throws(DiagnosticList) {
        try await run(endingOn: [], onListening: onListening)
    }

    private func run(endingOn signals: [UnixSignal], onListening: @escaping @Sendable (String) async -> Void) async throws(DiagnosticList) {
        var services: [any Service] = []
        for listener in core.configuration.listeners { services.append(try service(listener, onListening)) }
        services.append(OntologyWatch(versions: core.versions, workers: core.workers, logger: logger))
        // Last in the list, so first to be asked to end: who waits is let go before the servers wait for them.
        services.append(SilencingService(bell: core.bell))
        var configuration = ServiceGroupConfiguration(services: services, gracefulShutdownSignals: signals, logger: logger)
        // A client that does not finish its request does not keep the hub from ending.
        configuration.maximumGracefulShutdownDuration = .seconds(5)
        let group = ServiceGroup(configuration: configuration)
        // A task of its own, so that being cancelled is being asked to end, as a signal is.
        let running = Task { try await group.run() }
        do {
            try await withTaskCancellationHandler {
                try await running.value
            } onCancel: {
                Task { await group.triggerGracefulShutdown() }
            }
        } catch is CancellationError {
            return
        } catch let diagnostic as Diagnostic {
            throw DiagnosticList([diagnostic])
        } catch {
            throw DiagnosticList([Diagnostic("F0515", "the hub ended", help: "look into its log", notes: ["\(error)"])])
        }
    }

    private func service(_ listener: HubConfiguration.Listener, _ onListening: @escaping @Sendable (String) async -> Void)
        throws(DiagnosticList) -> any Service
    {
        let application = Application(
            router: router, server: try server(listener),
            configuration: ApplicationConfiguration(
                address: .hostname(listener.address, port: listener.port), serverName: "Cohortium"),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? listener.port
                await onListening(HubConfiguration.Listener(address: listener.address, port: port, tls: listener.tls).url)
            }, logger: logger)
        return ListeningService(listener: listener, server: application)
    }

    private func server(_ listener: HubConfiguration.Listener) throws(DiagnosticList) -> HTTPServerBuilder {
        // A connection on which nothing is asked is not kept: whoever opens many takes nothing from the others.
        let http = HTTP1Channel.Configuration(idleTimeout: .seconds(60))
        guard let files = listener.tls else { return .http1(configuration: http) }
        do {
            let certificates = try NIOSSLCertificate.fromPEMFile(files.certificate).map { NIOSSLCertificateSource.certificate($0) }
            let key = try NIOSSLPrivateKey(file: files.key, format: .pem)
            var tls = TLSConfiguration.makeServerConfiguration(certificateChain: certificates, privateKey: .privateKey(key))
            tls.minimumTLSVersion = .tlsv12
            // For the farewell of a client that keeps a connection and does not look at it: the hub's end does not wait long for that.
            tls.shutdownTimeout = .milliseconds(500)
            return try .tls(.http1(configuration: http), tlsConfiguration: tls)
        } catch {
            throw DiagnosticList([
                Diagnostic(
                    "F0514", "the certificate `\(files.certificate)` or its key `\(files.key)` cannot be used",
                    help: "check that both are PEM files that belong together", notes: ["\(error)"])
            ])
        }
    }

    private var router: Router<BasicRequestContext> {
        let router = Router()
        router.add(middleware: ProblemMiddleware(logger: logger))
        let nodes = NodeService(core: core)
        let queries = QueryService(core: core)
        QueryRoutes(core: core, queries: queries, nodes: nodes).add(to: router)
        NodeRoutes(nodes: nodes).add(to: router)
        SPARQLRoutes(core: core, queries: queries, nodes: nodes).add(to: router)
        OntologyRoutes(core: core).add(to: router)
        OperationsRoutes(core: core).add(to: router)
        return router
    }
}

/// A server on one address, which says what is wrong with that very address.
private struct ListeningService: Service {
    let listener: HubConfiguration.Listener
    let server: any Service

    func run() async throws {
        do {
            try await server.run()
        } catch let error as IOError {
            throw failure(ListeningService.reason(error.errnoCode), notes: [])
        } catch let error as SocketAddressError {
            throw failure("its name has no address", notes: ["\(error)"])
        }
    }

    private func failure(_ reason: String, notes: [String]) -> Diagnostic {
        Diagnostic(
            "F0513", "the address \(listener.address):\(listener.port) cannot be listened on: \(reason)",
            help: "end what listens there (`ss -ltnp`), or configure another under `listen`", notes: notes)
    }

    private static func reason(_ code: CInt) -> String {
        switch code {
        case EADDRINUSE: "it is in use"
        case EACCES: "this account may not"
        case EADDRNOTAVAIL: "it is no address of this machine"
        default: "the system says \(code)"
        }
    }
}

/// Lets everybody go who waits, as soon as the hub is asked to end.
private struct SilencingService: Service {
    let bell: Bell

    func run() async throws {
        // Cancelled is as good as asked.
        try? await gracefulShutdown()
        await bell.silence()
    }
}
