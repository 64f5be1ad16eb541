/// What differs between databases in the text of a statement. Everything else is the same text for all.
protocol SQLDialect: Sendable {
    /// How a statement names its parameters, the first being 1.
    func parameter(_ number: Int) -> String

    /// Several codes as the value of one parameter.
    func list(_ codes: [ListedCode]) -> String

    /// A selection of the concept ids of a parameter.
    func members(parameter: String) -> String

    /// A selection of the texts of a parameter.
    func texts(parameter: String) -> String

    /// A selection of one column, as one whose column is called `id`.
    func named(_ members: String) -> String
    /// Whether a value is among the codes of a parameter; a value of another form than the codes' is not.
    func isAmong(_ value: SQLExpression, _ codes: [ListedCode], parameter: String) -> String

    /// A number or text as the text that names somebody.
    func name(_ value: SQLExpression) -> String

    /// Whether a value is of a kind that is read as missing whatever it holds.
    func isUnreadable(_ value: SQLExpression) -> String

    /// The value as text.
    func text(_ value: SQLExpression) -> String

    func equal(_ left: SQLExpression, _ right: SQLExpression) -> String

    /// A value as one column of a statement whose parts have columns of several types; nil for NULL.
    func common(_ value: SQLExpression?) -> String

    /// What statements that evaluate whole plans say differently.
    var words: any PlanWords { get }
}

extension SQLDialect {
    /// Without blanks at either end; NULL where nothing is left.
    func filledText(_ value: SQLExpression) -> String { "NULLIF(TRIM(\(text(value))), '')" }
}

/// What the values of a column are by its declaration.
enum ColumnContent: Hashable, Sendable {
    case number
    /// A number with as many digits as it needs.
    case decimal
    case text
    case date
    /// A day with a time, or a time.
    case moment
    /// Something else, or anything.
    case other

    var isNumber: Bool { self == .number || self == .decimal }
}

/// A piece of a statement, and what its values are by declaration.
struct SQLExpression: Hashable, Sendable {
    let text: String
    let content: ColumnContent
}

/// A code as a list holds it: a concept id is a number, any other code a text.
struct ListedCode: Hashable, Sendable {
    let code: String
    let isNumber: Bool
}

/// The values that are bound to a statement; nothing that came with a plan stands in its text.
struct SQLParameters {
    private let dialect: any SQLDialect
    /// How many stand before these.
    private let offset: Int
    private(set) var values: [String] = []

    init(_ dialect: any SQLDialect, after offset: Int = 0) {
        self.dialect = dialect
        self.offset = offset
    }

    /// Binds a value; what stands for it in the text.
    mutating func bind(_ value: String) -> String {
        values.append(value)
        return dialect.parameter(offset + values.count)
    }

    /// Whether a statement compares each of these with something: of one that it does not, PostgreSQL cannot tell what it is.
    func areAllUsed(in statement: String) -> Bool {
        let sign = dialect.parameter(1).utf8.first
        var missing = Set((1...max(1, values.count)).map { offset + $0 })
        if values.isEmpty { return true }
        var number: Int?
        for byte in statement.utf8 {
            if let digit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte - UInt8(ascii: "0")) : nil {
                number = number.map { min($0 * 10 + digit, 1_000_000) }
                continue
            }
            if let number { missing.remove(number) }
            number = byte == sign ? 0 : nil
        }
        if let number { missing.remove(number) }
        return missing.isEmpty
    }

    /// A selection of concept ids, which are bound as one.
    mutating func members(_ codes: [ListedCode]) -> String { dialect.members(parameter: bind(dialect.list(codes))) }

    /// A selection of texts, `id`, which are bound as one.
    mutating func names(_ names: [String]) -> String {
        dialect.named(dialect.texts(parameter: bind(dialect.list(names.map { ListedCode(code: $0, isNumber: false) }))))
    }

    /// Whether a value is among codes, which are bound as one.
    mutating func isAmong(_ value: SQLExpression, _ codes: [ListedCode]) -> String {
        dialect.isAmong(value, codes, parameter: bind(dialect.list(codes)))
    }
}

/// One SELECT of a statement.
struct SQLSelect: Hashable, Sendable {
    /// In order; nil for NULL.
    let columns: [SQLExpression?]
    /// FROM and all that follows.
    let source: String

    var text: String { "SELECT \(columns.map { $0?.text ?? "NULL" }.joined(separator: ", ")) \(source)" }
}

/// A statement with the values bound to its parameters.
struct OMOPStatement: Hashable, Sendable {
    let text: String
    let parameters: [String]
}
