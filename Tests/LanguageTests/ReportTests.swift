import CohortPlan
import Compiler
import Diagnostics
import Execution
import Foundation
import InMemorySource
import Testing

/// What each part of a report means, by example, on the definition and on the engine.
@Suite struct ReportTests {
    private static let data = """
        a female 1960-05-20: diagnosis BreastCarcinoma 2019-03-01, observation TStage = T1 2019-03-02, observation ProstateSpecificAntigen = 4 ng/mL 2019-04-01, study 2019-04-01 [MR Breast 2mm contrast] [MR Breast 1mm plain], study 2021-04-01 [CT Chest 5mm]
        b female 1970-01-01: diagnosis BreastCarcinoma 2020-03-01, observation TStage = T2 2020-03-02, observation ProstateSpecificAntigen = 9 ug/L 2020-04-01, observation ProstateSpecificAntigen = 11 ug/L 2020-05-01, study 2020-05-01 [MR Breast 4mm]
        c male 1980-06: diagnosis BreastCarcinoma 2020-06-15, observation TStage 2020-06-02, study 2020-07-01 [MR Breast]
        d male 1950-01-01: diagnosis BreastCarcinoma 2022-01-01
        e male 1950-01-01:
        """

    private static let cohort = """
        cohort C {
          index = first diagnosis of "Breast Carcinoma"
          stage = last observation of "T Stage"
          psa   = observation of "Prostate Specific Antigen" is known
          scan  = imaging study having series { modality MR }
          image = imaging study
          patients where exists index and (sex is female or not sex is female)
        }

        """

    private func compile(_ report: String, _ cohort: String = ReportTests.cohort) throws -> CompiledQuery {
        let source = SourceText(name: "q", text: cohort + report)
        let result = QueryCompiler(hyperontology: try Spec.ontology.get()).compile(source)
        return try #require(result.query, "\(DiagnosticRenderer().render(result.diagnostics, in: source))")
    }

    /// The definition's answer, once the engine has given the same.
    private func answer(_ query: CompiledQuery, _ data: String = ReportTests.data) async throws -> ReferenceResult {
        let patients = try SpecData.patients(data)
        let expected = ReferenceEvaluator(query.expanded).evaluate(patients)
        let found = try await PlanEngine(sources: [RecordSource(records: patients)]).execute(query.expanded)
        #expect(Agreement.difference(found, expected) == nil)
        return expected
    }

    /// The rows of the first table in which anybody is, as `name: counts`.
    private func rows(_ report: String) async throws -> [String] {
        let query = try compile("report C " + report)
        let table = try #require(try await answer(query).tables.first)
        return zip(query.plan.report.breakdowns[0].strata, table).compactMap { stratum, counts in
            guard counts.contains(where: { $0.patients > 0 }) else { return nil }
            let name = stratum.split(separator: ", ").map { query.labels[String($0)] ?? String($0) }.joined(separator: ", ")
            return "\(name): \(counts.map { "\($0.units)" }.joined(separator: " "))"
        }
    }

    @Test(arguments: [
        ("count patients by value of stage", ["T1: 1", "T2: 1", "unknown: 2"]),
        ("count patients by year of index from 2020 to 2021", ["before 2020: 1", "2020: 2", "after 2021: 1"]),
        (
            "count patients by sex and year of index from 2020 to 2021",
            [
                "female, before 2020: 1", "female, 2020: 1", "male, 2020: 1", "male, after 2021: 1",
            ]
        ),
        // A patient with several events is in the row of each, and each row counts its own.
        (
            "count patients, studies of image, events of image by modality of image",
            [
                "Computed Tomography: 1 1 1", "Magnetic Resonance: 3 3 3", "unknown: 1 0 0",
            ]
        ),
        // Of a study the series that are asked for are looked at; where they differ, it is unknown.
        ("count patients, studies of scan by slice thickness of scan in bands of 2 mm from 0 to 6", ["4 to <6: 1 1", "unknown: 3 2"]),
        ("count patients by contrast of scan", ["unknown: 4"]),
        // Units are converted, and each of several values has its own row.
        (
            "count patients, events of psa by value of psa in bands of 5 ng/mL from 0 to 10",
            [
                "0 to <5: 1 1", "5 to <10: 1 1", ">=10: 1 1", "unknown: 2 0",
            ]
        ),
    ])
    func tables(_ report: String, _ expected: [String]) async throws {
        let found = try await rows(report)
        #expect(found == expected, "\(report)")
    }

