import CohortQL
import Compiler
import Diagnostics
import Testing

@Suite struct ImportTests {
    private func resolve(_ text: String, _ files: [String: String]) -> Result<String, DiagnosticList> {
        var resolver = ImportResolver { path in files[path].map { SourceText(name: path, text: $0) } }
        return Result { () throws(DiagnosticList) in
            String(decoding: try resolver.resolve(SourceText(name: "folder/main.cohort", text: text)).bytes, as: UTF8.self)
        }
    }

    private func code(_ result: Result<String, DiagnosticList>) -> String? {
        if case .failure(let list) = result { return list.diagnostics.first?.code.rawValue }
        return nil
    }

    private let main =
        "import \"../shared/sets.cohort\"\nimport \"women.cohort\"\n\ncohort C { patients where in Women and any medication of Mine }\n"
    private let files = [
        "shared/sets.cohort": "# all of them\nparameter reach = 3\nconcepts Mine = include \"Taxane\"\nreport Women count patients\n",
        "folder/women.cohort":
            "import \"../shared/sets.cohort\"\ncohort Women { patients where sex is female and any death within $reach days of 2020-01-01 }\n",
    ]

    @Test func definitionsArePutInOnce() throws {
        let text = try resolve(main, files).get()
        #expect(text.matches(of: #/concepts Mine/#).count == 1)
        #expect(!text.contains("report"))
        let result = QueryCompiler(hyperontology: try Spec.ontology.get()).compile(SourceText(name: "q", text: text))
        #expect(result.diagnostics.isEmpty)
        #expect(result.query?.name == "C")
    }

    @Test func whatImportsNothingIsLeftAsItIs() throws {
        let text = "cohort  C { patients where sex is male }"
        #expect(try resolve(text, [:]).get() == text)
    }

    @Test func mistakesAreNamed() {
        #expect(code(resolve(main, [:])) == "C0130")
        #expect(code(resolve("import \"a\"\n", ["folder/a": "cohort {"])) == "C0131")
        #expect(code(resolve("import \"a\"\n", ["folder/a": "import \"b\"", "folder/b": "import \"a\""])) == "C0132")
        #expect(code(resolve("import \"main.cohort\"\n", [:])) == "C0132")
    }

    @Test func aChainOfFilesEnds() {
        let files = Dictionary(uniqueKeysWithValues: (0..<40).map { ("folder/\($0)", "import \"\($0 + 1)\"") })
        #expect(code(resolve("import \"0\"\n", files)) == "C0132")
    }
}
