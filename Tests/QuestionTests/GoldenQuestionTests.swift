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
import Synthesis
import Testing

/// The questions of `Questions/`, each with its plan, what every kind of source would be asked, and its answer on a synthetic population.
///
/// They stand in `Golden/`. `COHORTIUM_UPDATE=1` writes them anew; a change in them is a change of meaning to be looked at.
@Suite(.serialized) struct GoldenQuestionTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let questions = root.appendingPathComponent("Questions")
    private static let names = ((try? FileManager.default.contentsOfDirectory(atPath: questions.path)) ?? [])
        .filter { $0.hasSuffix(".cohort") }.sorted()
    private static let site = Result { try SyntheticSite(Hyperontology(directory: root.appendingPathComponent("Ontologies").path)) }

    @Test(arguments: names) func isAsWritten(_ name: String) async throws {
        let site = try Self.site.get()
        let source = SourceText(name: name, bytes: Array(try Data(contentsOf: Self.questions.appendingPathComponent(name))))
        let result = QueryCompiler(hyperontology: site.hyperontology).compile(source)
        var text = "# \(name)\n"
        if !result.diagnostics.isEmpty {
            text +=
                "\n## Messages\n\n```\n\(DiagnosticRenderer().render(result.diagnostics, in: source).trimmingCharacters(in: .newlines))\n```\n"
        }
        if let query = result.query {
            text += try plan(query)
            for (model, engine) in site.engines { text += lowering(model, engine, query) }
            text += try await answers(site, query)
        }
        try check(text, name.replacing(".cohort", with: ".md"))
    }

    /// A file of a question that is gone is gone as well.
    @Test func nothingIsLeftOver() throws {
        let folder = Self.root.appendingPathComponent("Tests/QuestionTests/Golden")
        let written = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".md") }
        #expect(Set(written) == Set(Self.names.map { $0.replacing(".cohort", with: ".md") }))
    }

    private func check(_ text: String, _ name: String) throws {
        let file = Self.root.appendingPathComponent("Tests/QuestionTests/Golden").appendingPathComponent(name)
        if ProcessInfo.processInfo.environment["COHORTIUM_UPDATE"] == "1" { try text.write(to: file, atomically: true, encoding: .utf8) }
        #expect(
            (try? String(contentsOf: file, encoding: .utf8)) == text, "`\(name)` is stale: run `make generated` and look at what changed")
    }

    // MARK: What is written

    private func plan(_ query: CompiledQuery) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let json = String(decoding: try encoder.encode(query.plan.canonical), as: UTF8.self)
        var text = "\n## Plan `\(query.planHash)`\n\n```json\n\(json)\n```\n\n## Expansions\n\n"
        for expansion in query.expanded.expansions {
            let codes = Dictionary(grouping: expansion.codes, by: \.system).sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.count)" }
            let sets = expansion.set.include.map(\.concept.rawValue).map { $0.split(separator: "/").last.map(String.init) ?? $0 }
            text += "- \(sets.joined(separator: ", ")): \(expansion.concepts.count) concepts; codes: \(codes.joined(separator: ", "))\n"
        }
        return text
    }

    private func lowering(_ model: String, _ engine: PlanEngine, _ query: CompiledQuery) -> String {
        var text = "\n## \(model): \(engine.assess(query.expanded).overall.rawValue)\n\n"
        for explanation in engine.explain(query.expanded) {
            let label = query.labels[explanation.criterion.id] ?? ""
            text += "- `\(label)`: \(explanation.coverage.coverage.rawValue)\n"
            for reason in explanation.coverage.reasons { text += "  - because \(reason)\n" }
            for native in explanation.queries {
                text += "  - \(native.language): `\(native.text.replacing("\n", with: " "))`\n"
                for (number, parameter) in native.parameters.enumerated() { text += "    - ?\(number + 1) = `\(parameter.prefix(120))`\n" }
            }
        }
        return text
    }

    /// What the definition finds; a source that calls its own count exact must find the same.
    private func answers(_ site: SyntheticSite, _ query: CompiledQuery) async throws -> String {
        let expected = ReferenceEvaluator(query.expanded).evaluate(site.patients)
        var text = "\n## Answer over \(site.patients.count) synthetic patients\n\n"
        text += "- the definition: \(expected.patients.count) yes, \(expected.unknown) unknown"
        text += "; \(expected.measures.map { "\($0.units) of \($0.patients)" }.joined(separator: ", "))\n"
        for (breakdown, table) in zip(query.plan.report.breakdowns, expected.tables) {
            let rows = zip(breakdown.strata, table).filter { $0.1.contains { $0.units > 0 } }
            text += "  - \(rows.map { "\($0.0): \($0.1.map { "\($0.units)" }.joined(separator: "/"))" }.joined(separator: "; "))\n"
        }
        for (model, engine) in site.engines where model != "DICOM" {
            let found = try await engine.execute(query.expanded)
            guard let counted = found.counted else {
                text += "- \(model): not evaluable\n"
                continue
            }
            text += "- \(model): \(counted.selection.patients.count) yes, \(counted.unknown.patients) unknown, \(found.overall.rawValue)\n"
            if found.overall == .exact {
                #expect(counted.selection.patients == expected.patients, "\(model)")
                #expect(counted.unknown.patients == expected.unknown, "\(model)")
            }
        }
        return text
    }
}

/// One synthetic population as three sources hold it. The archive is only asked what it would be asked.
private struct SyntheticSite: Sendable {
    let hyperontology: Hyperontology
    let patients: [PatientRecord]
    let engines: [(model: String, engine: PlanEngine)]

    init(_ hyperontology: Hyperontology) throws {
        self.hyperontology = hyperontology
        patients = try PopulationGenerator(seed: 1, patients: 400, hyperontology: hyperontology).population()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-questions-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        _ = try OMOPWriter(hyperontology: hyperontology).write(patients, to: folder.appendingPathComponent("omop.sqlite"))
        _ = try FHIRWriter(hyperontology: hyperontology).write(patients, to: folder.appendingPathComponent("fhir"))
        let systems = hyperontology.codeSystems.flatMap { system in system.uris.map { ($0, system.shortName) } }
        engines = [
            (
                "OMOP",
                PlanEngine(sources: [
                    OMOPAdapter(
                        name: "omop", path: folder.appendingPathComponent("omop.sqlite").path,
                        bindings: hyperontology.bindings(for: "omop"),
                        omopUnits: hyperontology.omopUnits)
                ])
            ),
            (
                "FHIR",
                PlanEngine(sources: [
                    FHIRAdapter(
                        name: "fhir", directory: folder.appendingPathComponent("fhir").path,
                        storePath: folder.appendingPathComponent("store.sqlite").path, bindings: hyperontology.bindings(for: "fhir"),
                        codeSystems: Dictionary(systems, uniquingKeysWith: { first, _ in first }))
                ])
            ),
            (
                "DICOM",
                PlanEngine(sources: [
                    DICOMAdapter(
                        name: "archive", address: ServiceAddress(url: "https://archive.invalid/dicom-web"),
                        bindings: hyperontology.bindings(for: "dicom"), http: HTTPClient())
                ])
            ),
        ]
    }
}
