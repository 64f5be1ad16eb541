import CohortPlan
import Execution
import FHIRAdapter
import Testing

/// How the values of observations are read and tested: yes, no, or possible.
@Suite struct ValueTests {
    private func truths(_ export: Export, _ request: EventRequest) async throws -> [String: Truth] {
        let found = try await export.events(request)
        let all = try await export.events(EventRequest(kind: .observation, concepts: request.concepts))
        let byKey = Dictionary(uniqueKeysWithValues: found.map { ($0.key, Truth($0.isCertain)) })
        return Dictionary(
            uniqueKeysWithValues: all.map { event in
                (String(event.key.dropFirst("Observation/".count)), byKey[event.key].map { $0 == .yes ? .yes : .unknown } ?? .no)
            })
    }

    private func above(_ number: Int, _ unit: String) -> ValueTest {
        .quantity(QuantityRange(from: QuantityBound(ExactDecimal(number), inclusive: false), unit: unit))
    }

    @Test func numbers() async throws {
        let ucum = #""system":"http://unitsofmeasure.org","code""#
        let export = try Export([
            Line.observation("high", #""valueQuantity":{"value":4.01,"unit":"nanograms",\#(ucum):"ng/mL"}"#),
            Line.observation("equal", #""valueQuantity":{"value":4.0,"unit":"ng/mL"}"#),
            Line.observation("converted", #""valueQuantity":{"value":5,\#(ucum):"ug/L"}"#),
            Line.observation("strange", #""valueQuantity":{"value":5,"unit":"drops"}"#),
            Line.observation("pure", #""valueQuantity":{"value":5}"#),
            Line.observation("bound", #""valueQuantity":{"value":3,"comparator":">","unit":"ng/mL"}"#),
            Line.observation("surely", #""valueQuantity":{"value":4,"comparator":">","unit":"ng/mL"}"#),
            Line.observation("atLeast", #""valueQuantity":{"value":4,"comparator":">=","unit":"ng/mL"}"#),
            Line.observation("traces", #""valueQuantity":{"value":0.1,"comparator":"<","unit":"ng/mL"}"#),
            Line.observation("below", #""valueQuantity":{"value":9,"comparator":"<","unit":"ng/mL"}"#),
            Line.observation("adequate", #""valueQuantity":{"value":9,"comparator":"ad","unit":"ng/mL"}"#),
            Line.observation("barely", #""valueQuantity":{"value":4.000000000001,"unit":"ng/mL"}"#),
            Line.observation("milligrams", #""valueQuantity":{"value":4.1e-3,\#(ucum):"mg/L"}"#),
            Line.observation("length", #""valueQuantity":{"value":5,\#(ucum):"mm"}"#),
            Line.observation("unitAlone", #""valueQuantity":{"unit":"ng/mL"}"#),
            Line.observation("absent", #""dataAbsentReason":{"text":"unknown"}"#),
            Line.observation("text", #""valueString":"high""#),
        ])
        let request = EventRequest(kind: .observation, concepts: try export.concepts("PSA"), value: above(4, "ng/mL"))
        let expected: [String: Truth] = [
            "high": .yes, "equal": .no, "converted": .yes, "strange": .unknown, "pure": .unknown, "bound": .unknown, "surely": .yes,
            "atLeast": .unknown, "traces": .no, "below": .unknown, "adequate": .unknown, "barely": .yes, "milligrams": .yes,
            "length": .unknown, "unitAlone": .unknown, "absent": .unknown, "text": .unknown,
        ]
        #expect(try await truths(export, request) == expected)
    }

    @Test func wholeNumbersArePure() async throws {
        let export = try Export([Line.observation("five", #""valueInteger":5"#), Line.observation("three", #""valueInteger":3"#)])
        let request = EventRequest(kind: .observation, concepts: try export.concepts("PSA"), value: above(4, "1"))
        #expect(try await truths(export, request) == ["five": .yes, "three": .no])
    }

    @Test func codes() async throws {
        func answer(_ id: String, _ concept: String) -> String {
            Line.observation(id, code: "85337-4", #""valueCodeableConcept":\#(concept)"#)
        }
        let export = try Export([
            answer("positive", Line.concept(Line.snomed, "10828004")), answer("negative", Line.concept(Line.snomed, "260385009")),
            answer("unmapped", Line.concept(Line.snomed, "1")), answer("foreign", Line.concept("urn:x", "10828004")),
            answer("words", #"{"text":"positive"}"#),
            answer(
                "both", #"{"coding":[{"system":"urn:x","code":"pos"},{"system":"\#(Line.snomed)","code":"10828004"}]}"#),
            Line.observation("absent", code: "85337-4", #""dataAbsentReason":{"text":"unknown"}"#),
        ])
        let request = EventRequest(
            kind: .observation, concepts: try export.concepts("Estrogen Receptor Status"), value: .coded(try export.concepts("Positive")))
        let expected: [String: Truth] = [
            "positive": .yes, "negative": .no, "unmapped": .unknown, "foreign": .unknown, "words": .unknown, "both": .yes,
            "absent": .unknown,
        ]
        #expect(try await truths(export, request) == expected)
    }

    @Test func stagesOfTheirOwnSystemAreKnown() async throws {
        func stage(_ id: String, _ code: String) -> String {
            Line.observation(id, code: "21908-9", #""valueCodeableConcept":\#(Line.concept("http://cancerstaging.org", code))"#)
        }
        let export = try Export([stage("four", "4A"), stage("one", "1A")])
        let request = EventRequest(
            kind: .observation, concepts: try export.concepts("Stage Group"), value: .coded(try export.concepts("Stage IV")))
        #expect(try await truths(export, request) == ["four": .yes, "one": .no])
    }

    @Test func componentsAreObservationsOfTheirOwn() async throws {
        let component = #"{"code":\#(Line.concept(Line.loinc, "2857-1")),"valueQuantity":{"value":7,"unit":"ng/mL"}}"#
        let export = try Export([
            Line.observation("panel", code: "1-8", #""effectiveDateTime":"2020-01-02","component":[{"code":{"text":"x"}},\#(component)]"#)
        ])
        let request = EventRequest(kind: .observation, concepts: try export.concepts("PSA"), value: above(4, "ng/mL"))
        let events = try await export.events(request)
        #expect(events.map(\.key) == ["Observation/panel#2"])
        #expect(events.map(\.days) == ["2020-01-02/2020-01-02"])
    }

    @Test func anUnknownUnitInTheQuestionIsSaid() throws {
        let export = try Export([Line.observation("1", #""valueInteger":5"#)])
        let assessment = try export.assess(EventRequest(kind: .observation, value: above(4, "furlongs")))
        #expect(assessment == .notEvaluable("the unit `furlongs` is not known here"))
    }
}
