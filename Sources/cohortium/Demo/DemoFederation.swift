import ArgumentParser
import Diagnostics
import Execution
import Federation
import Foundation
import HTTPClient
import Hub
import Hyperontology
import Node
import OrthancServer
import Processes
import Synthesis

/// A hub and three hospitals on this machine, each a process of its own, on the loopback address alone.
actor DemoFederation {
    struct Settings: Sendable {
        let folder: String
        let patients: Int
        let seed: UInt64
        let port: Int
        /// Where the hyperontology is; the processes are told.
        let ontologies: String
    }

    private let settings: Settings
    private let tell: @Sendable (String) -> Void
    private let progress: @Sendable (String) -> Void
    private var children: [ChildProcess] = []
    private var orthanc: OrthancServer?
    private let http = HTTPClient()

    init(_ settings: Settings, tell: @escaping @Sendable (String) -> Void, progress: @escaping @Sendable (String) -> Void) {
        self.settings = settings
        self.tell = tell
        self.progress = progress
    }

    nonisolated var hubURL: String { "https://127.0.0.1:\(settings.port)" }
    nonisolated var localURL: String { "http://127.0.0.1:\(settings.port + 1)" }
    nonisolated var clientFile: String { file("client.yaml") }
    nonisolated func file(_ name: String) -> String { URL(fileURLWithPath: settings.folder).appendingPathComponent(name).path }
    private nonisolated func nodeFolder(_ index: Int) -> URL {
        URL(fileURLWithPath: file("hospitals/\(SyntheticManifest.nodeName(index))"))
    }

    // MARK: Start

    /// Starts everything; when it returns, every node answers.
    func start() async throws {
        let tool = try ToolFile(ToolFile.intensity)
        let hospitals = DemoHospital.all(orthanc: settings.port + 2)
        try checkPorts()
        try prepareFolder()
        try await makePatients(hospitals)
        async let archive: Void = startArchive()
        try await startHub()
        try await archive
        try await startNodes(hospitals, tool)
        try await waitForNodes(hospitals.count)
    }

    /// Before anything is made: what is found out now costs nobody a minute.
    private func checkPorts() throws {
        let taken = (0...2).map { settings.port + $0 }.filter { !LoopbackPort.isFree($0) }
        guard let first = taken.first else { return }
        throw CommandFailure(
            Diagnostic(
                "U0405", "the port \(first) is in use",
                help: "end what listens there (`ss -ltnp`), or choose three other ports with --port"), exitCode: ExitCodes.unavailable)
    }

    /// A demonstration's folder may be made anew; anything else is left alone.
    private func prepareFolder() throws(Diagnostic) {
        let mark = file(".cohortium-demo")
        let manager = FileManager.default
        do {
            if manager.fileExists(atPath: settings.folder) {
                let names = try manager.contentsOfDirectory(atPath: settings.folder)
                guard names.isEmpty || manager.fileExists(atPath: mark) else {
                    throw Diagnostic(
                        "U0401", "the folder `\(settings.folder)` holds something else than a demonstration",
                        help: "name another with --folder")
                }
                for name in names { try manager.removeItem(atPath: file(name)) }
            }
            try manager.createDirectory(atPath: file("log"), withIntermediateDirectories: true)
            try Data().write(to: URL(fileURLWithPath: mark))
        } catch let diagnostic as Diagnostic {
            throw diagnostic
        } catch {
            throw Diagnostic(
                "U0402", "the folder `\(settings.folder)` cannot be made", help: "name another with --folder",
                notes: [error.localizedDescription])
        }
    }

    private func makePatients(_ hospitals: [DemoHospital]) async throws {
        tell("making \(settings.patients) synthetic patients for three hospitals in \(settings.folder) (seed \(settings.seed))")
        let models = Dictionary(hospitals.enumerated().map { ($0.offset + 1, $0.element.models) }, uniquingKeysWith: { first, _ in first })
        let dataset = SyntheticDataset(
            seed: settings.seed, patients: settings.patients, nodes: hospitals.count, modelsByNode: models,
            hyperontology: try Hyperontology(directory: settings.ontologies))
        let progress = progress
        _ = try await dataset.write(to: URL(fileURLWithPath: file("hospitals"))) { step in
            progress("\(step.finished) of \(step.total): \(step.name)")
        }
    }

    private func startArchive() async throws {
        tell("starting Orthanc for the third hospital's images")
        let server = try await OrthancServer.start(
            port: settings.port + 2, storage: file("orthanc"), log: file("log/orthanc.log"))
        orthanc = server
        let progress = progress
        try await server.upload(folder: nodeFolder(2).appendingPathComponent("dicom").path) { done, total in
            progress("\(done) of \(total) images in Orthanc")
        }
    }

    private func startHub() async throws {
        tell("starting the hub on \(hubURL)")
        let hub = HubFolder(file("hub"))
        try hub.make(
            hosts: ["127.0.0.1", "localhost"], address: "127.0.0.1", port: settings.port, localPort: settings.port + 1,
            settings: ["ontologies: \(settings.ontologies)", "heartbeatSeconds: 3", "deadlineSeconds: 60"])
        let token = try await HubAdministration(try HubConfiguration.read(hub.configurationFile)).addResearcher("demonstration")
        try Data(token.utf8).write(to: URL(fileURLWithPath: file("token")), options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file("token"))
        try Data("hubs:\n  - url: \(hubURL)\n    ca: hub/ca.pem\n    token: token\n".utf8).write(to: URL(fileURLWithPath: clientFile))
        let process = try await child("hub", ["hub", "run", "--config", hub.configurationFile])
        try await wait(for: process, atMost: .seconds(20)) { await self.isReady(authority: hub.authorityFile) }
    }

    private func isReady(authority: String) async -> Bool {
        let request = HTTPRequest(method: .get, url: hubURL + "/readyz", timeout: .seconds(2), caFile: authority)
        return (try? await http.send(request).isSuccess) == true
    }

    private func startNodes(_ hospitals: [DemoHospital], _ tool: ToolFile) async throws {
        let hub = HubFolder(file("hub"))
        let administration = try HubAdministration(try HubConfiguration.read(hub.configurationFile))
        for (index, hospital) in hospitals.enumerated() {
            tell("starting the node \(hospital.name) (\(hospital.models[0].rawValue))")
            let folder = nodeFolder(index)
            try hospital.write(to: folder, hub: hubURL, authority: hub.authorityFile, tool: tool)
            let configuration = folder.appendingPathComponent("node.yaml").path
            try await makeIndexes(configuration)
            try await NodeAgent.enrol(try NodeConfiguration.read(configuration), token: try await administration.invite(hospital.name))
            _ = try await child(hospital.name, ["node", "run", "--config", configuration, "--ontologies", settings.ontologies])
        }
    }

    /// Before the node runs, which keeps them from then on: the first question finds them whole.
    private func makeIndexes(_ configuration: String) async throws {
        let configuration = try NodeConfiguration.read(configuration)
        let sources = try NodeSources.open(configuration, hyperontology: try Hyperontology(directory: settings.ontologies))
        let progress = progress
        for index in NodeIndex.all(configuration, sources) {
            tell("making the index of the images of \(configuration.name)")
            do {
                _ = try await index.refresh { progress($0) }
            } catch {
                throw CommandFailure(error.diagnostic, exitCode: ExitCodes.unavailable)
            }
        }
    }

    /// Until every node has given a sign of life.
    private func waitForNodes(_ count: Int) async throws {
        let client = try client()
        for process in children.dropFirst() {
            try await wait(for: process, atMost: .seconds(30)) {
                let nodes = (try? await client.nodes()) ?? []
                return nodes.contains { $0.name == process.name && $0.state == .answering }
            }
        }
    }

    nonisolated func client() throws -> ResearcherClient {
        try HubOptions.parse(["--client", clientFile]).connect()
    }

    // MARK: Children

    private func child(_ name: String, _ arguments: [String]) async throws -> ChildProcess {
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let process = try await ChildProcess.start(
            name: name, executable: program, arguments: arguments, log: file("log/\(name).log"), environment: ["NO_COLOR": "1"])
        children.append(process)
        return process
    }

    /// Waits until something is so, or the process has ended, or time is up.
    private func wait(for process: ChildProcess, atMost limit: Duration, until isSo: () async -> Bool) async throws {
        let deadline = ContinuousClock.now + limit
        while await !isSo() {
            guard process.isRunning else {
                throw CommandFailure(
                    Diagnostic(
                        "U0403", "`\(process.name)` of the demonstration ended: \(process.lastWords.first ?? "it said nothing")",
                        help: "mend what it says, or choose other ports with --port; its log is \(process.logPath)",
                        notes: Array(process.lastWords.dropFirst())), exitCode: ExitCodes.unavailable)
            }
            guard ContinuousClock.now < deadline else {
                throw CommandFailure(
                    Diagnostic(
                        "U0404", "`\(process.name)` of the demonstration does not answer", help: "look into its log \(process.logPath)"),
                    exitCode: ExitCodes.unavailable)
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Ends every process, the hub last.
    func stop() async {
        await withTaskGroup(of: Void.self) { group in
            for process in children.dropFirst() { group.addTask { await process.stop() } }
        }
        await children.first?.stop()
        await orthanc?.stop()
        children = []
        orthanc = nil
    }
}

extension ToolFile {
    /// The tool that the demonstration runs over images.
    static let intensity = "cohortium-intensity"
}
