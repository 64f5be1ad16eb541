import RDF

/// How the result formats write terms.
enum TermText {
    // MARK: JSON

    /// A member's value of SPARQL 1.1 Query Results JSON Format, section 3.2.2.
    static func json(_ term: Term) -> String {
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
    static func quoted(_ text: String) -> String {
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

    // MARK: XML

    /// The content of a binding of the SPARQL Query Results XML Format, section 2.3.1.
    static func xml(_ term: Term) -> String {
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
    static func escaped(_ text: String) -> String {
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

    // MARK: Separated values

    /// A value alone, quoted as RFC 4180 says where it must be.
    static func csv(_ term: Term) -> String {
        switch term {
        case .iri(let iri): field(iri)
        case .blank(let label): "_:" + label
        case .literal(let literal): field(literal.lexicalForm)
        }
    }

    static func field(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { "\",\r\n".unicodeScalars.contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }

    /// A term as in Turtle; numbers stand without quotation marks where Turtle reads them back as the same literal.
    static func tsv(_ term: Term) -> String {
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
}
