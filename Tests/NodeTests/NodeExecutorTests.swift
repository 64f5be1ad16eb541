import CohortPlan
import Compiler
import Diagnostics
import Disclosure
import Execution
import Federation
import Foundation
import Hyperontology
import InMemorySource
import Node
import Synthesis
import Testing

/// One synthetic hospital in OMOP, the examples' questions, and the reference evaluator's exact answers beside the protected ones.
@Suite struct NodeExecutorTests {
    @Test func freeTextIsLookedIntoOnlyWhereThePolicySaysSo() async throws {
        let series = EventRequest(
            kind: .imagingSeries,
            attributes: [AttributeTest(ConceptIRI("https://w3id.org/cohortium/core#seriesDescription"), .text("smith"))])
        let plan = ExpandedPlan(
            plan: try CohortPlan(
                anchors: [], condition: .count(EventSelection(series), .atLeastOne), report: Report(measures: [.patients])), expansions: [])
        let closed = await NodeExecutor(sources: [], policy: DisclosurePolicy()).answer(plan, purpose: "research")
        #expect(closed.outcome == .refused(reason: "the policy answers no question about free text"))
        let open = await NodeExecutor(sources: [], policy: DisclosurePolicy(readsText: true)).answer(plan, purpose: "research")
        guard case .notEvaluable = open.outcome else { throw CancellationError() }
    }

    @Test func aScopeTakesInTheSourcesOfItsTerms() async throws {
        let plan = ExpandedPlan(
            plan: try CohortPlan(anchors: [], condition: .sex(.female), report: Report(measures: [.patients])), expansions: [])
        let people = (0..<40).map { PatientRecord(id: "p\($0)", sex: .female, birthDate: nil, events: []) }
        let executor = NodeExecutor(
            sources: [RecordSource(records: people)], policy: DisclosurePolicy(),
            terms: ["records": NodeConfiguration.Terms(collections: ["ISPY2"], access: ["general research use"])])
        func outcome(_ collections: [String], _ access: [String]) async -> NodeExecutor.Outcome {
            await executor.answer(plan, purpose: "research", scope: TaskScope(collections: collections, access: access)).outcome
        }
        for (collections, access) in [(["ISPY2", "other"], []), ([], ["general research use"])] {
            guard case .answered(let result, _) = await outcome(collections, access) else { throw CancellationError() }
            #expect(result.measures == [.count(.published(40))])
        }
        for (collections, access) in [(["other"], []), (["ISPY2"], ["commercial use"])] {
            guard case .notEvaluable(let reasons) = await outcome(collections, access) else { throw CancellationError() }
            #expect(reasons.first?.hasPrefix("this node gives no data") == true)
        }
    }

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private struct Hospital {
        let hyperontology: Hyperontology
        let patients: [PatientRecord]
        let folder: URL
        let configuration: NodeConfiguration
    }

    private func hospital(_ patients: Int) async throws -> Hospital {
        let hyperontology = try Hyperontology(directory: NodeExecutorTests.root.appendingPathComponent("Ontologies").path)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-hospital-\(UUID().uuidString)")
        _ = try await SyntheticDataset(seed: 7, patients: patients, models: [.omop], hyperontology: hyperontology).write(to: folder)
        let node = folder.appendingPathComponent("node-1")
        let yaml = "name: north\npolicy: policy.yaml\nsources:\n  - model: omop\n    sqlite: omop/omop.sqlite\n"
        try Data(yaml.utf8).write(to: node.appendingPathComponent("node.yaml"))
        return Hospital(
            hyperontology: hyperontology, patients: try PopulationFile.read(node), folder: folder,
            configuration: try NodeConfiguration.read(node.appendingPathComponent("node.yaml").path))
    }

    private func compile(_ name: String, _ hyperontology: Hyperontology) throws -> CompiledQuery {
        let path = NodeExecutorTests.root.appendingPathComponent("Questions/\(name).cohort")
        let source = SourceText(name: name, text: try String(contentsOf: path, encoding: .utf8))
        return try #require(QueryCompiler(hyperontology: hyperontology).compile(source).query)
    }

