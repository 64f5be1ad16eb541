import Foundation
import FoundationXML
import Testing

/// One test of HL7's suite for the Clinical Quality Language: an expression and its value.
struct CQLCase: Sendable, CustomTestStringConvertible {
    let file: String
    let group: String
    let name: String
    let expression: String
    /// Nil where the expression is to be refused.
    let output: String?

    /// Names repeat in a file.
    var id: String { "\(file)/\(group)/\(name)" }
    var testDescription: String { "\(name): \(expression)" }

    private static let folder = Spec.root.deletingLastPathComponent().appendingPathComponent("shared/conformance/cql-tests/tests/cql")
    static let isPresent = FileManager.default.fileExists(atPath: folder.path)

    /// The files whose constructs CohortQL has.
    static let all: [CQLCase] = [
        "CqlIntervalOperatorsTest", "CqlDateTimeOperatorsTest", "CqlLogicalOperatorsTest", "CqlNullologicalOperatorsTest",
        "CqlComparisonOperatorsTest",
    ].flatMap(read)

    private static func read(_ file: String) -> [CQLCase] {
        guard let parser = XMLParser(contentsOf: folder.appendingPathComponent("\(file).xml")) else { return [] }
        let reader = Reader(file)
        parser.delegate = reader
        return parser.parse() ? reader.cases : []
    }

    private final class Reader: NSObject, XMLParserDelegate {
        private let file: String
        private(set) var cases: [CQLCase] = []
        private var group = ""
        private var name = ""
        private var expression = ""
        private var output: String?
        private var text = ""

        init(_ file: String) { self.file = file }

        func parser(
            _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String] = [:]
        ) {
            text = ""
            switch element {
            case "group": group = attributes["name"] ?? ""
            case "test":
                name = attributes["name"] ?? ""
                output = nil
            default: break
            }
        }

        func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

        func parser(_ parser: XMLParser, didEndElement element: String, namespaceURI: String?, qualifiedName: String?) {
            switch element {
            case "expression": expression = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            case "output": output = text
            case "test": cases.append(CQLCase(file: file, group: group, name: name, expression: expression, output: output))
            default: break
            }
        }
    }
}
