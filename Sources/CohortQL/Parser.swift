public import Diagnostics

/// Reads CohortQL (`Grammar/CohortQL.ebnf`) by recursive descent. It never stops at the first mistake: it says what was
/// expected, skips to where it can go on, and reports every mistake of a file.
public struct Parser {
    /// The bounds on a query's text.
    public enum Limits {
        /// Bytes of a text.
        public static let bytes = 1_000_000
        /// Parentheses and `not` inside one another.
        public static let depth = 200
        /// Mistakes after which a file is given up.
        public static let diagnostics = 50
    }

    /// Thrown after a mistake was reported, to get to where reading can go on.
    struct Stop: Error {}

    var lexer: Lexer
    var current: Token
    var previousEnd = 0
    var depth = 0
    private var hasGivenUp = false
    var diagnostics: [Diagnostic] = []

    private init(_ source: SourceText) {
        lexer = Lexer(source.bytes)
        current = lexer.next()
    }

    /// The tree of a text, as far as it could be read, and every mistake in it, in order of place.
    public static func parse(_ source: SourceText) -> (tree: QuerySyntax, diagnostics: [Diagnostic]) {
        guard source.bytes.count <= Limits.bytes else {
            let problem = Diagnostic(
                "C0110", "the query is longer than \(Limits.bytes) bytes", help: "put long lists of codes into the ontology")
            return (QuerySyntax(statements: [], comments: []), [problem])
        }
        var parser = Parser(source)
        let tree = parser.query()
        let found = (parser.lexer.diagnostics + parser.diagnostics).sorted {
            ($0.span?.lowerBound ?? 0, $0.code.rawValue) < ($1.span?.lowerBound ?? 0, $1.code.rawValue)
        }
        return (tree, found)
    }

    // MARK: Files

    private mutating func query() -> QuerySyntax {
        var statements: [StatementSyntax] = []
        while current.kind != .end, diagnostics.count < Limits.diagnostics {
            let start = current
            do {
                statements.append(try parseStatement(after: statements))
            } catch {
                if current.span == start.span { advance() }
                skip { $0.kind == .word && Keyword.statements.contains($0.text) }
            }
        }
        return QuerySyntax(statements: statements, comments: lexer.comments)
    }

    private mutating func parseStatement(after statements: [StatementSyntax]) throws(Stop) -> StatementSyntax {
        switch current.kind == .word ? current.text : "" {
        case "import": return .importing(try parseImport())
        case "parameter": return .parameter(try parseParameter())
        case "concepts": return .concepts(try parseConceptSet())
        case "codes": return .codes(try parseCodeSet())
        case "cohort": return .cohort(try parseCohort())
        case "report":
            let found = try parseReport()
            if statements.contains(where: { if case .report = $0 { true } else { false } }) {
                fail(
                    "C0122", "a file has one report", at: found.span,
                    help: "count several things in one report: `count patients, studies`")
            }
            return .report(found)
        case "dispatch":
            let found = try parseDispatch()
            if statements.contains(where: { if case .dispatch = $0 { true } else { false } }) {
                fail("C0124", "a file has one dispatch", at: found.span, help: "write the other one into a file of its own")
            }
            return .dispatch(found)
        default:
            throw unexpected("`cohort` or `report`", among: ["cohort", "report", "concepts", "codes", "parameter", "import", "dispatch"])
        }
    }

    private mutating func parseImport() throws(Stop) -> ImportSyntax {
        let start = advance().span
        guard current.kind == .string else { throw unexpected("a file's path in quotation marks") }
        let token = advance()
        return ImportSyntax(path: NameSyntax(text: token.text, span: token.span), span: start.union(token.span))
    }

