import CohortPlan

/// How the values of OMOP columns are read. Each reading is nil where nothing usable stands.
enum OMOPValue {
    /// A code: a concept id other than 0, or a text that is not empty, without surrounding blanks.
    static func code(_ value: SQLValue) -> String? {
        switch value {
        case .null, .bytes: return nil
        case .integer(let number): return number == 0 ? nil : String(number)
        case .real(let number): return Int64(exactly: number).flatMap { $0 == 0 ? nil : String($0) }
        case .text(let text):
            let trimmed = text.trimmingBlanks
            return trimmed.isEmpty || trimmed == "0" ? nil : trimmed
        }
    }

    /// A number, as exactly as it is stored.
    static func number(_ value: SQLValue) -> ExactDecimal? {
        switch value {
        case .null, .bytes: nil
        case .integer(let number): ExactDecimal(Int(number))
        case .real(let number): ExactDecimal(number)
        case .text(let text): number(text.trimmingBlanks)
        }
    }

    /// Digits, or what a database writes for a binary number that is very large or very small: `1e-05`.
    private static func number(_ text: String) -> ExactDecimal? {
        if let decimal = ExactDecimal(text) { return decimal }
        guard text.contains("e"), text.utf8.allSatisfy({ "0123456789.e+-".utf8.contains($0) }) else { return nil }
        return Double(text).flatMap { ExactDecimal($0) }
    }

    /// A whole number.
    static func integer(_ value: SQLValue) -> Int? {
        switch value {
        case .null, .bytes: nil
        case .integer(let number): Int(number)
        case .real(let number): Int(exactly: number)
        case .text(let text): Int(text.trimmingBlanks)
        }
    }

    /// A text as it stands.
    static func text(_ value: SQLValue) -> String? { if case .text(let text) = value { text } else { nil } }

    /// A date, or the date of a date with a time. PostgreSQL writes a year before our era with `BC` behind it.
    static func date(_ value: SQLValue) -> DateRange? {
        guard case .text(let text) = value else { return nil }
        let parts = text.split(separator: " ")
        return parts.last == "BC" ? nil : parts.first.flatMap { DateRange(partial: String($0)) }
    }

    /// A stable key: the table's name and the row's number, in the order of the numbers.
    static func key(_ value: SQLValue, table: String) -> String? {
        switch value {
        case .null, .bytes: return nil
        case .integer(let number): return key(number, table)
        case .real(let number): return "\(table)/\(number)"
        case .text(let text): return Int64(text).map { key($0, table) } ?? "\(table)/\(text)"
        }
    }

    private static func key(_ number: Int64, _ table: String) -> String {
        let digits = String(number)
        return "\(table)/\(String(repeating: "0", count: max(0, 19 - digits.utf8.count)))\(digits)"
    }

    /// The operator `=`.
    static let equalSign = 4_172_703

    /// What `operator_concept_id` says of a number; nil for an operator that says nothing known.
    ///
    /// The concepts of the OMOP domain *Meas Value Operator*.
    static func comparator(_ value: SQLValue) -> Comparator? {
        switch code(value) {
        case nil, String(equalSign): .equal
        case "4171756": .bound("<")
        case "4171754": .bound("<=")
        case "4172704": .bound(">")
        case "4171755": .bound(">=")
        default: nil
        }
    }

    enum Comparator: Hashable {
        case equal
        case bound(String)
    }
}

extension String {
    /// Without blanks at either end.
    var trimmingBlanks: String {
        let start = drop(while: \.isWhitespace)
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}
