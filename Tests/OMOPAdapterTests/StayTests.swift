import CohortPlan
import Testing

/// Visits and observation periods, which stand in tables of their own.
@Suite struct StayTests {
    private let tables = """
        CREATE TABLE visit_occurrence (visit_occurrence_id, person_id, visit_concept_id, visit_start_date, visit_end_date);
        CREATE TABLE observation_period (observation_period_id, person_id, observation_period_start_date, observation_period_end_date);
        INSERT INTO visit_occurrence VALUES (1, 1, 9201, '2020-01-01', '2020-01-10'), (2, 2, 9201, '2020-02-01', NULL);
        INSERT INTO observation_period VALUES (1, 1, '2019-01-01', '2021-12-31'), (2, 2, '2020-06-01', '2021-12-31');
        """

    @Test func visitsHaveAStartAndAnEnd() async throws {
        let found = try await SmallDatabase.answer(tables, "patients where any visit ends before 2020-02-15")
        #expect(found.patients == ["A"])
        #expect(found.unknown == 1)
    }

    @Test func observedAsksForOnePeriodOverBothDays() async throws {
        let found = try await SmallDatabase.answer(tables, "patients where observed from 2020-01-01 to 2020-12-31")
        #expect(found.patients == ["A"])
        #expect(found.overall == .exact)
    }

    @Test func withoutTheTableItCannotBeSaid() async throws {
        for condition in ["any visit", "observed from 2020-01-01 to 2020-12-31", "any specimen", "(any visit) is unknown"] {
            let found = try await SmallDatabase.answer("", "patients where \(condition)")
            #expect(found.overall == .notEvaluable && found.patients == nil, "\(condition)")
        }
    }

    /// The numbers that are tested are handed over.
    @Test func numbersAreComparedWithEachOther() async throws {
        let cohort = """
            a = first observation of "Prostate Specific Antigen" is known
            b = last observation of "Prostate Specific Antigen" is known
            patients where b is at least 2 times a
            """
        #expect(try await SmallDatabase.answer("", cohort).overall == .exact)
    }
}
