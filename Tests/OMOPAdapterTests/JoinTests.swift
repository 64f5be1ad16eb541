import CohortPlan
import Diagnostics
import Execution
import Foundation
import OMOPAdapter
import Synchronization
import Testing

/// What a database does for a join: a crosswalk in one of its tables, rows as they come, of some patients alone, and statistics.
@Suite struct JoinTests {
    private static let rows = """
        INSERT INTO measurement VALUES (1, 1, 3013603, '2020-01-01', 5, NULL, 8842, NULL, NULL), (2, 2, 3013603, '2020-01-02', 6, NULL, 8842, NULL, NULL),
            (3, 4, 3013603, '2020-01-03', 7, NULL, 8842, NULL, NULL);
        CREATE TABLE patient_links (patient, source, identifier);
        INSERT INTO patient_links VALUES ('P1', 'omop', 'A'), ('P1', 'archive', ' 17 '), ('P2', 'omop', 4), ('P3', 'omop', NULL), ('', 'omop', 'B');
        CREATE TABLE no_links (patient, source);
        """

    @Test func aTableHoldsACrosswalk() async throws {
        let database = try SmallDatabase(Self.rows)
        defer { database.remove() }
        let crosswalk = try await database.adapter().crosswalk(table: "patient_links")
        #expect(crosswalk.patient(of: "A", in: "omop") == "P1" && crosswalk.patient(of: "4", in: "omop") == "P2")
        #expect(crosswalk.identifiers(of: "P1", in: "archive") == ["17"])
        // What leaves something out says nothing.
        #expect(crosswalk.patient(of: "B", in: "omop") == nil && !crosswalk.knows("P3"))
        for table in ["no_links", "nothing", "person; DROP TABLE person"] {
            let failure = await #expect(throws: SourceFailure.self) { try await database.adapter().crosswalk(table: table) }
            #expect(failure?.diagnostic.code == "N0290", "\(table)")
        }
    }

    /// The same as all at once, and of some patients alone nothing of the others.
    @Test(arguments: [OMOPPushdown.all, .concepts]) func rowsAreHandedOverAsTheyCome(pushdown: OMOPPushdown) async throws {
        let database = try SmallDatabase(Self.rows)
        defer { database.remove() }
        let adapter = database.adapter(pushdown: pushdown)
        let plan = try database.plan("patients where any observation of \"PSA\" > 4 ng/mL")
        let whole = try await adapter.deliver(SourceOrder(requests: plan.plan.requests), in: plan)
        let gathering = DeliveryGathering()
        try await adapter.deliver(SourceOrder(requests: plan.plan.requests), in: plan, to: gathering)
        #expect(gathering.delivery.patients.sorted { $0.id < $1.id } == whole.patients.sorted { $0.id < $1.id })
        let request = try #require(plan.plan.requests.first)
        #expect(Set(gathering.delivery.events[request] ?? []) == Set(whole.events[request] ?? []))
        #expect(whole.events[request]?.count == 3)
    }

    @Test func ofSomePatientsAloneNothingOfTheOthersIsRead() async throws {
        let database = try SmallDatabase(Self.rows)
        defer { database.remove() }
        let plan = try database.plan("patients where any observation of \"PSA\" > 4 ng/mL")
        let request = try #require(plan.plan.requests.first)
        let gathering = DeliveryGathering()
        let order = SourceOrder(requests: [request], patients: PatientRestriction(["4", "B", "it's \"nobody\""]))
        try await database.adapter().deliver(order, in: plan, to: gathering)
        #expect(Set(gathering.delivery.events[request]?.map(\.patient) ?? []) == ["4", "B"])
        // Who they are is told of all.
        #expect(gathering.delivery.patients.count == 4)
        #expect(await database.adapter().estimate(of: [request], in: plan) == 3)
    }

    /// A node that takes no more stops the statement.
    @Test func whatIsNotTakenIsNotReadToTheEnd() async throws {
        let database = try SmallDatabase(Self.rows)
        defer { database.remove() }
        let plan = try database.plan("patients where any observation of \"PSA\" > 4 ng/mL")
        let full = SourceFailure(source: "omop", Diagnostic("N0003", "there is no more room"))
        let failure = await #expect(throws: SourceFailure.self) {
            try await database.adapter().deliver(SourceOrder(requests: plan.plan.requests), in: plan, to: Full(failure: full))
        }
        #expect(failure == full)
    }

    private struct Full: DeliveryReceiver {
        let failure: SourceFailure
        func receive(_ patients: [SourcePatient]) throws(SourceFailure) { throw failure }
        func receive(_ events: [SourceEvent], of request: EventRequest) throws(SourceFailure) { throw failure }
        func note(unlinked patients: Int) {}
    }
}
