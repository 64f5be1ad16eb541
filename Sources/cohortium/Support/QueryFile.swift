import ArgumentParser
import Compiler
import Diagnostics
import Foundation
import Hyperontology

/// A file with a query, read and compiled the same way by every command.
struct QueryFile {
    let source: SourceText

    /// - Parameter path: a file, or `-` for standard input.
    init(_ path: String) throws(CommandFailure) {
        if path == "-" {
            source = SourceText(name: "<standard input>", bytes: Array(FileHandle.standardInput.readDataToEndOfFile()))
            return
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(
                Diagnostic(
                    "U0001", "the file `\(path)` cannot be read", help: "check the path and the rights on it; `-` reads standard input"))
        }
        source = SourceText(name: path, bytes: Array(data))
    }

    /// Compiles it; the warnings go to the person, errors are thrown.
    func compile(with hyperontology: Hyperontology, console: Console = Console()) throws(CommandFailure) -> CompiledQuery {
        let result = QueryCompiler(hyperontology: hyperontology).compile(source)
        guard let query = result.query, !result.diagnostics.containsErrors else { throw CommandFailure(result.diagnostics, in: source) }
        if !result.diagnostics.isEmpty { console.report(result.diagnostics, in: source) }
        return query
    }
}

/// The option that every command shares which needs the hyperontology.
struct OntologyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder of the hyperontology.",
            discussion: "Without it: COHORTIUM_ONTOLOGIES, or the Ontologies folder here or beside the program.", valueName: "folder"))
    var ontologies: String?

    func load() throws(DiagnosticList) -> Hyperontology {
        try Hyperontology(directory: Hyperontology.locate(explicit: ontologies))
    }
}
