import Diagnostics

extension Parser {
    // MARK: Codes

    mutating func parseCodeSet() throws(Stop) -> CodeSetSyntax {
        let start = advance().span
        guard current.kind == .word, current.text.first?.isUppercase == true else {
            throw unexpected("a name for the set of codes, with a capital letter")
        }
        let token = advance()
        try expect("=")
        var parts: [CodeSetSyntax.Part] = []
        if !take("none") {
            while let role = current.kind == .word ? CodeSetSyntax.Role(rawValue: current.text) : nil, !parts.isEmpty || role == .include {
                advance()
                var codes = [try parseCode()]
                while take(",") { codes.append(try parseCode()) }
                parts.append(CodeSetSyntax.Part(role: role, codes: codes))
            }
            guard !parts.isEmpty else { throw unexpected("`include` and codes, or `none`", among: ["include", "none"]) }
        }
        return CodeSetSyntax(
            name: NameSyntax(text: token.text, span: token.span), parts: parts, span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    private mutating func parseCode() throws(Stop) -> CodeSyntax {
        let isMapped = take("mapped")
        let isExact = take("exactly")
        guard current.kind == .curie else { throw unexpected("a code of OMOP, as `omop:201826`") }
        let curie = advance()
        var label: NameSyntax?
        if current.kind == .string {
            let token = advance()
            label = NameSyntax(text: token.text, span: token.span)
        }
        return CodeSyntax(curie: NameSyntax(text: curie.text, span: curie.span), label: label, isExact: isExact, isMapped: isMapped)
    }

    // MARK: Cohorts

    /// What follows `semantics`.
    mutating func parseAtlasCohort() throws(Stop) -> AtlasCohortSyntax {
        try expect("atlas")
        let start = current.span
        try expect("{")
        try expect("enter")
        try expect("with")
        var entry = [try parseRecords()]
        while take("or") { entry.append(try parseRecords()) }
        try expect("observed")
        let before = try parseDays()
        try expect("before")
        try expect("and")
        let after = try parseDays()
        try expect("after")
        let entryLimit = try parseLimitIfPresent()
        let qualification = take("qualify") ? try parseGroup() : nil
        let qualificationLimit = qualification == nil ? nil : try parseLimitIfPresent()
        var rules: [AtlasCohortSyntax.Rule] = []
        while current.is("rule") { rules.append(try parseRule()) }
        let limit = try parseLimitIfPresent()
        let exit = take("exit") ? try parseExit() : nil
        var censoring: [AtlasRecordsSyntax] = []
        while take("censor") {
            try expect("with")
            censoring.append(try parseRecords())
        }
        var gap: NumberSyntax?
        if take("collapse") {
            try expect("within")
            gap = try parseDays()
        }
        var between: [NameSyntax] = []
        if take("between") {
            between.append(try parseDate())
            try expect("and")
            between.append(try parseDate())
        }
        try expect("}")
        return AtlasCohortSyntax(
            entry: entry, observedBefore: before, observedAfter: after, entryLimit: entryLimit, qualification: qualification,
            qualificationLimit: qualificationLimit, rules: rules, limit: limit, exit: exit, censoring: censoring, gap: gap,
            between: between, span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    private mutating func parseRule() throws(Stop) -> AtlasCohortSyntax.Rule {
        let start = advance().span
        var name: NameSyntax?
        if current.kind == .string {
            let token = advance()
            name = NameSyntax(text: token.text, span: token.span)
        }
        let group = try parseGroup()
        return AtlasCohortSyntax.Rule(name: name, group: group, span: start.union(group.span))
    }

    private mutating func parseLimitIfPresent() throws(Stop) -> AtlasCohortSyntax.Limit? {
        guard take("keep") else { return nil }
        guard current.kind == .word, let limit = AtlasCohortSyntax.Limit(rawValue: current.text) else {
            throw unexpected("`first`, `last` or `all`", among: AtlasCohortSyntax.Limit.allCases.map(\.rawValue))
        }
        advance()
        return limit
    }

    private mutating func parseExit() throws(Stop) -> AtlasCohortSyntax.Exit {
        if take("at") {
            for word in ["end", "of", "exposure", "to"] { try expect(word) }
            let codes = try parseSetName()
            for word in ["with", "gaps", "of"] { try expect(word) }
            let gap = try parseDays()
            try expect("and")
            let more = try parseDays()
            try expect("more")
            return .exposure(codes, gap: gap, more: more)
        }
        let days = try parseDays()
        try expect("after")
        return .days(days, isAfterEnd: try parseSide())
    }

    /// `its start`, `its end`
    private mutating func parseSide() throws(Stop) -> Bool {
        try expect("its")
        if take("start") { return false }
        guard take("end") else { throw unexpected("`start` or `end`", among: ["start", "end"]) }
        return true
    }

    private mutating func parseDays() throws(Stop) -> NumberSyntax {
        let number = try parseInteger("a number of days")
        guard take("days") || take("day") else { throw unexpected("`days`", among: ["days"]) }
        return number
    }

    // MARK: Records

    private mutating func parseSetName() throws(Stop) -> NameSyntax {
        guard current.kind == .word, current.text.first?.isUppercase == true else { throw unexpected("the name of a set of codes") }
        let token = advance()
        return NameSyntax(text: token.text, span: token.span)
    }

    private mutating func parseRecords() throws(Stop) -> AtlasRecordsSyntax {
        let start = current.span
        let isFirst = take("first")
        guard current.kind == .word, RecordWords.tables.contains(current.text) else {
            throw unexpected("a table of OMOP, as `condition_occurrence`", among: RecordWords.tables)
        }
        let table = advance()
        let codes = take("of") ? try parseSetName() : nil
        let source = take("source") ? try parseSetName() : nil
        var (periodStart, periodEnd): (NameSyntax?, NameSyntax?) = (nil, nil)
        if take("as") {
            if take("from") { periodStart = try parseDate() }
            if periodStart == nil || current.is("to") {
                try expect("to")
                periodEnd = try parseDate()
            }
        }
        let tests = current.is("{") ? try parseTests() : []
        let condition = take("where") ? try parseGroup() : nil
        return AtlasRecordsSyntax(
            isFirst: isFirst, table: NameSyntax(text: table.text, span: table.span), codes: codes, sourceCodes: source,
            periodStart: periodStart, periodEnd: periodEnd, tests: tests, condition: condition,
            span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    private mutating func parseTests() throws(Stop) -> [RecordTestSyntax] {
        try expect("{")
        var tests = [try parseTest()]
        while take(",") { tests.append(try parseTest()) }
        try expect("}")
        return tests
    }

    private mutating func parseTest() throws(Stop) -> RecordTestSyntax {
        guard current.kind == .word, RecordWords.fields.contains(current.text) else {
            throw unexpected("what is tested, as `value_as_number`", among: RecordWords.fields)
        }
        let field = advance()
        let value: RecordTestSyntax.Value
        var isOpposite = false
        if take("is") {
            isOpposite = take("not")
            value = try parseMembers()
        } else {
            isOpposite = take("not")
            value = try parseLimits()
        }
        return RecordTestSyntax(
            field: NameSyntax(text: field.text, span: field.span), isOpposite: isOpposite, value: value,
            span: field.span.union(SourceSpan(previousEnd, previousEnd)))
    }

    private mutating func parseMembers() throws(Stop) -> RecordTestSyntax.Value {
        if ["female", "male", "other"].contains(where: { current.is($0) }) {
            let token = advance()
            return .sex(NameSyntax(text: token.text, span: token.span))
        }
        guard take("one") else { return .codes([try parseCode()]) }
        try expect("of")
        try expect("(")
        var codes = [try parseCode()]
        while take(",") { codes.append(try parseCode()) }
        try expect(")")
        return .codes(codes)
    }

    private mutating func parseLimits() throws(Stop) -> RecordTestSyntax.Value {
        if take("from") {
            let lower = try parseLiteral()
            try expect("to")
            return .range(lower, try parseLiteral())
        }
        guard current.kind == .symbol, let comparison = ComparisonSyntax(rawValue: current.text) else {
            throw unexpected("`is`, a comparison or `from`", among: ["is", "from"])
        }
        advance()
        return .comparison(comparison, try parseLiteral())
    }

    private mutating func parseLiteral() throws(Stop) -> LiteralSyntax {
        current.kind == .date ? .date(try parseDate()) : .number(try parseNumber())
    }

    // MARK: Groups

    private mutating func parseGroup() throws(Stop) -> AtlasGroupSyntax {
        let start = current.span
        if take("all") { return try parseGroup(.all, from: start) }
        return try parseGroup(.number(try parseAtlasQuantifier()), from: start)
    }

    private mutating func parseGroup(_ quantity: AtlasGroupSyntax.Quantity, from start: SourceSpan) throws(Stop) -> AtlasGroupSyntax {
        try enter(help: "say it in rules of their own")
        defer { depth -= 1 }
        try expect("of")
        try expect("(")
        var parts = [try parsePart()]
        while take(",") { parts.append(try parsePart()) }
        try expect(")")
        return AtlasGroupSyntax(quantity: quantity, parts: parts, span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    private mutating func parsePart() throws(Stop) -> AtlasGroupSyntax.Part {
        let start = current.span
        if take("it") {
            let tests = try parseTests()
            return .event(tests, start.union(SourceSpan(previousEnd, previousEnd)))
        }
        if take("all") { return .group(try parseGroup(.all, from: start)) }
        let quantifier = try parseAtlasQuantifier()
        if current.is("of") { return .group(try parseGroup(.number(quantifier), from: start)) }
        return .occurrences(try parseOccurrences(quantifier))
    }

    private mutating func parseAtlasQuantifier() throws(Stop) -> QuantifierSyntax {
        guard let quantifier = try parseQuantifierIfPresent() else {
            throw unexpected(
                "`all of`, `any`, `no`, `at least`, `at most`, `exactly` or `it`", among: ["all", "any", "no", "at", "exactly"])
        }
        return quantifier
    }

    private mutating func parseOccurrences(_ quantifier: QuantifierSyntax) throws(Stop) -> AtlasOccurrencesSyntax {
        var distinct: AtlasOccurrencesSyntax.Distinct?
        if take("distinct") {
            distinct = current.kind == .word ? AtlasOccurrencesSyntax.Distinct(rawValue: current.text) : nil
            guard distinct != nil else {
                throw unexpected("`concepts`, `days` or `visits`", among: AtlasOccurrencesSyntax.Distinct.allCases.map(\.rawValue))
            }
            advance()
            try expect("of")
        }
        let records = try parseRecords()
        var windows: [AtlasWindowSyntax] = []
        while current.is("starts") || current.is("ends") { windows.append(try parseAtlasWindow()) }
        var (isInVisit, isInAnyPeriod) = (false, false)
        if take("in") {
            isInVisit = take("its")
            if isInVisit { try expect("visit") }
            if !isInVisit || take("in") {
                try expect("any")
                try expect("period")
                isInAnyPeriod = true
            }
        }
        return AtlasOccurrencesSyntax(
            quantifier: quantifier, distinct: distinct, records: records, windows: windows, isInVisit: isInVisit,
            isInAnyPeriod: isInAnyPeriod)
    }

    private mutating func parseAtlasWindow() throws(Stop) -> AtlasWindowSyntax {
        let start = current.span
        let isOfEnd = advance().text == "ends"
        try expect("from")
        let lower = try parseBound()
        try expect("to")
        let upper = try parseBound()
        let isFromEnd = try parseSide()
        return AtlasWindowSyntax(
            isOfEnd: isOfEnd, lower: lower, upper: upper, isFromEnd: isFromEnd, span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    private mutating func parseBound() throws(Stop) -> AtlasWindowSyntax.Bound {
        var days: NumberSyntax?
        if take("any") { try expect("time") } else { days = try parseDays() }
        if take("before") { return AtlasWindowSyntax.Bound(days: days, isAfter: false) }
        guard take("after") else { throw unexpected("`before` or `after`", among: ["before", "after"]) }
        return AtlasWindowSyntax.Bound(days: days, isAfter: true)
    }
}
