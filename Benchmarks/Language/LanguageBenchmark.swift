import CohortPlan
import CohortQL
import Compiler
import Diagnostics
import Foundation
import Hyperontology

/// The stages of the language, each by itself: parse, check and plan, name the plan, rewrite to codes. Over the questions of `Questions/`,
/// over sets of codes and over texts that grow.
///
/// `swift run -c release language-benchmark`
@main struct LanguageBenchmark {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let rounds = 101

    static func main() throws {
        let hyperontology = try Hyperontology(directory: root.appendingPathComponent("Ontologies").path)
        try questions(hyperontology)
        try conceptSet()
        growth(hyperontology)
        AtlasBenchmark.run(hyperontology) { median(5, $0) }
    }

    /// The median of a stage over so many rounds.
    private static func median(_ rounds: Int = rounds, _ work: () -> Void) -> Double {
        let times = (0..<rounds).map { _ in ContinuousClock().measure(work) / .milliseconds(1) }.sorted()
        return times[times.count / 2]
    }

    private static func text(_ time: Double) -> String { String(format: "%.3f", time) }

    private static func questions(_ hyperontology: Hyperontology) throws {
        let folder = root.appendingPathComponent("Questions")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("q") }.sorted()
        print("| question | parse | check and plan | hash | rewrite | ms, median of \(rounds) |\n|---|---:|---:|---:|---:|---:|")
        var totals: [Double] = []
        for name in names {
            let source = SourceText(name: name, bytes: Array(try Data(contentsOf: folder.appendingPathComponent(name))))
            let compiler = QueryCompiler(hyperontology: hyperontology)
            let (tree, _) = Parser.parse(source)
            let parse = median { _ = Parser.parse(source) }
            let whole = median { _ = compiler.compile(source) }
            guard let query = compiler.compile(source).query else {
                print("| \(name) | \(text(parse)) | refused: \(text(whole - parse)) | | | \(tree.statements.count) definitions |")
                continue
            }
            let hash = median { _ = query.plan.canonicalHash }
            let rewrite = median { _ = Expander(hyperontology: hyperontology).expand(query.plan) }
            totals.append(whole)
            print(
                "| \(name) | \(text(parse)) | \(text(whole - parse - hash - rewrite)) | \(text(hash)) | \(text(rewrite)) | \(text(whole)) |"
            )
        }
        print("\nall stages, p50 over the questions: \(text(totals.sorted()[totals.count / 2])) ms\n")
    }

    /// A hyperontology with a concept above so many others, each with a code.
    private static func conceptSet() throws {
        print("| concepts below one | rewrite, ms |\n|---:|---:|")
        for count in [1_000, 10_000] {
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-language-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: folder) }
            try FileManager.default.createDirectory(at: folder.appendingPathComponent("concepts"), withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                at: root.appendingPathComponent("Ontologies/core.ttl"), to: folder.appendingPathComponent("core.ttl"))
            var turtle = """
                @prefix core: <\(CoreVocabulary.core)> .
                @prefix c: <\(CoreVocabulary.concept)> .
                @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
                c:Top a core:Concept ; skos:prefLabel "Top"@en ; core:usedFor core:Diagnosis .

                """
            for number in 0..<count {
                turtle +=
                    "c:Low\(number) a core:Concept ; skos:prefLabel \"Low \(number)\"@en ; skos:broader c:Top ; core:usedFor core:Diagnosis .\n"
            }
            try turtle.write(to: folder.appendingPathComponent("concepts/many.ttl"), atomically: true, encoding: .utf8)
            let hyperontology = try Hyperontology(directory: folder.path)
            let set = ConceptSet(include: [ConceptTerm(ConceptIRI(CoreVocabulary.concept + "Top"))])
            let expander = Expander(hyperontology: hyperontology)
            let found = expander.expand(set).concepts.count
            print("| \(found) | \(text(median(11) { _ = expander.expand(set) })) |")
        }
        print("")
    }

    /// The same condition again and again: twice the text takes twice the time and the memory.
    private static func growth(_ hyperontology: Hyperontology) {
        print("| bytes | parse, ms | bytes held by the tree | all stages, ms |\n|---:|---:|---:|---:|")
        for count in [500, 1_000, 2_000, 4_000] {
            let parts = (0..<count).map { "any diagnosis of \"Breast Carcinoma\" before 20\(10 + $0 % 10)-01-\(10 + $0 % 19)" }
            let source = SourceText(name: "q", text: "cohort A { patients where \(parts.joined(separator: "\n or ")) }")
            let compiler = QueryCompiler(hyperontology: hyperontology)
            let parse = median(11) { _ = Parser.parse(source) }
            let before = resident()
            let trees = (0..<20).map { _ in Parser.parse(source).tree }
            let held = (resident() - before) / max(1, trees.count)
            print("| \(source.bytes.count) | \(text(parse)) | \(held) | \(text(median(5) { _ = compiler.compile(source) })) |")
        }
    }

    /// Bytes of memory that the process holds now.
    private static func resident() -> Int {
        let words = ((try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? "").split(separator: " ")
        return words.count > 1 ? (Int(words[1]) ?? 0) * 4_096 : 0
    }
}
