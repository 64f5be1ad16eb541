import Diagnostics

extension Parser {
    // MARK: Conditions

    mutating func parseCondition() throws(Stop) -> ConditionSyntax {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Limits.depth else {
            fail(
                "C0111", "conditions are nested more than \(Limits.depth) deep", at: current.span,
                help: "name parts of the question as events")
            throw Stop()
        }
        let start = current.span
        var parts = [try parseConjunction()]
        while take("or") { parts.append(try parseConjunction()) }
        return parts.count == 1 ? parts[0] : .or(parts, start.union(SourceSpan(previousEnd, previousEnd)))
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
            guard depth <= Limits.depth, diagnostics.count < Limits.diagnostics else { throw error }
            skip { $0.is("and") || $0.is("or") || $0.is(")") || $0.is("}") || $0.is("report") || $0.is("patients") }
            return .missing(start.span)
        }
    }

    private mutating func parsePrimary() throws(Stop) -> ConditionSyntax {
        let start = current.span
        func from(_ parser: Parser) -> SourceSpan { start.union(SourceSpan(parser.previousEnd, parser.previousEnd)) }
        if take("(") {
            let inner = try parseCondition()
            try expect(")")
            return inner
        }
        switch current.text {
        case "not":
            advance()
            depth += 1
            defer { depth -= 1 }
            guard depth <= Limits.depth else {
                fail("C0111", "conditions are nested more than \(Limits.depth) deep", at: current.span, help: "two `not` cancel each other")
                throw Stop()
            }
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
        default: break
        }
        if let quantifier = try parseQuantifierIfPresent() {
            let selection = try parseSelection()
            return .count(quantifier, selection, from(self))
        }
        guard current.kind == .word else { throw unexpected("a condition") }
        let saved = (lexer, current, previousEnd)
        let name = try parseName("a condition")
        guard current.is("is") else {
            (lexer, current, previousEnd) = saved
            throw unexpected(
                "a condition, as `any`, `no`, `exists`, `sex` or `age`",
                among: ["any", "no", "exists", "sex", "age", "not", "at", "exactly"])
        }
        advance()
        guard let window = try parseWindowIfPresent() else {
            throw unexpected("a place in time, as `within 60 days before`", among: ["within", "before", "after"])
        }
        return .relation(name, window, from(self))
    }

    private mutating func parseQuantifierIfPresent() throws(Stop) -> QuantifierSyntax? {
        let start = current.span
        let form: QuantifierSyntax.Form
        switch current.text {
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
            try expectYears()
            return .range(low, high)
        }
        guard current.kind == .symbol, let comparison = ComparisonSyntax(rawValue: current.text) else {
            throw unexpected("`from … to …` or a comparison")
        }
        advance()
        let age = try parseInteger("an age")
        try expectYears()
        return .comparison(comparison, age)
    }

    private mutating func expectYears() throws(Stop) {
        if take("year") { return }
        try expect("years")
    }

    // MARK: Reports

    mutating func parseReport() throws(Stop) -> ReportSyntax {
        let start = current.span
        try expect("report")
        let name = try parseName("the cohort's name")
        try expect("count")
        var measures = [try parseMeasure()]
        while take(",") { measures.append(try parseMeasure()) }
        var breakdowns: [BreakdownSyntax] = []
        if take("by") {
            breakdowns.append(try parseBreakdown())
            while take(",") { breakdowns.append(try parseBreakdown()) }
        }
        return ReportSyntax(name: name, measures: measures, breakdowns: breakdowns, span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    private mutating func parseMeasure() throws(Stop) -> MeasureSyntax {
        let start = current.span
        let words = MeasureSyntax.Unit.allCases.map(\.rawValue)
        guard current.kind == .word, let unit = MeasureSyntax.Unit(rawValue: current.text) else {
            throw unexpected("`patients`, `studies` or `series`", among: words)
        }
        advance()
        let event = take("of") ? try parseName("a named event") : nil
        return MeasureSyntax(unit: unit, event: event, span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    private mutating func parseBreakdown() throws(Stop) -> BreakdownSyntax {
        let start = current.span
        switch current.text {
        case "sex": return .sex(advance().span)
        case "node": return .node(advance().span)
        case "age":
            advance()
            try expect("at")
            let anchor = try parseAnchor()
            try expect("in")
            try expect("bands")
            try expect("of")
            let width = try parseInteger("a number of years")
            try expectYears()
            return .age(anchor, width: width, start.union(SourceSpan(previousEnd, previousEnd)))
        default: throw unexpected("`sex`, `age at …` or `node`", among: ["sex", "age", "node"])
        }
    }
}
