import CohortPlan
import Execution
import FHIRAdapter
import Testing

/// Numbers that are compared with each other, and not only with a bound.
@Suite struct HandedOverValueTests {
    private func line(_ id: String, _ day: String, _ value: String) -> String {
        Line.observation(id, #""effectiveDateTime":"\#(day)","valueQuantity":\#(value)"#)
    }

    private func answer(_ values: [String]) async throws -> Truth {
        let lines = [Line.patient("p")] + values.enumerated().map { line("\($0)", "2020-0\($0 + 1)-01", $1) }
        let export = try Export(lines)
        let request = EventRequest(
            kind: .observation, concepts: try export.concepts("Prostate Specific Antigen"), value: .quantity(QuantityRange(unit: "ng/mL")))
        let anchors = [EventSelection(request, pick: .first), EventSelection(request, pick: .last)]
        let twice = QuantityRange(from: QuantityBound(ExactDecimal(2), inclusive: true), unit: "1")
        let plan = try export.expand(.ratio(EventReference(1), to: EventReference(0), twice), anchors: anchors)
        let result = try await PlanEngine(sources: [export.adapter()]).execute(plan)
        #expect(result.overall == .exact)
        let counted = try #require(result.counted)
        return counted.selection.patients == ["p"] ? .yes : counted.unknown.patients == 1 ? .unknown : .no
    }

    @Test func unitsAreConverted() async throws {
        let low = #"{"value":0.2,"code":"ng/mL","system":"http://unitsofmeasure.org"}"#
        #expect(try await answer([low, #"{"value":0.4,"code":"ug/L","system":"http://unitsofmeasure.org"}"#]) == .yes)
        #expect(try await answer([low, #"{"value":0.39,"code":"ug/L","system":"http://unitsofmeasure.org"}"#]) == .no)
    }

    @Test func aBoundAloneIsNoNumber() async throws {
        let low = #"{"value":0.2,"comparator":"<","code":"ng/mL","system":"http://unitsofmeasure.org"}"#
        #expect(try await answer([low, #"{"value":0.4,"code":"ng/mL","system":"http://unitsofmeasure.org"}"#]) == .unknown)
    }
}
