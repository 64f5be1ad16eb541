import CohortPlan
import Execution
import Hyperontology
import Testing

/// Rows of `image_occurrence` as studies and series.
@Suite struct ImagingTests {
    @Test func theFirstColumnThatIsFilledInCounts() async throws {
        let rows = """
            INSERT INTO image_occurrence VALUES (1, 's1', 'x1', '2020-01-01', 0, ' mr ', 0), (2, 's2', 'x2', '2020-01-01', NULL, 'CT', 0),
              (3, 's3', 'x3', '2020-01-01', 0, '', 0), (4, 's4', 'x4', '2020-01-01', 0, 'no such modality', 0);
            """
        let database = try SmallDatabase(rows)
        defer { database.remove() }
        let modality = try #require(database.hyperontology.bindings(for: "omop").properties[CoreVocabulary.modality])
        #expect(modality.fields.map(\.name) == ["modality_concept_id", "modality_source_value"])
        let answer = try await database.answer("s = imaging study having series { modality MR } patients where exists s").counted
        #expect(answer?.selection.patients == ["A"])
        #expect(answer?.unknown.patients == 2)
    }

    @Test func aStudyIsTheRowsThatShareItsUID() async throws {
        let rows = """
            INSERT INTO image_occurrence VALUES (1, 's1', 'x1', '2020-01-01', 0, 'MR', 0), (1, 's1', 'x2', '2020-01-01', 0, 'CT', 0),
              (1, 's2', 'x3', '2020-01-02', 0, 'MR', 0), (2, 's3', 'x4', '2020-01-01', 0, 'MR', 0), (2, 's4', 'x5', '2020-01-01', 0, 'CT', 0);
            """
        let database = try SmallDatabase(rows)
        defer { database.remove() }
        let cohort = "s = imaging study having series { modality MR } having series { modality CT } patients where exists s"
        let both = try await database.answer(cohort)
        #expect(both.counted?.selection.patients == ["A"])
        #expect(both.counted?.selection.selectedSeries(of: EventReference(0)).map(\.series) == ["x1", "x2"])
        let studies = try await SmallDatabase.answer(rows, "patients where at least 2 imaging studies")
        #expect(studies.patients == ["A", "B"])
        let series = try await SmallDatabase.answer(rows, "patients where at least 3 imaging series")
        #expect(series.patients == ["A"])
    }

    @Test func imagesWithoutUIDsAreStudiesByPatientAndDay() async throws {
        let rows = """
            INSERT INTO image_occurrence VALUES (1, NULL, NULL, '2020-01-01', 0, 'MR', 0), (1, '', NULL, '2020-01-01', 0, 'MR', 0),
              (2, NULL, NULL, '2020-01-01', 0, 'MR', 0), (2, NULL, NULL, '2020-01-02', 0, 'MR', 0);
            """
        #expect(try await SmallDatabase.answer(rows, "patients where exactly 1 imaging studies").patients == ["A"])
        #expect(try await SmallDatabase.answer(rows, "patients where at least 2 imaging studies").patients == ["B"])
    }

    @Test func aPropertyWithoutAColumnIsNotEvaluableAndNamed() async throws {
        let database = try SmallDatabase("INSERT INTO image_occurrence VALUES (1, 's1', 'x1', '2020-01-01', 0, 'MR', 0);")
        defer { database.remove() }
        let result = try await database.answer("s = imaging study having series { slice thickness <= 2 mm } patients where exists s")
        guard case .notEvaluable(let reasons) = result.outcome else {
            Issue.record("counted what no column tells")
            return
        }
        #expect(reasons.contains { $0.contains("`sliceThickness`") })
    }
}
