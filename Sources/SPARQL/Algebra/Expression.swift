package import Diagnostics
package import RDF

/// An expression of a filter, a projection or an order (SPARQL 1.1, section 17).
package indirect enum Expression: Sendable {
    case variable(Slot)
    case term(Term)
    case bound(Slot)
    case or(Expression, Expression)
    case and(Expression, Expression)
    case not(Expression)
    case comparison(Comparison, Expression, Expression)
    case arithmetic(Arithmetic, Expression, Expression)
    case negative(Expression)
    /// `IN`.
    case membership(Expression, [Expression])
    case conditional(Expression, Expression, Expression)
    case coalesce([Expression])
    case call(Builtin, [Expression])
    case cast(Datatype, Expression)
    /// `EXISTS`, with a number of its own within the query.
    case exists(Int, Pattern)
    /// `BNODE`: one node for a label within a solution; the slot numbers the solutions.
    case freshBlank(Expression?, Slot)
    /// A function of whoever wrote the query; nobody evaluates it here.
    case unknownFunction(String, [Expression])
    /// An expression and where it stands, for whoever asked that places be kept; it means what the expression means.
    case placed(Expression, SourceSpan)

    package enum Comparison: String, Sendable {
        case equal = "="
        case unequal = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }

    package enum Arithmetic: String, Sendable {
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
    }

    /// The datatypes that have a constructor function (SPARQL 1.1, section 17.5), and `date`, which much data has.
    package enum Datatype: String, Sendable, CaseIterable {
        case string, boolean, integer, decimal, float, double, dateTime, date

        package var iri: String { XSD.namespace + rawValue }
    }

    /// The parts of an expression.
    package var children: [Expression] {
        switch self {
        case .variable, .term, .bound, .exists, .freshBlank(nil, _): []
        case .or(let left, let right), .and(let left, let right), .comparison(_, let left, let right), .arithmetic(_, let left, let right):
            [left, right]
        case .not(let inner), .negative(let inner), .cast(_, let inner), .freshBlank(let inner?, _), .placed(let inner, _): [inner]
        case .membership(let value, let list): [value] + list
        case .conditional(let condition, let yes, let no): [condition, yes, no]
        case .coalesce(let list), .call(_, let list), .unknownFunction(_, let list): list
        }
    }

    /// The expression without its place.
    package var bare: Expression { if case .placed(let inner, _) = self { inner.bare } else { self } }

    /// Where it stands, if that was kept.
    package var span: SourceSpan? { if case .placed(_, let span) = self { span } else { nil } }

    /// The slots that the expression reads, those within `EXISTS` among them.
    package var slots: Set<Slot> {
        switch self {
        case .variable(let slot), .bound(let slot): [slot]
        case .exists(_, let pattern): pattern.mentionedSlots
        default: children.reduce(into: []) { $0.formUnion($1.slots) }
        }
    }

    /// The slots that the expression reads itself, those within `EXISTS` not counted.
    var directSlots: Set<Slot> {
        switch self {
        case .variable(let slot), .bound(let slot): [slot]
        default: children.reduce(into: []) { $0.formUnion($1.directSlots) }
        }
    }

    /// The patterns that the expression asks for, with their numbers; those within others not counted.
    var existsPatterns: [(number: Int, pattern: Pattern)] {
        if case .exists(let number, let pattern) = self { return [(number, pattern)] }
        return children.flatMap(\.existsPatterns)
    }

    /// Whether the value is the same whenever the same slots have the same values.
    var isStable: Bool {
        switch self {
        case .freshBlank: false
        case .call(let function, let list): !function.isVolatile && list.allSatisfy(\.isStable)
        default: children.allSatisfy(\.isStable)
        }
    }
}

/// The functions that take values alone.
package enum Builtin: String, Sendable, CaseIterable {
    case str = "STR"
    case lang = "LANG"
    case langMatches = "LANGMATCHES"
    case datatype = "DATATYPE"
    case iri = "IRI"
    case uri = "URI"
    case isIRI = "ISIRI"
    case isURI = "ISURI"
    case isBlank = "ISBLANK"
    case isLiteral = "ISLITERAL"
    case isNumeric = "ISNUMERIC"
    case sameTerm = "SAMETERM"
    case regex = "REGEX"
    case contains = "CONTAINS"
    case strStarts = "STRSTARTS"
    case strEnds = "STRENDS"
    case strBefore = "STRBEFORE"
    case strAfter = "STRAFTER"
    case strLength = "STRLEN"
    case substring = "SUBSTR"
    case upperCase = "UCASE"
    case lowerCase = "LCASE"
    case concat = "CONCAT"
    case encodeForURI = "ENCODE_FOR_URI"
    case strLang = "STRLANG"
    case strDatatype = "STRDT"
    case absolute = "ABS"
    case ceiling = "CEIL"
    case floor = "FLOOR"
    case round = "ROUND"
    case year = "YEAR"
    case month = "MONTH"
    case day = "DAY"
    case hours = "HOURS"
    case minutes = "MINUTES"
    case seconds = "SECONDS"
    case timeZone = "TZ"
    case timeZoneDuration = "TIMEZONE"
    case replace = "REPLACE"
    case random = "RAND"
    case now = "NOW"
    case uuid = "UUID"
    case uuidText = "STRUUID"
    case md5 = "MD5"
    case sha1 = "SHA1"
    case sha256 = "SHA256"
    case sha384 = "SHA384"
    case sha512 = "SHA512"

    /// How many arguments it takes.
    var arity: ClosedRange<Int> {
        switch self {
        case .langMatches, .sameTerm, .contains, .strStarts, .strEnds, .strBefore, .strAfter, .strLang, .strDatatype: 2...2
        case .regex, .substring: 2...3
        case .replace: 3...4
        case .random, .now, .uuid, .uuidText: 0...0
        case .concat: 0...1000
        default: 1...1
        }
    }

    /// Whether the value is another at another time.
    var isVolatile: Bool { [.random, .uuid, .uuidText, .now].contains(self) }
}
