/// Writes triples as canonical N-Triples (RDF 1.1 N-Triples, section 4).
public enum NTriplesWriter {
    /// One line a triple, in the order given.
    public static func text(of triples: some Sequence<Triple>) -> String {
        var text = ""
        for triple in triples {
            text += "\(Self.text(of: triple.subject)) \(Self.text(of: triple.predicate)) \(Self.text(of: triple.object)) .\n"
        }
        return text
    }

    /// One line a triple, sorted by text, so that equal graphs without blank nodes have equal texts.
    public static func text(of graph: Graph) -> String {
        text(of: graph.match().map(graph.decoded).sorted { ($0.subject, $0.predicate, $0.object) < ($1.subject, $1.predicate, $1.object) })
    }

    /// One term.
    public static func text(of term: Term) -> String {
        switch term {
        case .iri(let iri): return "<\(escapedIRI(iri))>"
        case .blank(let label): return "_:\(label)"
        case .literal(let literal):
            let quoted = "\"\(escaped(literal.lexicalForm))\""
            if let language = literal.language { return "\(quoted)@\(language)" }
            return literal.datatype == XSD.string ? quoted : "\(quoted)^^<\(escapedIRI(literal.datatype))>"
        }
    }

    /// A string's text between quotation marks.
    ///
    /// - Parameter keepingLines: whether line feeds stay as they are, as in Turtle's long strings.
    static func escaped(_ text: String, keepingLines: Bool = false) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n" where !keepingLines: result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if (scalar.value < 0x20 && scalar != "\n") || scalar.value == 0x7F {
                    result += numeric(scalar)
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }

    private static func escapedIRI(_ iri: String) -> String {
        var result = ""
        for scalar in iri.unicodeScalars {
            if scalar.value <= 0x20 || "<>\"{}|^`\\".unicodeScalars.contains(scalar) {
                result += numeric(scalar)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func numeric(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
