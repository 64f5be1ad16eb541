import CohortPlan
import Execution
import OMOPAdapter
import Testing

/// Small databases with everything that can be odd about their people, codes and dates.
@Suite struct OMOPAdapterTests {
    private let index = "index = first diagnosis of \"Breast Carcinoma\" "
    private let breastCancer = "patients where any diagnosis of \"Breast Carcinoma\""

    @Test func patientsAreNamedByTheirSourceValueElseByTheirNumber() async throws {
        let answer = try await SmallDatabase.answer("", "patients where sex is female")
        #expect(answer.patients == ["4", "A"])
        #expect(answer.unknown == 1)
    }

    /// Number 4 was born on 29 February 1952.
    @Test(arguments: [("2020-02-28", 68, false), ("2020-02-29", 68, true), ("2019-02-28", 67, false), ("2019-03-01", 67, true)])
    func agesAreInCompletedYears(_ date: String, _ age: Int, _ isReached: Bool) async throws {
        let rows = "INSERT INTO condition_occurrence VALUES (1, 4, 4112853, '\(date)', NULL);"
        let answer = try await SmallDatabase.answer(rows, index + "patients where age at index >= \(age) years")
        #expect(answer.patients == (isReached ? ["4"] : []))
    }

    @Test func anAgeIsUnknownWhereTheBirthDateLeavesItOpen() async throws {
        let rows = """
            UPDATE person SET year_of_birth = 'unknown' WHERE person_id = 1;
            INSERT INTO condition_occurrence VALUES (1, 2, 4112853, '2020-06-15', NULL), (2, 3, 4112853, NULL, NULL),
              (3, 1, 4112853, '2020-06-15', NULL);
            """
        let open = try await SmallDatabase.answer(rows, index + "patients where age at index >= 50 years")
        #expect(open.patients == [])
        #expect(open.unknown == 3)
        let settled = try await SmallDatabase.answer(rows, index + "patients where age at index >= 49 years")
        #expect(settled.patients == ["B"])
    }

    @Test func aDateThatIsMissingOrUnreadableIsUnknown() async throws {
        let rows = """
            INSERT INTO condition_occurrence VALUES (1, 1, 4112853, '2020-03-01 00:00:00', NULL), (2, 2, 4112853, NULL, NULL),
              (3, 3, 4112853, '01.03.2020', NULL), (4, 4, 4112853, '2019-12-31', NULL);
            """
        let answer = try await SmallDatabase.answer(rows, breastCancer + " after 2019-12-31")
        #expect(answer.patients == ["A"])
        #expect(answer.unknown == 2)
    }

    @Test func conceptIdentifiersAreFoundHoweverTheyAreStored() async throws {
        let values = "INSERT INTO condition_occurrence VALUES (1, 1, 4112853, '2020-01-01', NULL), (2, 2, '4112853', '2020-01-01', NULL);"
        #expect(try await SmallDatabase.answer(values, breastCancer).patients == ["A", "B"])
        for type in ["TEXT", "INTEGER", "VARCHAR(50)", "NUMERIC", "BLOB"] {
            let typed = """
                DROP TABLE condition_occurrence;
                CREATE TABLE condition_occurrence (condition_occurrence_id INTEGER, person_id INTEGER, condition_concept_id \(type),
                  condition_start_date TEXT, condition_end_date TEXT);
                """
            #expect(try await SmallDatabase.answer(typed + values, breastCancer).patients == ["A", "B"], "\(type)")
        }
    }

    /// SQLite lets every column hold any type; none of them may end the program.
    @Test func wrongTypesAreReadOrUnknownAndNeverEndTheProgram() async throws {
        let people =
            "INSERT INTO person VALUES (1, 8532, 'abc', x'00', 1.5, 77), (2, x'FF', NULL, 5, 5, x'0102'), (3, 8532, 1960, 5, 1, 'A');"
        let rows = """
            INSERT INTO measurement VALUES
              (x'01', 3, 3013603, 20200101, 'nine', x'00', x'00', 5, x'00'), (2, 3, '3013603', x'00', x'00', 'x', 'y', x'00', 'z');
            INSERT INTO image_occurrence VALUES (3, 5, 6, 7, 'x', 8, x'00'), (x'00', NULL, NULL, NULL, NULL, NULL, NULL);
            """
        let database = try SmallDatabase(rows, people: people)
        defer { database.remove() }
        #expect(try await database.answer("patients where sex is female").counted?.selection.patients == ["77", "A"])
        #expect(try await database.answer("patients where age at 2020-01-01 > 3 years").counted?.selection.patients == ["A"])
        #expect(try await database.answer("patients where any observation of \"PSA\" > 4 ng/mL").counted?.unknown.patients == 1)
        #expect(
            try await database.answer("patients where any imaging study having series { modality MR, body part \"Breast\" }").counted?
                .unknown
                .patients == 1)
    }

    @Test func keysAreInTheOrderOfTheRowsNumbers() async throws {
        let rows = """
            INSERT INTO condition_occurrence VALUES (10, 1, 4112853, '2020-01-01', '2020-01-05'), (9, 1, 4112853, '2020-01-01', '2020-03-05');
            """
        let database = try SmallDatabase(rows)
        defer { database.remove() }
        let plan = try database.plan(breastCancer)
        let events = try await database.adapter().events(matching: try #require(plan.plan.requests.first), in: plan)
        let ends = events.sorted { $0.key < $1.key }.map(\.end)
        #expect(ends == [DateRange(partial: "2020-03-05"), DateRange(partial: "2020-01-05")])
    }

    @Test func textOfARecordIsNeverSQL() async throws {
        let rows = "INSERT INTO image_occurrence VALUES (1, 'x'' OR 1=1 --', '1.1', '2020-01-01', 0, 'MR', 0);"
        let answer = try await SmallDatabase.answer(rows, "s = imaging study having series { modality MR } patients where exists s")
        #expect(answer.patients == ["A"])
    }

    @Test func explainsWithTheStatementsThatRunAndNoValueInTheirText() throws {
        let database = try SmallDatabase("")
        defer { database.remove() }
        let plan = try database.plan("patients where any observation of \"PSA\" > 4 ng/mL")
        let queries = database.adapter().nativeQueries(for: try #require(plan.plan.requests.first), in: plan)
        #expect(queries.map(\.language) == ["SQL", "SQL"])
        #expect(queries.allSatisfy { $0.text.hasPrefix("SELECT ") && !$0.text.contains("3013603") })
        #expect(queries.allSatisfy { $0.parameters.count == 1 && $0.parameters[0].contains("3013603") })
        #expect(queries.contains { $0.text.contains("\"measurement\"") } && queries.contains { $0.text.contains("\"observation\"") })
    }
}
