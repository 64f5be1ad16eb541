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
    let name: String
    let client: NodeClient
    let verifier: TaskVerifier
    let runner: TaskRunner
    let state: NodeState
    let models: [SourceModel]
    let dataVersion: String?
    let sources: [any SourceAdapter]
    let survey: CoverageSurvey
    let datasets: NodeDatasets
    let indexes: [NodeIndex]
    let heartbeat: Duration
    let working = WorkingSet()
    let logger: Logger

    /// How many tasks a node works on at once.
    static let tasksAtOnce = 2
    /// How long a task waits for the hub to take its answer before it makes room for another.
    static let handInPatience: Duration = .seconds(300)
    /// How long after its start, and then how often, the node looks at what its sources cover.
    static let surveyDelay: Duration = .seconds(10)
    static let surveyPause: Duration = .seconds(6 * 3_600)
    /// How often the node looks whether the descriptions of its datasets have changed.
    static let datasetPause: Duration = .seconds(600)
    /// How often the node looks for answers that were left over.
    static let outboxPause: Duration = .seconds(30)

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
            name = configuration.name
            client = NodeClient(try NodeAgent.hub(configuration), name: configuration.name, key: key)
            verifier = TaskVerifier(hubKey: enrolment.hubKey, node: configuration.name)
            heartbeat = .seconds(min(max(enrolment.heartbeatSeconds, 1), 3_600))
        } catch {
            throw DiagnosticList([error])
        }
        self.sources = sources
        survey = CoverageSurvey(hyperontology: hyperontology, sources: sources)
        indexes = NodeIndex.all(configuration, sources)
        models = configuration.sources.map(\.model)
        dataVersion = configuration.dataVersion
        datasets = NodeDatasets(path: configuration.datasets, gate: DisclosureGate(policy))
        // What is wrong with the descriptions is said before the node works.
        _ = try datasets.report()
        let folder: [any ImageSource] = configuration.images.map { [ImageFolder(path: $0)] } ?? []
        let dispatcher = NodeDispatcher(
            sources: ScopedSources(sources, terms: configuration.terms), policy: policy, tools: ToolShelf(configuration.tools),
            images: folder + sources.compactMap { $0 as? any ImageSource }, processing: SandboxEngine(), state: configuration.state)
        runner = TaskRunner(
            node: configuration.name,
            executor: NodeExecutor(sources: sources, policy: policy, terms: configuration.terms), dispatcher: dispatcher)
        logger = Logger(label: "cohortium.node.\(configuration.name)")
    }

    /// Makes a node known to its hub, and keeps what the hub said.
    /// - Throws: ``HubFailure`` for what the hub says, ``Diagnostic`` for what is wrong here.
    public static func enrol(_ configuration: NodeConfiguration, token: String) async throws {
        let hub = try hub(configuration)
        let state = try NodeState(folder: configuration.state)
        let client = NodeClient(hub, name: configuration.name, key: try state.key())
        let enrolment = try await client.enrol(token: token, models: configuration.sources.map(\.model))
        guard enrolment.name == configuration.name else {
            throw Diagnostic("N0115", "the hub enrolled another name, `\(enrolment.name)`", help: "ask the hub's operator")
        }
        try state.save(enrolment)
    }

    private static func hub(_ configuration: NodeConfiguration) throws(Diagnostic) -> HubClient {
        guard let hub = configuration.hub else {
            throw Diagnostic("N0117", "the node `\(configuration.name)` has no hub", help: "add `hub:` with its `url` to the configuration")
        }
        return HubClient(HubClient.Address(url: hub.url, caFile: hub.ca, proxy: hub.proxy), http: HTTPClient())
    }

    /// Works until the process is asked to end (SIGTERM, SIGINT).
    /// - Throws: ``HubFailure`` when the hub will not have this node any more.
    public func runUntilAsked() async throws {
        let group = ServiceGroup(
            configuration: .init(services: [AgentService(agent: self)], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch is CancellationError {
            return
        }
    }

    /// Works until the calling task is cancelled.
    public func run() async throws {
        async let probed: Void = probe()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await beat() }
            group.addTask { try await deliverKept() }
            group.addTask { try await tellCoverage() }
            group.addTask { try await tellDatasets() }
            group.addTask { try await work() }
            for index in indexes { group.addTask { try await index.keep(logger) } }
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
                    "source away",
                    metadata: [
                        "source": "\(source.name)", "code": "\(diagnostic.code)", "reason": "\(diagnostic.message)",
                        "help": "\(diagnostic.help ?? "try `cohortium node check`")",
                    ])
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

/// What a node has of the hub's: the tasks it works on, and all that was handed to it.
actor WorkingSet {
    private(set) var ids: Set<String> = []
    private var files: Set<String> = []
    /// By hash, in the order in which they came.
    private var hashes: [String] = []

    /// More than a node is handed in any lease's time. What is forgotten is handed out again, and known by its id then.
    private static let most = 1_000

    var held: Set<String> { Set(hashes) }

    func hold(_ hash: String) {
        hashes.removeAll { $0 == hash }
        hashes.append(hash)
        if hashes.count > WorkingSet.most { hashes.removeFirst() }
    }

    /// - Returns: whether it was not worked on already.
    func begin(_ id: String) -> Bool {
        files.insert(NodeState.file(of: id))
        return ids.insert(id).inserted
    }

    /// - Parameter hash: what is not held any more, when the task is settled.
    func end(_ id: String, hash: String?) {
        ids.remove(id)
        files.remove(NodeState.file(of: id))
        hashes.removeAll { $0 == hash }
    }

    func isWorking(onFile file: String) -> Bool { files.contains(file) }
}