    @Test func summaries() async throws {
        let report = "report C count patients summary of age at index, value of psa, value of psa in pg/mL, days from index to 2020-03-11"
        let query = try compile(report)
        let result = try await answer(query)
        #expect(result.summaries[0].mapValues { $0.map(\.double) } == ["a": [58], "b": [50], "d": [72]])
        #expect(result.summaries[1].mapValues { $0.map(\.double) } == ["a": [4], "b": [9, 11]])
        #expect(result.summaries[2]["a"]?.map(\.double) == [4_000])
        #expect(result.summaries[3]["b"]?.map(\.double) == [10])
        #expect(result.summaries[3]["c"]?.map(\.double) == [-96])
        #expect(query.labels["summary 1"] == "value of psa")
    }

    @Test func theFunnelHasTheStepsOfTheTextInTheirOrder() async throws {
        let cohort = """
            cohort C {
              index = first diagnosis of "Breast Carcinoma"
              patients where exists index and sex is male and age at index > 60 years
            }

            """
        let query = try compile("report C count patients funnel", cohort)
        #expect(try await answer(query).funnel == [4, 2, 1])
        #expect((0..<3).map { query.labels["step \($0)"] } == ["exists index", "sex is male", "age at index > 60 years"])
        let whole = try compile("report C count patients funnel", "cohort C { patients where sex is male or sex is female }\n")
        #expect(try await answer(whole).funnel == [5])
    }

    @Test func anOverlapTellsTheCohortsApart() async throws {
        let cohorts = """
            cohort Sick {
              index = first diagnosis of "Breast Carcinoma"
              patients where exists index
            }

            cohort Men { patients where sex is male }

            cohort Old { patients where age at 2020-01-01 >= 60 years }

            """
        let query = try compile("report Men count patients overlap with Sick, Old", cohorts)
        let result = try await answer(query)
        let overlap = try #require(result.overlap)
        // Sick: a b c d; men: c d e; of 60 years: d e.
        #expect(overlap.cells == [0, 2, 1, 0, 1, 0, 1])
        #expect(overlap.cohorts == [4, 2])
        #expect(query.labels["cohort 1"] == "Old")
        #expect(query.plan.criteria.map(\.id).contains("overlap 0 ") == false)
        #expect(query.plan.criteria.allSatisfy { query.labels[$0.id] != nil })
    }

    /// A plan with every part survives JSON, and its canonical form means the same and has the same hash.
    @Test func thePlanKeepsItsMeaning() throws {
        let cohort = ReportTests.cohort + "cohort B { patients where sex is female }\n\n"
        let query = try compile(
            """
            report C count patients, events of psa by value of stage and sex, modality of scan, year of index from 2019 to 2022
              summary of age at index, value of psa, days from index to 2022-01-01 funnel overlap with B
            """, cohort)
        let plan = query.plan
        #expect(try JSONDecoder().decode(CohortPlan.self, from: JSONEncoder().encode(plan)) == plan)
        #expect(plan.canonical.canonicalHash == query.planHash)
        let patients = try SpecData.patients(ReportTests.data)
        let canonical = ExpandedPlan(plan: plan.canonical, expansions: query.expanded.expansions)
        #expect(ReferenceEvaluator(canonical).evaluate(patients) == ReferenceEvaluator(query.expanded).evaluate(patients))
        let plain = try compile("report C count patients", ReportTests.cohort)
        #expect(plain.planHash != query.planHash)
    }

    @Test func aScopeIsNoPartOfThePlan() throws {
        let plain = try compile("report C count patients")
        let scoped = try compile(
            "report C count patients scope nodes \"south\", \"north\" collections \"ISPY2\" access \"general research use\" deadline 10 minutes threshold 20"
        )
        #expect(scoped.planHash == plain.planHash)
        #expect(scoped.scope.nodes == ["north", "south"])
        #expect(scoped.scope.collections == ["ISPY2"] && scoped.scope.access == ["general research use"])
        #expect(scoped.scope.deadlineSeconds == 600 && scoped.scope.threshold == 20)
    }

    @Test func aDispatchIsOfTheCohort() throws {
        let digest = "sha256:" + String(repeating: "ab", count: 32)
        let query = try compile(
            "dispatch C to \"cohortium-intensity\"@\(digest) with { inputs image, gpus 1, gpu memory 16 GiBy, parameters { level = 0.5, mode = \"fast\" }, outputs { \"report.json\" } }"
        )
        let dispatch = try #require(query.dispatch)
        #expect(dispatch.toolName == "cohortium-intensity" && dispatch.toolDigest == digest && dispatch.inputs == "image")
        #expect(dispatch.gpus == 1 && dispatch.gpuMemory == 16 << 30)
        #expect(dispatch.parameters == ["level": "0.5", "mode": "fast"] && dispatch.outputs == ["report.json"])
        #expect(try compile("dispatch C to \"t\"@\(digest)").dispatch?.inputs == "image")
    }
}
