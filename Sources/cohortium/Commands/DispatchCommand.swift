import ArgumentParser
import CohortQL
import Diagnostics
import Federation
import Foundation

/// `cohortium dispatch`: computes beside the data.
struct DispatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dispatch", abstract: "Run a tool over the images of a cohort, at every node that lets it.",
        discussion: """
            The images stay where they are; what the tool measured comes back through each node's gate. A tool is named by its digest,
            so that every node runs the very one that is meant.

            Example:
              cohortium dispatch my.cohort --tool cohortium-intensity

            Exit status: as `cohortium query`.
            """)

    @Argument(help: "A CohortQL file with an imaging event; - reads standard input.")
    var file: String?

    @Option(
        help: ArgumentHelp(
            "The tool's name; the file `--digest` is taken of when that is not given. Without it, the tool of the text's `dispatch`, else cohortium-intensity.",
            valueName: "name"))
    var tool: String?

    @Option(help: ArgumentHelp("`sha256:` and the digest of the tool's executable.", valueName: "digest"))
    var digest: String?

    @Option(help: "The imaging event whose series are computed on; without it, the last one of the query.")
    var event: String?

    @OptionGroup var hub: HubOptions
    @OptionGroup var question: QuestionOptions

    func validate() throws { try question.check(file) }

    func run() async throws {
        if let id = question.id { return try await question.show(id, try hub.connect(), isJob: true) }
        let source = try QueryFile(file ?? "-").bundled()
        let client = try hub.connect()
        let job = try job(Parser.parse(source).tree.dispatch != nil)
        try await question.ask(
            source, client,
            submit: { query in
                try await client.submit(JobSubmission(query: query, toolName: job.tool, toolDigest: job.digest, event: event))
            }, isJob: true)
    }

    /// The tool that was named here; nil for the one that the text names.
    /// - Parameter isWritten: whether it names one.
    private func job(_ isWritten: Bool) throws -> (tool: String?, digest: String?) {
        if isWritten, tool == nil, digest == nil { return (nil, nil) }
        let tool = tool ?? ToolFile.intensity
        return (tool, try digest ?? ToolFile(tool).digest)
    }
}

/// A tool that lies beside the program, or on a path.
struct ToolFile {
    let path: String
    let digest: String

    /// - Throws: `U0205` when there is no such file.
    init(_ name: String) throws(CommandFailure) {
        let beside = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        let running = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            .map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
        let candidates = [running, beside].compactMap { $0?.appendingPathComponent(name).path } + [name]
        for candidate in candidates where name.contains("/") == (candidate == name) {
            guard let bytes = FileManager.default.contents(atPath: candidate) else { continue }
            path = URL(fileURLWithPath: candidate).standardizedFileURL.path
            digest = Digest.name(of: Array(bytes))
            return
        }
        throw CommandFailure(
            Diagnostic("U0205", "the tool `\(name)` is not there to take its digest", help: "give its `--digest`, or its path as `--tool`"))
    }
}
