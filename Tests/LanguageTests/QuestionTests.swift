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

    @Test func theQuestionsAreThere() { #expect(QuestionTests.names.count >= 14) }

    @Test(arguments: names) func compiles(_ name: String) throws {
        let source = SourceText(name: name, bytes: Array(try Data(contentsOf: QuestionTests.folder.appendingPathComponent(name))))
        let result = QueryCompiler(hyperontology: try Spec.ontology.get()).compile(source)
        // Only a definition that is there for the reader is left out.
        let others = result.diagnostics.filter { $0.code.rawValue != "C0285" }
        #expect(others.isEmpty, "\(DiagnosticRenderer().render(others, in: source))")
        #expect(result.query != nil)
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
