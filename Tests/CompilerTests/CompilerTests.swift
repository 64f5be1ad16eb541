import CohortPlan
import Compiler
import Diagnostics
import Foundation
import Hyperontology
import Testing

@Suite struct CompilerTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let loaded = Result { try Hyperontology(directory: root.appendingPathComponent("Ontologies").path) }

    private func compile(_ text: String) throws -> CompilationResult {
        QueryCompiler(hyperontology: try CompilerTests.loaded.get()).compile(SourceText(name: "q", text: text))
    }

    private func cohort(_ body: String, report: String = "count patients") -> String { "cohort A {\n\(body)\n}\nreport A \(report)\n" }

    /// A code that is a part of an included concept and just what is left out finds nobody.
    @Test func whatIsLeftOutIsNotFoundByItsOwnCode() throws {
        let text =
            "concepts S = include \"Colorectal Carcinoma\" exclude \"Adenocarcinoma\"\ncohort A { patients where any diagnosis of S }"
        let query = try #require(try compile(text).query)
        let codes = query.expanded.expansions.flatMap(\.codes).filter { $0.system == "omop" }.map(\.code)
        #expect(!codes.contains("4200514") && codes.contains("443390"))
    }

    @Test(arguments: ["breast-mri", "receptor-status", "neoadjuvant-mri"])
    func questionsCompileWithoutAWord(_ name: String) throws {
        let path = CompilerTests.root.appendingPathComponent("Questions/\(name).cohort")
        let result = try compile(String(contentsOf: path, encoding: .utf8))
        #expect(result.diagnostics.isEmpty)
        let query = try #require(result.query)
        #expect(Set(query.plan.criteria.map(\.id)).isSubset(of: query.labels.keys))
        #expect(query.plan.requests.flatMap(\.conceptSets).allSatisfy { query.expanded.expansion(of: $0)?.codes.isEmpty == false })
    }

    @Test(arguments: [
        ("index = first diagnosis of \"brest carcinoma\"\n patients where exists index", "C0203"),
        ("index = first diagnosis of \"Magnetic Resonance\"\n patients where exists index", "C0204"),
        ("index = first diagnosis of nosuch:1\n patients where exists index", "C0203"),
        ("patients where exists index", "C0211"), ("a = first death after a\n patients where exists a", "C0212"),
        ("a = first death after b\n b = first death\n patients where exists a and exists b", "C0212"),
        ("a = imaging study\n patients where age at a > 3 years", "C0213"),
        ("a = first death\n a = last death\n patients where exists a", "C0210"),
        ("patients where index is before 2020-01-01", "C0211"), ("patients where age at 2020-02-30 > 3 years", "C0220"),
        ("patients where any death from 12 to 6 weeks after 2020-01-01", "C0221"),
        ("patients where any death of \"Breast Carcinoma\"", "C0230"),
        ("patients where any radiotherapy", "C0231"), ("patients where any diagnosis of \"Breast Carcinoma\" > 3 mm", "C0232"),
        ("patients where any imaging study { modality MR }", "C0233"), ("patients where any death having series { modality MR }", "C0234"),
        ("patients where any observation of \"Prostate Specific Antigen\" is \"Positive\"", "C0240"),
        ("patients where any observation of \"Estrogen Receptor Status\" > 3 mm", "C0241"),
        ("patients where any observation of \"Prostate Specific Antigen\" from 9 to 4 ng/mL", "C0244"),
        ("patients where any observation of \"Prostate Specific Antigen\" > 4", "C0246"),
        ("patients where any observation of \"Prostate Specific Antigen\" > 4 furlongs", "C0247"),
        ("patients where any observation of \"Prostate Specific Antigen\" > 4 mm", "C0248"),
        ("patients where any imaging series { colour MR }", "C0250"), ("patients where any imaging series { contrast MR }", "C0251"),
        ("patients where sex is femal", "C0260"), ("patients where age at 2020-01-01 from 9 to 4 years", "C0261"), ("", "C0201"),
    ])
    func mistakesHaveCodesPlacesAndFixes(_ body: String, _ code: String) throws {
        let result = try compile(cohort(body))
        let found = try #require(result.diagnostics.first { $0.code.rawValue == code }, "found \(result.diagnostics.map(\.code.rawValue))")
        #expect(result.query == nil)
        #expect(found.span != nil)
        #expect(found.help?.isEmpty == false)
        #expect(result.diagnostics.count == 1)
    }

    @Test(arguments: [
        ("count studies", "C0273"), ("count studies of a", "C0274"), ("count patients of a", "C0272"),
        ("count patients by age at a in bands of 0 years", "C0271"),
    ])
    func reportsAreChecked(_ report: String, _ code: String) throws {
        let result = try compile(cohort("a = first death\n patients where exists a", report: report))
        #expect(result.diagnostics.map(\.code.rawValue) == [code])
    }

    @Test(arguments: [
        ("a = first death\n patients where sex is male", "C0214"),
        ("patients where age at 2020-01-01 > 80 years and age at 2020-01-01 < 20 years", "C0280"),
        ("patients where sex is male and sex is female", "C0281"),
    ])
    func warningsDoNotStop(_ body: String, _ code: String) throws {
        let result = try compile(cohort(body))
        #expect(result.diagnostics.map(\.code.rawValue) == [code])
        #expect(result.query != nil)
    }

    @Test func theNearestConceptIsSuggested() throws {
        let result = try compile(cohort("index = first diagnosis of \"invasive brest carcinoma\"\n patients where exists index"))
        #expect(result.diagnostics.first?.help?.hasPrefix("did you mean \"Invasive Breast Carcinoma\" (") == true)
    }

    @Test func windowsMeanWhatTheGrammarSays() throws {
        func window(_ text: String) throws -> Window {
            let query = try #require(try compile(cohort("patients where any death \(text) 2020-06-15")).query)
            guard case .count(let selection, _) = query.plan.condition else { throw CancellationError() }
            return selection.windows[0]
        }
        func bound(_ amount: Int, _ inclusive: Bool) -> WindowBound { WindowBound(CalendarDistance(amount, .day), inclusive: inclusive) }
        let anchor = AnchorPoint.date(try #require(CalendarDate("2020-06-15")))
        #expect(try window("before") == Window(anchor, to: bound(0, false)))
        #expect(try window("on or after") == Window(anchor, from: bound(0, true)))
        #expect(try window("within 60 days before") == Window(anchor, from: bound(-60, true), to: bound(0, false)))
        #expect(try window("within 60 days of") == Window(anchor, from: bound(-60, true), to: bound(60, true)))
        #expect(try window("more than 30 days before") == Window(anchor, to: bound(-30, false)))
        #expect(try window("at least 30 days after") == Window(anchor, from: bound(30, true)))
        #expect(try window("from 6 to 12 days before") == Window(anchor, from: bound(-12, true), to: bound(-6, true)))
    }

    @Test func equalMeaningGivesAnEqualHash() throws {
        let base = "x = first diagnosis of \"Breast Carcinoma\"\n y = first death after x\n z = last death before x\n patients where "
        let renamed = "q = first diagnosis of \"Breast Carcinoma\"\n b = last death before q\n a = first death after q\n patients where "
        let hash = try #require(try compile(cohort(base + "exists y and (exists z or sex is male)")).query).planHash
        for body in [
            base + "(sex is male or exists z) and exists y", base + "exists y and exists y and (exists z or sex is male or exists z)",
            base + "not not exists y and (exists z or sex is male)", renamed + "(exists b or sex is male) and exists a",
            renamed + "exists a and (sex is male or exists b) and (exists b or sex is male)",
        ] {
            #expect(try #require(try compile(cohort(body)).query).planHash == hash, "\(body)")
        }
        for body in [base + "exists z and (exists y or sex is male)", base + "exists y or (exists z and sex is male)"] {
            #expect(try #require(try compile(cohort(body)).query).planHash != hash, "\(body)")
        }
    }

    @Test func deepNestingNeitherGrowsNorBreaks() throws {
        let nested = String(repeating: "not (", count: 90) + "sex is male" + String(repeating: ")", count: 90)
        let query = try #require(try compile(cohort("patients where \(nested)")).query)
        #expect(query.plan.criteria.count == 1)
        #expect(try JSONEncoder().encode(query.plan).count < 20_000)
    }

    @Test func anExactCodeOfAChildIsNotBroaderForItsParent() throws {
        let query = try #require(try compile(cohort("patients where any diagnosis of \"Breast Carcinoma\"")).query)
        let expansion = try #require(query.expanded.expansions.first)
        #expect(expansion.codes.contains { $0.system == "snomed" && $0.match == .exact })
        #expect(!expansion.codes.contains { $0.match == .broader && $0.system == "snomed" })
        #expect(Set(expansion.codes.map { "\($0.system) \($0.code)" }).count == expansion.codes.count)
    }
}
