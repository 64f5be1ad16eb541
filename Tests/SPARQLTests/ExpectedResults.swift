import Foundation
import RDF
import SPARQL

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// Reads the result files of the W3C's tests: SPARQL XML and JSON, and graphs.
enum ExpectedResults {
    struct Unreadable: Error { let file: String }

    static func read(_ file: String) throws -> SPARQLResults {
        if file.hasSuffix(".ttl") || file.hasSuffix(".rdf") || file.hasSuffix(".nt") {
            var builder = GraphBuilder()
            builder.add(document: try RDFParser().parse(file: file, base: "http://test/" + (file.split(separator: "/").last ?? "")))
            let graph = builder.build()
            return resultSet(in: graph) ?? .graph(graph.triples())
        }
        let data = try Data(contentsOf: URL(fileURLWithPath: file))
        let results = file.hasSuffix(".srx") ? XMLResultsReader.read(data) : file.hasSuffix(".srj") ? try json(data) : nil
        guard let results else { throw Unreadable(file: file) }
        return results
    }

    /// The rows that a graph describes in the vocabulary of the suite; nil when it is about something else.
    private static func resultSet(in graph: Graph) -> SPARQLResults? {
        let rs = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
        guard let set = graph.subjects(with: RDFVocabulary.type, .iri(rs + "ResultSet")).first else { return nil }
        if let value = graph.objects(of: set, rs + "boolean").first { return .boolean(value.literal?.lexicalForm == "true") }
        let names = graph.objects(of: set, rs + "resultVariable").compactMap { $0.literal?.lexicalForm }.sorted()
        let rows = graph.objects(of: set, rs + "solution").map { solution in
            var values: [String: Term] = [:]
            for binding in graph.objects(of: solution, rs + "binding") {
                let name = graph.objects(of: binding, rs + "variable").first?.literal?.lexicalForm ?? ""
                values[name] = graph.objects(of: binding, rs + "value").first
            }
            return names.map { values[$0] }
        }
        return .bindings(variables: names, rows: rows)
    }

    /// The same columns and the same rows, in any order, with some one-to-one naming of blank nodes.
    static func areEquivalent(_ left: SPARQLResults, _ right: SPARQLResults) -> Bool {
        switch (left, right) {
        case (.bindings(let names, let rows), .bindings(let otherNames, let otherRows)):
            guard Set(names) == Set(otherNames) else { return false }
            let places = names.map { name in otherNames.firstIndex(of: name) ?? 0 }
            return match(rows, otherRows.map { row in places.map { row[$0] } })
        case (.graph(let triples), .graph(let others)):
            return match(
                Set(triples).map { [$0.subject, $0.predicate, $0.object] }, Set(others).map { [$0.subject, $0.predicate, $0.object] })
        default: return left == right
        }
    }

    private static func match(_ left: [[Term?]], _ right: [[Term?]]) -> Bool {
        guard left.count == right.count else { return false }
        var names: [String: String] = [:]
        var used = [Bool](repeating: false, count: right.count)
        // Rows with few blank nodes first, so that their names are known when those with many come.
        let order = left.sorted { $0.count(where: \.isBlankNode) < $1.count(where: \.isBlankNode) }
        func place(_ index: Int) -> Bool {
            guard index < order.count else { return true }
            for candidate in right.indices where !used[candidate] {
                let before = names
                guard unify(order[index], right[candidate], &names) else {
                    names = before
                    continue
                }
                used[candidate] = true
                if place(index + 1) { return true }
                used[candidate] = false
                names = before
            }
            return false
        }
        return place(0)
    }

    private static func unify(_ left: [Term?], _ right: [Term?], _ names: inout [String: String]) -> Bool {
        zip(left, right).allSatisfy { first, second in
            guard case .blank(let label)? = first, case .blank(let other)? = second else { return plain(first) == plain(second) }
            if let known = names[label] { return known == other }
            if names.values.contains(other) { return false }
            names[label] = other
            return true
        }
    }

    /// Numbers by their value, for the suite writes them in several ways.
    private static func plain(_ term: Term?) -> String {
        switch term {
        case nil: return "-"
        case .blank?: return "_"
        case .iri(let iri)?: return "<\(iri)>"
        case .literal(let literal)?:
            let isNumber = [XSD.integer, XSD.decimal, XSD.double, XSD.float].contains(literal.datatype)
            let text = isNumber ? Double(literal.lexicalForm).map { "\($0)" } ?? literal.lexicalForm : literal.lexicalForm
            return "\"\(text)\"^^\(literal.datatype)@\(literal.language ?? "")"
        }
    }

    private static func json(_ data: Data) throws -> SPARQLResults? {
        guard let root = try JSONSerialization.jsonObject(with: data) as? [String: Any] else { return nil }
        if let value = root["boolean"] as? Bool { return .boolean(value) }
        guard let head = root["head"] as? [String: Any], let names = head["vars"] as? [String],
            let results = root["results"] as? [String: Any],
            let bindings = results["bindings"] as? [[String: [String: String]]]
        else { return nil }
        return .bindings(variables: names, rows: bindings.map { row in names.map { row[$0].flatMap(term) } })
    }

    private static func term(_ object: [String: String]) -> Term? {
        guard let value = object["value"] else { return nil }
        switch object["type"] {
        case "uri": return .iri(value)
        case "bnode": return .blank(value)
        default:
            if let language = object["xml:lang"] { return .literal(Literal(value, language: language)) }
            return .literal(Literal(value, datatype: object["datatype"] ?? XSD.string))
        }
    }
}

private final class XMLResultsReader: NSObject, XMLParserDelegate {
    private var variables: [String] = []
    private var rows: [[String: Term]] = []
    private var name = ""
    private var text = ""
    private var attributes: [String: String] = [:]
    private var boolean: Bool?

    static func read(_ data: Data) -> SPARQLResults? {
        let reader = XMLResultsReader()
        let parser = XMLParser(data: data)
        parser.delegate = reader
        guard parser.parse() else { return nil }
        if let boolean = reader.boolean { return .boolean(boolean) }
        return .bindings(variables: reader.variables, rows: reader.rows.map { row in reader.variables.map { row[$0] } })
    }

    func parser(
        _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?, attributes: [String: String]
    ) {
        text = ""
        self.attributes = attributes
        switch element {
        case "variable": variables.append(attributes["name"] ?? "")
        case "result": rows.append([:])
        case "binding": name = attributes["name"] ?? ""
        default: break
        }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

    func parser(_ parser: XMLParser, didEndElement element: String, namespaceURI: String?, qualifiedName: String?) {
        switch element {
        case "uri": bind(.iri(text))
        case "bnode": bind(.blank(text))
        case "literal":
            if let language = attributes["xml:lang"] {
                bind(.literal(Literal(text, language: language)))
            } else {
                bind(.literal(Literal(text, datatype: attributes["datatype"] ?? XSD.string)))
            }
        case "boolean": boolean = text == "true"
        default: break
        }
    }

    private func bind(_ term: Term) {
        if !rows.isEmpty { rows[rows.count - 1][name] = term }
    }
}

extension Term? {
    fileprivate var isBlankNode: Bool { self?.isBlank ?? false }
}
