import Diagnostics

extension Parser {
    // MARK: Events

    mutating func parseSelection() throws(Stop) -> SelectionSyntax {
        let start = current.span
        let pick = current.kind == .word ? PickSyntax(rawValue: current.text) : nil
        if pick != nil { advance() }
        let kindStart = current.span
        let kind = try parseKind()
        let kindSpan = kindStart.union(SourceSpan(previousEnd, previousEnd))
        let concepts = take("of") ? try parseConcepts() : nil
        let attributes = current.is("{") ? try parseAttributes() : nil
        let value = try parseValueIfPresent()
        var windows: [WindowSyntax] = []
        var having: [AttributeListSyntax] = []
        while true {
            if take("having") {
                try expect("series")
                having.append(try parseAttributes())
            } else if let window = try parseWindowIfPresent() {
                windows.append(window)
            } else {
                break
            }
        }
        return SelectionSyntax(
            pick: pick, kind: kind, kindSpan: kindSpan, concepts: concepts, value: value, attributes: attributes, having: having,
            windows: windows,
            span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    private mutating func parseKind() throws(Stop) -> EventKindSyntax {
        let words = EventKindSyntax.allCases.flatMap { [$0.rawValue, $0.plural] }
        guard current.kind == .word else { throw unexpected("a kind of event, as `diagnosis`") }
        if current.is("imaging") {
            advance()
            switch current.text {
            case "study", "studies": advance(); return .imagingStudy
            case "series": advance(); return .imagingSeries
            default: throw unexpected("`study` or `series`", among: ["study", "series"])
            }
        }
        guard let kind = EventKindSyntax.allCases.first(where: { $0.rawValue == current.text || $0.plural == current.text }) else {
            throw unexpected("a kind of event, as `diagnosis`", among: words)
        }
        advance()
        return kind
    }

    mutating func parseConcepts() throws(Stop) -> ConceptListSyntax {
        let start = current.span
        guard take("one") else {
            let concept = try parseConcept()
            return ConceptListSyntax(concepts: [concept], span: concept.span)
        }
        try expect("of")
        try expect("(")
        var concepts = [try parseConcept()]
        while take(",") { concepts.append(try parseConcept()) }
        try expect(")")
        return ConceptListSyntax(concepts: concepts, span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    private mutating func parseConcept() throws(Stop) -> ConceptSyntax {
        let start = current.span
        let isExact = take("exactly")
        let form: ConceptSyntax.Form
        switch current.kind {
        case .string: form = .label
        case .curie: form = .curie
        case .word where current.text.first?.isUppercase == true: form = .word
        default: throw unexpected("a concept: a name in quotation marks, or a code as `ncit:C9245`")
        }
        let token = advance()
        return ConceptSyntax(form: form, text: token.text, isExact: isExact, span: start.union(token.span))
    }

    // MARK: Values

    private mutating func parseValueIfPresent() throws(Stop) -> ValueSyntax? {
        if take("is") { return .coded(try parseConcepts()) }
        if let comparison = takeComparison() { return try parseComparison(comparison) }
        // `from 4 to 10 ng/mL` is a value, `from 6 to 12 weeks after X` is a window.
        guard current.is("from") else { return nil }
        var ahead = self
        if let window = try? ahead.parseWindowIfPresent(), window.isComplete { return nil }
        return try parseRange()
    }

    private mutating func takeComparison() -> ComparisonSyntax? {
        guard current.kind == .symbol, let comparison = ComparisonSyntax(rawValue: current.text) else { return nil }
        advance()
        return comparison
    }

    private mutating func parseComparison(_ comparison: ComparisonSyntax) throws(Stop) -> ValueSyntax {
        let number = try parseNumber()
        return .comparison(comparison, number, unit: parseUnitIfPresent())
    }

    private mutating func parseRange() throws(Stop) -> ValueSyntax {
        try expect("from")
        let low = try parseNumber()
        try expect("to")
        let high = try parseNumber()
        return .range(low, high, unit: parseUnitIfPresent())
    }

    private mutating func parseNumber() throws(Stop) -> NumberSyntax {
        guard current.kind == .number else { throw unexpected("a number") }
        let token = advance()
        return NumberSyntax(text: token.text, span: token.span)
    }

    /// A unit has letters of its own that no token has: it is cut anew from where the token after the number begins.
    private mutating func parseUnitIfPresent() -> NameSyntax? {
        let start = lexer.nextVisible(after: previousEnd)
        guard let first = start.byte, first.isLetter || first.isDigit || "%[{".utf8.contains(first) else { return nil }
        var ahead = lexer
        guard let unit = ahead.unit(at: start.offset), !Keyword.reserved.contains(unit.text) else { return nil }
        lexer = ahead
        previousEnd = unit.span.upperBound
        current = lexer.next()
        return NameSyntax(text: unit.text, span: unit.span)
    }

    // MARK: Attributes of series

    mutating func parseAttributes() throws(Stop) -> AttributeListSyntax {
        let start = current.span
        try expect("{")
        var attributes = [try parseAttribute()]
        while take(",") { attributes.append(try parseAttribute()) }
        try expect("}")
        return AttributeListSyntax(attributes: attributes, span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    private mutating func parseAttribute() throws(Stop) -> AttributeSyntax {
        var words: [Token] = []
        while current.kind == .word, current.text.first?.isLowercase == true,
            !["yes", "no", "from", "one", "exactly", "is"].contains(current.text)
        {
            words.append(advance())
        }
        guard let first = words.first, let last = words.last else { throw unexpected("a property of a series, as `modality`") }
        let name = NameSyntax(text: words.map(\.text).joined(separator: " "), span: first.span.union(last.span))
        _ = take("is")
        if current.is("yes") || current.is("no") {
            let token = advance()
            return AttributeSyntax(name: name, value: .flag(token.text == "yes", token.span))
        }
        if let comparison = takeComparison() { return AttributeSyntax(name: name, value: try parseComparison(comparison)) }
        if current.is("from") { return AttributeSyntax(name: name, value: try parseRange()) }
        return AttributeSyntax(name: name, value: .coded(try parseConcepts()))
    }

    // MARK: Time

    mutating func parseWindowIfPresent() throws(Stop) -> WindowSyntax? {
        let start = current.span
        let form: WindowSyntax.Form
        switch current.text {
        case "before",
            "after" where current.kind == .word:
            form = .side(try parseDirection(allowOf: false), orOn: false)
        case "on":
            advance()
            try expect("or")
            form = .side(try parseDirection(allowOf: false), orOn: true)
        case "within":
            advance()
            let reach = try parseDuration()
            form = .within(reach, try parseDirection(allowOf: true))
        case "more":
            advance()
            try expect("than")
            let reach = try parseDuration()
            form = .moreThan(reach, try parseDirection(allowOf: false))
        case "at":
            advance()
            try expect("least")
            let reach = try parseDuration()
            form = .atLeast(reach, try parseDirection(allowOf: false))
        case "from":
            advance()
            let low = try parseDuration(unitFromNext: true)
            try expect("to")
            let high = try parseDuration()
            let first =
                low.unit.map { DurationSyntax(amount: low.amount, unit: $0, span: low.span) }
                ?? DurationSyntax(amount: low.amount, unit: high.unit, span: low.span)
            form = .from(first, high, try parseDirection(allowOf: false))
        case "between":
            advance()
            let low = try parseDate()
            try expect("and")
            let high = try parseDate()
            return WindowSyntax(form: .between(high), anchor: .date(low), span: start.union(high.span))
        default: return nil
        }
        let anchor = try parseAnchor()
        return WindowSyntax(form: form, anchor: anchor, span: start.union(anchor.span))
    }

    private mutating func parseDirection(allowOf: Bool) throws(Stop) -> DirectionSyntax {
        let words = allowOf ? ["before", "after", "of"] : ["before", "after"]
        guard current.kind == .word, words.contains(current.text), let direction = DirectionSyntax(rawValue: current.text) else {
            throw unexpected(words.map { "`\($0)`" }.joined(separator: " or "), among: words)
        }
        advance()
        return direction
    }

    private mutating func parseDuration() throws(Stop) -> DurationSyntax {
        let found = try parseDuration(unitFromNext: false)
        guard let unit = found.unit else { throw unexpected("`days`, `weeks`, `months` or `years`") }
        return DurationSyntax(amount: found.amount, unit: unit, span: found.span)
    }

    private mutating func parseDuration(unitFromNext: Bool) throws(Stop) -> (amount: Int, unit: DurationSyntax.Unit?, span: SourceSpan) {
        let start = current.span
        let amount = try parseInteger("a number of days, weeks, months or years")
        let units = DurationSyntax.Unit.allCases
        guard current.kind == .word, let unit = units.first(where: { current.text == $0.rawValue || current.text == $0.rawValue + "s" })
        else {
            if unitFromNext, current.is("to") { return (amount, nil, start) }
            throw unexpected("`days`, `weeks`, `months` or `years`", among: units.map { $0.rawValue + "s" })
        }
        let token = advance()
        return (amount, unit, start.union(token.span))
    }

    mutating func parseAnchor() throws(Stop) -> AnchorSyntax {
        if current.kind == .date { return .date(try parseDate()) }
        if current.is("end") {
            let end = advance()
            if take("of") { return .event(try parseName("a named event"), atEnd: true) }
            return .event(NameSyntax(text: end.text, span: end.span), atEnd: false)
        }
        return .event(try parseName("a named event or a date as `2020-01-31`"), atEnd: false)
    }

    private mutating func parseDate() throws(Stop) -> NameSyntax {
        guard current.kind == .date else { throw unexpected("a date as `2020-01-31`") }
        let token = advance()
        return NameSyntax(text: token.text, span: token.span)
    }
}

extension WindowSyntax {
    /// Whether it was read to its end, its anchor included.
    fileprivate var isComplete: Bool { !anchor.span.isEmpty }
}
