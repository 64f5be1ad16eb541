import CohortPlan
import Compiler
import Execution
import Federation
import Foundation
import Hyperontology
import Node
import TestFederation
import Testing

/// What a node says that it covers: what its answers say, whoever its patients are.
@Suite struct CoverageSurveyTests {
    private func survey(_ hospital: NodeHospital) async throws -> CoverageSurvey {
        let hyperontology = try Project.hyperontology()
        let configuration = try hospital.configuration(hub: "https://127.0.0.1:1", authority: "/nowhere")
        let sources = try NodeSources.open(configuration, hyperontology: hyperontology)
        for source in sources { try await source.probe() }
        return CoverageSurvey(hyperontology: hyperontology, sources: sources)
    }

    private func concepts(_ names: String...) throws -> [Concept] {
        let hyperontology = try Project.hyperontology()
        return try names.map { try #require(hyperontology.concept(CoreVocabulary.concept + $0)) }
    }

    /// Two hospitals of one kind with other patients, one of them with a single one: the same report, so it says nothing of patients.
    @Test func saysNothingOfPatients() async throws {
        let (large, small) = (try await NodeHospital(patients: 120), try await NodeHospital(patients: 1))
        let (first, second) = (try await survey(large), try await survey(small))
        let hyperontology = try Project.hyperontology()
        for concept in hyperontology.concepts.enumerated().filter({ $0.offset % 9 == 0 }).map(\.element) {
            let coverage = first.coverage(of: concept)
            #expect(coverage == second.coverage(of: concept), "\(concept.localName)")
            for use in coverage {
                #expect(use.coverage == .exact || !use.reasons.isEmpty, "\(concept.localName)")
                // No count of patients or records stands in a reason: numbers there count concepts alone.
                #expect(use.reasons.allSatisfy { $0.firstMatch(of: /\d+ (patient|record|row|stud|series)/) == nil }, "\(use.reasons)")
            }
        }
    }

    @Test func saysWhatAnswersSay() async throws {
        let (hub, hospital) = (try await TestHub.start(), try await NodeHospital(patients: 20))
        try await hospital.enrol(hub)
        let survey = try await survey(hospital)
        let agent = try hospital.agent(hub)
        let node = WorkingNode(agent)
        let researcher = try await hub.researcher()
        for (concept, criterion) in zip(
            try concepts("BreastCarcinoma", "ProstateSpecificAntigen", "Docetaxel"),
            ["diagnosis of \"Breast Carcinoma\"", "observation of \"Prostate Specific Antigen\"", "medication of \"Docetaxel\""])
        {
            let receipt = try await researcher.submit(
                QuerySubmission(text: "cohort C { patients where any \(criterion) }\nreport C count patients"))
            _ = try await researcher.follow(receipt.id) { _ in }
            let answered = try #require(try await researcher.result(of: receipt.id).nodes.first?.criteria.first)
            let own = try #require(survey.coverage(of: concept).first { criterion.hasPrefix($0.kind.rawValue) })
            #expect(own.coverage == answered.coverage, "\(concept.localName)")
            #expect(own.reasons.allSatisfy { reason in answered.reasons.contains { $0.hasPrefix(reason) } })
        }
        // The agent tells its hub by itself, some time after it has started.
        try await wait(for: "the hub knows what the node covers", atMost: .seconds(240)) {
            try await researcher.coverage(of: "BreastCarcinoma").first?.reportedAt != nil
        }
        let told = try #require(try await researcher.coverage(of: "BreastCarcinoma").first)
        #expect(told.node == "north" && told.isOfThisVersion)
        #expect(told.uses == survey.coverage(of: try concepts("BreastCarcinoma")[0]))
        await node.stop()
        await hub.stop()
    }

    /// Segmentations, body parts and modalities are asked of series; an archive that OMOP cannot describe is no place for them.
    @Test func holdsPropertiesOfImagesAgainstTheirBindings() async throws {
        let survey = try await survey(try await NodeHospital(patients: 1))
        let uses = try concepts("MagneticResonance", "Breast", "Siemens").map { survey.coverage(of: $0) }
        #expect(uses.allSatisfy { $0.contains { $0.kind == .imagingSeries } })
        let manufacturer = uses[2].first { $0.kind == .imagingSeries }
        #expect(manufacturer?.coverage == .notEvaluable && manufacturer?.reasons.isEmpty == false)
        #expect(uses[0].first { $0.kind == .imagingSeries }?.coverage != .notEvaluable)
    }
}
