import CohortPlan
import Compiler
import DICOMAdapter
import Diagnostics
import Execution
import FHIRAdapter
import Foundation
import HTTPClient
import Hyperontology
import OMOPAdapter
import Testing

/// Which source can say what events share, and why another cannot. No source is read.
@Suite struct BondAssessmentTests {
    private static let ontology = Result {
        try Hyperontology(
            directory: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("Ontologies").path)
    }

    private func source(_ name: String, _ hyperontology: Hyperontology) -> any SourceAdapter {
        let bindings = hyperontology.bindings(for: name)
        let nowhere = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-nowhere-\(UUID().uuidString)").path
        switch name {
        case "omop": return OMOPAdapter(name: name, path: nowhere, bindings: bindings, omopUnits: hyperontology.omopUnits)
        case "fhir":
            let systems = hyperontology.codeSystems.flatMap { system in system.uris.map { ($0, system.shortName) } }
            return FHIRAdapter(
                name: name, directory: nowhere, storePath: nowhere, bindings: bindings,
                codeSystems: Dictionary(systems, uniquingKeysWith: { first, _ in first }))
        default:
            return DICOMAdapter(
                name: name, address: ServiceAddress(url: "https://archive.invalid/dicom-web"), bindings: bindings, http: HTTPClient())
        }
    }

    private static let sameVisit =
        "index = first diagnosis of \"Breast Carcinoma\"\n  patients where any medication of \"Paclitaxel\" in the same visit as index"
    private static let sameSpecimen =
        "first_one = first observation of \"PSA\" is known\n  patients where any observation of \"PSA\" > 4 ng/mL in the same specimen as first_one"
    private static let sameStudy =
        "first_one = first imaging series { modality CT }\n  patients where any imaging series { modality MR } in the same study as first_one"
    private static let visitOfImages =
        "first_one = first imaging study\n  patients where any imaging series { modality MR } in the same visit as first_one"
    private static let acrossSources =
        "index = first diagnosis of \"Breast Carcinoma\"\n  patients where any imaging study in the same visit as index having series { contrast yes }"

    @Test(
        arguments: [
            (["omop"], sameVisit, nil), (["fhir"], sameVisit, nil), (["omop"], visitOfImages, nil),
            (["omop"], sameSpecimen, "table `measurement` does not say which specimen a row belongs to"), (["fhir"], sameSpecimen, nil),
            (["omop"], sameStudy, nil), (["fhir"], sameStudy, nil), (["dicom"], sameStudy, nil),
            (["dicom"], visitOfImages, "this source does not say which visit imaging series belong to"),
            (["omop", "dicom"], acrossSources, "the two events are in two sources, which number each visit in their own way"),
        ] as [([String], String, String?)])
    func saysWhatItCanTell(_ names: [String], _ body: String, _ reason: String?) throws {
        let hyperontology = try Self.ontology.get()
        let source = SourceText(name: "q", text: "cohort A {\n  \(body)\n}\n")
        let result = QueryCompiler(hyperontology: hyperontology).compile(source)
        let query = try #require(result.query, "\(DiagnosticRenderer().render(result.diagnostics, in: source))")
        let assessment = PlanEngine(sources: names.map { self.source($0, hyperontology) }).assess(query.expanded)
        if let reason {
            #expect(assessment.overall == .notEvaluable)
            #expect(assessment.gaps.contains { $0.hasSuffix(reason) }, "\(assessment.gaps)")
            #expect(assessment.coverage.contains { $0.coverage == .notEvaluable && $0.reasons.contains { $0.hasSuffix(reason) } })
        } else {
            #expect(assessment.gaps.isEmpty, "\(assessment.gaps)")
        }
    }
}
