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
            ImportCommand.self,
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
        } catch let error where exitCode(for: error) == .validationFailure {
            Console().report([CommandLineMistake(error).diagnostic])
            exit(withError: ExitCode.validationFailure)
        } catch {
            exit(withError: error)
        }
    }
}

/// A command line that cannot be understood, in the form of every other message.
private struct CommandLineMistake {
    let diagnostic: Diagnostic

    init(_ error: any Error) {
        let words = Cohortium.message(for: error).split(separator: "\n").first.map(String.init) ?? "the command line is wrong"
        // The parser quotes by apostrophes, and the last line of its long form names the help of the very subcommand.
        let message = words.prefix(1).lowercased() + words.dropFirst().replacing("'", with: "`")
        let help = Cohortium.fullMessage(for: error).split(separator: "\n").last { $0.contains("--help") || $0.contains("cohortium help") }
        let command = help.flatMap { $0.split(separator: "'").dropFirst().first } ?? "cohortium --help"
        diagnostic = Diagnostic("U0009", message.hasSuffix(".") ? String(message.dropLast()) : message, help: "see `\(command)`")
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

    /// The same failure with one more fact.
    func adding(note: String) -> CommandFailure {
        guard let first = diagnostics.first else { return self }
        let noted = Diagnostic(first.code, first.severity, first.message, at: first.span, help: first.help, notes: first.notes + [note])
        return CommandFailure([noted] + diagnostics.dropFirst(), in: source, exitCode: exitCode)
    }

    init(_ diagnostic: Diagnostic, exitCode: ExitCode = ExitCodes.badInput) {
        self.init([diagnostic], exitCode: exitCode)
    }
}
