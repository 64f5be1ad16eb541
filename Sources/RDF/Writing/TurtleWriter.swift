/// Writes graphs as RDF 1.1 Turtle to be read by people and compared by line.
///
/// Subjects come in the order of their text, types first among their properties; blank nodes stand as `[ ]` and collections as `( )`
/// where that is safe. Equal sets of triples give equal texts. What was written is read as the same graph, up to the labels of blank
/// nodes; what Turtle cannot say is an error, so no term can end its own quotation.
public struct TurtleWriter: Sendable {
    /// Those that shorten an IRI of the graph are declared.
    public let prefixes: PrefixMap

    public init(prefixes: PrefixMap = .common) { self.prefixes = prefixes }

    /// A document that says these triples, each once.
    public func text(of triples: some Sequence<Triple>) throws(RDFWritingError) -> String {
        var prefixes = PrefixMap()
        for (prefix, namespace) in self.prefixes.namespaces where TurtleNames.isPrefix(prefix) && (try? WellFormed.iri(namespace)) != nil {
            prefixes[prefix] = namespace
        }
        var document = try TurtleDocument(StatementTree(triples, collectionsHoldLiterals: true), PrefixIndex(prefixes))
        try document.writeStatements()
        let head = document.usedPrefixes.sorted().map { "@prefix \($0): <\(prefixes[$0] ?? "")> .\n" }.joined()
        return head + document.text
    }

    /// A document that says what the graph does.
    public func text(of graph: Graph) throws(RDFWritingError) -> String { try text(of: graph.triples()) }
}

/// A document in the making.
private struct TurtleDocument {
    private let tree: StatementTree
    private let index: PrefixIndex
    private(set) var text = ""
    private(set) var usedPrefixes: Set<String> = []
    private var shortened: [String: String] = [:]
    private var labels: [Term: String] = [:]

    init(_ tree: StatementTree, _ index: PrefixIndex) {
        self.tree = tree
        self.index = index
    }

    mutating func writeStatements() throws(RDFWritingError) {
        var anonymous: [String] = []
        for root in tree.roots {
            if root.isBlank, tree.isUnmentioned(root) {
                anonymous.append("\n[]" + (try properties(of: root, indentation: "    ")) + " .\n")
            } else {
                text += "\n" + (try name(of: root)) + (try properties(of: root, indentation: "    ")) + " .\n"
            }
        }
        text += anonymous.sorted().joined()
    }

    /// ` a x:T ;` and the other properties, each on a line of its own, without the end mark.
    private mutating func properties(of subject: Term, indentation: String) throws(RDFWritingError) -> String {
        var lines: [String] = []
        for property in tree.properties(of: subject) {
            let predicate = property.predicate == RDFVocabulary.type ? "a" : try self.iri(property.predicate)
            lines.append("\(predicate) \(try objects(property.objects, indentation: indentation))")
        }
        return " " + lines.joined(separator: " ;\n" + indentation)
    }

    /// Named things in the order of terms, then what is nested in the order of its text, for labels mean nothing.
    private mutating func objects(_ objects: [Term], indentation: String) throws(RDFWritingError) -> String {
        var named: [String] = []
        var nested: [String] = []
        for object in objects {
            let text = try self.object(object, indentation: indentation)
            if object.isBlank { nested.append(text) } else { named.append(text) }
        }
        return (named + nested.sorted()).joined(separator: ", ")
    }

    private mutating func object(_ term: Term, indentation: String) throws(RDFWritingError) -> String {
        if let members = tree.collection(at: term) {
            var texts: [String] = []
            for member in members { texts.append(try object(member, indentation: indentation + "    ")) }
            return "( " + texts.joined(separator: " ") + " )"
        }
        guard tree.isNested(term) else { return try name(of: term) }
        if tree.properties(of: term).isEmpty { return "[]" }
        return "[" + (try properties(of: term, indentation: indentation + "    ")) + " ]"
    }

    private mutating func name(of term: Term) throws(RDFWritingError) -> String {
        switch term {
        case .iri(RDFVocabulary.nil): return "()"
        case .iri(let iri): return try self.iri(iri)
        case .literal(let literal): return try self.literal(literal)
        case .blank:
            if let label = labels[term] { return label }
            let label = "_:b\(labels.count)"
            labels[term] = label
            return label
        }
    }

    private mutating func iri(_ iri: String) throws(RDFWritingError) -> String {
        if let known = shortened[iri] { return known }
        let text: String
        if let (prefix, local) = index.split(iri, where: TurtleNames.isPlainLocalName) {
            usedPrefixes.insert(prefix)
            text = "\(prefix):\(local)"
        } else {
            text = "<\(try WellFormed.iri(iri))>"
        }
        shortened[iri] = text
        return text
    }

    private mutating func literal(_ literal: Literal) throws(RDFWritingError) -> String {
        let form = literal.lexicalForm
        if let language = literal.language { return "\(quoted(form))@\(try WellFormed.language(language))" }
        switch literal.datatype {
        case XSD.string: return quoted(form)
        case XSD.integer where TurtleNames.isInteger(form): return form
        case XSD.decimal where TurtleNames.isDecimal(form): return form
        case XSD.double where TurtleNames.isDouble(form): return form
        case XSD.boolean where form == "true" || form == "false": return form
        default: return "\(quoted(form))^^\(try iri(literal.datatype))"
        }
    }

    /// Texts of several lines stay so; a carriage return is escaped, as editors take it away.
    private func quoted(_ form: String) -> String {
        guard form.utf8.contains(UInt8(ascii: "\n")) else { return "\"\(NTriplesWriter.escaped(form))\"" }
        return "\"\"\"\(NTriplesWriter.escaped(form, keepingLines: true))\"\"\""
    }
}
