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
        if let day = plainDay(text) { return DateRange(day) }
        let parts = text.split(separator: " ")
        return parts.last == "BC" ? nil : parts.first.flatMap { DateRange(partial: String($0)) }
    }

    /// `2020-02-29`, as nearly every row has it, without taking the text apart.
    private static func plainDay(_ text: String) -> CalendarDate? {
        guard text.utf8.count == 10 else { return nil }
        var (year, month, day) = (0, 0, 0)
        for (position, byte) in text.utf8.enumerated() {
            if position == 4 || position == 7 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            let digit = Int(byte - UInt8(ascii: "0"))
            switch position {
            case 0..<4: year = year * 10 + digit
            case 5..<7: month = month * 10 + digit
            default: day = day * 10 + digit
            }
        }
        return CalendarDate(year: year, month: month, day: day)
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
    /// Every blank (Unicode's property White_Space), for a database that is to take them away as ``trimmingBlanks`` does.
    static let blanks = String(
        String.UnicodeScalarView(
            [0x09...0x0D, 0x20...0x20, 0x85...0x85, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F]
                .flatMap { $0.compactMap(Unicode.Scalar.init) } + [0x205F, 0x3000].compactMap(Unicode.Scalar.init)))

    /// Without blanks at either end.
    var trimmingBlanks: String {
        // Nearly every value begins and ends with a letter or digit of ASCII.
        if let first = utf8.first, let last = utf8.last, (0x21...0x7E).contains(first), (0x21...0x7E).contains(last) { return self }
        let start = drop(while: \.isWhitespace)
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}
