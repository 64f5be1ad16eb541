import ArgumentParser
import Diagnostics
import Federation
import Foundation
import Hyperontology
import UnixSignals

/// `cohortium demo`: a whole federation on this machine.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "A hub and three synthetic hospitals on this machine, three questions, one computation.",
        discussion: """
            The hospitals hold different patients in OMOP, in FHIR and in DICOM (Orthanc). Everything listens on the loopback address alone
            and ends with Ctrl-C.

            Example:
              cohortium demo --once
            """)

    @Flag(help: "End after the questions instead of staying up.")
    var once = false

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: "How many patients the three hospitals have together.")
    var patients = 1_500

    @Option(help: "The seed of the random numbers.")
    var seed: UInt64 = 7

    @Option(help: ArgumentHelp("A folder for everything the demonstration writes; made anew each time.", valueName: "folder"))
    var folder = "demo"

    @Option(help: "The hub's port; the two ports after it are used as well.")
    var port = 8743

    @OptionGroup var ontology: OntologyOptions

    /// With rising difficulty.
    private static let questions = ["breast-mri", "receptor-status", "neoadjuvant-mri"]

    func validate() throws {
        guard (1...65_533).contains(port) else { throw ValidationError("--port is from 1 to 65533") }
    }

    func run() async throws {
        let console = Console()
        let settings = DemoFederation.Settings(
            folder: URL(fileURLWithPath: folder).standardizedFileURL.path, patients: patients, seed: seed, port: port,
            ontologies: URL(fileURLWithPath: try Hyperontology.locate(explicit: ontology.ontologies)).standardizedFileURL.path)
        let federation = DemoFederation(
            settings,
            tell: { text in
                console.endProgress()
                console.tell(text)
            }, progress: { console.progress($0) })
        // Trapped before anything is started, so that Ctrl-C at any moment ends everything that was.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { for await _ in signals { throw CancellationError() } }
                group.addTask { try await show(federation, console) }
                defer { group.cancelAll() }
                // The task that shows ends the group; the one that waits for signals only by throwing.
                try await group.next()
            }
        } catch {
            await federation.stop()
            if error is CancellationError { return console.tell("\nended") }
            if let failure = error as? HubFailure { throw CommandFailure(failure) }
            throw error
        }
        await federation.stop()
    }

    private func show(_ federation: DemoFederation, _ console: Console) async throws {
        let start = ContinuousClock.now
        try await federation.start()
        console.endProgress()
        console.tell("up after \((ContinuousClock.now - start).formatted(.units(allowed: [.seconds], fractionalPart: .show(length: 1))))\n")
        let client = try federation.client()
        var report = DemoReport()
        let folder = try ProjectFolder.locate("Questions")
        for name in DemoCommand.questions { try await ask("\(folder)/\(name).cohort", client, console, &report) }
        try await compute("\(folder)/\(DemoCommand.questions[2]).cohort", client, console, &report)
        if json { console.output(try report.prettyJSON()) }
        guard !once else { return }
        DemoCommand.explain(federation, console)
        while true { try await Task.sleep(for: .seconds(3_600)) }
    }

    private func ask(_ path: String, _ client: ResearcherClient, _ console: Console, _ report: inout DemoReport) async throws {
        let text = String(decoding: try QueryFile(path).source.bytes, as: UTF8.self)
        if !json {
            console.output(console.bold("── \(URL(fileURLWithPath: path).lastPathComponent) " + String(repeating: "─", count: 60)) + "\n")
            console.output(text)
        }
        let (result, milliseconds) = try await follow(client, console) { try await client.submit(QuerySubmission(text: text)) }
        report.add(result, text: text, milliseconds: milliseconds)
        guard !json else { return }
        ResultPrinter(console: console, result: result).show()
        console.output(console.dim("\n\(milliseconds) ms\n"))
    }

    private func compute(_ path: String, _ client: ResearcherClient, _ console: Console, _ report: inout DemoReport) async throws {
        let text = String(decoding: try QueryFile(path).source.bytes, as: UTF8.self)
        let tool = try ToolFile(ToolFile.intensity)
        if !json {
            console.output(
                console.bold("── dispatch: \(ToolFile.intensity) over the images of the last cohort " + String(repeating: "─", count: 20)))
            console.output(
                console.dim(
                    "The tool goes to the images: each node that holds some decides by its own policy, runs it in a sandbox without\n"
                        + "network, and lets out what its gate allows. \(tool.digest)\n"))
        }
        let order = JobSubmission(query: QuerySubmission(text: text), toolName: ToolFile.intensity, toolDigest: tool.digest)
        let (result, milliseconds) = try await follow(client, console, isJob: true) { try await client.submit(order) }
        report.set(result, tool: tool.digest, milliseconds: milliseconds)
        guard !json else { return }
        ResultPrinter(console: console, result: result).show()
        console.output(console.dim("\n\(milliseconds) ms\n"))
    }

    private func follow(
        _ client: ResearcherClient, _ console: Console, isJob: Bool = false, _ submit: () async throws -> SubmissionReceipt
    ) async throws -> (QueryResult, Int) {
        let start = ContinuousClock.now
        let receipt = try await submit()
        let progress = QueryProgress(console)
        _ = try await client.follow(receipt.id, isJob: isJob) { if !json { progress.show($0) } }
        progress.end()
        let elapsed = (ContinuousClock.now - start).components
        let milliseconds = Int(elapsed.seconds) * 1_000 + Int(elapsed.attoseconds / 1_000_000_000_000_000)
        return (try await client.result(of: receipt.id, isJob: isJob), milliseconds)
    }

    private static func explain(_ federation: DemoFederation, _ console: Console) {
        let program = CommandLine.arguments[0]
        console.tell(
            """
            The federation stays up.
              hub        \(federation.hubURL)    (certificate authority: \(federation.file("hub/ca.pem")))
              SPARQL     \(federation.localURL)/sparql

            Ask a question of your own, in another terminal:
              \(program) query my.cohort --client \(federation.clientFile)
              \(program) dispatch my.cohort --client \(federation.clientFile)
              curl '\(federation.localURL)/v1/ontology/find?text=breast'

            Ctrl-C ends it.
            """)
    }
}
