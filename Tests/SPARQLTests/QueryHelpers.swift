import RDF
import SPARQL

/// A graph of Turtle text with the prefix `e:`.
func graph(_ turtle: String) throws -> Graph {
    let prefixes = "@prefix e: <http://e/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
    var builder = GraphBuilder()
    builder.add(document: try RDFParser().parse(Array((prefixes + turtle).utf8), syntax: .turtle, base: "http://e/"))
    return builder.build()
}

/// The rows of a query as text: IRIs of `e:` by their local names, literals by their lexical forms, `-` for nothing.
func rows(_ query: String, on graph: Graph, limits: SPARQLQuery.Limits = .init()) throws -> [String] {
    let prefixes = "PREFIX e: <http://e/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
    let results = try SPARQLQuery.parse(prefixes + query).evaluate(on: graph, limits: limits)
    switch results {
    case .boolean(let value): return ["\(value)"]
    case .bindings(_, let rows): return rows.map { $0.map(short).joined(separator: " ") }
    }
}

private func short(_ term: Term?) -> String {
    switch term {
    case nil: "-"
    case .iri(let iri)?: iri.hasPrefix("http://e/") ? String(iri.dropFirst(9)) : "<\(iri)>"
    case .literal(let literal)?: literal.lexicalForm
    case .blank?: "_"
    }
}
