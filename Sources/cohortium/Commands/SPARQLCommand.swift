import ArgumentParser
import Diagnostics
import Foundation
import Hyperontology
import RDF
import SPARQL

/// `cohortium sparql`: SPARQL over the hyperontology or over files.
struct SPARQLCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sparql", abstract: "Ask the hyperontology, or RDF files, in SPARQL.",
        discussion: """
            Example:
              echo 'SELECT ?c ?l { ?c skos:prefLabel ?l } LIMIT 5' | cohortium sparql -
            """)

    @Argument(help: "A SPARQL file; - reads standard input.")
    var file: String

    @Option(help: ArgumentHelp("A file to ask instead of the hyperontology; may be given several times.", valueName: "file"))
    var graph: [String] = []

    @Option(help: "The form of the result: table, json, xml, csv or tsv.")
    var format = "table"

    @OptionGroup var ontology: OntologyOptions

    func run() async throws {
        let source = try QueryFile(file).source
        let query: SPARQLQuery
        do {
            query = try SPARQLQuery.parse(source[SPARQLCommand.whole(source)])
        } catch {
            throw CommandFailure(error.diagnostics, in: source)
        }
        let results: SPARQLResults
        do {
            results = try query.evaluate(on: try load())
        } catch let list as DiagnosticList {
            throw CommandFailure(list.diagnostics, in: source)
        }
        let console = Console()
        if format == "table" { return show(results, console) }
        guard let form = SPARQLResultFormat(rawValue: format) else {
            throw CommandFailure(
                Diagnostic("U0008", "there is no result format called `\(format)`", help: "write table, json, xml, csv or tsv"))
        }
        FileHandle.standardOutput.write(Data(results.serialise(as: form).utf8))
    }

    private static func whole(_ source: SourceText) -> SourceSpan { SourceSpan(0, source.bytes.count) }

    private func load() throws -> Graph {
        guard !graph.isEmpty else { return try ontology.load().graph }
        var builder = GraphBuilder()
        for path in graph {
            do {
                builder.add(document: try RDFParser().parse(file: path))
            } catch {
                throw CommandFailure(
                    error.errors.map { found in
                        Diagnostic(
                            DiagnosticCode(rawValue: found.code.rawValue),
                            "\(found.file)\(found.line.map { ":\($0)" } ?? ""): \(found.message)")
                    })
            }
        }
        return builder.build()
    }

    private func show(_ results: SPARQLResults, _ console: Console) {
        switch results {
        case .boolean(let value): console.output(value ? "yes" : "no")
        case .bindings(let variables, let rows):
            var table = TextTable(variables.map { ($0, .left) })
            for row in rows { table.add(row.map { $0.map { "\($0)" } ?? "" }) }
            console.output(table.lines().joined(separator: "\n"))
            console.tell("\(rows.count) rows")
        }
    }
}
