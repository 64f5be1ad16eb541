import Diagnostics
import Hyperontology
import RDF
import SPARQL

extension QuestionReader {
    // MARK: Events

    /// What a group's own events ask: those with names exist, of the others there is any.
    mutating func eventParts(of group: Int) -> [Part] {
        var parts: [Part] = []
        for slot in eventOrder {
            guard let event = events[slot], event.group == group, !event.isChained else { continue }
            noting { reader throws(Diagnostic) in
                if reader.isNamed(event) {
                    parts.append(.condition(MappedText("exists \(reader.cohortName(of: slot))", from: event.span)))
                } else {
                    parts.append(.any(try reader.selection(event).made(from: event.span)))
                }
            }
        }
        return parts
    }

    /// The definitions of the events with names, each after those that it is measured from.
    mutating func definitions() -> [MappedText] {
        var texts: [MappedText] = []
        var done: Set<Slot> = []
        var open: Set<Slot> = []
        func define(_ slot: Slot, _ reader: inout QuestionReader) throws(Diagnostic) {
            guard let event = reader.events[slot], !done.contains(slot) else { return }
            guard open.insert(slot).inserted else {
                throw reader.refusal(
                    Refusal.time, "`\(reader.name(of: slot))` is measured from what is measured from it", at: event.span,
                    help: "write the event that a filter selects on its left side, and the one that it is measured from on its right")
            }
            for bound in event.bounds {
                if case .event(let anchor, _) = bound.anchor { try define(anchor, &reader) }
            }
            if case .event(let anchor, _)? = event.nearest { try define(anchor, &reader) }
            texts.append(
                MappedText("\(reader.cohortName(of: slot)) = ", from: event.span) + (try reader.selection(event)).made(from: event.span))
            done.insert(slot)
        }
        for slot in eventOrder {
            noting { reader throws(Diagnostic) in
                if let event = reader.events[slot], reader.isNamed(event) { try define(slot, &reader) }
            }
        }
        return texts
    }

    /// `first diagnosis of c:X after index`
    mutating func selection(_ event: AskedEvent) throws(Diagnostic) -> MappedText {
        let pick = event.nearest == nil ? event.valueRank.map { $0 > 0 ? "lowest " : "highest " } ?? Self.pick(event.rank) : "nearest "
        var text = MappedText(pick + event.kind.label, from: event.span)
        if !event.concepts.isEmpty { text = text + MappedText(" of ") + list(event.concepts) }
        if let attributes = try attributes(event.attributes) { text = text + MappedText(" ") + attributes }
        if let value = try test(event.value, isObservation: true) { text = text + MappedText(" ") + value }
        for window in try windows(event.bounds) { text = text + MappedText(" ") + window }
        for slot in event.series {
            guard let attributes = try attributes(series[slot]?.attributes ?? [:]) else { continue }
            text = text + MappedText(" having series ") + attributes
        }
        for structure in event.segmentations { text = text + MappedText(" having segmentation of ") + structure }
        if let nearest = event.nearest {
            text = text + MappedText(" to ") + (try self.text(of: nearest, at: event.span))
        }
        return text
    }

    private static func pick(_ rank: Int?) -> String {
        func ordinal(_ number: Int) -> String {
            let ending =
                switch (number % 100, number % 10) {
                case (11...13, _): "th"
                case (_, 1): "st"
                case (_, 2): "nd"
                case (_, 3): "rd"
                default: "th"
                }
            return "\(number)\(ending)"
        }
        guard let rank else { return "" }
        switch rank {
        case 1: return "first "
        case -1: return "last "
        default: return rank > 0 ? ordinal(rank) + " " : ordinal(-rank) + " last "
        }
    }

    // MARK: Values

    private func attributes(_ tests: [String: AskedValue]) throws(Diagnostic) -> MappedText? {
        var texts: [MappedText] = []
        for property in tests.keys.sorted() {
            guard let value = tests[property], value.isTested, let label = vocabulary.seriesProperties[property]?.label,
                let test = try test(value, isObservation: false)
            else { continue }
            texts.append(MappedText(label + " ", from: value.span) + test)
        }
        return texts.isEmpty ? nil : MappedText("{ ") + MappedText.joined(texts, separator: ", ") + MappedText(" }")
    }

    /// A test of a value; nil where none is asked for.
    private func test(_ value: AskedValue, isObservation: Bool) throws(Diagnostic) -> MappedText? {
        if let flag = value.flag { return MappedText(flag ? "yes" : "no", from: value.span) }
        if !value.alternatives.isEmpty {
            guard value.comparisons.isEmpty else { throw twice(value) }
            return (MappedText(isObservation ? "is " : "") + list(value.alternatives)).made(from: value.span)
        }
        func operand(_ index: Int) -> MappedText {
            let unit = value.comparisons[index].unit ?? value.unit ?? ""
            return value.comparisons[index].operand + MappedText(unit.isEmpty || unit == "1" ? "" : " " + unit)
        }
        switch value.comparisons.count {
        case 0: return value.isAsked && isObservation ? MappedText("is known", from: value.span) : nil
        case 1: return (MappedText(value.comparisons[0].comparison.rawValue + " ") + operand(0)).made(from: value.span)
        case 2:
            let order = value.comparisons[0].comparison.isLower ? [0, 1] : [1, 0]
            let (lower, upper) = (value.comparisons[order[0]], value.comparisons[order[1]])
            guard lower.comparison == .greaterOrEqual, upper.comparison == .lessOrEqual, lower.unit == upper.unit else {
                throw twice(value)
            }
            return (MappedText("from ") + lower.operand + MappedText(" to ") + operand(order[1])).made(from: value.span)
        default: throw twice(value)
        }
    }

    private func twice(_ value: AskedValue) -> Diagnostic {
        refusal(
            Refusal.value, "a value is tested by one range with both its ends in one unit, or by one list", at: value.span,
            help: "write `?v >= … && ?v <= …`, or `?v IN (…)`")
    }
}
