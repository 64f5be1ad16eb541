import Diagnostics
import RDF
import SPARQL

extension QuestionReader {
    // MARK: What belongs to an event

    /// Makes a filter a part of what is said of an event of the group; false where it is a condition on the patient.
    mutating func attach(_ condition: Expression, in group: Int) throws(Diagnostic) -> Bool {
        switch condition.bare {
        case .comparison(let comparison, let left, let right):
            if let bounds = try bounds(comparison, left, right, in: group, at: condition.span) {
                guard let event = bounds.first.flatMap({ events[$0.event] }), event.group == group, !event.isRankOverall else {
                    return false
                }
                events[event.slot]?.bounds += bounds
                return true
            }
            guard let (slot, term, order) = Self.sides(comparison, left, right) else { return false }
            switch roles[slot] {
            case .concept, .exactConcept:
                guard order == .equal else { throw inequality(of: condition) }
                return try attach(alternatives: [term], to: slot, in: group, at: condition.span)
            case .value, .attribute:
                if order == .equal { return try attach(alternatives: [term], to: slot, in: group, at: condition.span) }
                try attach(order, term, to: slot, in: group, at: condition.span)
                return true
            default: return false
            }
        case .membership(let member, let list):
            guard let slot = member.variable, roles[slot] != .sex else { return false }
            return try attach(alternatives: list.map(\.constant), to: slot, in: group, at: condition.span)
        case .call(.sameTerm, let arguments):
            return try attach(.placed(.comparison(.equal, arguments[0], arguments[1]), condition.span ?? SourceSpan(0, 0)), in: group)
        case .bound(let slot):
            // What is asked for is there.
            if case .value? = roles[slot] { return true }
            return false
        default: return false
        }
    }

    /// A variable compared with a constant, the variable first.
    private static func sides(_ comparison: Expression.Comparison, _ left: Expression, _ right: Expression)
        -> (Slot, Term, Expression.Comparison)?
    {
        if let slot = left.variable, let term = right.constant { return (slot, term, comparison) }
        if let slot = right.variable, let term = left.constant { return (slot, term, comparison.flipped) }
        return nil
    }

    private func inequality(of condition: Expression) -> Diagnostic {
        refusal(
            Refusal.concept, "concepts have no order, and what an event is not leaves open what it is", at: condition.span,
            help: "name the concepts that are meant, or ask for none with `FILTER NOT EXISTS { … }`")
    }

    // MARK: Conditions

    /// The conditions of a conjunction; ages at the same event are one.
    mutating func conditionParts(_ conditions: [Expression], in group: Int) -> [Part] {
        var parts: [Part] = []
        var ages: [(slot: Slot, lower: Int?, upper: Int?, span: SourceSpan?)] = []
        var relations: [TimeBound] = []
        for condition in conditions {
            noting { reader throws(Diagnostic) in
                if let (slot, lower, upper) = try reader.age(condition) {
                    if let place = ages.firstIndex(where: {
                        $0.slot == slot && ($0.lower == nil || lower == nil) && ($0.upper == nil || upper == nil)
                    }) {
                        ages[place].lower = ages[place].lower ?? lower
                        ages[place].upper = ages[place].upper ?? upper
                    } else {
                        ages.append((slot, lower, upper, condition.span))
                    }
                } else if let bounds = try reader.relation(condition, in: group) {
                    relations += bounds
                } else {
                    parts.append(try reader.part(condition, in: group))
                }
            }
        }
        for age in ages {
            noting { reader throws(Diagnostic) in
                parts.append(.condition(try reader.age(at: age.slot, age.lower, age.upper, span: age.span)))
            }
        }
        noting { reader throws(Diagnostic) in parts += try reader.relationParts(relations) }
        return parts
    }

    /// One condition, with whatever is nested in it.
    private mutating func part(_ condition: Expression, in group: Int) throws(Diagnostic) -> Part {
        if let part = try certainty(condition, in: group) { return part }
        if let part = try some(condition, in: group) { return part }
        if let part = try ratio(condition) { return part }
        switch condition.bare {
        case .exists(_, let pattern):
            guard let text = conjunction(parts(of: pattern)) else { throw says(nothing: condition) }
            return .condition(text)
        case .not(let inner):
            let parts: [Part] =
                if case .exists(_, let pattern) = inner.bare { self.parts(of: pattern) } else { conditionParts(inner.conjuncts, in: group) }
            guard let part = negation(parts) else { throw says(nothing: condition) }
            return part
        case .or:
            let texts = condition.disjuncts.map { conjunction(conditionParts($0.conjuncts, in: group)) }
            guard let text = disjunction(texts) else { throw says(nothing: condition) }
            return .condition(text)
        case .and: return .condition(conjunction(conditionParts(condition.conjuncts, in: group)) ?? "")
        case .comparison(.equal, let left, let right):
            if let slot = left.variable, roles[slot] == .sex { return .condition(try sex(right.constant, at: condition.span)) }
            if let slot = right.variable, roles[slot] == .sex { return .condition(try sex(left.constant, at: condition.span)) }
        case .membership(let member, let list):
            if let slot = member.variable, roles[slot] == .sex {
                var texts: [MappedText?] = []
                for value in list { texts.append(try sex(value.constant, at: condition.span)) }
                if let text = disjunction(texts) { return .condition(text) }
            }
        default: break
        }
        throw refusal(
            Refusal.pattern, "the federation is not asked in this way", at: condition.span,
            help: "compare ages, days, values and concepts with constants, and ask for events with `EXISTS`")
    }

