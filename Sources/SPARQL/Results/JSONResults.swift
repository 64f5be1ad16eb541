import RDF

/// SPARQL 1.1 Query Results JSON Format.
enum JSONResults {
    static func text(of results: SPARQLResults) -> String {
        switch results {
        case .boolean(let value): return "{\"head\":{},\"boolean\":\(value)}\n"
        case .bindings(let variables, let rows):
            let head = variables.map(quoted).joined(separator: ",")
            let body = rows.map { row in
                "{" + zip(variables, row).compactMap { name, term in term.map { "\(quoted(name)):\(object($0))" } }.joined(separator: ",")
                    + "}"
            }
            return "{\"head\":{\"vars\":[\(head)]},\"results\":{\"bindings\":[\n\(body.joined(separator: ",\n"))\n]}}\n"
        }
    }

    private static func object(_ term: Term) -> String {
        switch term {
        case .iri(let iri): return "{\"type\":\"uri\",\"value\":\(quoted(iri))}"
        case .blank(let label): return "{\"type\":\"bnode\",\"value\":\(quoted(label))}"
        case .literal(let literal):
            var members = "\"type\":\"literal\",\"value\":\(quoted(literal.lexicalForm))"
            if let language = literal.language {
                members += ",\"xml:lang\":\(quoted(language))"
            } else if literal.datatype != XSD.string {
                members += ",\"datatype\":\(quoted(literal.datatype))"
            }
            return "{\(members)}"
        }
    }

    /// A JSON string (RFC 8259, section 7).
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if scalar.value < 0x20 {
                    let digits = String(scalar.value, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}