    private mutating func parseParameter() throws(Stop) -> ParameterSyntax {
        let start = advance().span
        let name = try parseName("a name for the parameter")
        try expect("=")
        let value: LiteralSyntax
        switch current.kind {
        case .number: value = .number(try parseNumber())
        case .date: value = .date(try parseDate())
        default: throw unexpected("a number or a date as `2020-01-31`")
        }
        return ParameterSyntax(name: name, value: value, span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    private mutating func parseConceptSet() throws(Stop) -> ConceptSetSyntax {
        let start = advance().span
        guard current.kind == .word, current.text.first?.isUppercase == true else {
            throw unexpected("a name for the set of concepts, with a capital letter")
        }
        let token = advance()
        try expect("=")
        var parts: [ConceptSetSyntax.Part] = []
        while let role = current.kind == .word ? ConceptSetSyntax.Role(rawValue: current.text) : nil, !parts.isEmpty || role == .include {
            advance()
            parts.append(ConceptSetSyntax.Part(role: role, concepts: try parseConceptList()))
        }
        guard !parts.isEmpty else { throw unexpected("`include` and concepts", among: ["include"]) }
        return ConceptSetSyntax(
            name: NameSyntax(text: token.text, span: token.span), parts: parts, span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    // MARK: Cohorts

    private mutating func parseCohort() throws(Stop) -> CohortSyntax {
        let start = current.span
        try expect("cohort")
        let name = try parseName("a name for the cohort")
        if take("semantics") {
            let atlas = try parseAtlasCohort()
            return CohortSyntax(
                name: name, events: [], condition: nil, expression: nil, atlas: atlas,
                span: start.union(SourceSpan(previousEnd, previousEnd)))
        }
        if take("=") {
            let expression = try parseCohortExpression()
            return CohortSyntax(
                name: name, events: [], condition: nil, expression: expression, atlas: nil,
                span: start.union(SourceSpan(previousEnd, previousEnd)))
        }
        try expect("{")
        var events: [EventSyntax] = []
        var condition: ConditionSyntax?
        while !current.is("}"), current.kind != .end, diagnostics.count < Limits.diagnostics,
            !(current.kind == .word && Keyword.statements.contains(current.text))
        {
            let first = current
            do {
                if current.is("patients") {
                    advance()
                    try expect("where")
                    let found = try parseCondition()
                    if condition != nil {
                        fail("C0123", "a cohort has one `patients where`", at: first.span, help: "join the two with `and`")
                    }
                    condition = condition ?? found
                } else {
                    events.append(try parseEvent())
                }
            } catch {
                skipToNextStatement(from: first)
            }
        }
        try expect("}")
        return CohortSyntax(
            name: name, events: events, condition: condition, expression: nil, atlas: nil,
            span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    private mutating func parseCohortExpression() throws(Stop) -> CohortExpressionSyntax {
        try enter(help: "name parts of it as cohorts of their own")
        defer { depth -= 1 }
        var whole = try parseCohortTerm()
        var joined: (CohortExpressionSyntax.Operator, [CohortExpressionSyntax])?
        while current.kind == .word, let next = CohortExpressionSyntax.Operator(rawValue: current.text) {
            advance()
            let term = try parseCohortTerm()
            if let (known, parts) = joined, known == next {
                joined = (next, parts + [term])
            } else {
                if let (known, parts) = joined { whole = .combined(known, parts) }
                joined = (next, [whole, term])
            }
        }
        return joined.map { .combined($0.0, $0.1) } ?? whole
    }

    private mutating func parseCohortTerm() throws(Stop) -> CohortExpressionSyntax {
        guard take("(") else { return .cohort(try parseName("a cohort's name")) }
        let inner = try parseCohortExpression()
        try expect(")")
        return inner
    }

    /// One level deeper; who calls it goes up again.
    mutating func enter(help: String) throws(Stop) {
        depth += 1
        guard depth <= Limits.depth else {
            depth -= 1
            fail("C0111", "this is nested more than \(Limits.depth) deep", at: current.span, help: help)
            giveUp()
            throw Stop()
        }
    }

    private mutating func parseEvent() throws(Stop) -> EventSyntax {
        let start = current.span
        let name = try parseName("a named event, `patients where`, or `}`")
        try expect("=")
        let selection = try parseSelection()
        return EventSyntax(name: name, selection: selection, span: start.union(selection.span))
    }

    /// To the next `name =`, `patients`, `}` or `report`.
    private mutating func skipToNextStatement(from start: Token) {
        if current.span == start.span { advance() }
        while current.kind != .end {
            if current.is("patients") || current.is("}") || (current.kind == .word && Keyword.statements.contains(current.text)) { return }
            if current.kind == .word {
                let saved = (lexer, current, previousEnd)
                advance()
                let isStatement = current.is("=")
                (lexer, current, previousEnd) = saved
                if isStatement { return }
            }
            advance()
        }
    }

    // MARK: Tokens

    @discardableResult
    mutating func advance() -> Token {
        let token = current
        previousEnd = token.span.upperBound
        current = lexer.next()
        return token
    }

    mutating func expect(_ word: String) throws(Stop) {
        guard current.is(word) else { throw unexpected("`\(word)`", among: [word]) }
        advance()
    }

    /// Takes a word when it is there.
    mutating func take(_ word: String) -> Bool {
        guard current.is(word) else { return false }
        advance()
        return true
    }

    mutating func parseName(_ expected: String) throws(Stop) -> NameSyntax {
        guard current.kind == .word else { throw unexpected(expected) }
        guard !Keyword.reserved.contains(current.text) else {
            fail(
                "C0105", "expected \(expected), found the word `\(current.text)` of the language", at: current.span,
                help: "choose a name that is no word of the language, as `\(current.text)_1`")
            throw Stop()
        }
        let token = advance()
        return NameSyntax(text: token.text, span: token.span)
    }

    /// A whole number, or a parameter.
    mutating func parseInteger(_ expected: String) throws(Stop) -> NumberSyntax {
        guard current.kind == .parameter || (current.kind == .number && (Int(current.text) ?? .max) <= 1_000_000) else {
            throw unexpected(expected)
        }
        let token = advance()
        return NumberSyntax(text: token.text, span: token.span)
    }

    mutating func parseNumber() throws(Stop) -> NumberSyntax {
        guard current.kind == .number || current.kind == .parameter else { throw unexpected("a number") }
        let token = advance()
        return NumberSyntax(text: token.text, span: token.span)
    }

    mutating func skip(to isStop: (Token) -> Bool) {
        while current.kind != .end, !isStop(current) { advance() }
    }

    mutating func fail(_ code: DiagnosticCode, _ message: String, at span: SourceSpan, help: String?) {
        guard !hasGivenUp else { return }
        diagnostics.append(Diagnostic(code, message, at: span, help: help))
        if diagnostics.count >= Limits.diagnostics { giveUp() }
    }

    /// Nothing more of the text is read, and nothing more is said of it.
    mutating func giveUp() {
        hasGivenUp = true
        lexer.giveUp()
        current = lexer.next()
    }

    /// Reports what was expected and what stands there, with the nearest word that could stand there.
    mutating func unexpected(_ expected: String, among words: [String] = []) -> Stop {
        let suggestion = current.kind == .word ? nearest(to: current.text, among: words).map { "did you mean `\($0)`?" } : nil
        fail(
            "C0104", "expected \(expected), found \(current.description)", at: current.span,
            help: suggestion ?? words.first.map { "write `\($0)` here" })
        return Stop()
    }
}
