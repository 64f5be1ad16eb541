import ArgumentParser
import Diagnostics
import Foundation

/// `cohortium lsp`: CohortQL in an editor.
struct LanguageServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lsp", abstract: "Serve an editor over standard input and output: mistakes, concepts, completion, layout.",
        discussion: """
            Speaks the Language Server Protocol 3.17. An editor starts it; nothing is sent anywhere else.

            Example:
              cohortium lsp --ontologies Ontologies

            Exit status: 0 the editor said goodbye; 1 it went away.
            """)

    @OptionGroup var ontology: OntologyOptions

    func run() async throws {
        var server = LanguageServer(hyperontology: try ontology.load())
        let channel = MessageChannel(input: .standardInput, output: .standardOutput)
        do {
            while let message = try channel.receive() {
                for answer in server.answers(to: message) { try channel.send(answer) }
                if let status = server.exitStatus { throw ExitCode(status) }
            }
        } catch let broken as MessageChannel.Broken {
            throw CommandFailure(
                Diagnostic("U0320", broken.reason, help: "start it from an editor that speaks the Language Server Protocol"))
        }
        throw ExitCodes.badInput
    }
}
