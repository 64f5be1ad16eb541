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
              cohortium query --id 5f0c… --csv

            Exit status: 0 every node answered or said why not; 1 the query is wrong; 3 the hub is away; 4 a node failed or was silent;
            5 the hub does not know you.
            """)

    @Argument(help: "A CohortQL file; - reads standard input.")
    var file: String?

    @OptionGroup var hub: HubOptions
    @OptionGroup var question: QuestionOptions

    func validate() throws { try question.check(file) }

    func run() async throws {
        if let id = question.id { return try await question.show(id, try hub.connect()) }
        let source = try QueryFile(file ?? "-").bundled()
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

    @Option(help: "Show the answer to what was asked before, by its id, instead of asking: late answers are in it.")
    var id: String?

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Print CSV, a line for every number.")
    var csv = false

    /// - Parameter file: what is to be asked.
    func check(_ file: String?) throws {
        if (file == nil) == (id == nil) { throw ValidationError("name a file to ask, or with --id an answer to show, and not both") }
        if json && csv { throw ValidationError("--json and --csv are two forms of the same answer: choose one") }
    }

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
        let receipt: SubmissionReceipt
        do {
            receipt = try await submit(submission(source))
        } catch let failure as HubFailure {
            throw CommandFailure(failure, in: source)
        }
        if !receipt.diagnostics.isEmpty { console.report(receipt.diagnostics, in: source) }
        // From here on the hub has the question, whatever becomes of this program.
        console.tell("asked: \(receipt.id)")
        do {
            let progress = QueryProgress(console)
            defer { progress.end() }
            _ = try await client.follow(receipt.id, isJob: isJob) { progress.show($0) }
        } catch {
            throw CommandFailure(error).adding(note: "the hub has the question; its answer: \(again(receipt.id, isJob))")
        }
        try await show(receipt.id, client, isJob: isJob)
    }

    /// Shows what there is of an answer.
    func show(_ id: String, _ client: ResearcherClient, isJob: Bool = false) async throws {
        let console = Console()
        let result: QueryResult
        do {
            result = try await client.result(of: id, isJob: isJob)
        } catch {
            throw CommandFailure(error)
        }
        try show(result, console)
        let silent = result.nodes.filter { !$0.state.isAnswer }.map(\.name)
        if !silent.isEmpty {
            console.tell("without an answer: \(silent.joined(separator: ", ")); a late one shows with: \(again(id, isJob))")
        }
        if !silent.isEmpty || result.nodes.contains(where: { $0.state == .failed }) { throw ExitCodes.incomplete }
    }

    private func again(_ id: String, _ isJob: Bool) -> String { "cohortium \(isJob ? "dispatch" : "query") --id \(id)" }

    private func show(_ result: QueryResult, _ console: Console) throws {
        if json {
            console.output(String(decoding: try CanonicalJSON.encode(result), as: UTF8.self))
        } else if csv {
            console.write(Data(ResultCSV(result: result).text.utf8))
        } else {
            ResultPrinter(console: console, result: result).show()
        }
    }
}
