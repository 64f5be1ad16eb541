/// PostgreSQL: lists are arrays, and types are never mixed.
struct PostgresDialect: SQLDialect {
    var words: any PlanWords { PostgresPlanWords() }

    func parameter(_ number: Int) -> String { "$\(number)" }

    func list(_ codes: [ListedCode]) -> String {
        // PostgreSQL's texts hold no NUL, so such a code is nowhere.
        let members = codes.filter { !$0.code.utf8.contains(0) }.map { $0.isNumber ? $0.code : $0.code.arrayLiteral }
        return "{\(members.joined(separator: ","))}"
    }

    func members(parameter: String) -> String { "SELECT unnest(CAST(\(parameter) AS bigint[]))" }

    func texts(parameter: String) -> String { "SELECT unnest(CAST(\(parameter) AS text[]))" }

    func named(_ members: String) -> String { "SELECT listed AS id FROM (\(members)) AS m (listed)" }

    func isAmong(_ value: SQLExpression, _ codes: [ListedCode], parameter: String) -> String {
        // A selection is hashed whatever the width of the column's integers; an array would be gone through for every row.
        if value.content.isNumber, codes.allSatisfy(\.isNumber) { return "\(value.text) IN (\(members(parameter: parameter)))" }
        return "TRIM(\(text(value))) = ANY (CAST(\(parameter) AS text[]))"
    }

    func name(_ value: SQLExpression) -> String { text(value) }
    func isUnreadable(_ value: SQLExpression) -> String { "FALSE" }

    func text(_ value: SQLExpression) -> String {
        switch value.content {
        case .text: value.text
        // 4112853.000 is the concept 4112853.
        case .decimal: "CAST(TRIM_SCALE(\(value.text)) AS TEXT)"
        case .number, .date, .moment, .other: "CAST(\(value.text) AS TEXT)"
        }
    }

    func equal(_ left: SQLExpression, _ right: SQLExpression) -> String {
        left.content == right.content || (left.content.isNumber && right.content.isNumber)
            ? "\(left.text) = \(right.text)" : "TRIM(\(text(left))) = TRIM(\(text(right)))"
    }

    func common(_ value: SQLExpression?) -> String { value.map(text) ?? "CAST(NULL AS TEXT)" }
}

extension String {
    /// The text as a member of an array (the manual's section 8.15.2).
    fileprivate var arrayLiteral: String { "\"\(map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined())\"" }
}
