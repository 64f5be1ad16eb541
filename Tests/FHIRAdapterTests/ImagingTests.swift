import CohortPlan
import Execution
import FHIRAdapter
import Hyperontology
import Testing

/// Studies, series and the tests of series.
@Suite struct ImagingTests {
    private static let modalities = "http://dicom.nema.org/resources/ontology/DCM"
    private let chest = (Line.snomed, "51185008")

    private func series(_ uid: String, modality: String? = nil, site: (system: String, code: String)? = nil) -> String {
        let type = modality.map { #","modality":{"system":"\#(Self.modalities)","code":"\#($0)"}"# } ?? #","modality":{"extension":[]}"#
        let place = site.map { #","bodySite":{"system":"\#($0.system)","code":"\#($0.code)"}"# } ?? ""
        return #"{"uid":"\#(uid)"\#(type)\#(place)}"#
    }

    private func study(_ id: String, _ series: [String], _ more: String = #","started":"2020-01-02T08:00:00Z""#) -> String {
        let list = series.isEmpty ? "" : #","series":[\#(series.joined(separator: ","))]"#
        return #"{"resourceType":"ImagingStudy","id":"\#(id)","status":"available","subject":{"reference":"Patient/p"}\#(more)\#(list)}"#
    }

    private func test(_ export: Export, _ property: String, _ label: String) throws -> AttributeTest {
        AttributeTest(ConceptIRI(property), .coded(try export.concepts(label)))
    }

    @Test func aStudyIsNamedByItsUIDElseItsID() async throws {
        let export = try Export([
            study(
                "a", [series("1.2.3", modality: "MR")], #","identifier":[{"value":"x"},{"system":"urn:dicom:uid","value":"urn:oid:1.2"}]"#),
            study("b", [series("1.9.1"), series("1.9.2")]),
        ])
        let events = try await export.events(EventRequest(kind: .imagingStudy))
        #expect(events.map(\.key) == ["1.2", "b"])
        #expect(events.map(\.study) == ["1.2", "b"])
        #expect(events.map(\.series) == [["1.2.3"], ["1.9.1", "1.9.2"]])
        #expect(events.map(\.days) == ["none", "2020-01-02/2020-01-02"])
    }

    @Test func aGroupHoldsForSomeOneSeries() async throws {
        let pelvis = (Line.snomed, "12921003")
        let export = try Export([
            study("together", [series("1", modality: "DX", site: chest), series("2", modality: "US", site: pelvis)]),
            study("apart", [series("3", modality: "DX", site: pelvis), series("4", modality: "US", site: chest)]),
            study("unsaid", [series("5", modality: "DX"), series("6", modality: "US", site: pelvis)]),
            study("untold", [series("7", site: chest)]), study("none", [], #","numberOfSeries":0"#),
            study("unlisted", [], #","numberOfSeries":2"#), study("half", [series("8", modality: "US")], #","numberOfSeries":2"#),
        ])
        let group = [
            try test(export, CoreVocabulary.modality, "Digital Radiography"), try test(export, CoreVocabulary.bodyPart, "Chest"),
        ]
        let events = try await export.events(EventRequest(kind: .imagingStudy, havingSeries: [group]))
        #expect(events.map(\.key) == ["half", "together", "unlisted", "unsaid", "untold"])
        #expect(events.filter(\.isCertain).map(\.key) == ["together"])
        #expect(events.filter(\.isCertain).map(\.series) == [["1"]])
        let both = EventRequest(
            kind: .imagingStudy, havingSeries: try ["Chest", "Pelvis"].map { [try test(export, CoreVocabulary.bodyPart, $0)] })
        #expect(try await export.events(both).filter(\.isCertain).map(\.key) == ["apart", "together"])
    }

    @Test func seriesAreEvents() async throws {
        let export = try Export([
            study("s", [series("1", modality: "DX"), series("2", modality: "US"), series("3")]),
            study("empty", [], #","numberOfSeries":0"#),
        ])
        #expect(try await export.events(EventRequest(kind: .imagingSeries)).map(\.key) == ["1", "2", "3"])
        let request = EventRequest(
            kind: .imagingSeries, attributes: [try test(export, CoreVocabulary.modality, "Digital Radiography")])
        let events = try await export.events(request)
        #expect(events.map(\.key) == ["1", "3"])
        #expect(events.map(\.isCertain) == [true, false])
        #expect(events.map(\.study) == ["s", "s"])
    }

    @Test func modalitiesAreReadWithoutRegardToCase() async throws {
        let export = try Export([study("s", [series("1", modality: "dx")])])
        let request = EventRequest(
            kind: .imagingSeries, attributes: [try test(export, CoreVocabulary.modality, "Digital Radiography")])
        #expect(try await export.events(request).map(\.isCertain) == [true])
    }

    @Test func twoResourcesOfOneStudyAreOne() async throws {
        let identifier = #","identifier":[{"system":"urn:dicom:uid","value":"urn:oid:1.2"}]"#
        let export = try Export([study("a", [series("1")], identifier), study("b", [series("2")], identifier)])
        let events = try await export.events(EventRequest(kind: .imagingStudy))
        #expect(events.map(\.key) == ["1.2"])
        #expect(events.first?.series == ["1", "2"])
    }

    @Test func aPropertyThatFHIRDoesNotTellIsNamed() throws {
        let export = try Export([study("s", [])])
        let contrast = AttributeTest(ConceptIRI(CoreVocabulary.contrast), .flag(true))
        #expect(
            try export.assess(EventRequest(kind: .imagingStudy, havingSeries: [[contrast]]))
                == .notEvaluable("FHIR does not tell the property `contrast`"))
    }
}
