public import Diagnostics
import Federation
import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
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
        core = try HubCore(configuration)
        var logger = Logger(label: "cohortium.hub")
        logger.logLevel = .notice
        self.logger = logger
    }

    /// Serves until the process is asked to end (SIGTERM, SIGINT) or the calling task is cancelled.
    /// - Parameter onListening: is given each address, with its port, once it is listened on.
    /// - Throws: `F0513` for a port in use, `F0514` for certificates that cannot be used.
    public func run(onListening: @escaping @Sendable (String) async -> Void) async throws(DiagnosticList) {
        var services: [any Service] = []
        for listener in core.configuration.listeners { services.append(try application(listener, onListening)) }
        // Last in the list, so first to be asked to end: who waits is let go before the servers wait for them.
        services.append(SilencingService(bell: core.bell))
        let group = ServiceGroup(
            configuration: .init(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch is CancellationError {
            return
        } catch let error as IOError where error.errnoCode == EADDRINUSE || error.errnoCode == EACCES {
            let ports = core.configuration.listeners.map { "\($0.address):\($0.port)" }.joined(separator: ", ")
            throw DiagnosticList([
                Diagnostic(
                    "F0513",
                    "one of the addresses \(ports) cannot be listened on: \(error.errnoCode == EACCES ? "not permitted" : "in use")",
                    help: "end what listens there (`ss -ltnp`), or configure another port")
            ])
        } catch {
            throw DiagnosticList([Diagnostic("F0515", "the hub ended", help: "look into its log", notes: ["\(error)"])])
        }
    }

    private func application(_ listener: HubConfiguration.Listener, _ onListening: @escaping @Sendable (String) async -> Void)
        throws(DiagnosticList) -> any Service
    {
        Application(
            router: router, server: try server(listener),
            configuration: ApplicationConfiguration(
                address: .hostname(listener.address, port: listener.port), serverName: "Cohortium"),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? listener.port
                await onListening(HubConfiguration.Listener(address: listener.address, port: port, tls: listener.tls).url)
            }, logger: logger)
    }

    private func server(_ listener: HubConfiguration.Listener) throws(DiagnosticList) -> HTTPServerBuilder {
        guard let files = listener.tls else { return .http1() }
        do {
            let certificates = try NIOSSLCertificate.fromPEMFile(files.certificate).map { NIOSSLCertificateSource.certificate($0) }
            let key = try NIOSSLPrivateKey(file: files.key, format: .pem)
            var tls = TLSConfiguration.makeServerConfiguration(certificateChain: certificates, privateKey: .privateKey(key))
            tls.minimumTLSVersion = .tlsv12
            return try .tls(.http1(), tlsConfiguration: tls)
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
        QueryRoutes(core: core, queries: QueryService(core: core), nodes: nodes).add(to: router)
        NodeRoutes(nodes: nodes).add(to: router)
        SPARQLRoutes(core: core).add(to: router)
        OntologyRoutes(core: core).add(to: router)
        OperationsRoutes(core: core).add(to: router)
        return router
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
