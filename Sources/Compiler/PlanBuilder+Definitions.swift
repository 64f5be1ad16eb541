import CohortPlan
import CohortQL
import Diagnostics
import Hyperontology

/// A parameter with the value that it has in this run.
struct DefinedParameter {
    let name: NameSyntax
    /// A number or a date as text.
    let value: String
    let isDate: Bool
    var isUsed = false
}

/// A named set of concepts.
struct DefinedConcepts {
    let name: NameSyntax
    /// Nil when it has a mistake, which is reported.
    let set: ConceptSet?
    var isUsed = false
}

/// A cohort and what it is made of.
struct DefinedCohort {
    let name: NameSyntax
    /// Nil when it has a mistake, which is reported.
    let meaning: Meaning?
    /// Its events among all.
    let scope: Range<Int>
    /// The cohorts that it is made of, and those that these are made of.
    let needed: Set<String>
    var isUsed = false
}

extension PlanBuilder {
    // MARK: Parameters

    mutating func checkSettings(_ query: QuerySyntax) {
        let names = query.parameters.map(\.name.text)
        for name in settings.keys.sorted() where !names.contains(name) {
            error(
                "C0266", "the query has no parameter called `\(name)`", at: SourceSpan(0, 0),
                help: nearest(to: name, among: names).map { "did you mean `\($0)`?" } ?? "define it: `parameter \(name) = 1`")
        }
    }

    mutating func define(_ syntax: ParameterSyntax) {
        let name = syntax.name.text
        guard isNew(syntax.name, parameters[name]?.name) else { return }
        let (text, isDate) =
            switch syntax.value {
            case .number(let number): (number.text, false)
            case .date(let date): (date.text, true)
            }
        let value = settings[name] ?? text
        let fits = isDate ? DateRange(written: value) != nil : ExactDecimal(value) != nil && !value.hasPrefix("-") && !value.hasPrefix("+")
        if !fits, settings[name] != nil {
            error(
                "C0267", "`\(name)` cannot be set to `\(value)`", at: syntax.name.span,
                help: isDate ? "set a day, a month or a year, as `2020-01-31`" : "set a number, as `\(text)`")
        }
        parameters[name] = DefinedParameter(name: syntax.name, value: fits ? value : text, isDate: isDate)
    }

    /// The text that a number or date stands for: itself, or the value of a parameter.
    mutating func text(of written: String, at span: SourceSpan, isDate: Bool) -> String? {
        guard written.hasPrefix("$") else { return written }
        let name = String(written.dropFirst())
        guard let parameter = parameters[name] else {
            let help =
                laterNames.contains { $0.definedName == name }
                ? "move its definition up"
                : nearest(to: name, among: parameters.keys.sorted()).map { "did you mean `$\($0)`?" }
                    ?? "define it: `parameter \(name) = 1`"
            error("C0263", "no parameter is called `\(name)`", at: span, help: help)
            return nil
        }
        parameters[name]?.isUsed = true
        // Four digits are a number and a year.
        let isYear = !parameter.isDate && parameter.value.utf8.count == 4 && Int(parameter.value) != nil
        guard parameter.isDate == isDate || (isDate && isYear) else {
            error(
                "C0264", "the parameter `\(name)` is a \(parameter.isDate ? "date" : "number"), not a \(isDate ? "date" : "number")",
                at: span,
                help: isDate ? "give it a day, as `2020-01-31`" : "give it a number")
            return nil
        }
        return parameter.value
    }

    /// A whole number as it was written or set.
    mutating func integer(_ number: NumberSyntax) -> Int? {
        guard let text = text(of: number.text, at: number.span, isDate: false) else { return nil }
        if let value = Int(text), (0...1_000_000).contains(value) { return value }
        error("C0265", "`\(text)` is not a whole number up to 1000000", at: number.span, help: "write a whole number")
        return nil
    }

    /// Whether a name is not taken by a definition of the same sort.
    mutating func isNew(_ name: NameSyntax, _ first: NameSyntax?) -> Bool {
        guard let first else { return true }
        error(
            "C0210", "`\(name.text)` is defined twice", at: name.span,
            help: "line \(source.place(of: first.span.lowerBound).line) has the first; give one of them another name")
        return false
    }

    // MARK: Concept sets

    mutating func define(_ syntax: ConceptSetSyntax) {
        guard isNew(syntax.name, conceptSets[syntax.name.text]?.name) else { return }
        let before = errorCount
        var included: [ConceptTerm] = []
        var excluded: [ConceptTerm] = []
        var restrictions: [Set<String>] = []
        for part in syntax.parts {
            guard let terms = terms(part.concepts.concepts, usedFor: nil, place: "a set of concepts") else { continue }
            switch part.role {
            case .include: included += terms
            case .exclude: excluded += terms
            case .only: restrictions.append(members(terms))
            }
        }
        guard errorCount == before else {
            conceptSets[syntax.name.text] = DefinedConcepts(name: syntax.name, set: nil)
            return
        }
        let found = restrictions.reduce(members(included).subtracting(members(excluded))) { $0.intersection($1) }
        if found.isEmpty {
            error("C0208", "the set `\(syntax.name.text)` holds no concept", at: syntax.name.span, help: "exclude less, or include more")
        }
        let set =
            restrictions.isEmpty
            ? ConceptSet(include: included, exclude: excluded)
            : ConceptSet(include: found.map { ConceptTerm(ConceptIRI($0), descendants: false) })
        conceptSets[syntax.name.text] = DefinedConcepts(name: syntax.name, set: set)
    }

