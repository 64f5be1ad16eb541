/// SQLite: lists are JSON, and a column may hold any type.
struct SQLiteDialect: SQLDialect {
    var words: any PlanWords { SQLitePlanWords() }

    func parameter(_ number: Int) -> String { "?\(number)" }

    func list(_ codes: [ListedCode]) -> String { "[\(codes.map { $0.isNumber ? $0.code : $0.code.jsonLiteral }.joined(separator: ","))]" }

    func members(parameter: String) -> String { "SELECT value FROM json_each(\(parameter))" }

    func texts(parameter: String) -> String { members(parameter: parameter) }

    func named(_ members: String) -> String { "SELECT listed.value AS id FROM (\(members)) AS listed" }

    func isAmong(_ value: SQLExpression, _ codes: [ListedCode], parameter: String) -> String {
        // A column with a declared number makes a number of what it is compared with; elsewhere `"1"` is not 1.
        let isConverted = value.content.isNumber || codes.contains { !$0.isNumber }
        return "\(isConverted ? value.text : "CAST(\(value.text) AS INTEGER)") IN (\(members(parameter: parameter)))"
    }

    func name(_ value: SQLExpression) -> String { "CAST(\(value.text) AS TEXT)" }
    func isUnreadable(_ value: SQLExpression) -> String { "TYPEOF(\(value.text)) = 'blob'" }
    func text(_ value: SQLExpression) -> String { value.text }
    func common(_ value: SQLExpression?) -> String { value?.text ?? "NULL" }
    func equal(_ left: SQLExpression, _ right: SQLExpression) -> String { "\(left.text) = \(right.text)" }
}

extension String {
    /// The text as a JSON string (RFC 8259, section 7).
    fileprivate var jsonLiteral: String {
        let escaped = unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case _ where scalar.value < 0x20: "\\u00\(scalar.value < 0x10 ? "0" : "")\(String(scalar.value, radix: 16))"
            default: String(scalar)
            }
        }
        return "\"\(escaped.joined())\""
    }
}
