import CohortPlan
import CohortQL
import Diagnostics

/// A named set of codes.
struct DefinedCodes {
    let name: NameSyntax
    /// Nil when it has a mistake, which is reported.
    let set: VocabularySet?
    var isUsed = false
}

extension PlanBuilder {
    // MARK: Codes

    mutating func define(_ syntax: CodeSetSyntax) {
        guard isNew(syntax.name, codeSets[syntax.name.text]?.name) else { return }
        var (included, excluded): ([VocabularySet.Term], [VocabularySet.Term]) = ([], [])
        let before = errorCount
        for part in syntax.parts {
            let terms = part.codes.compactMap { term($0) }
            if part.role == .include { included += terms } else { excluded += terms }
        }
        let set = VocabularySet(include: included, exclude: excluded)
        codeSets[syntax.name.text] = DefinedCodes(name: syntax.name, set: errorCount == before ? set : nil)
    }

    private mutating func term(_ code: CodeSyntax) -> VocabularySet.Term? {
        guard let concept = concept(code) else { return nil }
        return VocabularySet.Term(concept, descendants: !code.isExact, mapped: code.isMapped)
    }

    private mutating func concept(_ code: CodeSyntax) -> Int? {
        let text = code.curie.text
        if text.hasPrefix("omop:"), let concept = Int(text.dropFirst(5)), concept >= 0 { return concept }
        error("C0320", "`\(text)` is no number of the OMOP vocabulary", at: code.curie.span, help: "write it as `omop:201826`")
        return nil
    }

    // MARK: Cohorts

    /// What a cohort with the semantics of ATLAS means; nil when it has a mistake, which is reported.
    mutating func meaning(of syntax: AtlasCohortSyntax, named name: NameSyntax) -> Meaning? {
        let before = errorCount
        var spans: [RecordRequest: SourceSpan] = [:]
        let entry = syntax.entry.compactMap { selection($0, &spans) }
        let (observedBefore, observedAfter) = (integer(syntax.observedBefore) ?? 0, integer(syntax.observedAfter) ?? 0)
        let qualification = syntax.qualification.map { group($0, &spans) }
        let rules = syntax.rules.map { group($0.group, &spans) }
        let exit = self.exit(syntax.exit, &spans)
        let censoring = syntax.censoring.compactMap { selection($0, &spans) }
        let gap = syntax.gap.flatMap { integer($0) } ?? 0
        let between = syntax.between.map { calendarDate($0.text, at: $0.span) }
        guard errorCount == before else { return nil }
        let cohort = AtlasCohort(
            entry: entry, observedBefore: observedBefore, observedAfter: observedAfter, entryLimit: limit(syntax.entryLimit),
            qualification: qualification, qualificationLimit: limit(syntax.qualificationLimit), rules: rules, limit: limit(syntax.limit),
            exit: exit, censoring: censoring, gap: gap, from: between.first ?? nil, to: between.last ?? nil)
        return Meaning(cohort, syntax.span, words: spans)
    }

    private func limit(_ limit: AtlasCohortSyntax.Limit?) -> AtlasCohort.Limit {
        switch limit {
        case nil, .all: .all
        case .first: .first
        case .last: .last
        }
    }

    private mutating func exit(_ syntax: AtlasCohortSyntax.Exit?, _ spans: inout [RecordRequest: SourceSpan]) -> AtlasCohort.Exit {
        switch syntax {
        case nil: return .observation
        case .days(let days, let isAfterEnd): return .days(integer(days) ?? 0, after: isAfterEnd ? .end : .start)
        case .exposure(let name, let gap, let more):
            let exit = AtlasCohort.Exit.exposure(
                codes(name) ?? VocabularySet(include: []), gap: integer(gap) ?? 0, more: integer(more) ?? 0)
            for request in exit.requests where spans[request] == nil { spans[request] = name.span }
            return exit
        }
    }

    private mutating func codes(_ name: NameSyntax) -> VocabularySet? {
        guard let found = codeSets[name.text] else {
            let help =
                laterNames.contains { $0.definedName == name.text }
                ? "move its definition up"
                : nearest(to: name.text, among: codeSets.keys.sorted()).map { "did you mean `\($0)`?" }
                    ?? "define it above: `codes \(name.text) = include omop:201826`"
            error("C0321", "no set of codes is called `\(name.text)`", at: name.span, help: help)
            return nil
        }
        codeSets[name.text]?.isUsed = true
        return found.set
    }

