import Diagnostics
import RDF
import SPARQL

extension QuestionReader {
    /// Several events of one description, each so far after the one before: `at least 3 visits each at least 30 days apart`.
    ///
    /// A query has no other way to say this than with a variable for each, and filters between them; they are taken out of the group.
    mutating func chains(in group: Int) throws(Diagnostic) -> [Part] {
        var parts: [Part] = []
        for first in eventOrder where isLink(first, group) && predecessor(of: first, group) == nil {
            var links = [first]
            while let next = eventOrder.first(where: { isLink($0, group) && predecessor(of: $0, group) == links[links.count - 1] }) {
                guard !links.contains(next) else { break }
                links.append(next)
            }
            guard links.count > 1 else { continue }
            parts.append(try chain(links))
        }
        return parts
    }

    /// Whether an event can be one of several: it is of the group, and nothing else is measured or counted of it.
    private func isLink(_ slot: Slot, _ group: Int) -> Bool {
        guard let event = events[slot], event.group == group else { return false }
        return !event.isSingle && !isNamed(event)
    }

    /// The event after which another comes by a whole number of days, weeks, months or years.
    private func predecessor(of slot: Slot, _ group: Int) -> Slot? {
        for bound in events[slot]?.bounds ?? [] where bound.isLower && bound.amount > 0 {
            if case .event(let anchor, _) = bound.anchor, anchor != slot, isLink(anchor, group) { return anchor }
        }
        return nil
    }

    private mutating func chain(_ links: [Slot]) throws(Diagnostic) -> Part {
        let span = events[links[1]]?.bounds.first?.span
        func uneven(_ message: String) -> Diagnostic {
            refusal(
                Refusal.time, message, at: span,
                help: "describe each with the same words and the same distance to the one before, or say which one is meant with `co:rank`")
        }
        let gaps = links.dropFirst().map { Gap(events[$0]?.bounds ?? []) }
        guard let gap = gaps[0], gaps.allSatisfy({ $0 == gap }) else {
            throw uneven("events one after the other lie at least, or from and to, one distance apart")
        }
        guard events[links[0]]?.bounds.isEmpty == true else { throw uneven("the first of several events is measured from another") }
        for link in links { events[link]?.bounds = [] }
        let texts = try links.map { link throws(Diagnostic) in
            guard let event = events[link] else { return MappedText("") }
            return try selection(event)
        }
        guard Set(texts.map(\.text)).count == 1 else { throw uneven("these events are of different descriptions") }
        for link in links { events[link]?.isChained = true }
        return .condition((MappedText("at least \(links.count) ") + texts[0] + MappedText(" each \(gap.text) apart")).made(from: span))
    }

    /// How far apart two events are.
    private struct Gap: Equatable {
        let least: Int
        let most: Int?
        let unit: String

        /// Nil for bounds that are no distance from the start of one event to that of another.
        init?(_ bounds: [TimeBound]) {
            let (lower, upper) = (bounds.filter(\.isLower), bounds.filter { !$0.isLower })
            guard lower.count == 1, upper.count <= 1, Set(bounds.map(\.anchor)).count == 1, Set(bounds.map(\.unit)).count == 1,
                bounds.allSatisfy({ !$0.isEnd && $0.isInclusive && $0.amount > 0 }), case .event(_, false) = lower[0].anchor
            else { return nil }
            (least, most, unit) = (lower[0].amount, upper.first?.amount, lower[0].unit)
        }

        var text: String {
            if let most { return "from \(least) to \(most) \(unit)s" }
            return "at least \(least) \(unit)\(least == 1 ? "" : "s")"
        }
    }
}
