import CohortPlan
import Testing

/// Values that records hold, in every form that OMOP has for them.
@Suite struct ValueTests {
    private let question = "patients where any observation of \"PSA\" > 4 ng/mL"

    @Test func unitsAreConvertedAndMissingOnesAreUnknown() async throws {
        let rows = """
            INSERT INTO measurement VALUES
              (1, 1, 3013603, '2020-01-01', 4.5, NULL, 8842, 'ng/mL', NULL),
              (2, 2, 3013603, '2020-01-01', 4.5, NULL, 0, 'ug/L', NULL),
              (3, 3, 3013603, '2020-01-01', 4.5, NULL, 0, NULL, NULL),
              (4, 4, 3013603, '2020-01-01', 3.5, NULL, 8842, 'ng/mL', NULL);
            """
        let answer = try await SmallDatabase.answer(rows, question)
        #expect(answer.patients == ["A", "B"])
        #expect(answer.unknown == 1)
    }

    /// What a number means for "> 4", by its operator: `=`, `<`, `>`, `<=`, `>=`, none, and one that nobody knows.
    @Test(arguments: [
        (4, "4172703", Truth.no), (4, "4171756", .no), (4, "4172704", .yes), (4, "4171754", .no), (4, "4171755", .unknown),
        (4, "NULL", .no),
        (5, "4172703", .yes), (5, "4171756", .unknown), (5, "4172704", .yes), (5, "4171754", .unknown), (5, "4171755", .yes),
        (5, "0", .yes),
        (5, "99", .unknown),
    ])
    func comparatorsAreRespected(_ value: Int, _ sign: String, _ expected: Truth) async throws {
        let rows = "INSERT INTO measurement VALUES (1, 1, 3013603, '2020-01-01', \(value), \(sign), 8842, NULL, NULL);"
        let answer = try await SmallDatabase.answer(rows, question)
        #expect(answer.patients == (expected == .yes ? ["A"] : []))
        #expect(answer.unknown == (expected == .unknown ? 1 : 0))
    }

    @Test(arguments: [("NULL", Truth.unknown), ("'4.01'", .yes), ("'4,01'", .unknown), ("4.0", .no), ("'< 0.1'", .unknown)])
    func numbersAreReadExactlyOrNotAtAll(_ stored: String, _ expected: Truth) async throws {
        let rows = "INSERT INTO measurement VALUES (1, 1, 3013603, '2020-01-01', \(stored), NULL, 8842, NULL, NULL);"
        let answer = try await SmallDatabase.answer(rows, question)
        #expect(answer.patients == (expected == .yes ? ["A"] : []))
        #expect(answer.unknown == (expected == .unknown ? 1 : 0))
    }

    @Test func aUnitThatMeasuresSomethingElseOrIsNotKnownIsUnknown() async throws {
        let rows = """
            INSERT INTO measurement VALUES (1, 1, 3013603, '2020-01-01', 90, NULL, 8554, NULL, NULL),
              (2, 2, 3013603, '2020-01-01', 90, NULL, 99999999, 'ng/mL', NULL);
            """
        let answer = try await SmallDatabase.answer(rows, question)
        #expect(answer.patients == [])
        #expect(answer.unknown == 2)
    }

    @Test func aMissingValueIsUnknownAndNotNo() async throws {
        let rows = """
            INSERT INTO measurement VALUES
              (1, 1, 36203168, '2020-01-01', NULL, NULL, NULL, NULL, 9191),
              (2, 2, 36203168, '2020-01-01', NULL, NULL, NULL, NULL, 9189),
              (3, 3, 36203168, '2020-01-01', NULL, NULL, NULL, NULL, 0),
              (4, 4, 36203168, '2020-01-01', NULL, NULL, NULL, NULL, 999999999);
            """
        let positive = try await SmallDatabase.answer(
            rows, "patients where any observation of \"Estrogen Receptor Status\" is \"Positive\"")
        #expect(positive.patients == ["A"])
        #expect(positive.unknown == 2)
        let negated = try await SmallDatabase.answer(
            rows, "patients where not any observation of \"Estrogen Receptor Status\" is \"Positive\"")
        #expect(negated.patients == ["B"])
        #expect(negated.unknown == 2)
    }
}
