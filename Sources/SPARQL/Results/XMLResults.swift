import RDF

/// SPARQL Query Results XML Format.
enum XMLResults {
    static func text(of results: SPARQLResults) -> String {
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sparql xmlns=\"http://www.w3.org/2005/sparql-results#\">\n"
        switch results {
        case .boolean(let value): text += "<head/>\n<boolean>\(value)</boolean>\n"
        case .bindings(let variables, let rows):
            text += "<head>\(variables.map { "<variable name=\"\(escaped($0))\"/>" }.joined())</head>\n<results>\n"
            for row in rows {
                let bindings = zip(variables, row).compactMap { name, term in
                    term.map { "<binding name=\"\(escaped(name))\">\(element($0))</binding>" }
                }
                text += "<result>\(bindings.joined())</result>\n"
            }
            text += "</results>\n"
        }
        return text + "</sparql>\n"
    }

    private static func element(_ term: Term) -> String {
        switch term {
        case .iri(let iri): return "<uri>\(escaped(iri))</uri>"
        case .blank(let label): return "<bnode>\(escaped(label))</bnode>"
        case .literal(let literal):
            if let language = literal.language {
                return "<literal xml:lang=\"\(escaped(language))\">\(escaped(literal.lexicalForm))</literal>"
            }
            if literal.datatype == XSD.string { return "<literal>\(escaped(literal.lexicalForm))</literal>" }
            return "<literal datatype=\"\(escaped(literal.datatype))\">\(escaped(literal.lexicalForm))</literal>"
        }
    }

    /// Text for content and attributes. The control characters that XML 1.0 cannot have become U+FFFD.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\r": result += "&#13;"
            case "\t", "\n": result.unicodeScalars.append(scalar)
            default:
                result.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF ? "\u{FFFD}" : scalar)
            }
        }
        return result
    }
}
