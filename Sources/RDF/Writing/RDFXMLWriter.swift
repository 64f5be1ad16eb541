/// Writes graphs as RDF 1.1 XML, in the same order as ``TurtleWriter`` does.
///
/// RDF/XML names a predicate by an XML name and holds XML characters alone; a graph that needs more is an error.
public struct RDFXMLWriter: Sendable {
    /// Those that name a predicate or a type are declared; namespaces without one get `ns0`, `ns1` and so on.
    public let prefixes: PrefixMap

    public init(prefixes: PrefixMap = .common) { self.prefixes = prefixes }

    /// A document that says these triples, each once.
    public func text(of triples: some Sequence<Triple>) throws(RDFWritingError) -> String {
        var document = try RDFXMLDocument(StatementTree(triples, collectionsHoldLiterals: false), prefixes)
        try document.writeStatements()
        var head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdf:RDF"
        for (prefix, namespace) in document.names.used.sorted(by: { $0.key < $1.key }) {
            head += "\n    xmlns:\(prefix)=\"\(try XMLText.attribute(namespace))\""
        }
        return head + ">\n" + document.text + "</rdf:RDF>\n"
    }

    /// A document that says what the graph does.
    public func text(of graph: Graph) throws(RDFWritingError) -> String { try text(of: graph.triples()) }
}

/// A document in the making.
private struct RDFXMLDocument {
    private let tree: StatementTree
    private(set) var names: XMLNames
    private(set) var text = ""
    private var labels: [Term: String] = [:]

    init(_ tree: StatementTree, _ prefixes: PrefixMap) {
        self.tree = tree
        names = XMLNames(prefixes)
    }

    mutating func writeStatements() throws(RDFWritingError) {
        var anonymous: [String] = []
        for root in tree.roots {
            let element = try node(root, indentation: "  ")
            if root.isBlank, tree.isUnmentioned(root) { anonymous.append(element) } else { text += element }
        }
        text += anonymous.sorted().joined()
    }

    /// A node element with everything said of the node: named by its first type where that has an XML name.
    private mutating func node(_ term: Term, indentation: String) throws(RDFWritingError) -> String {
        var own = tree.properties(of: term)
        var name = "rdf:Description"
        if let types = own.first, types.predicate == RDFVocabulary.type, let type = types.objects.first(where: { $0.iri != nil })?.iri,
            let typeName = names.name(of: type)
        {
            name = typeName
            let others = types.objects.filter { $0 != .iri(type) }
            own[0] = StatementTree.Property(predicate: types.predicate, objects: others)
        }
        var elements = ""
        for property in own { elements += try self.elements(property, indentation: indentation + "  ") }
        let start = "\(indentation)<\(name)\(try identity(of: term))"
        return elements.isEmpty ? start + "/>\n" : "\(start)>\n\(elements)\(indentation)</\(name)>\n"
    }

    private mutating func identity(of term: Term) throws(RDFWritingError) -> String {
        switch term {
        case .iri(let iri): " rdf:about=\"\(try XMLText.attribute(WellFormed.iri(iri)))\""
        case .blank where tree.isNested(term) || tree.isUnmentioned(term): ""
        case .blank, .literal: " rdf:nodeID=\"\(label(of: term))\""
        }
    }

    private mutating func elements(_ property: StatementTree.Property, indentation: String) throws(RDFWritingError) -> String {
        guard let name = names.name(of: property.predicate) else {
            throw RDFWritingError(.inexpressible, "the predicate `\(property.predicate)` does not end in an XML name, which RDF/XML needs")
        }
        var named = ""
        var nested: [String] = []
        for object in property.objects {
            let element = try self.element(name, object, indentation: indentation)
            if object.isBlank { nested.append(element) } else { named += element }
        }
        return named + nested.sorted().joined()
    }

    private mutating func element(_ name: String, _ object: Term, indentation: String) throws(RDFWritingError) -> String {
        let start = "\(indentation)<\(name)"
        let end = "</\(name)>\n"
        switch object {
        case .iri(let iri): return "\(start) rdf:resource=\"\(try XMLText.attribute(WellFormed.iri(iri)))\"/>\n"
        case .literal(let literal):
            return "\(start)\(try attributes(of: literal))>\(try XMLText.content(literal.lexicalForm))\(end)"
        case .blank:
            if let members = tree.collection(at: object) {
                var nodes = ""
                for member in members { nodes += try self.member(member, indentation: indentation + "  ") }
                return "\(start) rdf:parseType=\"Collection\">\n\(nodes)\(indentation)\(end)"
            }
            guard tree.isNested(object) else { return "\(start) rdf:nodeID=\"\(label(of: object))\"/>\n" }
            return "\(start)>\n\(try node(object, indentation: indentation + "  "))\(indentation)\(end)"
        }
    }

    /// A node element in a collection; one that stands elsewhere is only named.
    private mutating func member(_ term: Term, indentation: String) throws(RDFWritingError) -> String {
        if tree.isNested(term) {
            guard let members = tree.collection(at: term) else { return try node(term, indentation: indentation) }
            // A collection in a collection is spelled out: an element cannot be both.
            return try spelledOut(members, indentation: indentation)
        }
        return "\(indentation)<rdf:Description\(try identity(of: term))/>\n"
    }

    private mutating func spelledOut(_ members: [Term], indentation: String) throws(RDFWritingError) -> String {
        let inner = indentation + "  "
        var text = "\(indentation)<rdf:Description>\n"
        text += try element("rdf:first", members[0], indentation: inner)
        if members.count == 1 {
            text += "\(inner)<rdf:rest rdf:resource=\"\(RDFVocabulary.nil)\"/>\n"
        } else {
            var nodes = ""
            for member in members.dropFirst() { nodes += try self.member(member, indentation: inner + "  ") }
            text += "\(inner)<rdf:rest rdf:parseType=\"Collection\">\n\(nodes)\(inner)</rdf:rest>\n"
        }
        return text + "\(indentation)</rdf:Description>\n"
    }

    private mutating func attributes(of literal: Literal) throws(RDFWritingError) -> String {
        if let language = literal.language { return " xml:lang=\"\(try WellFormed.language(language))\"" }
        if literal.datatype == XSD.string { return "" }
        return " rdf:datatype=\"\(try XMLText.attribute(WellFormed.iri(literal.datatype)))\""
    }

    private mutating func label(of term: Term) -> String {
        if let label = labels[term] { return label }
        let label = "b\(labels.count)"
        labels[term] = label
        return label
    }
}