    @Test func protectedAnswersFitTheExactOnes() async throws {
        let hospital = try await hospital(1_500)
        defer { try? FileManager.default.removeItem(at: hospital.folder) }
        let executor = NodeExecutor(
            sources: try NodeSources.open(hospital.configuration, hyperontology: hospital.hyperontology), policy: DisclosurePolicy())
        var compared = 0
        for question in ["breast-mri", "receptor-status", "neoadjuvant-mri"] {
            let query = try compile(question, hospital.hyperontology)
            let exact = ReferenceEvaluator(query.expanded).evaluate(hospital.patients)
            #expect(exact.patients.count > 11, "the population has patients for \(question)")
            let answer = await executor.answer(query.expanded, purpose: "research")
            guard case .answered(let result, let overall) = answer.outcome else {
                Issue.record("\(question): \(answer.outcome)")
                continue
            }
            #expect(Set(answer.criteria.map(\.criterionID)).isSubset(of: query.labels.keys))
            guard overall == .exact else {
                // OMOP has no code for some drugs of the question: the node says so, and of which.
                #expect(answer.criteria.contains { $0.coverage != .exact && !$0.reasons.isEmpty }, "\(question)")
                continue
            }
            compared += 1
            for (value, count) in zip(result.measures, exact.measures) { expect(value, fits: count, question) }
            for (table, wanted) in zip(result.breakdowns, exact.tables) {
                guard case .strata(let strata) = table.content else { continue }
                for (row, counts) in zip(strata, wanted) {
                    for (value, count) in zip(row.values, counts) where value.count?.value != nil {
                        expect(value, fits: count, "\(question) \(row.name)")
                    }
                }
            }
        }
        #expect(compared == 2)
    }

    private func expect(_ value: ProtectedValue, fits exact: ReferenceCount, _ what: String) {
        switch value {
        case .count(.published(let number)):
            #expect(exact.patients >= 11 && abs(number - max(exact.units, 11)) <= 5, "\(what): \(number) for \(exact)")
        case .count(.suppressed): #expect(exact.patients < 11, "\(what): held back for \(exact)")
        default: Issue.record("\(what): \(value)")
        }
    }

    @Test func aPurposeThatIsNotAllowedIsRefusedAndASourceThatIsAwayIsNoZero() async throws {
        let hospital = try await hospital(50)
        defer { try? FileManager.default.removeItem(at: hospital.folder) }
        let sources = try NodeSources.open(hospital.configuration, hyperontology: hospital.hyperontology)
        let executor = NodeExecutor(sources: sources, policy: DisclosurePolicy())
        let query = try compile("receptor-status", hospital.hyperontology)
        guard case .refused = await executor.answer(query.expanded, purpose: "marketing").outcome else {
            Issue.record("a purpose outside the policy was answered")
            return
        }
        guard case .sqlite(let path) = hospital.configuration.sources[0].place else {
            Issue.record("not an OMOP file")
            return
        }
        try FileManager.default.removeItem(atPath: path)
        let away = await NodeExecutor(
            sources: try NodeSources.open(hospital.configuration, hyperontology: hospital.hyperontology), policy: DisclosurePolicy()
        )
        .answer(query.expanded, purpose: "research")
        if case .answered = away.outcome { Issue.record("a database that is gone gave a count") }
    }

    @Test func whatOMOPCannotSayIsNotEvaluableAndNotZero() async throws {
        let hospital = try await hospital(50)
        defer { try? FileManager.default.removeItem(at: hospital.folder) }
        let executor = NodeExecutor(
            sources: try NodeSources.open(hospital.configuration, hyperontology: hospital.hyperontology), policy: DisclosurePolicy())
        let text = "cohort A { patients where any imaging series { slice thickness <= 2 mm } }"
        let query = try #require(
            QueryCompiler(hyperontology: hospital.hyperontology).compile(SourceText(name: "q", text: text)).query)
        let answer = await executor.answer(query.expanded, purpose: "research")
        guard case .notEvaluable(let reasons) = answer.outcome else {
            Issue.record("\(answer.outcome)")
            return
        }
        #expect(reasons.contains { $0.contains("slice thickness") || $0.contains("sliceThickness") })
    }
}
