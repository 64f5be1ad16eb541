import ArgumentParser
import Diagnostics
import Federation
import Foundation

/// `cohortium query`: asks a hub.
struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Ask the federation a question in CohortQL.",
        discussion: """
            Shows how far each node is while it waits. A node that is away, refuses or cannot say is in the answer, with its reason.

            Example:
              cohortium query my.cohort --hub https://hub.example.org:8743

            Exit status: 0 every node answered or said why not; 1 the query is wrong; 3 the hub is away; 4 a node failed or was silent;
            5 the hub does not know you.
            """)

    @Argument(help: "A CohortQL file; - reads standard input.")
    var file: String

    @OptionGroup var hub: HubOptions
    @OptionGroup var question: QuestionOptions

    func run() async throws {
        let source = try QueryFile(file).bundled()
        let client = try hub.connect()
        try await question.ask(source, client) { try await client.submit($0) }
    }
}

/// What may be said with every question.
struct QuestionOptions: ParsableArguments {
    @Option(help: "What the question is for, as nodes' policies name purposes.")
    var purpose = "research"

    @Option(help: "A stricter threshold than the nodes' and the hub's; a weaker one changes nothing.")
    var threshold: Int?

    @Option(help: "How long to wait for nodes, in seconds; without it, the hub's own time.")
    var deadline: Int?

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Print CSV, a line for every number.")
    var csv = false

    func submission(_ source: SourceText) -> QuerySubmission {
        QuerySubmission(
            text: String(decoding: source.bytes, as: UTF8.self), purpose: purpose, threshold: threshold, deadlineSeconds: deadline)
    }

    /// Submits, follows, shows.
    func ask(
        _ source: SourceText, _ client: ResearcherClient, submit: (QuerySubmission) async throws -> SubmissionReceipt, isJob: Bool = false
    )
        async throws
    {
        let console = Console()
        let result: QueryResult
        do {
            let receipt = try await submit(submission(source))
            if !receipt.diagnostics.isEmpty { console.report(receipt.diagnostics, in: source) }
            let progress = QueryProgress(console)
            defer { progress.end() }
            _ = try await client.follow(receipt.id, isJob: isJob) { progress.show($0) }
            result = try await client.result(of: receipt.id, isJob: isJob)
        } catch let failure as HubFailure {
            throw CommandFailure(failure, in: source)
        }
        try show(result, console)
        if result.nodes.contains(where: { $0.state == .failed || $0.state == .expired }) { throw ExitCodes.incomplete }
    }

    private func show(_ result: QueryResult, _ console: Console) throws {
        if json {
            console.output(String(decoding: try CanonicalJSON.encode(result), as: UTF8.self))
        } else if csv {
            FileHandle.standardOutput.write(Data(ResultCSV(result: result).text.utf8))
        } else {
            ResultPrinter(console: console, result: result).show()
        }
    }
}
