import Diagnostics

extension Parser {
    // MARK: Conditions

    mutating func parseCondition() throws(Stop) -> ConditionSyntax {
        try enter(help: "name parts of the question as events")
        defer { depth -= 1 }
        let start = current.span
        var parts = [try parseConjunction()]
        var isOrUnknown = false
        while take("or") {
            if take("unknown") {
                isOrUnknown = true
                break
            }
            parts.append(try parseConjunction())
        }
        let span = start.union(SourceSpan(previousEnd, previousEnd))
        let whole: ConditionSyntax = parts.count == 1 ? parts[0] : .or(parts, span)
        return isOrUnknown ? .orUnknown(whole, span) : whole
    }

    private mutating func parseConjunction() throws(Stop) -> ConditionSyntax {
        let start = current.span
        var parts = [try parseOperand()]
        while take("and") { parts.append(try parseOperand()) }
        return parts.count == 1 ? parts[0] : .and(parts, start.union(SourceSpan(previousEnd, previousEnd)))
    }

    /// One operand; after a mistake, what follows up to the next `and`, `or` or bracket is skipped.
    private mutating func parseOperand() throws(Stop) -> ConditionSyntax {
        let start = current
        do {
            return try parsePrimary()
        } catch {
            guard depth < Limits.depth, diagnostics.count < Limits.diagnostics else { throw error }
            skip { $0.is("and") || $0.is("or") || $0.is(")") || $0.is("}") || $0.is("patients") || Keyword.statements.contains($0.text) }
            return .missing(start.span)
        }
    }

    private mutating func parsePrimary() throws(Stop) -> ConditionSyntax {
        let start = current.span
        func from(_ parser: Parser) -> SourceSpan { start.union(SourceSpan(parser.previousEnd, parser.previousEnd)) }
        if take("(") {
            let inner = try parseCondition()
            try expect(")")
            guard take("is") else { return inner }
            guard take("known") else {
                guard take("unknown") else { throw unexpected("`known` or `unknown`", among: ["known", "unknown"]) }
                return .state(inner, isKnown: false, from(self))
            }
            return .state(inner, isKnown: true, from(self))
        }
        switch current.kind == .word ? current.text : "" {
        case "not":
            advance()
            try enter(help: "two `not` cancel each other")
            defer { depth -= 1 }
            let inner = try parsePrimary()
            return .not(inner, from(self))
        case "sex":
            advance()
            try expect("is")
            let sex = try parseName("`female`, `male` or `other`")
            return .sex(sex, from(self))
        case "age":
            advance()
            try expect("at")
            let anchor = try parseAnchor()
            let test = try parseAgeTest()
            return .age(anchor, test, from(self))
        case "exists":
            advance()
            let name = try parseName("a named event")
            return .exists(name, from(self))
        case "in":
            advance()
            let name = try parseName("a cohort's name")
            return .member(name, from(self))
        case "observed":
            advance()
            try expect("from")
            let first = try parseAnchor()
            try expect("to")
            let last = try parseAnchor()
            return .observed(first, last, from(self))
        default: break
        }
        if let change = try parseChangeIfPresent() { return .change(change.change, from: change.first, to: change.second, from(self)) }
        if let quantifier = try parseQuantifierIfPresent() {
            if take("of") { return .some(quantifier, try parseConditionList(), from(self)) }
            let selection = try parseSelection()
            let spacing = try parseSpacingIfPresent()
            return .count(quantifier, selection, spacing, from(self))
        }
        guard current.kind == .word else { throw unexpected("a condition") }
        let saved = (lexer, current, previousEnd)
        let name = try parseName("a condition")
        guard current.is("is") else {
            (lexer, current, previousEnd) = saved
            throw unexpected(
                "a condition, as `any`, `no`, `exists`, `sex` or `age`",
                among: [
                    "any", "no", "exists", "sex", "age", "not", "at", "exactly", "in", "observed", "increase", "decrease", "change",
                    "relative", "doubling",
                ])
        }
        advance()
        if let quantifier = try parseFactorIfPresent() {
            return .ratio(name, quantifier, try parseName("a named event"), from(self))
        }
        guard let window = try parseWindowIfPresent() else {
            throw unexpected("a place in time, as `within 60 days before`", among: ["within", "before", "after"])
        }
        return .relation(name, window, from(self))
    }

