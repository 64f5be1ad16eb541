import ArgumentParser
import CohortQL
import Diagnostics
import Foundation

/// `cohortium format`: the canonical layout.
struct FormatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "format", abstract: "Print a query in its one canonical layout; comments are kept.",
        discussion: "Example:\n  cohortium format --in-place my.cohort\n\nExit status: 0 done, 1 the query has mistakes and was left alone."
    )

    @Argument(help: "A CohortQL file; - reads standard input.")
    var file: String

    @Flag(help: "Write the file instead of printing.")
    var inPlace = false

    func run() async throws {
        let source = try QueryFile(file).source
        guard let formatted = Formatter.format(source) else {
            throw CommandFailure(Parser.parse(source).diagnostics, in: source)
        }
        guard inPlace, file != "-" else {
            Console().write(Data(formatted.utf8))
            return
        }
        do {
            try Data(formatted.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
        } catch {
            throw CommandFailure(
                Diagnostic("U0004", "the file `\(file)` cannot be written", help: "check the rights on it; it is as it was"))
        }
    }
}
