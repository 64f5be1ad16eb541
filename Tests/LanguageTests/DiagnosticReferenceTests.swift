import CohortQL
import Compiler
import Diagnostics
import Foundation
import Hyperontology
import Testing

/// Every code has an example whose rendered messages are written down.
@Suite struct DiagnosticReferenceTests {
    private func diagnostics(of entry: DiagnosticReference.Entry) throws -> (found: [Diagnostic], source: SourceText) {
        let source = SourceText(name: entry.isGrammar ? "example.ebnf" : "example.cohort", text: entry.example)
        if entry.isGrammar {
            do throws(Diagnostic) { _ = try Grammar(source) } catch { return ([error], source) }
            return ([], source)
        }
        do {
            // A hub has no files: an example without any is compiled as it is there, unless it is about them.
            var resolver = ImportResolver { path in
                path == source.name ? source : entry.files[path].map { SourceText(name: path, text: $0) }
            }
            let text = entry.code == "C0133" ? source : try resolver.resolve(source)
            let compiler = QueryCompiler(hyperontology: try ontology(of: entry), largestExpansion: entry.largestExpansion)
            return (compiler.compile(text, settings: entry.settings).diagnostics, text)
        } catch let mistakes as DiagnosticList {
            return (mistakes.diagnostics, source)
        }
    }

    /// The hyperontology, or for an example that needs other concepts the core with them.
    private func ontology(of entry: DiagnosticReference.Entry) throws -> Hyperontology {
        guard let concepts = entry.concepts else { return try Spec.ontology.get() }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-example-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder.appendingPathComponent("concepts"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: Spec.root.appendingPathComponent("Ontologies/core.ttl"), to: folder.appendingPathComponent("core.ttl"))
        try concepts.write(to: folder.appendingPathComponent("concepts/example.ttl"), atomically: true, encoding: .utf8)
        return try Hyperontology(directory: folder.path)
    }

    @Test(arguments: DiagnosticReference.entries.map(\.code)) func theExampleCausesTheMessage(_ code: String) throws {
        let entry = try #require(DiagnosticReference.entries.first { $0.code == code })
        let (found, source) = try diagnostics(of: entry)
        let message = try #require(found.first { $0.code.rawValue == code }, "found \(found.map(\.code.rawValue))")
        #expect(message.help?.isEmpty == false)
        #expect(message.message.first?.isUppercase == false && !message.message.hasSuffix("."))
        #expect((message.span?.upperBound ?? 0) <= source.bytes.count)
        if !entry.isLong { #expect(found.filter { $0.severity == message.severity }.map(\.code.rawValue).allSatisfy { $0 == code }) }
    }

    /// Every code that the front end and the compiler can give, and no other.
    @Test func everyCodeIsExplained() throws {
        var used: Set<String> = []
        for room in ["CohortQL", "Compiler"] {
            let folder = Spec.root.appendingPathComponent("Sources/\(room)")
            let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
            for file in files where file.pathExtension == "swift" && file.lastPathComponent != "DiagnosticReference.swift" {
                let text = try String(contentsOf: file, encoding: .utf8)
                used.formUnion(text.matches(of: #/"(C\d{4})"/#).map { String($0.output.1) })
            }
        }
        #expect(used == Set(DiagnosticReference.entries.map(\.code)))
    }

    /// What a query stands for is bounded, and the bound is named.
    @Test func whatAQueryStandsForIsBounded() throws {
        let source = SourceText(name: "q", text: "cohort A { patients where any diagnosis of \"Malignant Neoplasm\" }")
        let found = QueryCompiler(hyperontology: try Spec.ontology.get(), largestExpansion: 100).compile(source)
        #expect(found.query == nil)
        #expect(found.diagnostics.map(\.code.rawValue) == ["C0207"])
        #expect(found.diagnostics.first?.message.hasSuffix("more than the 100 that one may") == true)
        #expect(QueryCompiler(hyperontology: try Spec.ontology.get()).compile(source).query != nil)
    }

    @Test(arguments: [("rech", "3", "C0266"), ("reach", "many", "C0267"), ("from", "3", "C0267")])
    func settingsAreChecked(_ name: String, _ value: String, _ code: String) throws {
        let text =
            "parameter reach = 60\nparameter from_day = 2020-01-01\ncohort A { patients where any death within $reach days of $from_day }"
        let compiler = QueryCompiler(hyperontology: try Spec.ontology.get())
        let key = name == "from" ? "from_day" : name
        #expect(compiler.compile(SourceText(name: "q", text: text), settings: [key: value]).diagnostics.map(\.code.rawValue) == [code])
        let set = compiler.compile(SourceText(name: "q", text: text), settings: ["reach": "30"])
        let plain = compiler.compile(SourceText(name: "q", text: text))
        #expect(set.query != nil && set.query?.planHash != plain.query?.planHash)
    }

    /// `Grammar/errors.md` is the reference. `COHORTIUM_UPDATE=1` writes it anew.
    @Test func theReferenceIsWritten() throws {
        var text = """
            # Messages about queries

            By code: what a message means, a query that causes it, and how it is shown. This page is made from the compiler.

            """
        for entry in DiagnosticReference.entries {
            let (found, source) = try diagnostics(of: entry)
            let shown = found.filter { $0.code.rawValue == entry.code }.prefix(entry.isLong ? 1 : 3)
            text += "\n## \(entry.code)\n\n\(entry.explanation)\n"
            if entry.isLong {
                text +=
                    "\n```\n\(shown.map { "\($0.severity.rawValue)[\($0.code)]: \($0.message)\n  help: \($0.help ?? "")" }.joined(separator: "\n"))\n```\n"
            } else {
                let example = entry.example.replacing("\0", with: "\u{2400}").trimmingCharacters(in: .newlines)
                let rendered = DiagnosticRenderer().render(Array(shown), in: source).replacing("\0", with: "\u{2400}")
                text += "\n```\n\(example)\n```\n"
                for (name, file) in entry.files.sorted(by: { $0.key < $1.key }) {
                    text += "\nand in `\(name)`\n\n```\n\(file.trimmingCharacters(in: .newlines))\n```\n"
                }
                if entry.largestExpansion != QueryCompiler.standardExpansion {
                    text += "\nwith at most \(entry.largestExpansion) concepts and codes\n"
                }
                for (name, value) in entry.settings { text += "\nwith `\(name)` set to `\(value)`\n" }
                text += "\n```\n\(rendered.trimmingCharacters(in: .newlines))\n```\n"
            }
        }
        try Stale.check(text, "Grammar/errors.md")
    }
}