    /// `increase from A to B >= 5 ng/mL`, where the word is no event's name.
    private mutating func parseChangeIfPresent() throws(Stop) -> (change: ChangeSyntax, first: NameSyntax, second: NameSyntax)? {
        var ahead = self
        let isRelative = ahead.take("relative")
        if isRelative, ahead.current.kind == .end {
            self = ahead
            throw unexpected("`increase`, `decrease` or `change`", among: ChangeSyntax.Direction.allCases.map(\.rawValue))
        }
        guard ahead.current.kind == .word else { return nil }
        let word = ahead.advance().text
        // At the end of the text nothing else can be meant: there it is completed.
        if !isRelative, word == "doubling", ahead.current.kind == .end {
            self = ahead
            try expect("time")
        }
        if !isRelative, word == "doubling", ahead.take("time"), ahead.current.is("from") || ahead.current.kind == .end {
            self = ahead
            let (first, second) = try parseTwoNames()
            return (.doublingTime(try parseDoublingTest()), first, second)
        }
        guard let direction = ChangeSyntax.Direction(rawValue: word), ahead.current.is("from") || ahead.current.kind == .end else {
            return nil
        }
        self = ahead
        let (first, second) = try parseTwoNames()
        return (.amount(direction, isRelative: isRelative, try parseAmount()), first, second)
    }

    private mutating func parseTwoNames() throws(Stop) -> (NameSyntax, NameSyntax) {
        try expect("from")
        let first = try parseName("a named observation")
        try expect("to")
        return (first, try parseName("a named observation"))
    }

    private mutating func parseDoublingTest() throws(Stop) -> DoublingSyntax {
        if take("from") {
            let (low, high) = try parseDurations()
            return .range(low, high)
        }
        guard let comparison = takeComparison() else { throw unexpected("`from … to …` or a comparison") }
        return .comparison(comparison, try parseDuration())
    }

    private mutating func parseConditionList() throws(Stop) -> [ConditionSyntax] {
        try expect("(")
        var parts = [try parseCondition()]
        while take(",") { parts.append(try parseCondition()) }
        try expect(")")
        return parts
    }

    private mutating func parseSpacingIfPresent() throws(Stop) -> SpacingSyntax? {
        let start = current.span
        guard take("each") else { return nil }
        let lower: DurationSyntax
        var upper: DurationSyntax?
        if take("from") {
            let (first, last) = try parseDurations()
            (lower, upper) = (first, last)
        } else {
            guard current.is("at") else { throw unexpected("`at least` or `from … to …`", among: ["at", "from"]) }
            advance()
            try expect("least")
            lower = try parseDuration()
        }
        try expect("apart")
        return SpacingSyntax(lower: lower, upper: upper, span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    /// `at least 2.5 times`, where it is not the beginning of a window, `at least 2 days before`.
    private mutating func parseFactorIfPresent() throws(Stop) -> QuantifierSyntax? {
        var ahead = self
        guard ahead.take("at"), current.is("at") else { return nil }
        let isLeast = ahead.take("least")
        guard isLeast || ahead.take("most"), let number = try? ahead.parseNumber(), ahead.take("times") else { return nil }
        let start = current.span
        self = ahead
        return QuantifierSyntax(form: isLeast ? .atLeast(number) : .atMost(number), span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    mutating func parseQuantifierIfPresent() throws(Stop) -> QuantifierSyntax? {
        let start = current.span
        let form: QuantifierSyntax.Form
        switch current.kind == .word ? current.text : "" {
        case "any": advance(); form = .any
        case "no": advance(); form = .none
        case "exactly":
            advance()
            form = .exactly(try parseInteger("how many"))
        case "at":
            advance()
            if take("least") {
                form = .atLeast(try parseInteger("how many"))
            } else if take("most") {
                form = .atMost(try parseInteger("how many"))
            } else {
                throw unexpected("`least` or `most`", among: ["least", "most"])
            }
        default: return nil
        }
        return QuantifierSyntax(form: form, span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    private mutating func parseAgeTest() throws(Stop) -> AgeTestSyntax {
        if take("from") {
            let low = try parseInteger("an age")
            try expect("to")
            let high = try parseInteger("an age")
            return AgeTestSyntax(form: .range(low, high), unit: try parseAgeUnit())
        }
        guard current.kind == .symbol, let comparison = ComparisonSyntax(rawValue: current.text) else {
            throw unexpected("`from … to …` or a comparison")
        }
        advance()
        let age = try parseInteger("an age")
        return AgeTestSyntax(form: .comparison(comparison, age), unit: try parseAgeUnit())
    }

    private mutating func parseAgeUnit() throws(Stop) -> AgeTestSyntax.Unit {
        if take("month") || take("months") { return .month }
        guard take("year") || take("years") else { throw unexpected("`years` or `months`", among: ["years", "year", "months", "month"]) }
        return .year
    }
}
