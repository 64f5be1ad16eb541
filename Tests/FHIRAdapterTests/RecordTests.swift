import CohortPlan
import Execution
import FHIRAdapter
import Foundation
import Testing

/// How conditions, procedures, medications and deaths are read.
@Suite struct RecordTests {
    private func only(_ lines: [String], _ kind: EventKind = .diagnosis) async throws -> SourceEvent? {
        let events = try await Export(lines).events(EventRequest(kind: kind))
        #expect(events.count <= 1)
        return events.first
    }

    @Test(arguments: [
        (#""onsetDateTime":"2019-04-30T23:30:00-05:00""#, "2019-04-30/2019-04-30"),
        (#""onsetDateTime":"2019-04","recordedDate":"2020-01-01""#, "2019-04-01/2019-04-30"),
        (#""onsetPeriod":{"start":"2019","end":"2020"}"#, "2019-01-01/2019-12-31"),
        (#""onsetAge":{"value":50},"recordedDate":"2020-01-01""#, "2020-01-01/2020-01-01"),
        (#""onsetString":"2019-04-30""#, "none"),
        (#""onsetDateTime":"30.4.2019""#, "none"),
        (#""clinicalStatus":{"text":"x"}"#, "none"),
    ])
    func startDates(element: String, days: String) async throws {
        #expect(try await only([Line.condition("1", ",\(element)")])?.days == days)
    }

    @Test(arguments: [
        (#""performedPeriod":{"start":"2019-04-30T10:00:00Z","end":"2019-05-02"}"#, "2019-04-30/2019-04-30", "2019-05-02/2019-05-02"),
        (#""performedDateTime":"2019-04-30""#, "2019-04-30/2019-04-30", "none"),
        (#""performedPeriod":{"end":"2019-05-02"}"#, "none", "2019-05-02/2019-05-02"),
    ])
    func endDates(element: String, start: String, end: String) async throws {
        let line = #"{"resourceType":"Procedure","id":"1","subject":{"reference":"Patient/p"},\#(element)}"#
        let event = try await only([line], .procedure)
        #expect(event?.days == start)
        #expect(event?.endDays == end)
    }

    @Test func anAbatementIsAnEnd() async throws {
        #expect(try await only([Line.condition("1", #","abatementDateTime":"2020-03""#)])?.endDays == "2020-03-01/2020-03-31")
    }

    @Test(arguments: [
        ("Patient/p", true), ("urn:uuid:p", true), ("https://fhir.example/r4/Patient/p", true), ("Patient/p/_history/2", true),
        ("Group/p", false), ("https://fhir.example/Patient/p/extra", false), ("#p", false), ("Patient/", false),
    ])
    func references(reference: String, isPatient: Bool) async throws {
        #expect(try await only([Line.condition("1", patient: reference)])?.patient == (isPatient ? "p" : nil))
    }

    @Test(arguments: ["refuted", "entered-in-error"])
    func excludedStatusesAreNoEvents(status: String) async throws {
        let concept = Line.concept("http://terminology.hl7.org/CodeSystem/condition-ver-status", status)
        #expect(try await only([Line.condition("1", #","verificationStatus":\#(concept)"#)]) == nil)
        let procedure = #"{"resourceType":"Procedure","id":"1","status":"not-done","subject":{"reference":"Patient/p"}}"#
        #expect(try await only([procedure], .procedure) == nil)
    }

    @Test func keysSortLikeTheNumbersTheyEndIn() async throws {
        let ids = ["10", "9", "condition-000000123", "a-b"]
        let events = try await Export(ids.map { Line.condition($0) }).events(EventRequest(kind: .diagnosis))
        let zeros = String(repeating: "0", count: 16)
        #expect(
            events.map(\.key) == [
                "Condition/\(zeros)009", "Condition/\(zeros)010", "Condition/\(zeros)123/condition-000000123", "Condition/a-b",
            ])
    }

    @Test func aConceptFindsItsCodesInItsSystemsAlone() async throws {
        let export = try Export([
            Line.condition("breast"),
            #"{"resourceType":"Condition","id":"other","subject":{"reference":"Patient/p"},"code":\#(Line.concept("urn:x", "254837009"))}"#,
            #"{"resourceType":"Condition","id":"text","subject":{"reference":"Patient/p"},"code":{"text":"breast cancer"}}"#,
            #"{"resourceType":"Condition","id":"two","subject":{"reference":"Patient/p"},"code":{"coding":[{"system":"urn:x","code":"1"},"#
                + #"{"system":"\#(Line.snomed)|2021","code":"254837009"}]}}"#,
        ])
        let request = EventRequest(kind: .diagnosis, concepts: try export.concepts("Breast Carcinoma"))
        #expect(try await export.events(request).map(\.key) == ["Condition/breast", "Condition/two"])
        #expect(try export.assess(request).coverage != .notEvaluable)
    }

    @Test func medicationsAreReadWhereverTheirCodeStands() async throws {
        let code = Line.concept("http://www.nlm.nih.gov/research/umls/rxnorm", "1736854")
        func given(_ id: String, _ medication: String) -> String {
            #"{"resourceType":"MedicationAdministration","id":"\#(id)","status":"completed","subject":{"reference":"Patient/p"},"#
                + #""effectiveDateTime":"2020-01-02",\#(medication)}"#
        }
        let lines = [
            given("concept", #""medicationCodeableConcept":\#(code)"#),
            given("reference", #""medicationReference":{"reference":"Medication/m"}"#),
            given(
                "contained",
                #""contained":[{"resourceType":"Medication","id":"x","code":\#(code)}],"medicationReference":{"reference":"#
                    + ##""#x"}"##),
        ]
        // The Medication comes after those who refer to it.
        let medication = #"{"resourceType":"Medication","id":"m","code":\#(code)}"#
        let export = try Export(lines + [medication])
        let request = EventRequest(kind: .medication, concepts: try export.concepts("Platinum Compound"))
        #expect(
            try await export.events(request).map(\.key)
                == ["concept", "contained", "reference"].map { "MedicationAdministration/\($0)" })
        let coverage = try export.assess(request).coverage
        let incomplete = try Export(lines)
        #expect(try await incomplete.events(request).count == 2)
        let assessment = try incomplete.assess(request)
        #expect(assessment.coverage == coverage.combined(with: .narrower))
        #expect(assessment.reasons.contains { $0.contains("Medication that was not exported") })
    }

    @Test func deathsAreInThePatient() async throws {
        let export = try Export([
            Line.patient("a", #","deceasedDateTime":"2020-02""#), Line.patient("b", #","deceasedBoolean":true"#),
            Line.patient("c", #","deceasedBoolean":false"#), Line.patient("d"),
        ])
        let events = try await export.events(EventRequest(kind: .death))
        #expect(events.map(\.patient) == ["a", "b"])
        #expect(events.map(\.days) == ["2020-02-01/2020-02-29", "none"])
        #expect(events.allSatisfy { $0.isCertain })
    }

    @Test func whatWasNotExportedCannotBeEvaluated() throws {
        let export = try Export([Line.condition("1")])
        #expect(try export.assess(EventRequest(kind: .imagingStudy)) == .notEvaluable("the source holds no ImagingStudy"))
        #expect(
            try export.assess(EventRequest(kind: .medication))
                == .notEvaluable("the source holds no MedicationAdministration or MedicationRequest"))
        #expect(export.adapter().assess(.sex) == .notEvaluable("no Patient was exported"))
        let ordered = #"{"resourceType":"MedicationRequest","id":"1","subject":{"reference":"Patient/p"}}"#
        #expect(try Export([ordered]).assess(EventRequest(kind: .medication)) == .exact)
    }

    @Test func queriesCarryTheirCodesAsParameters() throws {
        let export = try Export([Line.condition("1")])
        let request = EventRequest(kind: .diagnosis, concepts: try export.concepts("Breast Carcinoma"))
        let queries = export.adapter().nativeQueries(for: request, in: try export.plan([request]))
        #expect(queries.map(\.language) == ["SQL"])
        #expect(queries.allSatisfy { !$0.text.contains("254837009") && $0.parameters.contains { $0.contains("254837009") } })
    }

    // MARK: Ages and timings

    private static let ucum = #""system":"http://unitsofmeasure.org","code":"#

    @Test(arguments: [
        (#""onsetAge":{"value":50,\#(RecordTests.ucum)"a"}"#, "2010-06-15/2011-06-14"),
        (#""onsetAge":{"value":50,\#(RecordTests.ucum)"a"},"recordedDate":"2015-01-01""#, "2010-06-15/2011-06-14"),
        (#""onsetAge":{"value":18,\#(RecordTests.ucum)"mo"}"#, "1961-12-15/1962-01-14"),
        (#""onsetAge":{"value":3,\#(RecordTests.ucum)"d"}"#, "1960-06-18/1960-06-18"),
        (#""onsetAge":{"value":50,"unit":"years"},"recordedDate":"2015-01-01""#, "2015-01-01/2015-01-01"),
        (#""onsetAge":{"value":50,"comparator":">",\#(RecordTests.ucum)"a"}"#, "none"),
        (#""onsetAge":{"value":-1,\#(RecordTests.ucum)"a"}"#, "none"), (#""onsetAge":{"value":1e99,\#(RecordTests.ucum)"a"}"#, "none"),
        (
            #""onsetRange":{"low":{"value":40,\#(RecordTests.ucum)"a"},"high":{"value":49,\#(RecordTests.ucum)"a"}}"#,
            "2000-06-15/2010-06-14"
        ),
        (#""onsetRange":{"low":{"value":40,\#(RecordTests.ucum)"a"}}"#, "none"),
        (#""onsetDateTime":"2012","onsetAge":{"value":50,\#(RecordTests.ucum)"a"}"#, "2010-06-15/2011-06-14"),
    ])
    func anAgeIsDatedByTheBirth(element: String, days: String) async throws {
        let lines = [Line.condition("1", ",\(element)"), Line.patient("p", #","birthDate":"1960-06-15""#)]
        #expect(try await only(lines)?.days == days)
    }

    @Test func anAgeOfSomebodyWithoutBirthDateDatesNothing() async throws {
        let age = #","onsetAge":{"value":50,\#(RecordTests.ucum)"a"}"#
        #expect(try await only([Line.patient("p"), Line.condition("1", age)])?.days == "none")
        let partial = [Line.patient("p", #","birthDate":"1960""#), Line.condition("1", age)]
        #expect(try await only(partial)?.days == "2010-01-01/2011-12-30")
    }

    @Test(arguments: [
        (#"{"event":["2020-03-05","2020-03-01"]}"#, "2020-03-01/2020-03-01", "2020-03-05/2020-03-05"),
        (#"{"repeat":{"boundsPeriod":{"start":"2020-03","end":"2020-04-02"}}}"#, "2020-03-01/2020-03-31", "2020-04-02/2020-04-02"),
        (#"{"event":["2020-03-05"]}"#, "2020-03-05/2020-03-05", "none"), (#"{"code":{"text":"daily"}}"#, "none", "none"),
    ])
    func timings(timing: String, start: String, end: String) async throws {
        let line =
            #"{"resourceType":"MedicationAdministration","id":"1","subject":{"reference":"Patient/p"},"effectiveTiming":\#(timing)}"#
        let event = try await only([line], .medication)
        #expect(event?.days == start)
        #expect(event?.endDays == end)
    }

    // MARK: What did not happen

    @Test func whatShallNotBeGivenIsNoMedication() async throws {
        func order(_ flag: String) -> String {
            #"{"resourceType":"MedicationRequest","id":"1","subject":{"reference":"Patient/p"}\#(flag)}"#
        }
        #expect(try await only([order(#","doNotPerform":true"#)], .medication) == nil)
        #expect(try await only([order(#","doNotPerform":false"#)], .medication) != nil)
        #expect(try await only([order("")], .medication) != nil)
        #expect(
            try await only(
                [#"{"resourceType":"Procedure","id":"1","status":"preparation","subject":{"reference":"Patient/p"}}"#], .procedure)
                == nil)
    }

    @Test func anAbsentReasonIsNoValue() async throws {
        let absent = #"{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}"#
        let export = try Export([
            #"{"resourceType":"Patient","id":"p","gender":"female","_birthDate":\#(absent)}"#,
            Line.condition("1", #","_onsetDateTime":\#(absent),"recordedDate":"2020-01-02""#),
            Line.observation(
                "o",
                #""valueCodeableConcept":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason","code":"unknown"}]}"#
            ),
        ])
        #expect(try await export.adapter().patients().first?.birthDate == nil)
        #expect(try await export.events(EventRequest(kind: .diagnosis)).map(\.days) == ["2020-01-02/2020-01-02"])
        let positive = EventRequest(
            kind: .observation, concepts: try export.concepts("PSA"), value: .coded(try export.concepts("Positive")))
        #expect(try await export.events(positive).map(\.isCertain) == [false])
    }

    // MARK: Visits and specimens

    @Test func visitsAndSpecimens() async throws {
        let export = try Export([
            #"{"resourceType":"Encounter","id":"1","status":"finished","class":{"code":"IMP"},"subject":{"reference":"Patient/p"},"period":{"start":"2020-01-01","end":"2020-01-09"}}"#,
            #"{"resourceType":"Encounter","id":"2","status":"planned","class":{"code":"AMB"},"subject":{"reference":"Patient/p"}}"#,
            #"{"resourceType":"Specimen","id":"1","status":"available","subject":{"reference":"Patient/p"},"collection":{"collectedPeriod":{"start":"2020-02-03"}}}"#,
            #"{"resourceType":"Specimen","id":"2","status":"entered-in-error","subject":{"reference":"Patient/p"}}"#,
        ])
        let visits = try await export.events(EventRequest(kind: .visit))
        #expect(visits.map(\.days) == ["2020-01-01/2020-01-01"] && visits.map(\.endDays) == ["2020-01-09/2020-01-09"])
        #expect(try await export.events(EventRequest(kind: .specimen)).map(\.days) == ["2020-02-03/2020-02-03"])
        #expect(try export.assess(EventRequest(kind: .visit)) == .exact)
    }

    // MARK: References

    @Test func referencesThatLeadInACircleOrNowhereEnd() async throws {
        let rxnorm = "http://www.nlm.nih.gov/research/umls/rxnorm"
        func given(_ id: String, _ medication: String, _ more: String = "") -> String {
            #"{"resourceType":"MedicationAdministration","id":"\#(id)","subject":{"reference":"Patient/p"},"medicationReference":{"reference":"\#(medication)"}\#(more)}"#
        }
        let export = try Export([
            given("itself", "MedicationAdministration/itself"), given("nowhere", "Medication/none"),
            given(
                "circle", "#a",
                ##","contained":[{"resourceType":"Medication","id":"a","ingredient":[{"itemReference":{"reference":"#b"}}]},{"resourceType":"Medication","id":"b","ingredient":[{"itemReference":{"reference":"#a"}}]}]"##
            ),
            #"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Bundle","entry":[{"resource":\#(given("deep", "Medication/m"))}]}}]}"#,
            #"{"resourceType":"Medication","id":"m","code":\#(Line.concept(rxnorm, "1736854")),"ingredient":[{"itemReference":{"reference":"Medication/m"}}]}"#,
        ])
        let request = EventRequest(kind: .medication, concepts: try export.concepts("Platinum Compound"))
        #expect(try await export.events(request).map(\.key) == ["MedicationAdministration/deep"])
        #expect(try export.assess(request).reasons.contains { $0.contains("Medication that was not exported") })
    }

    @Test func statementsInTextsAreTexts() async throws {
        let text = "'; DROP TABLE event; --"
        let export = try Export([
            Line.patient(text), Line.condition(text, patient: "Patient/\(text)", #","onsetDateTime":"\#(text)""#),
            #"{"resourceType":"Condition","id":"2","subject":{"reference":"Patient/\#(text)"},"code":\#(Line.concept(Line.snomed, text))}"#,
        ])
        #expect(try await export.adapter().patients().map(\.id) == [text])
        #expect(try await export.events(EventRequest(kind: .diagnosis)).map(\.patient) == [text, text])
    }
}
