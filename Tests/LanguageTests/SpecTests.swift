import CohortPlan
import Compiler
import Diagnostics
import Execution
import Foundation
import InMemorySource
import Testing

/// Every row of the tables, on the definition and on the engine.
@Suite struct SpecTests {
    @Test(arguments: Specs.sections.flatMap(\.specs)) func means(_ spec: Spec) async throws {
        let query = try spec.compile()
        let patients = try SpecData.patients(spec.data)
        let expected = ReferenceEvaluator(query.expanded).evaluate(patients)
        #expect(expected.patients == spec.yes)
        let unknown = patients.filter { ReferenceEvaluator(query.expanded).truth(for: $0) == .unknown }.map(\.id)
        #expect(unknown == spec.unknown)
        let counted = try #require(try await PlanEngine(sources: [RecordSource(records: patients)]).execute(query.expanded).counted)
        #expect(counted.selection.patients == spec.yes)
        #expect(counted.unknown.patients == spec.unknown.count)
    }

    /// The plan survives JSON, its canonical form means the same, and every criterion has words.
    @Test(arguments: Specs.sections.flatMap(\.specs)) func keepsItsMeaning(_ spec: Spec) throws {
        let query = try spec.compile()
        let decoded = try JSONDecoder().decode(CohortPlan.self, from: JSONEncoder().encode(query.plan))
        #expect(decoded == query.plan)
        let canonical = ExpandedPlan(plan: query.plan.canonical, expansions: query.expanded.expansions)
        #expect(ReferenceEvaluator(canonical).evaluate(try SpecData.patients(spec.data)).patients == spec.yes)
        #expect(query.plan.canonical.canonicalHash == query.planHash)
        #expect(Set(query.labels.keys) == Set(query.plan.criteria.map(\.id)))
    }

    /// What a source does not hold is never an answer: whether it is known or possible cannot be said there either.
    @Test(arguments: [
        "(any visit after 2020-01-01) is unknown", "(any visit after 2020-01-01) is known", "(any visit after 2020-01-01 or unknown)",
        "no visit", "observed from 2020-01-01 to 2021-01-01", "at least 2 visits each at least 3 days apart",
        "at least 2 of (any visit, any specimen, sex is female)", "(any visit and sex is female) is known",
    ])
    func whatIsNotHeldIsNotEvaluable(_ condition: String) async throws {
        let query = try Spec("", "", "  patients where \(condition)", yes: []).compile()
        let patients = try SpecData.patients("a female: visit 2020-02-02..2020-02-03\nb male:")
        let source = RecordSource(records: patients, missing: [.visit, .observationPeriod, .specimen])
        let result = try await PlanEngine(sources: [source]).execute(query.expanded)
        #expect(result.overall == .notEvaluable)
        guard case .notEvaluable(let reasons) = result.outcome else {
            Issue.record("it was counted")
            return
        }
        #expect(reasons.contains { $0.hasSuffix("is held here") })
    }

    /// A source that tests numbers without handing them over cannot compare two of them.
    @Test func numbersThatAreNotHandedOverAreNotCompared() async throws {
        let spec = try #require(Specs.change.first)
        let source = RecordSource(records: try SpecData.patients(spec.data), handsOverValues: false)
        let result = try await PlanEngine(sources: [source]).execute(try spec.compile().expanded)
        #expect(result.overall == .notEvaluable)
    }

    /// Where one part can be evaluated, the others leave a lower bound.
    @Test func whatIsHeldCountsBesideIt() async throws {
        let query = try Spec("", "", "  patients where at least 1 of (any visit, sex is female)", yes: []).compile()
        let patients = try SpecData.patients("a female:\nb male: visit 2020-02-02")
        let result = try await PlanEngine(sources: [RecordSource(records: patients, missing: [.visit])]).execute(query.expanded)
        #expect(result.overall == .narrower)
        #expect(result.counted?.selection.patients == ["a"])
        #expect(result.counted?.unknown.patients == 1)
    }

    /// `Grammar/examples.md` is this table. `COHORTIUM_UPDATE=1` writes it anew.
    @Test func theExamplesAreWritten() throws {
        var text = """
            # CohortQL by example

            Who is counted, and for whom it is unknown. Each example is a test that runs on the reference evaluator and on the engine; this
            page is made from them.

            """
        for section in Specs.sections {
            text += "\n## \(section.title)\n"
            for spec in section.specs {
                text += "\n### \(spec.title)\n\n```\n\(spec.text.trimmingCharacters(in: .newlines))\n```\n\n"
                for line in spec.data.split(separator: "\n") {
                    let id = String(line.prefix { $0 != " " && $0 != ":" })
                    let verdict = spec.yes.contains(id) ? "**yes**" : spec.unknown.contains(id) ? "*unknown*" : "no"
                    text += "- \(verdict) for `\(line)`\n"
                }
            }
        }
        try Stale.check(text, "Grammar/examples.md")
    }
}

/// Files that are made by tests.
enum Stale {
    static func check(_ text: String, _ path: String) throws {
        let file = Spec.root.appendingPathComponent(path)
        if ProcessInfo.processInfo.environment["COHORTIUM_UPDATE"] == "1" { try text.write(to: file, atomically: true, encoding: .utf8) }
        let written = try? String(contentsOf: file, encoding: .utf8)
        #expect(written == text, "`\(path)` is stale: run the tests with COHORTIUM_UPDATE=1")
    }
}
