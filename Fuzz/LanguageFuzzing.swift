import CohortPlan
import CohortQL
import Compiler
import Diagnostics
import Foundation
import Hyperontology

/// A text given to every tool of the language, with the promises that each makes.
enum LanguageFuzzing {
    /// The project's own concepts.
    private static let hyperontology: Hyperontology? = {
        let folder = ProcessInfo.processInfo.environment["COHORTIUM_ONTOLOGIES"] ?? "Ontologies"
        return try? Hyperontology(directory: folder)
    }()

    static func complaint(about input: [UInt8]) -> String? {
        guard let hyperontology else { return "the hyperontology is not in COHORTIUM_ONTOLOGIES" }
        let source = SourceText(name: "q", bytes: input)
        let compiler = QueryCompiler(hyperontology: hyperontology)
        let result = compiler.compile(source)
        if result.diagnostics.contains(where: { ($0.span?.upperBound ?? 0) > input.count }) { return "a message points outside the text" }
        _ = DiagnosticRenderer().render(result.diagnostics, in: source)
        _ = Completer(hyperontology: hyperontology).complete(source, at: input.count / 2, limit: 5)
        return layout(of: source, result, compiler) ?? sending(result)
    }

    /// The layout is final and changes no meaning.
    private static func layout(of source: SourceText, _ result: CompilationResult, _ compiler: QueryCompiler) -> String? {
        guard let formatted = Formatter.format(source) else { return nil }
        let again = SourceText(name: "q", text: formatted)
        if Formatter.format(again) != formatted { return "the layout is not final" }
        return compiler.compile(again).query?.planHash == result.query?.planHash ? nil : "the layout changes the plan"
    }

    /// A plan that was made is a plan that nodes take.
    private static func sending(_ result: CompilationResult) -> String? {
        guard let query = result.query else { return nil }
        do {
            let sent = try JSONDecoder().decode(CohortPlan.self, from: JSONEncoder().encode(query.plan))
            return sent.canonicalHash == query.planHash ? nil : "a plan that was sent has another hash"
        } catch {
            return "a plan that was made is not taken: \(error)"
        }
    }
}
