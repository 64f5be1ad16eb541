import Diagnostics
import RDF

extension SPARQLParser {
    /// Whether a `Constraint` begins here: brackets or a call.
    var startsConstraint: Bool {
        switch token.kind {
        case .punctuation("("): true
        case .iri, .prefixedName: true
        case .word(let word):
            !Self.modifiers.contains(word.uppercased()) && (following.isPunctuation("(") || ["NOT", "EXISTS"].contains(word.uppercased()))
        default: false
        }
    }

    /// The words that end a list of conditions.
    private static let modifiers: Set<String> = ["HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"]

    /// `Constraint`.
    mutating func constraint() throws(DiagnosticList) -> Expression {
        guard startsConstraint else { throw unexpected("a condition in brackets or a function") }
        let start = token.span
        return placed(try primary(), from: start)
    }

    /// The expression with its place, where places are kept.
    func placed(_ expression: Expression, from start: SourceSpan) -> Expression {
        keepsPlaces ? .placed(expression.bare, start.union(tokens[max(position - 1, 0)].span)) : expression
    }

    /// `Expression`.
    mutating func expression() throws(DiagnosticList) -> Expression {
        try nested { parser throws(DiagnosticList) in
            var left = try parser.conjunction()
            while parser.take("||") {
                try parser.count()
                left = .or(left, try parser.conjunction())
            }
            return left
        }
    }

    private mutating func conjunction() throws(DiagnosticList) -> Expression {
        var left = try relation()
        while take("&&") {
            try count()
            left = .and(left, try relation())
        }
        return left
    }

    private mutating func relation() throws(DiagnosticList) -> Expression {
        let start = token.span
        return placed(try unplacedRelation(), from: start)
    }

    private mutating func unplacedRelation() throws(DiagnosticList) -> Expression {
        let left = try sum()
        if case .punctuation(let text) = token.kind, let comparison = Expression.Comparison(rawValue: text) {
            advance()
            return .comparison(comparison, left, try sum())
        }
        if takeKeyword("IN") { return .membership(left, try arguments()) }
        if token.keyword == "NOT", following.keyword == "IN" {
            advance()
            advance()
            return .not(.membership(left, try arguments()))
        }
        return left
    }

    private mutating func sum() throws(DiagnosticList) -> Expression {
        var left = try product()
        while case .punctuation(let sign) = token.kind, let operation = Expression.Arithmetic(rawValue: sign),
            operation == .add || operation == .subtract
        {
            advance()
            try count()
            left = .arithmetic(operation, left, try product())
        }
        return left
    }

    private mutating func product() throws(DiagnosticList) -> Expression {
        var left = try unary()
        while case .punctuation(let sign) = token.kind, sign == "*" || sign == "/" {
            advance()
            try count()
            left = .arithmetic(sign == "*" ? .multiply : .divide, left, try unary())
        }
        return left
    }

    private mutating func unary() throws(DiagnosticList) -> Expression {
        if take("!") { return .not(try nested { parser throws(DiagnosticList) in try parser.unary() }) }
        if take("-") { return .negative(try nested { parser throws(DiagnosticList) in try parser.unary() }) }
        if take("+") {
            // What is no number is an error with a plus sign before it as well.
            let inner = try nested { parser throws(DiagnosticList) in try parser.unary() }
            return .arithmetic(.multiply, .term(.literal(Literal("1", datatype: XSD.integer))), inner)
        }
        return try primary()
    }

    private mutating func primary() throws(DiagnosticList) -> Expression {
        switch token.kind {
        case .punctuation("("):
            advance()
            let inner = try expression()
            try expect(")")
            return inner
        case .variable: return .variable(try variable())
        case .word(let word) where word.lowercased() != "true" && word.lowercased() != "false":
            return try wordCall()
        default: break
        }
        let span = token.span
        guard let term = try optionalConstant() else { throw unexpected("an expression") }
        guard case .iri(let iri) = term, token.isPunctuation("(") else { return .term(term) }
        let isDistinct = following.keyword == "DISTINCT"
        let arguments = try arguments(allowsDistinct: true)
        guard !isDistinct, let datatype = Expression.Datatype.allCases.first(where: { $0.iri == iri }) else {
            refusals.append(
                Diagnostic(
                    SPARQLDiagnostic.unknownFunction, "nobody here knows the function `<\(iri)>`", at: span,
                    help: "use the functions of SPARQL 1.1, section 17.4, and the constructors of `xsd:`"))
            return .unknownFunction(iri, arguments)
        }
        guard arguments.count == 1 else {
            throw problem(SPARQLDiagnostic.unknownFunction, "`\(source[span])` takes one argument, not \(arguments.count)", at: span)
        }
        return .cast(datatype, arguments[0])
    }

    /// `ExpressionList`: arguments in brackets.
    private mutating func arguments(allowsDistinct: Bool = false) throws(DiagnosticList) -> [Expression] {
        try expect("(")
        if take(")") { return [] }
        if allowsDistinct { _ = takeKeyword("DISTINCT") }
        var list: [Expression] = []
        repeat { list.append(try expression()) } while take(",")
        try expect(")")
        return list
    }
}

