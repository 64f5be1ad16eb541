import CohortPlan
import Compiler
import Diagnostics
import Execution
import FHIRAdapter
import Foundation
import Hyperontology
import OMOPAdapter
import PublishedPatients
import Testing

/// The same patients, whom this project did not make, in OMOP and in FHIR: one question, two models, one set of patients.
@Suite(
    .enabled(
        if: PublishedDatabase.onco.isPresent && PublishedPatients.hasFHIR,
        "skipped: ../shared/data does not hold the patients in both models"))
struct TwoModelsTests {
    static let questions: [(name: String, text: String, patients: Int)] = [
        (
            "breast carcinoma with ER positive after it",
            """
            index = first diagnosis of "Breast Carcinoma"
            patients where any observation of "Estrogen Receptor Status" is "Positive" on or after index
            """, 9
        ),
        (
            "prostate carcinoma at 50 or older with at least two PSA over 4 ng/mL",
            """
            index = first diagnosis of "Prostate Carcinoma"
            patients where age at index >= 50 years and at least 2 observations of "PSA" > 4 ng/mL
            """, 23
        ),
        (
            "colorectal cancer with an imaging study",
            """
            index = first diagnosis of "Colorectal Cancer"
            study = imaging study
            patients where exists index and exists study
            """, 5
        ),
    ]

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Both engines over the same patients, in a folder that goes with them.
    private final class Sources {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-two-models-\(UUID().uuidString)")
        let hyperontology: Hyperontology
        let engines: [PlanEngine]

        init() throws {
            hyperontology = try Hyperontology(directory: TwoModelsTests.root.appendingPathComponent("Ontologies").path)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let database = folder.appendingPathComponent("onco.sqlite").path
            try PublishedDatabase.onco.load(into: database)
            let export = folder.appendingPathComponent("fhir")
            try PublishedPatients.unpackFHIR(into: export)
            let uris = hyperontology.codeSystems.flatMap { system in system.uris.map { ($0, system.shortName) } }
            engines = [
                PlanEngine(sources: [
                    OMOPAdapter(
                        name: "omop", path: database, bindings: hyperontology.bindings(for: "omop"), omopUnits: hyperontology.omopUnits)
                ]),
                PlanEngine(sources: [
                    FHIRAdapter(
                        name: "fhir", directory: export.path, storePath: folder.appendingPathComponent("store.sqlite").path,
                        bindings: hyperontology.bindings(for: "fhir"), codeSystems: Dictionary(uris) { first, _ in first })
                ]),
            ]
        }

        deinit { try? FileManager.default.removeItem(at: folder) }
    }

    @Test func theSamePatientsInBothModels() async throws {
        let sources = try Sources()
        for question in TwoModelsTests.questions {
            let text = "cohort A {\n\(question.text)\n}\nreport A count patients\n"
            let compiled = QueryCompiler(hyperontology: sources.hyperontology).compile(SourceText(name: question.name, text: text))
            let query = try #require(compiled.query, "\(compiled.diagnostics.map(\.message))")
            var found: [[String]] = []
            for engine in sources.engines {
                found.append(try #require(try await engine.execute(query.expanded).counted).selection.patients)
            }
            #expect(found[0] == found[1], "\(question.name)")
            #expect(found[0].count == question.patients, "\(question.name)")
        }
    }
}
