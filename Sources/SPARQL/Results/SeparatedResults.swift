import RDF

/// SPARQL 1.1 Query Results CSV and TSV Formats.
enum SeparatedResults {
    /// Values alone, quoted as RFC 4180 says; lines end in CR LF.
    static func csv(of results: SPARQLResults) -> String {
        guard case .bindings(let variables, let rows) = results else { return word(results) + "\r\n" }
        let lines = [variables.map(field)] + rows.map { $0.map { $0.map { field(plain($0)) } ?? "" } }
        return lines.map { $0.joined(separator: ",") + "\r\n" }.joined()
    }

    /// Terms as in Turtle; lines end in LF.
    static func tsv(of results: SPARQLResults) -> String {
        guard case .bindings(let variables, let rows) = results else { return word(results) + "\n" }
        let lines = [variables.map { "?" + $0 }] + rows.map { $0.map { $0.map(turtle) ?? "" } }
        return lines.map { $0.joined(separator: "\t") + "\n" }.joined()
    }

    /// Numbers stand without quotation marks where Turtle reads them back as the same literal.
    private static func turtle(_ term: Term) -> String {
        guard let literal = term.literal else { return NTriplesWriter.text(of: term) }
        let text = literal.lexicalForm
        let isNumber =
            switch literal.datatype {
            case XSD.integer: text.wholeMatch(of: /[+-]?[0-9]+/) != nil
            case XSD.decimal: text.wholeMatch(of: /[+-]?[0-9]*\.[0-9]+/) != nil
            case XSD.double: text.wholeMatch(of: /[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)[eE][+-]?[0-9]+/) != nil
            default: false
            }
        return isNumber ? text : NTriplesWriter.text(of: term)
    }

    private static func word(_ results: SPARQLResults) -> String { results == .boolean(true) ? "true" : "false" }

    private static func plain(_ term: Term) -> String {
        switch term {
        case .iri(let iri): iri
        case .blank(let label): "_:" + label
        case .literal(let literal): literal.lexicalForm
        }
    }

    private static func field(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { "\",\r\n".unicodeScalars.contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
