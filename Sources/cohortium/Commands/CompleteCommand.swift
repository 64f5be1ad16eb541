import ArgumentParser
import Compiler
import Diagnostics

/// `cohortium complete`: what may stand at a place, for editors.
struct CompleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "complete", abstract: "Print as JSON what may stand at a place of a query.",
        discussion: """
            The place is a line and a column from one, the column in characters; without them, the end of the text.

            Example:
              printf 'cohort A { x = first ' | cohortium complete -
            """)

    @Argument(help: "A CohortQL file; - reads standard input.")
    var file: String

    @Option(help: "The line, from 1.")
    var line: Int?

    @Option(help: "The column, from 1, in characters.")
    var column: Int = 1

    @Option(help: "How many concepts to list at most.")
    var limit: Int = 50

    @OptionGroup var ontology: OntologyOptions

    func run() async throws {
        let source = try QueryFile(file).source
        let completer = Completer(hyperontology: try ontology.load())
        Console().output(try completer.complete(source, at: offset(in: source), limit: max(0, limit)).prettyJSON())
    }

    private func offset(in source: SourceText) -> Int {
        guard let line else { return source.bytes.count }
        let start = source.bytes.indices.filter { source.bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
        guard line > 1 else { return source.line(1).prefix(max(column - 1, 0)).utf8.count }
        guard line - 2 < start.count else { return source.bytes.count }
        return start[line - 2] + source.line(line).prefix(max(column - 1, 0)).utf8.count
    }
}
