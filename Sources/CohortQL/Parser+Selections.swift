import Diagnostics

extension Parser {
    // MARK: Events

    mutating func parseSelection() throws(Stop) -> SelectionSyntax {
        let start = current.span
        var pick = parsePickIfPresent()
        let isNearest = pick == nil && take("nearest")
        let kindStart = current.span
        let kind = try parseKind()
        let kindSpan = kindStart.union(SourceSpan(previousEnd, previousEnd))
        let concepts = take("of") ? try parseConcepts() : nil
        let attributes = current.is("{") ? try parseAttributes() : nil
        let value = try parseValueIfPresent()
        var windows: [WindowSyntax] = []
        var having: [HavingSyntax] = []
        while true {
            if take("having") {
                having.append(try parseHaving())
            } else if let window = try parseWindowIfPresent() {
                windows.append(window)
            } else {
                break
            }
        }
        if isNearest {
            guard take("to") else { throw unexpected("`to` and the event or date that it is near to", among: ["to"]) }
            pick = .nearest(try parseAnchor())
        }
        return SelectionSyntax(
            pick: pick, kind: kind, kindSpan: kindSpan, concepts: concepts, value: value, attributes: attributes, having: having,
            windows: windows,
            span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    private mutating func parsePickIfPresent() -> PickSyntax? {
        if take("first") { return .first }
        if take("last") { return .last }
        if take("lowest") { return .lowest }
        if take("highest") { return .highest }
        guard current.kind == .ordinal else { return nil }
        let number = advance()
        return .nth(NameSyntax(text: number.text, span: number.span), fromEnd: take("last"))
    }

    private mutating func parseHaving() throws(Stop) -> HavingSyntax {
        if take("series") { return .series(try parseAttributes()) }
        guard take("segmentation") else { throw unexpected("`series` or `segmentation`", among: ["series", "segmentation"]) }
        try expect("of")
        return .segmentation(try parseConcepts())
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
        let list = try parseConceptList()
        try expect(")")
        return ConceptListSyntax(concepts: list.concepts, span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    /// Concepts with commas between them.
    mutating func parseConceptList() throws(Stop) -> ConceptListSyntax {
        let start = current.span
        var concepts = [try parseConcept()]
        while take(",") { concepts.append(try parseConcept()) }
        return ConceptListSyntax(concepts: concepts, span: start.union(SourceSpan(previousEnd, previousEnd)))
    }

    private mutating func parseConcept() throws(Stop) -> ConceptSyntax {
        let start = current.span
        var reach = ConceptSyntax.Reach.withDescendants
        if take("exactly") {
            reach = .itself
        } else if take("descendants") {
            try expect("of")
            reach = .descendants
        }
        let form: ConceptSyntax.Form
        switch current.kind {
        case .string: form = .label
        case .curie: form = .curie
        case .word where current.text.first?.isUppercase == true: form = .word
        default: throw unexpected("a concept: a name in quotation marks, or a code as `ncit:C9245`")
        }
        let token = advance()
        return ConceptSyntax(form: form, text: token.text, reach: reach, span: start.union(token.span))
    }

    // MARK: Values

    private mutating func parseValueIfPresent() throws(Stop) -> ValueSyntax? {
        if take("is") {
            if current.is("known") { return .known(advance().span) }
            return .coded(try parseConcepts())
        }
        if let comparison = takeComparison() {
            guard isNumber else { return .ordinal(comparison, try parseConcept()) }
            return try assuming(try parseComparison(comparison))
        }
        // `from 4 to 10 ng/mL` is a value, `from 6 to 12 weeks after X` is a window.
        guard current.is("from") else { return nil }
        var ahead = self
        if let window = try? ahead.parseWindowIfPresent(), window.isComplete { return nil }
        let range = try parseRange()
        if case .range = range { return try assuming(range) }
        return range
    }

    /// A number with what is taken for a unit that is not recorded.
    private mutating func assuming(_ value: ValueSyntax) throws(Stop) -> ValueSyntax {
        guard take("assume") else { return value }
        try expect("unit")
        return .assuming(value)
    }

    private var isNumber: Bool { current.kind == .number || current.kind == .parameter }

    mutating func takeComparison() -> ComparisonSyntax? {
        guard current.kind == .symbol, let comparison = ComparisonSyntax(rawValue: current.text) else { return nil }
        advance()
        return comparison
    }

    /// `>= 5 ng/mL`, `from 5 to 8 ng/mL`
    mutating func parseAmount() throws(Stop) -> ValueSyntax {
        if take("from") { return try parseNumberRange() }
        guard let comparison = takeComparison() else { throw unexpected("`from … to …` or a comparison") }
        return try parseComparison(comparison)
    }

    private mutating func parseComparison(_ comparison: ComparisonSyntax) throws(Stop) -> ValueSyntax {
        let number = try parseNumber()
        return .comparison(comparison, number, unit: parseUnitIfPresent())
    }

    private mutating func parseRange() throws(Stop) -> ValueSyntax {
        try expect("from")
        guard isNumber || current.kind == .ordinal else {
            let low = try parseConcept()
            try expect("to")
            return .ordinalRange(low, try parseConcept())
        }
        return try parseNumberRange()
    }

    private mutating func parseNumberRange() throws(Stop) -> ValueSyntax {
        let low = try parseNumber()
        try expect("to")
        let high = try parseNumber()
        return .range(low, high, unit: parseUnitIfPresent())
    }

    /// A unit has letters of its own that no token has: it is cut anew from where the token after the number begins.
    mutating func parseUnitIfPresent() -> NameSyntax? {
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
        guard let name = parsePropertyWords() else { throw unexpected("a property of a series, as `modality`") }
        _ = take("is")
        if current.is("yes") || current.is("no") {
            let token = advance()
            return AttributeSyntax(name: name, value: .flag(token.text == "yes", token.span))
        }
        if let comparison = takeComparison() { return AttributeSyntax(name: name, value: try parseComparison(comparison)) }
        if take("contains") {
            guard current.kind == .string else { throw unexpected("words in quotation marks") }
            let token = advance()
            return AttributeSyntax(name: name, value: .text(NameSyntax(text: token.text, span: token.span)))
        }
        if take("from") { return AttributeSyntax(name: name, value: try parseNumberRange()) }
        return AttributeSyntax(name: name, value: .coded(try parseConcepts()))
    }

    /// The words of a property, `slice thickness`; nil when there are none.
    mutating func parsePropertyWords() -> NameSyntax? {
        var words: [Token] = []
        while current.kind == .word, current.text.first?.isLowercase == true,
            !["yes", "no", "from", "one", "exactly", "descendants", "is", "of", "contains"].contains(current.text)
        {
            words.append(advance())
        }
        guard let first = words.first, let last = words.last else { return nil }
        return NameSyntax(text: words.map(\.text).joined(separator: " "), span: first.span.union(last.span))
    }

    // MARK: Time

    mutating func parseWindowIfPresent() throws(Stop) -> WindowSyntax? {
        let start = current.span
        guard current.kind == .word else { return nil }
        if let relation = WindowSyntax.Relation(rawValue: current.text) {
            advance()
            return try parseRelation(relation, from: start)
        }
        if take("starts") {
            try expect("with")
            return try parseRelation(.startsWith, from: start)
        }
        if current.is("in") { return try parseBond(from: start) }
        guard take("ends") else { return try parsePlaceIfPresent(isOfEnd: false, from: start) }
        if take("with") { return try parseRelation(.endsWith, from: start) }
        guard let window = try parsePlaceIfPresent(isOfEnd: true, from: start) else {
            throw unexpected("a place in time, as `ends before`", among: ["before", "after", "within", "during", "with"])
        }
        return window
    }

    private mutating func parseRelation(_ relation: WindowSyntax.Relation, from start: SourceSpan) throws(Stop) -> WindowSyntax {
        let name = try parseName("a named event")
        return WindowSyntax(
            form: .relation(relation), isOfEnd: false, anchor: .event(name, atEnd: false), span: start.union(name.span))
    }

    /// `in the same visit as X`
    private mutating func parseBond(from start: SourceSpan) throws(Stop) -> WindowSyntax {
        for word in ["in", "the", "same"] { try expect(word) }
        let bonds = WindowSyntax.Bond.allCases
        guard current.kind == .word, let bond = WindowSyntax.Bond(rawValue: current.text) else {
            throw unexpected("`visit`, `study` or `specimen`", among: bonds.map(\.rawValue))
        }
        advance()
        try expect("as")
        let name = try parseName("a named event")
        return WindowSyntax(form: .same(bond), isOfEnd: false, anchor: .event(name, atEnd: false), span: start.union(name.span))
    }

    private mutating func parsePlaceIfPresent(isOfEnd: Bool, from start: SourceSpan) throws(Stop) -> WindowSyntax? {
        let form: WindowSyntax.Form
        switch current.kind == .word ? current.text : "" {
        case "before", "after":
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
            let (low, high) = try parseDurations()
            form = .from(low, high, try parseDirection(allowOf: false))
        case "between":
            advance()
            let low = try parseDate()
            try expect("and")
            let high = try parseDate()
            return WindowSyntax(form: .between(high), isOfEnd: isOfEnd, anchor: .date(low), span: start.union(high.span))
        case "during":
            advance()
            if isDate {
                let date = try parseDate()
                return WindowSyntax(form: .during, isOfEnd: isOfEnd, anchor: .date(date), span: start.union(date.span))
            }
            let name = try parseName("a named event or a date")
            return WindowSyntax(form: .during, isOfEnd: isOfEnd, anchor: .event(name, atEnd: false), span: start.union(name.span))
        default: return nil
        }
        let anchor = try parseAnchor()
        return WindowSyntax(form: form, isOfEnd: isOfEnd, anchor: anchor, span: start.union(anchor.span))
    }

    /// `6 to 12 weeks`, `6 weeks to 3 months`, behind the `from`.
    mutating func parseDurations() throws(Stop) -> (DurationSyntax, DurationSyntax) {
        let low = try parseDuration(unitFromNext: true)
        try expect("to")
        let high = try parseDuration()
        return (DurationSyntax(amount: low.amount, unit: low.unit ?? high.unit, span: low.span), high)
    }

    private mutating func parseDirection(allowOf: Bool) throws(Stop) -> DirectionSyntax {
        let words = allowOf ? ["before", "after", "of"] : ["before", "after"]
        guard current.kind == .word, words.contains(current.text), let direction = DirectionSyntax(rawValue: current.text) else {
            throw unexpected(words.map { "`\($0)`" }.joined(separator: " or "), among: words)
        }
        advance()
        return direction
    }

    mutating func parseDuration() throws(Stop) -> DurationSyntax {
        let found = try parseDuration(unitFromNext: false)
        guard let unit = found.unit else { throw unexpected("`days`, `weeks`, `months` or `years`") }
        return DurationSyntax(amount: found.amount, unit: unit, span: found.span)
    }

    private mutating func parseDuration(unitFromNext: Bool) throws(Stop) -> (
        amount: NumberSyntax, unit: DurationSyntax.Unit?, span: SourceSpan
    ) {
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
        if isDate { return .date(try parseDate()) }
        if current.is("end") {
            let end = advance()
            if take("of") { return .event(try parseName("a named event"), atEnd: true) }
            return .event(NameSyntax(text: end.text, span: end.span), atEnd: false)
        }
        return .event(try parseName("a named event or a date as `2020-01-31`"), atEnd: false)
    }

    /// Whether a date can stand here: a year alone is a number of four digits.
    private var isDate: Bool {
        current.kind == .date || current.kind == .parameter
            || (current.kind == .number && current.text.utf8.count == 4 && Int(current.text) != nil)
    }

    /// A date, a month or a year, or a parameter.
    mutating func parseDate() throws(Stop) -> NameSyntax {
        guard isDate else { throw unexpected("a date as `2020-01-31`, `2020-01` or `2020`") }
        let token = advance()
        return NameSyntax(text: token.text, span: token.span)
    }
}

extension WindowSyntax {
    /// Whether it was read to its end, its anchor included.
    fileprivate var isComplete: Bool { !anchor.span.isEmpty }
}
