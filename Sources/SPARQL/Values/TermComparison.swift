import RDF

/// How SPARQL's operators compare terms (SPARQL 1.1, sections 17.3 and 17.4.1.7). Nil is a type error.
enum TermComparison {
    /// `=`.
    static func areEqual(_ left: Term, _ right: Term) -> Bool? {
        guard let leftLiteral = left.literal, let rightLiteral = right.literal else { return left == right }
        if let order = order(leftLiteral, rightLiteral) { return order == 0 }
        if let leftNumber = NumericValue(leftLiteral), let rightNumber = NumericValue(rightLiteral) {
            // What has no order though it is a number is NaN, which equals nothing.
            return NumericValue.compare(leftNumber, rightNumber) == 0
        }
        if left == right { return true }
        // A text in a language is no other text, whatever the other's datatype means.
        if leftLiteral.language != nil || rightLiteral.language != nil || (isText(leftLiteral) && isText(rightLiteral)) {
            return leftLiteral.lexicalForm == rightLiteral.lexicalForm
                && leftLiteral.language?.lowercased() == rightLiteral.language?.lowercased()
        }
        return nil
    }

    /// Less than zero, zero or more for `<`, `=`, `>` where the operators are defined; nil elsewhere.
    static func order(_ left: Literal, _ right: Literal) -> Int? {
        if let left = NumericValue(left), let right = NumericValue(right) { return NumericValue.compare(left, right) }
        if left.datatype == XSD.string, right.datatype == XSD.string { return order(left.lexicalForm, right.lexicalForm) }
        if let left = boolean(left), let right = boolean(right) { return (left ? 1 : 0) - (right ? 1 : 0) }
        if let left = TemporalValue(left), let right = TemporalValue(right) { return TemporalValue.compare(left, right) }
        return nil
    }

    /// By Unicode code points.
    static func order(_ left: String, _ right: String) -> Int {
        // The order of UTF-8's bytes is that of the code points.
        if left.utf8.elementsEqual(right.utf8) { return 0 }
        return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
    }

    static func boolean(_ literal: Literal) -> Bool? {
        guard literal.datatype == XSD.boolean else { return nil }
        switch literal.lexicalForm {
        case "true", "1": return true
        case "false", "0": return false
        default: return nil
        }
    }

    /// The effective boolean value (section 17.2.2).
    static func effectiveBoolean(_ term: Term) -> Bool? {
        guard let literal = term.literal else { return nil }
        if literal.datatype == XSD.boolean { return boolean(literal) ?? false }
        if isText(literal) { return !literal.lexicalForm.isEmpty }
        guard NumericValue.isNumeric(literal.datatype) else { return nil }
        guard let number = NumericValue(literal) else { return false }
        return number.double != 0 && !number.double.isNaN
    }

    /// A string with or without a language.
    static func isText(_ literal: Literal) -> Bool { literal.datatype == XSD.string || literal.language != nil }
}

/// A term's place in `ORDER BY` (section 15.1): nothing, blank nodes, IRIs, literals. Literals that `<` does not compare come by kind
/// and text, and a time without a zone as if it were UTC, so that the order is total.
struct TermOrder: Comparable {
    private let rank: Int
    private let number: Double
    /// Where the number is one of decimal digits.
    private let exact: ExactDecimal?
    private let text: String
    private let kind: String

    init(_ term: Term?) {
        switch term {
        case nil: self.init(rank: 0)
        case .blank(let label)?: self.init(rank: 1, text: label)
        case .iri(let iri)?: self.init(rank: 2, text: iri)
        case .literal(let literal)?: self.init(literal)
        }
    }

    private init(_ literal: Literal) {
        if let value = NumericValue(literal), !value.double.isNaN {
            self.init(rank: 3, number: value.double, exact: value.isExact ? value.exact : nil)
        } else if let value = TermComparison.boolean(literal) {
            self.init(rank: 5, number: value ? 1 : 0)
        } else if let value = TemporalValue(literal) {
            let rank = [XSD.date: 6, XSD.dateTime: 7][literal.datatype] ?? 8
            self.init(rank: rank, number: value.position.double, exact: value.position)
        } else {
            let rank = TermComparison.isText(literal) ? 4 : 9
            self.init(rank: rank, text: literal.lexicalForm, kind: literal.language ?? (rank == 4 ? "" : literal.datatype))
        }
    }

    private init(rank: Int, number: Double = 0, exact: ExactDecimal? = nil, text: String = "", kind: String = "") {
        self.rank = rank
        self.number = number
        self.exact = exact
        self.text = text
        self.kind = kind
    }

    /// Less than zero, zero or more as the terms follow each other.
    static func compare(_ left: TermOrder, _ right: TermOrder) -> Int {
        if left.rank != right.rank { return left.rank < right.rank ? -1 : 1 }
        if left.number != right.number { return left.number < right.number ? -1 : 1 }
        if let first = left.exact, let second = right.exact {
            let order = ExactDecimal.compare(first, second)
            if order != 0 { return order }
        }
        let order = TermComparison.order(left.text, right.text)
        return order != 0 ? order : left.kind == right.kind ? 0 : left.kind < right.kind ? -1 : 1
    }

    static func < (left: TermOrder, right: TermOrder) -> Bool { compare(left, right) < 0 }
    static func == (left: TermOrder, right: TermOrder) -> Bool { compare(left, right) == 0 }
}