    // MARK: Records

    private mutating func selection(_ syntax: AtlasRecordsSyntax, _ spans: inout [RecordRequest: SourceSpan]) -> AtlasSelection? {
        guard let table = RecordTable(rawValue: syntax.table.text) else { return nil }
        let (codes, sourceCodes) = (syntax.codes.flatMap { self.codes($0) }, syntax.sourceCodes.flatMap { self.codes($0) })
        if let name = syntax.codes, !table.hasConcept {
            error("C0323", "a `\(table.rawValue)` is of no concept", at: name.span, help: "take `of \(name.text)` out")
        }
        if let name = syntax.sourceCodes, !table.hasSourceConcept {
            error("C0323", "a `\(table.rawValue)` has no source concept", at: name.span, help: "take `source \(name.text)` out")
        }
        var period: AtlasPeriod?
        if let first = syntax.periodStart ?? syntax.periodEnd {
            if table != .observationPeriod {
                error("C0323", "a `\(table.rawValue)` keeps its own days", at: first.span, help: "use `as` with `observation_period`")
            }
            period = AtlasPeriod(
                start: syntax.periodStart.flatMap { calendarDate($0.text, at: $0.span) },
                end: syntax.periodEnd.flatMap { calendarDate($0.text, at: $0.span) })
        }
        let tests = syntax.tests.compactMap { test($0, of: table) }
        let request = RecordRequest(
            table, codes: codes, sourceCodes: sourceCodes, isFirst: syntax.isFirst, tests: tests.filter { !$0.field.isDerived })
        if spans[request] == nil {
            spans[request] = syntax.condition.map { SourceSpan(syntax.span.lowerBound, $0.span.lowerBound) } ?? syntax.span
        }
        return AtlasSelection(
            request, tests: tests.filter(\.field.isDerived), period: period, condition: syntax.condition.map { group($0, &spans) })
    }

    /// - Parameter table: nil for any event.
    private mutating func test(_ syntax: RecordTestSyntax, of table: RecordTable?) -> RecordTest? {
        guard let field = RecordField(rawValue: syntax.field.text) else { return nil }
        let fields = table?.fields ?? Set(RecordField.allCases.filter { $0.isDerived && $0 != .length })
        guard fields.contains(field) else {
            let near = nearest(to: field.rawValue, among: fields.map(\.rawValue).sorted())
            error(
                "C0324", "\(table.map { "a `\($0.rawValue)`" } ?? "`it`") has no `\(field.rawValue)`", at: syntax.field.span,
                help: near.map { "did you mean `\($0)`?" } ?? "test \(fields.map { "`\($0.rawValue)`" }.sorted().joined(separator: ", "))")
            return nil
        }
        guard let test = test(syntax.value, field) else {
            let words =
                switch field.content {
                case .concepts: "codes: `\(field.rawValue) is omop:8840`"
                case .number: "numbers: `\(field.rawValue) >= 4.5`"
                case .day: "days: `\(field.rawValue) >= 2020-01-31`"
                case .sex: "sexes: `sex is female`"
                }
            error("C0325", "`\(field.rawValue)` is not tested like that", at: syntax.span, help: "it is tested by \(words)")
            return nil
        }
        return RecordTest(field, test, isOpposite: syntax.isOpposite)
    }

    private mutating func test(_ value: RecordTestSyntax.Value, _ field: RecordField) -> RecordTest.Test? {
        switch (field.content, value) {
        case (.concepts, .codes(let codes)): return .among(codes.compactMap { concept($0) })
        case (.sex, .sex(let name)): return Sex(rawValue: name.text).map { .sex($0) }
        case (.number, .range(let lower, let upper)):
            guard let (from, to) = both(number(lower), number(upper)) else { return nil }
            return .number(from: QuantityBound(from, inclusive: true), to: QuantityBound(to, inclusive: true))
        case (.number, .comparison(let comparison, let literal)):
            guard let number = number(literal) else { return nil }
            let bound = QuantityBound(number, inclusive: ![.less, .more].contains(comparison))
            return .number(from: comparison.isFrom ? bound : nil, to: comparison.isTo ? bound : nil)
        case (.day, .range(let lower, let upper)):
            guard let (from, to) = both(day(lower), day(upper)) else { return nil }
            return .day(from: from, to: to)
        case (.day, .comparison(let comparison, let literal)):
            guard let written = day(literal) else { return nil }
            let day = written.advanced(by: CalendarDistance(comparison == .less ? -1 : comparison == .more ? 1 : 0, .day))
            return .day(from: comparison.isFrom ? day : nil, to: comparison.isTo ? day : nil)
        default: return nil
        }
    }

