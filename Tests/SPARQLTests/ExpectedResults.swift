import Foundation
import RDF
import SPARQL

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// Reads the result files of the W3C's tests: SPARQL XML and JSON.
enum ExpectedResults {
    /// Nil for formats that hold no bindings.
    static func read(_ file: String) throws -> SPARQLResults? {
        let data = try Data(contentsOf: URL(fileURLWithPath: file))
        if file.hasSuffix(".srx") { return XMLResultsReader.read(data) }
        return file.hasSuffix(".srj") ? try json(data) : nil
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