    /// All concepts of some terms.
    func members(_ terms: [ConceptTerm]) -> Set<String> {
        Set(terms.flatMap { $0.descendants ? hyperontology.descendants(of: $0.concept.rawValue) : [$0.concept.rawValue] })
    }

    // MARK: Cohorts

    mutating func define(_ syntax: CohortSyntax) {
        guard isNew(syntax.name, cohorts[syntax.name.text]?.name) else { return }
        scope = anchors.count
        neededCohorts = []
        let meaning: Meaning?
        if let expression = syntax.expression {
            meaning = self.meaning(of: expression)
        } else if let atlas = syntax.atlas {
            meaning = self.meaning(of: atlas, named: syntax.name)
        } else {
            for event in syntax.events { define(event, of: syntax) }
            anchorsInScope = scope..<anchors.count
            if let condition = syntax.condition {
                meaning = self.meaning(of: condition)
                if !diagnostics.containsErrors {
                    warnOfContradictions(condition)
                    if let meaning { warnOfContradictions(in: meaning) }
                }
            } else {
                meaning = nil
                error(
                    "C0201", "the cohort `\(syntax.name.text)` does not say which patients", at: syntax.name.span,
                    help: "add `patients where …`")
            }
        }
        if let meaning, meaning.size > CohortPlan.Limits.nodes {
            error(
                "C0217", "the cohort `\(syntax.name.text)` is made of more than \(CohortPlan.Limits.nodes) conditions",
                at: syntax.name.span,
                help: "use each cohort fewer times")
        }
        cohorts[syntax.name.text] = DefinedCohort(
            name: syntax.name, meaning: meaning, scope: scope..<anchors.count, needed: neededCohorts)
    }

    private mutating func meaning(of expression: CohortExpressionSyntax) -> Meaning? {
        switch expression {
        case .cohort(let name): return membership(in: name)
        case .combined(let sign, let parts):
            let built = parts.map { meaning(of: $0) }.compactMap(\.self)
            guard built.count == parts.count else { return nil }
            return switch sign {
            case .union: Meaning.any(built)
            case .intersection: Meaning.all(built)
            case .difference: Meaning.all([built[0]] + built.dropFirst().map(\.negated))
            }
        }
    }

    /// What it means to be in a cohort that is defined above.
    mutating func membership(in name: NameSyntax) -> Meaning? {
        guard let cohort = cohorts[name.text] else {
            let help =
                laterNames.contains { $0.definedName == name.text }
                ? "move its definition up; a cohort cannot refer to itself"
                : nearest(to: name.text, among: cohorts.keys.sorted()).map { "did you mean `\($0)`?" } ?? "define it above"
            error("C0215", "no cohort is called `\(name.text)`", at: name.span, help: help)
            return nil
        }
        cohorts[name.text]?.isUsed = true
        neededCohorts.formUnion(cohort.needed.union([name.text]))
        return cohort.meaning
    }

    // MARK: Events by name

    private mutating func define(_ event: EventSyntax, of cohort: CohortSyntax) {
        anchorsInScope = scope..<anchors.count
        _ = isNew(event.name, anchors[anchorsInScope].first { $0.name.text == event.name.text }?.name)
        laterEvents = cohort.events.drop { $0.name.span != event.name.span }
        defer { laterEvents = [] }
        // A place holder keeps what refers to it from being reported as well; there is an error, so no plan is made.
        let stand = EventSelection(EventRequest(kind: .death), pick: event.selection.pick == nil ? .all : .first)
        let found = selection(event.selection) ?? stand
        anchors.append(NamedEvent(name: event.name, cohort: cohort.name.text, selection: found, syntax: event))
    }

    /// The event that a name means.
    /// - Parameter purpose: why it must be one event; nil when it may be several.
    mutating func reference(_ name: NameSyntax, single purpose: String?) -> EventReference? {
        guard let index = anchorsInScope.first(where: { anchors[$0].name.text == name.text }) else {
            if laterEvents.contains(where: { $0.name.text == name.text }) {
                error(
                    "C0212", "`\(name.text)` is used before it is defined", at: name.span,
                    help: "move its definition up; an event cannot refer to itself")
            } else {
                let suggestion = nearest(to: name.text, among: anchors[anchorsInScope].map(\.name.text))
                let isCohort = cohorts[name.text] != nil
                error(
                    "C0211", "no event is called `\(name.text)`", at: name.span,
                    help: isCohort
                        ? "it is a cohort: write `in \(name.text)`"
                        : suggestion.map { "did you mean `\($0)`?" } ?? "define it above: `\(name.text) = first diagnosis of …`")
            }
            return nil
        }
        usedAnchors.insert(index)
        if let purpose, !anchors[index].selection.pick.isSingle {
            error(
                "C0213", "`\(name.text)` can be several events, and \(purpose) needs one", at: name.span,
                help: "write `first` or `last` where it is defined")
            return nil
        }
        return EventReference(index)
    }
}