    private func says(nothing condition: Expression) -> Diagnostic {
        refusal(
            Refusal.nothingSaid, "this says nothing of the patient", at: condition.span, help: "ask for an event: `?p co:diagnosis ?d`")
    }

    // MARK: Ages

    private func age(_ condition: Expression) throws(Diagnostic) -> (Slot, lower: Int?, upper: Int?)? {
        guard case .comparison(let written, let left, let right) = condition.bare,
            let (slot, constant, comparison) = Self.sides(written, left, right), case .age? = roles[slot]
        else { return nil }
        guard let years = constant.literal.flatMap({ Int($0.lexicalForm) }), (0...1_000).contains(years), comparison != .unequal else {
            throw refusal(
                Refusal.value, "an age is compared with a whole number of years", at: condition.span, help: "write `?age >= 18`")
        }
        switch comparison {
        case .less: return (slot, nil, years - 1)
        case .lessOrEqual: return (slot, nil, years)
        case .greater: return (slot, years + 1, nil)
        case .greaterOrEqual: return (slot, years, nil)
        case .equal, .unequal: return (slot, years, years)
        }
    }

    private mutating func age(at slot: Slot, _ lower: Int?, _ upper: Int?, span: SourceSpan?) throws(Diagnostic) -> MappedText {
        guard case .age(let event, let point)? = roles[slot] else { return "" }
        let found = try single(event, for: "an age", at: span)
        let range =
            switch (lower, upper) {
            case (let lower?, let upper?): "from \(lower) to \(upper)"
            case (let lower?, nil): ">= \(lower)"
            case (nil, let upper?): "<= \(upper)"
            case (nil, nil): ">= 0"
            }
        let anchor = (point == .end ? "end of " : "") + cohortName(of: found.slot)
        return MappedText("age at \(anchor) \(range) \(point == .startInMonths ? "months" : "years")", from: span)
    }

    // MARK: Relations in time

    /// The bounds of a comparison of days that is asked after it is settled which event is meant.
    private func relation(_ condition: Expression, in group: Int) throws(Diagnostic) -> [TimeBound]? {
        guard case .comparison(let comparison, let left, let right) = condition.bare else { return nil }
        return try bounds(comparison, left, right, in: group, at: condition.span)
    }

    private mutating func relationParts(_ bounds: [TimeBound]) throws(Diagnostic) -> [Part] {
        var parts: [Part] = []
        for slot in Set(bounds.map(\.event)).sorted() {
            let own = bounds.filter { $0.event == slot }
            let event = try single(slot, for: "a relation in time", at: own.first?.span)
            for window in try windows(own) {
                parts.append(.condition(MappedText("\(cohortName(of: event.slot)) is ", from: own.first?.span) + window))
            }
        }
        return parts
    }

    // MARK: Counts

    /// `{ SELECT ?p { … } GROUP BY ?p HAVING (COUNT(DISTINCT ?event) >= 2) }`.
    mutating func count(_ selection: Selection) throws(Diagnostic) -> Part {
        let span = selection.pattern.firstSpan
        let example = "write `{ SELECT ?p { ?p co:diagnosis ?d } GROUP BY ?p HAVING (COUNT(DISTINCT ?d) >= 2) }`"
        guard case .filter(let having, .group(let inner, let grouping)) = selection.pattern, grouping.keys.count == 1,
            grouping.aggregates.count == 1, selection.limit == nil, selection.offset == 0,
            case .comparison(let comparison, let left, let right) = having.bare, left.variable == grouping.aggregates[0].slot,
            let number = right.constant?.literal.flatMap({ Int($0.lexicalForm) }), number >= 0,
            grouping.aggregates[0].aggregate.function == .count, grouping.aggregates[0].aggregate.isDistinct,
            let counted = grouping.aggregates[0].aggregate.expression?.variable, let key = grouping.keys[0].expression.variable,
            let column = selection.columns.first, selection.columns.count == 1, column.inner == grouping.keys[0].slot
        else {
            throw refusal(Refusal.pattern, "a subquery counts events of the patient, and nothing else", at: span, help: example)
        }
        let outer = patients
        patients = [key]
        let parts = self.parts(of: inner)
        let hasOther = patients != [key]
        patients = outer
        guard outer.isEmpty || outer.contains(column.slot), !hasOther, parts.count == 1, case .any(let selected) = parts[0],
            events[counted]?.slot == eventOrder.last
        else {
            throw refusal(Refusal.pattern, "a subquery counts events of one description", at: span, help: example)
        }
        if outer.isEmpty { patients = [column.slot] }
        roles[column.slot] = .patient
        switch comparison {
        case .greaterOrEqual: return .condition(MappedText("at least \(number) ") + selected)
        case .greater: return .condition(MappedText("at least \(number + 1) ") + selected)
        case .equal: return .condition(MappedText("exactly \(number) ") + selected)
        default:
            throw refusal(Refusal.pattern, "groups are of patients who have at least one event", at: span, help: "count with `>=` or `=`")
        }
    }
}
