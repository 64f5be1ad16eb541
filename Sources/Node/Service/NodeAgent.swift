import CohortDispatch
public import Diagnostics
import Disclosure
import Execution
import Federation
import Foundation
import HTTPClient
import Hyperontology
import Logging
import ServiceLifecycle
import UnixSignals

/// A node at work: it fetches tasks from its hub, answers them through its policy, and gives signs of life. It only calls out.
public struct NodeAgent: Sendable {
    let client: NodeClient
    let verifier: TaskVerifier
    let runner: TaskRunner
    let state: NodeState
    let models: [SourceModel]
    let sources: [any SourceAdapter]
    let heartbeat: Duration
    let working = WorkingSet()
    let logger: Logger

    /// How many tasks a node works on at once.
    static let tasksAtOnce = 2

    /// Opens a node from its configuration.
    /// - Throws: what is wrong with the configuration, the policy, the ontology or the enrolment.
    public init(_ configuration: NodeConfiguration, ontologies: String? = nil) throws(DiagnosticList) {
        let policy = try DisclosurePolicy.read(configuration.policy)
        let hyperontology = try Hyperontology(directory: Hyperontology.locate(explicit: ontologies ?? configuration.ontologies))
        let sources = try NodeSources.open(configuration, hyperontology: hyperontology)
        do throws(Diagnostic) {
            state = try NodeState(folder: configuration.state)
            let key = try state.key()
            guard let enrolment = try state.enrolment(), enrolment.name == configuration.name else {
                throw Diagnostic(
                    "N0114", "the node `\(configuration.name)` is not enrolled", help: "run `cohortium node enrol TOKEN` with a hub's token"
                )
            }
            client = NodeClient(try NodeAgent.hub(configuration), name: configuration.name, key: key)
            verifier = TaskVerifier(hubKey: enrolment.hubKey, node: configuration.name)
            heartbeat = .seconds(min(max(enrolment.heartbeatSeconds, 1), 3_600))
        } catch {
            throw DiagnosticList([error])
        }
        self.sources = sources
        models = configuration.sources.map(\.model)
        let folder: [any ImageSource] = configuration.images.map { [ImageFolder(path: $0)] } ?? []
        let dispatcher = NodeDispatcher(
            engine: PlanEngine(sources: sources), policy: policy, tools: ToolShelf(configuration.tools),
            images: folder + sources.compactMap { $0 as? any ImageSource }, processing: SandboxEngine(), state: configuration.state)
        runner = TaskRunner(
            node: configuration.name, executor: NodeExecutor(sources: sources, policy: policy), dispatcher: dispatcher)
        logger = Logger(label: "cohortium.node.\(configuration.name)")
    }

    /// Makes a node known to its hub, and keeps what the hub said.
    public static func enrol(_ configuration: NodeConfiguration, token: String) async throws(DiagnosticList) {
        do {
            let state = try NodeState(folder: configuration.state)
            let client = NodeClient(try hub(configuration), name: configuration.name, key: try state.key())
            let enrolment = try await client.enrol(token: token, models: configuration.sources.map(\.model))
            guard enrolment.name == configuration.name else {
                throw Diagnostic("N0115", "the hub enrolled another name, `\(enrolment.name)`", help: "ask the hub's operator")
            }
            try state.save(enrolment)
        } catch let failure as HubFailure {
            throw DiagnosticList(failure.diagnostics)
        } catch let diagnostic as Diagnostic {
            throw DiagnosticList([diagnostic])
        } catch {
            throw DiagnosticList([Diagnostic("N0116", "the node could not be enrolled", notes: ["\(error)"])])
        }
    }

    private static func hub(_ configuration: NodeConfiguration) throws(Diagnostic) -> HubClient {
        guard let hub = configuration.hub else {
            throw Diagnostic("N0117", "the node `\(configuration.name)` has no hub", help: "add `hub:` with its `url` to the configuration")
        }
        return HubClient(HubClient.Address(url: hub.url, caFile: hub.ca, proxy: hub.proxy), http: HTTPClient())
    }

    /// Works until the process is asked to end (SIGTERM, SIGINT).
    /// - Throws: why the hub will not have this node any more.
    public func runUntilAsked() async throws(DiagnosticList) {
        let group = ServiceGroup(
            configuration: .init(services: [AgentService(agent: self)], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch let failure as HubFailure {
            throw DiagnosticList(failure.diagnostics)
        } catch is CancellationError {
            return
        } catch {
            throw DiagnosticList([Diagnostic("N0118", "the node ended", notes: ["\(error)"])])
        }
    }

    /// Works until the calling task is cancelled.
    public func run() async throws {
        async let probed: Void = probe()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await beat() }
            group.addTask {
                await deliverKept()
                try await work()
            }
            // Whichever ends first ends the other: a node that gives signs of life but does not work would be a lie.
            defer { group.cancelAll() }
            try await group.next()
        }
        await probed
    }

    /// Reaches every source once, so that what a source loads is loaded before the first question, and what is away stands in the log.
    private func probe() async {
        for source in sources {
            do {
                try await source.probe()
                logger.notice("source reached", metadata: ["source": "\(source.name)"])
            } catch {
                let diagnostic = error.diagnostic
                logger.error(
                    "source away", metadata: ["source": "\(source.name)", "code": "\(diagnostic.code)", "reason": "\(diagnostic.message)"])
            }
        }
    }
}

/// The agent under the lifecycle of a process.
private struct AgentService: Service {
    let agent: NodeAgent

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await agent.run() }
    }
}

/// The ids of the tasks that a node works on.
actor WorkingSet {
    private(set) var ids: Set<String> = []

    /// - Returns: whether it was not among them.
    func insert(_ id: String) -> Bool { ids.insert(id).inserted }
    func remove(_ id: String) { ids.remove(id) }
}