    private func both<Value>(_ first: Value?, _ second: Value?) -> (Value, Value)? {
        if let first, let second { (first, second) } else { nil }
    }

    private mutating func number(_ literal: LiteralSyntax) -> ExactDecimal? {
        guard case .number(let number) = literal else { return nil }
        return text(of: number.text, at: number.span, isDate: false).flatMap { ExactDecimal($0) }
    }

    private mutating func day(_ literal: LiteralSyntax) -> CalendarDate? {
        switch literal {
        case .date(let date): calendarDate(date.text, at: date.span)
        case .number(let number) where number.text.hasPrefix("$"): calendarDate(number.text, at: number.span)
        case .number: nil
        }
    }

    // MARK: Groups

    private mutating func group(_ syntax: AtlasGroupSyntax, _ spans: inout [RecordRequest: SourceSpan]) -> AtlasGroup {
        let range =
            switch syntax.quantity {
            case .all: CountRange(syntax.parts.count, nil)
            case .number(let quantifier): self.range(quantifier)
            }
        var parts: [AtlasCondition] = []
        for part in syntax.parts {
            switch part {
            case .group(let inner): parts.append(.group(group(inner, &spans)))
            case .event(let tests, _): parts.append(.event(tests.compactMap { test($0, of: nil) }))
            case .occurrences(let occurrences):
                if let found = self.occurrences(occurrences, &spans) { parts.append(.occurrences(found)) }
            }
        }
        return AtlasGroup(range, parts)
    }

    private mutating func occurrences(_ syntax: AtlasOccurrencesSyntax, _ spans: inout [RecordRequest: SourceSpan]) -> AtlasOccurrences? {
        guard let selection = selection(syntax.records, &spans) else { return nil }
        let distinct: AtlasOccurrences.Distinct? =
            switch syntax.distinct {
            case nil: nil
            case .concepts: .concepts
            case .days: .days
            case .visits: .visits
            }
        return AtlasOccurrences(
            range(syntax.quantifier), distinct: distinct, of: selection, windows: syntax.windows.map { window($0) },
            isInVisit: syntax.isInVisit, isInAnyPeriod: syntax.isInAnyPeriod)
    }

    private mutating func window(_ syntax: AtlasWindowSyntax) -> AtlasWindow {
        AtlasWindow(
            syntax.isOfEnd ? .end : .start, from: days(syntax.lower), to: days(syntax.upper), of: syntax.isFromEnd ? .end : .start)
    }

    private mutating func days(_ bound: AtlasWindowSyntax.Bound) -> AtlasWindow.Bound {
        guard let number = bound.days else { return bound.isAfter ? .latest : .earliest }
        let days = integer(number) ?? 0
        return .days(bound.isAfter ? days : -days)
    }

    private mutating func range(_ quantifier: QuantifierSyntax) -> CountRange {
        switch quantifier.form {
        case .any: .atLeastOne
        case .none: .zero
        case .atLeast(let number): CountRange(integer(number) ?? 0, nil)
        case .atMost(let number): CountRange(0, integer(number) ?? 0)
        case .exactly(let number): exactly(integer(number) ?? 0)
        }
    }

    private func exactly(_ number: Int) -> CountRange { CountRange(number, number) }
}

extension ComparisonSyntax {
    /// Whether it says a lower end.
    fileprivate var isFrom: Bool { self == .atLeast || self == .more || self == .equal }
    fileprivate var isTo: Bool { self == .atMost || self == .less || self == .equal }
}

extension Meaning {
    /// A cohort with the semantics of ATLAS; each of its requests is a criterion.
    fileprivate init(_ cohort: AtlasCohort, _ span: SourceSpan, words: [RecordRequest: SourceSpan]) {
        self.init(.atlas(cohort), parts: cohort.requests.map { words[$0] ?? span })
    }
}
