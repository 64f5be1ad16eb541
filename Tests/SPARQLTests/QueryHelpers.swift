import RDF
import SPARQL

/// A graph of Turtle text with the prefix `e:`.
func graph(_ turtle: String) throws -> Graph {
    let prefixes = "@prefix e: <http://e/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
    var builder = GraphBuilder()
    builder.add(document: try RDFParser().parse(Array((prefixes + turtle).utf8), syntax: .turtle, base: "http://e/"))
    return builder.build()
}

private let prefixes = "PREFIX e: <http://e/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "

/// The rows of a query as text: IRIs of `e:` by their local names, literals by their lexical forms, `-` for nothing; triples as rows.
func rows(_ query: String, on graph: Graph, limits: SPARQLQuery.Limits = .init()) throws -> [String] {
    try rows(query, on: Dataset(graph), limits: limits)
}

func rows(_ query: String, on dataset: Dataset, limits: SPARQLQuery.Limits = .init()) throws -> [String] {
    let results = try SPARQLQuery.parse(prefixes + query).evaluate(on: dataset, limits: limits)
    switch results {
    case .boolean(let value): return ["\(value)"]
    case .bindings(_, let rows): return rows.map { $0.map(short).joined(separator: " ") }
    case .graph(let triples): return triples.map { [$0.subject, $0.predicate, $0.object].map(short).joined(separator: " ") }.sorted()
    }
}

/// The value of an expression with its datatype or language where it is no plain string; `-` for an error.
func value(_ expression: String, base: String? = nil) throws -> String {
    let query = try SPARQLQuery.parse(prefixes + "SELECT (\(expression) AS ?v) { }", base: base)
    guard case .bindings(_, let rows) = try query.evaluate(on: .empty), let term = rows.first?.first ?? nil else { return "-" }
    guard case .literal(let literal) = term, literal.datatype != XSD.string else { return short(term) }
    return literal.lexicalForm + (literal.language.map { "@" + $0 } ?? "^" + (literal.datatype.split(separator: "#").last ?? ""))
}

private func short(_ term: Term?) -> String {
    switch term {
    case nil: "-"
    case .iri(let iri)?: iri.hasPrefix("http://e/") ? String(iri.dropFirst(9)) : "<\(iri)>"
    case .literal(let literal)?: literal.lexicalForm
    case .blank?: "_"
    }
}
