import Diagnostics

extension Parser {
    // MARK: Reports

    mutating func parseReport() throws(Stop) -> ReportSyntax {
        let start = current.span
        try expect("report")
        let name = try parseName("the cohort's name")
        try expect("count")
        let measures = try parseList { (parser) throws(Stop) in try parser.parseMeasure() }
        var breakdowns: [BreakdownSyntax] = []
        var summaries: [SummarySyntax] = []
        var hasFunnel = false
        var overlap: [NameSyntax] = []
        var scope: [ScopeItemSyntax] = []
        while true {
            if take("by") {
                breakdowns += try parseList { (parser) throws(Stop) in try parser.parseBreakdown() }
            } else if take("summary") {
                try expect("of")
                summaries += try parseList { (parser) throws(Stop) in try parser.parseSummary() }
            } else if take("funnel") {
                hasFunnel = true
            } else if take("overlap") {
                try expect("with")
                overlap += try parseList { (parser) throws(Stop) in try parser.parseName("a cohort's name") }
            } else if take("scope") {
                scope += try parseScope()
            } else {
                break
            }
        }
        return ReportSyntax(
            name: name, measures: measures, breakdowns: breakdowns, summaries: summaries, hasFunnel: hasFunnel, overlap: overlap,
            scope: scope, span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    /// One or more with commas between them.
    private mutating func parseList<Element>(_ parse: (inout Parser) throws(Stop) -> Element) throws(Stop) -> [Element] {
        var found = [try parse(&self)]
        while take(",") { found.append(try parse(&self)) }
        return found
    }

    private mutating func parseTexts(_ expected: String) throws(Stop) -> [NameSyntax] {
        try parseList { (parser) throws(Stop) in try parser.parseText(expected) }
    }

    private mutating func parseText(_ expected: String) throws(Stop) -> NameSyntax {
        guard current.kind == .string else { throw unexpected("\(expected) in quotation marks") }
        let token = advance()
        return NameSyntax(text: token.text, span: token.span)
    }

    private mutating func parseMeasure() throws(Stop) -> MeasureSyntax {
        let start = current.span
        let words = MeasureSyntax.Unit.allCases.map(\.rawValue)
        guard current.kind == .word, let unit = MeasureSyntax.Unit(rawValue: current.text) else {
            throw unexpected("`patients`, `studies`, `series` or `events`", among: words)
        }
        advance()
        if unit == .events, !current.is("of") { throw unexpected("`of` and the named event that is counted", among: ["of"]) }
        let event = take("of") ? try parseName("a named event") : nil
        return MeasureSyntax(unit: unit, event: event, span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    // MARK: Tables

    private mutating func parseBreakdown() throws(Stop) -> BreakdownSyntax {
        var axes = [try parseAxis()]
        while take("and") { axes.append(try parseAxis()) }
        return axes.count == 1 ? axes[0] : .cross(axes)
    }

    private mutating func parseAxis() throws(Stop) -> BreakdownSyntax {
        let start = current.span
        guard current.kind == .word else { throw unexpectedAxis() }
        switch current.text {
        case "sex": return .sex(advance().span)
        case "node": return .node(advance().span)
        case "age":
            advance()
            try expect("at")
            let anchor = try parseAnchor()
            for word in ["in", "bands", "of"] { try expect(word) }
            let width = try parseInteger("a number of years")
            if !take("year") { try expect("years") }
            return .age(anchor, width: width, start.union(SourceSpan(previousEnd, previousEnd)))
        case "year":
            advance()
            try expect("of")
            let name = try parseName("a named event")
            try expect("from")
            let first = try parseInteger("a year")
            try expect("to")
            return .year(name, first, try parseInteger("a year"), start.union(SourceSpan(previousEnd, previousEnd)))
        default: return try parseValueAxis(from: start)
        }
    }

    private mutating func parseValueAxis(from start: SourceSpan) throws(Stop) -> BreakdownSyntax {
        let saved = (lexer, current, previousEnd)
        guard let property = parsePropertyWords() else { throw unexpectedAxis() }
        guard take("of") else {
            (lexer, current, previousEnd) = saved
            throw unexpectedAxis()
        }
        let name = try parseName("a named event")
        let bands = current.is("in") ? try parseBands() : nil
        return .value(property, of: name, bands, start.union(SourceSpan(previousEnd, previousEnd)))
    }

    private mutating func unexpectedAxis() -> Stop {
        unexpected(
            "`sex`, `age at …`, `year of …`, `value of …`, a property of images or `node`", among: ["sex", "age", "node", "year", "value"])
    }

    private mutating func parseBands() throws(Stop) -> BandsSyntax {
        let start = current.span
        for word in ["in", "bands", "of"] { try expect(word) }
        let width = try parseNumber()
        let unit = parseUnitIfPresent()
        try expect("from")
        let lower = try parseNumber()
        try expect("to")
        let upper = try parseNumber()
        return BandsSyntax(
            width: width, unit: unit, lower: lower, upper: upper, span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    // MARK: Distributions

    private mutating func parseSummary() throws(Stop) -> SummarySyntax {
        let start = current.span
        func from(_ parser: Parser) -> SourceSpan { start.union(SourceSpan(parser.previousEnd, parser.previousEnd)) }
        if take("age") {
            try expect("at")
            return .age(try parseAnchor(), from(self))
        }
        if take("days") {
            try expect("from")
            let first = try parseAnchor()
            try expect("to")
            return .days(first, try parseAnchor(), from(self))
        }
        guard take(BreakdownSyntax.ownValue) else {
            throw unexpected("`age at …`, `value of …` or `days from … to …`", among: ["age", "value", "days"])
        }
        try expect("of")
        let name = try parseName("a named observation")
        guard take("in") else { return .value(name, unit: nil, from(self)) }
        guard let unit = parseUnitIfPresent() else { throw unexpected("a unit, as `ng/mL`") }
        return .value(name, unit: unit, from(self))
    }

    // MARK: Scope

    private mutating func parseScope() throws(Stop) -> [ScopeItemSyntax] {
        var items: [ScopeItemSyntax] = []
        while let item = try parseScopeItemIfPresent() { items.append(item) }
        guard !items.isEmpty else {
            let words = ["nodes", "collections", "access", "deadline", "threshold"]
            throw unexpected(words.map { "`\($0)`" }.joined(separator: ", "), among: words)
        }
        return items
    }

    private mutating func parseScopeItemIfPresent() throws(Stop) -> ScopeItemSyntax? {
        if take("nodes") { return .nodes(try parseTexts("a node's name")) }
        if take("collections") { return .collections(try parseTexts("a collection's name")) }
        if take("access") { return .access(try parseTexts("a condition of access")) }
        if take("threshold") { return .threshold(try parseInteger("a number of patients")) }
        guard take("deadline") else { return nil }
        let amount = try parseInteger("how long to wait")
        let units = ScopeItemSyntax.TimeUnit.allCases
        guard current.kind == .word, let unit = units.first(where: { [$0.rawValue, $0.rawValue + "s"].contains(current.text) }) else {
            throw unexpected("`seconds`, `minutes`, `hours` or `days`", among: units.map { $0.rawValue + "s" })
        }
        advance()
        return .deadline(amount, unit)
    }

    // MARK: Dispatches

    mutating func parseDispatch() throws(Stop) -> DispatchSyntax {
        let start = advance().span
        let name = try parseName("the cohort's name")
        try expect("to")
        let tool = try parseText("the tool's name")
        try expect("@")
        guard current.kind == .curie else { throw unexpected("the tool's digest, as `sha256:…`") }
        let digest = advance()
        var items: [DispatchItemSyntax] = []
        if take("with") {
            try expect("{")
            items = try parseList { (parser) throws(Stop) in try parser.parseDispatchItem() }
            try expect("}")
        }
        return DispatchSyntax(
            name: name, tool: tool, digest: NameSyntax(text: digest.text, span: digest.span), items: items,
            span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    private mutating func parseDispatchItem() throws(Stop) -> DispatchItemSyntax {
        if take("inputs") { return .inputs(try parseName("a named imaging event")) }
        if take("gpus") { return .gpus(try parseInteger("how many")) }
        if take("gpu") {
            try expect("memory")
            let amount = try parseNumber()
            return .gpuMemory(amount, unit: parseUnitIfPresent())
        }
        if take("outputs") {
            try expect("{")
            let names = try parseTexts("a file's name")
            try expect("}")
            return .outputs(names)
        }
        guard take("parameters") else {
            let words = ["inputs", "gpus", "gpu", "parameters", "outputs"]
            throw unexpected(words.map { "`\($0)`" }.joined(separator: ", "), among: words)
        }
        try expect("{")
        let settings = try parseList { (parser) throws(Stop) in try parser.parseSetting() }
        try expect("}")
        return .parameters(settings)
    }

    private mutating func parseSetting() throws(Stop) -> DispatchItemSyntax.Setting {
        guard current.kind == .word else { throw unexpected("a parameter of the tool") }
        let name = advance()
        try expect("=")
        let isText = current.kind == .string
        guard isText || current.kind == .number else { throw unexpected("a number, or a text in quotation marks") }
        let value = advance()
        return DispatchItemSyntax.Setting(
            name: NameSyntax(text: name.text, span: name.span), value: NameSyntax(text: value.text, span: value.span), isText: isText)
    }
}
