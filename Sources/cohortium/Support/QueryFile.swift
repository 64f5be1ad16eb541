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

    /// The query with the files that it imports, as it is sent and compiled.
    func bundled() throws(CommandFailure) -> SourceText {
        var resolver = ImportResolver { path in
            FileManager.default.contents(atPath: path).map { SourceText(name: path, bytes: Array($0)) }
        }
        do throws(DiagnosticList) {
            return try resolver.resolve(source)
        } catch {
            throw CommandFailure(error.diagnostics, in: source)
        }
    }

    /// Compiles it, with values for its parameters; the warnings go to the person, errors are thrown.
    func compile(
        with hyperontology: Hyperontology, settings: [String: String] = [:], console: Console = Console()
    ) throws(CommandFailure) -> CompiledQuery {
        let source = try bundled()
        let result = QueryCompiler(hyperontology: hyperontology).compile(source, settings: settings)
        guard let query = result.query, !result.diagnostics.containsErrors else { throw CommandFailure(result.diagnostics, in: source) }
        if !result.diagnostics.isEmpty { console.report(result.diagnostics, in: source) }
        return query
    }
}

/// Values for a query's parameters.
struct ParameterOptions: ParsableArguments {
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("A value for a parameter of the query; may be given several times.", valueName: "name=value"))
    var settings: [String] = []

    init() {}

    func validate() throws {
        for setting in settings where !setting.dropFirst().contains("=") {
            throw ValidationError("`--set \(setting)` names no value: write `--set name=value`")
        }
    }

    /// By name; of several for one name the last.
    var values: [String: String] {
        Dictionary(
            settings.map { setting in
                let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                return (parts[0], parts.count > 1 ? parts[1] : "")
            }, uniquingKeysWith: { _, last in last })
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
