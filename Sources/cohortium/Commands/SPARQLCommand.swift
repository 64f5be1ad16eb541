import ArgumentParser
import Diagnostics
import Foundation
import Hyperontology
import RDF
import SPARQL

/// `cohortium sparql`: SPARQL over the hyperontology, over files, or at a hub.
struct SPARQLCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sparql", abstract: "Ask the hyperontology, RDF files or a hub in SPARQL.",
        discussion: """
            Examples:
              echo 'SELECT ?concept ?label { ?concept <http://www.w3.org/2004/02/skos/core#prefLabel> ?label } LIMIT 5' | cohortium sparql -
              cohortium sparql question.rq --graph a.ttl --named http://example.org/b=b.rdf --format csv
              cohortium sparql question.rq --hub https://hub.example.org --ca authority.pem
              cohortium sparql patients.rq --hub https://hub.example.org --token token.txt
              cohortium sparql question.rq --explain
            """)

    /// How the answer is written.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case table, json, xml, csv, tsv, turtle, ntriples, rdfxml

        var table: SPARQLResultFormat? { SPARQLResultFormat(rawValue: rawValue) }
        var graph: RDFSyntax? { RDFSyntax(rawValue: rawValue) }
    }

    @Argument(help: "A SPARQL file; - reads standard input.")
    var file: String

    @Option(help: ArgumentHelp("The address of a hub to ask instead of the hyperontology.", valueName: "url"))
    var hub: String?

    @Option(help: ArgumentHelp("The certificate of the hub's authority; without it, the system's.", valueName: "file"))
    var ca: String?

    @Option(help: ArgumentHelp("A file with your token, for questions to a hub about patients.", valueName: "file"))
    var token: String?

    @Option(help: ArgumentHelp("A file to ask instead of the hyperontology; may be given several times.", valueName: "file"))
    var graph: [String] = []

    @Option(help: ArgumentHelp("A file to ask as a named graph; may be given several times.", valueName: "iri=file"))
    var named: [String] = []

    @Option(help: ArgumentHelp("The form of the answer; without it, a table or Turtle, as the query's kind has it."))
    var format: Format?

    @Flag(help: "Show what the optimiser makes of the query, step by step, and do not ask it.")
    var explain = false

    @OptionGroup var ontology: OntologyOptions

    func run() async throws {
        if hub != nil, !graph.isEmpty || !named.isEmpty || explain {
            throw CommandFailure(
                Diagnostic("U0011", "a hub and files cannot be asked at once", help: "leave out `--hub`, or `--graph` and `--named`"))
        }
        let source = try QueryFile(file).source
        let text = source[SourceSpan(0, source.bytes.count)]
        do {
            let query = try SPARQLQuery.parse(text)
            if explain { return Console().output(query.explanation(on: try dataset())) }
            let form = try checked(query.kind)
            if let hub {
                let remote = RemoteEndpoint(hub: hub, authority: ca, tokenFile: token)
                if form == .table { return show(try await remote.results(of: text, kind: query.kind)) }
                Console().write(Data(try await remote.bytes(of: text, accept: Self.mediaType(form))))
            } else if form == .table {
                show(try query.evaluate(on: try dataset()))
            } else {
                let writer = ResultWriter(table: form.table ?? .json, graph: form.graph ?? .turtle) {
                    (piece: String) throws(DiagnosticList) in
                    Console().write(Data(piece.utf8))
                }
                try query.evaluate(on: try dataset(), into: writer)
            }
        } catch let list as DiagnosticList {
            throw CommandFailure(list.diagnostics, in: source)
        }
    }

    /// The form that was asked for where the query's answer has it, or the usual one.
    private func checked(_ kind: SPARQLQuery.Kind) throws -> Format {
        guard let format else { return kind == .graph ? .turtle : .table }
        let isPossible = format == .table || (kind == .graph ? format.graph != nil : format.table != nil)
        guard isPossible else {
            let possible = Format.allCases.filter { $0 == .table || (kind == .graph ? $0.graph != nil : $0.table != nil) }
            throw CommandFailure(
                Diagnostic(
                    "U0018", "the answer to this query cannot be written as \(format.rawValue)",
                    help: "write " + possible.map(\.rawValue).joined(separator: ", ")))
        }
        return format
    }

    private static func mediaType(_ format: Format) -> String { format.table?.mediaType ?? format.graph?.mediaType ?? "*/*" }

    // MARK: What is asked

    private func dataset() throws -> Dataset {
        if graph.isEmpty && named.isEmpty {
            let loaded = try ontology.load()
            return Dataset(loaded.graph, closures: loaded.closures)
        }
        let parts = try named.map { argument in
            let halves = argument.split(separator: "=", omittingEmptySubsequences: false)
            // An IRI may have equal signs; a file's name has them seldom.
            guard halves.count > 1, let path = halves.last, !path.isEmpty else {
                throw CommandFailure(
                    Diagnostic("U0012", "`\(argument)` does not name a graph and its file", help: "write `--named IRI=FILE`"))
            }
            return Dataset.NamedGraph(name: halves.dropLast().joined(separator: "="), graph: try read([String(path)]))
        }
        return Dataset(defaults: graph.isEmpty ? [] : [try read(graph)], named: parts)
    }

    private func read(_ paths: [String]) throws -> Graph {
        var builder = GraphBuilder()
        for path in paths {
            do {
                builder.add(document: try RDFParser().parse(file: path))
            } catch {
                throw CommandFailure(
                    error.errors.map { found in
                        Diagnostic(DiagnosticCode(rawValue: found.code.rawValue), "\(found.place): \(found.message)")
                    })
            }
        }
        return builder.build()
    }

    // MARK: What is shown

    private func show(_ results: SPARQLResults) {
        let console = Console()
        switch results {
        case .boolean(let value): console.output(value ? "yes" : "no")
        case .bindings(let variables, let rows): show(variables, rows, "rows")
        case .graph(let triples):
            show(["subject", "predicate", "object"], triples.map { [$0.subject, $0.predicate, $0.object] }, "triples")
        }
    }

    private func show(_ columns: [String], _ rows: [[Term?]], _ what: String) {
        var table = TextTable(columns.map { ($0, .left) })
        for row in rows { table.add(row.map { $0.map(Self.text) ?? "" }) }
        Console().output(table.lines().joined(separator: "\n"))
        Console().tell("\(rows.count) \(what)")
    }

    /// For people: no quotation marks, the language or the datatype behind where there is one, one line.
    private static func text(_ term: Term) -> String {
        let text =
            switch term {
            case .iri(let iri): "<\(iri)>"
            case .blank(let label): "_:\(label)"
            case .literal(let literal): literal.lexicalForm + (literal.language.map { " @" + $0 } ?? "")
            }
        return String(text.map { $0.isNewline ? " " : $0 }.prefix(200))
    }
}
