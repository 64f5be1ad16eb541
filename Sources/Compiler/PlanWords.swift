package import CohortPlan

/// The words by which parts of a plan are put in order, as Swift describes values, but without looking into their types, which takes long.
///
/// The order, and with it the hash of a plan, hangs on every letter: a test holds them against Swift's own descriptions.
package enum PlanWords {
    /// - Parameter isInner: whether it stands within another description, which names the room of a type.
    private static func type(_ name: String, isInner: Bool) -> String { isInner ? "CohortPlan.\(name)" : name }

    /// A request that is no row of a table, in the words that requests had before there were any for rows.
    package static func of(_ request: EventRequest) -> String {
        let concepts = request.concepts.map { "Optional(\(of($0)))" } ?? "nil"
        let value = request.value.map { "Optional(\(of($0)))" } ?? "nil"
        let having = request.havingSeries.map(of).joined(separator: ", ")
        return """
            EventRequest(kind: CohortPlan.EventKind.\(request.kind), concepts: \(concepts), value: \(value), attributes: \
            \(of(request.attributes)), havingSeries: [\(having)])
            """
    }

    package static func of(_ tests: [AttributeTest]) -> String { "[\(tests.map { of($0, isInner: true) }.joined(separator: ", "))]" }

    package static func of(_ test: AttributeTest, isInner: Bool = false) -> String {
        "\(type("AttributeTest", isInner: isInner))(property: \(test.property.rawValue), test: \(of(test.test)))"
    }

    /// Nil for no bound.
    package static func of(_ bound: WindowBound?) -> String {
        guard let bound else { return "nil" }
        let distance = bound.distance
        return """
            Optional(CohortPlan.WindowBound(distance: CohortPlan.CalendarDistance(amount: \(distance.amount), unit: \
            CohortPlan.CalendarDistance.Unit.\(distance.unit.rawValue)), isInclusive: \(bound.isInclusive)))
            """
    }

    private static func of(_ set: ConceptSet) -> String {
        func list(_ terms: [ConceptTerm]) -> String {
            terms.map { "CohortPlan.ConceptTerm(concept: \($0.concept.rawValue), descendants: \($0.descendants))" }.joined(separator: ", ")
        }
        return "CohortPlan.ConceptSet(include: [\(list(set.include))], exclude: [\(list(set.exclude))])"
    }

    private static func of(_ test: ValueTest) -> String {
        let (name, content) =
            switch test {
            case .coded(let set): ("coded", of(set))
            case .quantity(let range): ("quantity", of(range))
            case .flag(let flag): ("flag", "\(flag)")
            case .assumed(let range): ("assumed", of(range))
            case .text(let text): ("text", text.debugDescription)
            }
        return "CohortPlan.ValueTest.\(name)(\(content))"
    }

    private static func of(_ range: QuantityRange) -> String {
        func bound(_ bound: QuantityBound?) -> String {
            bound.map { "Optional(CohortPlan.QuantityBound(value: \($0.value.description), isInclusive: \($0.isInclusive)))" } ?? "nil"
        }
        return "CohortPlan.QuantityRange(lower: \(bound(range.lower)), upper: \(bound(range.upper)), unit: \(range.unit.debugDescription))"
    }
}
