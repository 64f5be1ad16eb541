import ArgumentParser
import Diagnostics
import Foundation

/// The command line of Cohortium.
@main
struct Cohortium: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cohortium",
        abstract: "Federated questions about cancer images and clinical data that may not leave their hospitals.",
        discussion: """
            Data goes to standard output, everything else to standard error.

            Exit status: 0 done; 1 the input is wrong; 3 something needed is away; 4 the answer is incomplete;
            5 refused; 64 the command line is wrong.

            Example:
              cohortium check my.cohort
            """,
        version: "0.1.0",
        subcommands: [
            DemoCommand.self, CheckCommand.self, FormatCommand.self, ExplainCommand.self, EvaluateCommand.self, CompleteCommand.self,
            LanguageServerCommand.self, QueryCommand.self,
            DispatchCommand.self, HubCommand.self, NodeCommand.self, SynthCommand.self, OntologyCommand.self, SPARQLCommand.self,
        ])

    /// Runs the program; every diagnostic that a command throws becomes a message and an exit status.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            Console().report(failure.diagnostics, in: failure.source)
            exit(withError: failure.exitCode)
        } catch let list as DiagnosticList {
            Console().report(list.diagnostics)
            exit(withError: ExitCodes.badInput)
        } catch let diagnostic as Diagnostic {
            Console().report([diagnostic])
            exit(withError: ExitCodes.badInput)
        } catch {
            exit(withError: error)
        }
    }
}

/// What a command could not do: the messages, the text they are about, and the exit status.
struct CommandFailure: Error {
    let diagnostics: [Diagnostic]
    let source: SourceText?
    let exitCode: ExitCode

    init(_ diagnostics: [Diagnostic], in source: SourceText? = nil, exitCode: ExitCode = ExitCodes.badInput) {
        self.diagnostics = diagnostics
        self.source = source
        self.exitCode = exitCode
    }

    init(_ diagnostic: Diagnostic, exitCode: ExitCode = ExitCodes.badInput) {
        self.init([diagnostic], exitCode: exitCode)
    }
}
