import CohortQL
import Compiler
import Diagnostics
import Foundation
import Testing

/// The questions of `Questions/` are in the canonical layout and compile.
@Suite struct QuestionTests {
    private static let folder = Spec.root.appendingPathComponent("Questions")
    private static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter {
        $0.hasSuffix(".cohort")
    }.sorted()

    /// What the hyperontology does not name yet, by question; nothing else may be wrong with it.
    private static let missing: [String: Set<String>] = [
        "q05-glioblastoma.cohort": [
            "Glioblastoma", "Brain Tumor Resection", "IDH Mutation Status", "MGMT Promoter Methylation Status", "Temozolomide",
        ],
        "q06-hepatocellular.cohort": [
            "Transarterial Chemoembolization", "Liver Resection", "Liver Transplantation", "Hepatocellular Carcinoma", "Liver Cirrhosis",
            "LI-RADS",
        ],
        "q07-neuroblastoma.cohort": ["Neuroblastoma", "INRG Stage", "MYCN Amplification Status", "MIBG Scan"],
        "q11-interval-cancers.cohort": ["Mammography"],
        "q12-missing-data.cohort": ["Lung Nodule", "Smoking Status"],
    ]

    @Test func theQuestionsAreThere() { #expect(QuestionTests.names.count >= 14) }

    @Test(arguments: names) func compiles(_ name: String) throws {
        let source = SourceText(name: name, bytes: Array(try Data(contentsOf: QuestionTests.folder.appendingPathComponent(name))))
        let result = QueryCompiler(hyperontology: try Spec.ontology.get()).compile(source)
        let missing = QuestionTests.missing[name] ?? []
        let errors = result.diagnostics.filter { $0.severity == .error }
        let others = errors.filter { error in
            let isOfConcept = ["C0203", "C0204"].contains(error.code.rawValue)
            return !(isOfConcept && missing.contains { error.message.contains("\"\($0)\"") })
        }
        #expect(others.isEmpty, "\(DiagnosticRenderer().render(others, in: source))")
        if errors.isEmpty {
            // A definition for another report is no mistake.
            #expect(
                result.diagnostics.allSatisfy { $0.code.rawValue == "C0285" },
                "\(DiagnosticRenderer().render(result.diagnostics, in: source))")
            #expect(result.query != nil)
        }
    }

    @Test(arguments: names) func isFormatted(_ name: String) throws {
        let source = SourceText(name: name, bytes: Array(try Data(contentsOf: QuestionTests.folder.appendingPathComponent(name))))
        let formatted = try #require(Formatter.format(source))
        if ProcessInfo.processInfo.environment["COHORTIUM_UPDATE"] == "1", name.hasPrefix("q") {
            try formatted.write(to: QuestionTests.folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: QuestionTests.folder.appendingPathComponent(name), encoding: .utf8) == formatted)
    }
}