// MARK: - Calls

extension SPARQLParser {
    /// A function or an aggregate that is called by a word.
    private mutating func wordCall() throws(DiagnosticList) -> Expression {
        let name = token
        let word = source[name.span].uppercased()
        advance()
        switch word {
        case "EXISTS": return .exists(nextExists(), try existsPattern())
        case "NOT":
            try expectKeyword("EXISTS")
            return .not(.exists(nextExists(), try existsPattern()))
        case "BOUND":
            try expect("(")
            let slot = try variable()
            try expect(")")
            return .bound(slot)
        case "COALESCE": return .coalesce(try arguments())
        case "BNODE":
            let parts = try arguments()
            guard parts.count < 2 else { throw arityProblem(name, "0 to 1", parts.count) }
            return .freshBlank(parts.first, solutionSlot())
        case "IF":
            let parts = try arguments()
            guard parts.count == 3 else { throw arityProblem(name, "3", parts.count) }
            return .conditional(parts[0], parts[1], parts[2])
        default: break
        }
        if let function = Aggregate.Function(rawValue: word) { return try aggregate(function, name) }
        guard let function = Builtin(rawValue: word) else {
            let suggestion = nearest(to: word, among: Builtin.allCases.map(\.rawValue)).map { "did you mean `\($0)`?" }
            let unknown = problem(
                SPARQLDiagnostic.unknownFunction, "there is no function `\(source[name.span])`", at: name.span, help: suggestion)
            // Without brackets it is no call, and there is nothing to read over.
            guard token.isPunctuation("(") else { throw unknown }
            try note(unknown)
            return .unknownFunction(word, try arguments())
        }
        let parts = try arguments()
        if function == .regex || function == .replace { try check(pattern: parts, of: function, name) }
        guard function.arity.contains(parts.count) else {
            let arity = function.arity
            throw arityProblem(
                name, arity.lowerBound == arity.upperBound ? "\(arity.lowerBound)" : "\(arity.lowerBound) to \(arity.upperBound)",
                parts.count)
        }
        return .call(function, parts)
    }

    /// The slot in which the solutions of the innermost `SELECT` are numbered.
    private mutating func solutionSlot() -> Slot {
        if let slot = scopes[scopes.count - 1].solutionSlot { return slot }
        let slot = freshSlot()
        scopes[scopes.count - 1].solutionSlot = slot
        return slot
    }

    private mutating func existsPattern() throws(DiagnosticList) -> Pattern {
        let allowsAggregates = scopes[scopes.count - 1].allowsAggregates
        scopes[scopes.count - 1].allowsAggregates = false
        defer { scopes[scopes.count - 1].allowsAggregates = allowsAggregates }
        return try groupGraphPattern()
    }

    /// A regular expression that is written down is looked at before anything is evaluated.
    private func check(pattern parts: [Expression], of function: Builtin, _ name: SPARQLToken) throws(DiagnosticList) {
        let flags = parts.dropFirst(function == .regex ? 2 : 3).first ?? .term(.string(""))
        guard parts.count > 1, case .term(.literal(let pattern)) = parts[1], case .term(.literal(let flags)) = flags else { return }
        do {
            _ = try RegularExpression(pattern.lexicalForm, flags: flags.lexicalForm)
        } catch {
            throw DiagnosticList(error.diagnostics.map { Diagnostic($0.code, $0.message, at: name.span, help: $0.help) })
        }
    }

    private func arityProblem(_ name: SPARQLToken, _ expected: String, _ found: Int) -> DiagnosticList {
        let word = source[name.span].uppercased()
        return problem(
            SPARQLDiagnostic.unknownFunction, "`\(word)` takes \(expected) argument\(expected == "1" ? "" : "s"), not \(found)",
            at: name.span)
    }

    /// An aggregate: computed with its group, and then a variable like others.
    private mutating func aggregate(_ function: Aggregate.Function, _ name: SPARQLToken) throws(DiagnosticList) -> Expression {
        guard scopes[scopes.count - 1].allowsAggregates else {
            throw problem(
                SPARQLDiagnostic.variableScope, "`\(function.rawValue)` stands where no groups are", at: name.span,
                help: "use it after `SELECT`, `HAVING` or `ORDER BY`")
        }
        scopes[scopes.count - 1].allowsAggregates = false
        defer { scopes[scopes.count - 1].allowsAggregates = true }
        try expect("(")
        let isDistinct = takeKeyword("DISTINCT")
        var argument: Expression?
        if !(function == .count && take("*")) { argument = try expression() }
        var separator = " "
        if function == .groupConcat, take(";") {
            try expectKeyword("SEPARATOR")
            try expect("=")
            guard case .string(let text) = token.kind else { throw unexpected("a string") }
            advance()
            separator = text
        }
        try expect(")")
        let slot = freshSlot()
        let aggregate = Aggregate(function: function, isDistinct: isDistinct, expression: argument, separator: separator)
        scopes[scopes.count - 1].aggregates.append((slot, aggregate))
        return .variable(slot)
    }
}
