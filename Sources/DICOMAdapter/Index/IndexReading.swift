import CohortPlan
import Diagnostics
import Execution
import Foundation
import GRDB

/// Answers from an index: what its profiles say is compared here as a live archive's answers are, and the series that have them are looked up.
struct IndexReading: SeriesReading {
    private let index: TagIndex
    private let opened: SharedReading<Opened>

    /// The index as one execution sees it.
    private struct Opened: Sendable {
        let snapshot: DatabaseSnapshot
        let profiles: [(id: Int64, evidence: SeriesEvidence)]

        /// What the profiles say that do not say no to every group of tests.
        func truths(of request: LoweredRequest) -> [Int64: [Truth]] {
            var truths: [Int64: [Truth]] = [:]
            for profile in profiles {
                let found = profile.evidence.truths(of: request.groups)
                if found.isEmpty || found.contains(where: { $0 != .no }) { truths[profile.id] = found }
            }
            return truths
        }
    }

    /// Studies are told from each other by their numbers, and only of what is found are the names looked up.
    func events(of request: EventRequest, _ lowered: LoweredRequest) async throws(SourceFailure) -> [SourceEvent] {
        try await reading { opened in
            let truths = opened.truths(of: lowered)
            return try await opened.snapshot.read { database in
                try IndexedEvents(database, truths: truths, isOfStudies: request.kind == .imagingStudy).found()
            }
        }
    }

    init(_ index: TagIndex) {
        self.index = index
        opened = SharedReading {
            let snapshot = try index.snapshot()
            let profiles = try await snapshot.read { database in
                let rows = try Row.fetchCursor(database, sql: "SELECT id, content FROM profile")
                var found: [(id: Int64, evidence: SeriesEvidence)] = []
                while let row = try rows.next() { found.append((row[0], try IndexContent.evidence(row[1]))) }
                return found
            }
            return Opened(snapshot: snapshot, profiles: profiles)
        }
    }

    static let statement = """
        SELECT patient.name, study.uid, series.uid, study.earliest, study.latest, series.profile
        FROM json_each(?) AS wanted JOIN series ON series.profile = wanted.value JOIN study ON study.id = series.study
        JOIN patient ON patient.id = study.patient WHERE patient.name <> ''
        """

    func people() async throws(SourceFailure) -> People {
        try await reading { opened in
            try await opened.snapshot.read { database in
                var people = People(facts: [People.Facts(sexes: [], births: [])])
                var positions: [Int64: Int] = [:]
                for row in try Row.fetchAll(database, sql: "SELECT id, content FROM person") {
                    let person = try IndexContent.person(row[1])
                    positions[row[0]] = people.facts.count
                    people.facts.append(People.Facts(sexes: person.sexes, births: person.births))
                }
                let rows = try Row.fetchCursor(database, sql: "SELECT name, person FROM patient WHERE name <> ''")
                while let row = try rows.next() { people.members.append((row[0], positions[row[1]] ?? 0)) }
                return people
            }
        }
    }

    func orphans() async throws(SourceFailure) -> Int {
        try await reading { opened in
            try await opened.snapshot.read { database in
                try Int.fetchOne(
                    database,
                    sql: """
                        SELECT count(*) FROM patient JOIN study ON study.patient = patient.id JOIN series ON series.study = study.id
                        WHERE patient.name = ''
                        """) ?? 0
            }
        }
    }

    /// How many series a request may find, counted by what they say.
    func count(of request: LoweredRequest) async throws(SourceFailure) -> Int {
        try await reading { opened in
            let wanted = opened.profiles.filter { $0.evidence.truths(of: request.groups).contains { $0 != .no } }.map(\.id)
            let list = "[\(wanted.map { "\($0)" }.joined(separator: ","))]"
            return try await opened.snapshot.read { database in
                try Int.fetchOne(
                    database,
                    sql: "SELECT count(*) FROM json_each(?) AS wanted JOIN series ON series.profile = wanted.value", arguments: [list])
                    ?? 0
            }
        }
    }

    func rows(of request: LoweredRequest, patients: PatientRestriction?) async throws(SourceFailure) -> [SeriesRow] {
        try await reading { opened in
            let truths = opened.truths(of: request)
            let wanted = "[\(truths.keys.sorted().map { "\($0)" }.joined(separator: ","))]"
            let names = try patients.map { String(decoding: try JSONEncoder().encode($0.ids), as: UTF8.self) }
            return try await opened.snapshot.read { [truths] database in
                let restriction = names == nil ? "" : " AND patient.name IN (SELECT value FROM json_each(?))"
                let cursor = try Row.fetchCursor(
                    database, sql: IndexReading.statement + restriction,
                    arguments: StatementArguments([wanted] + [names].compactMap(\.self)))
                var rows: [SeriesRow] = []
                while let row = try cursor.next() {
                    rows.append(
                        SeriesRow(
                            patient: row[0], study: row[1], uid: row[2], start: IndexReading.days(row[3], row[4]),
                            truths: truths[row[5]] ?? []))
                }
                return rows
            }
        }
    }

    static func days(_ earliest: Int?, _ latest: Int?) -> DateRange? {
        guard let earliest, let latest else { return nil }
        return DateRange(CalendarDate(daysSinceEpoch: earliest), CalendarDate(daysSinceEpoch: latest))
    }

    private func reading<Value: Sendable>(
        _ read: @Sendable (Opened) async throws -> Value
    ) async throws(SourceFailure) -> Value {
        do {
            return try await read(try await opened.value())
        } catch {
            throw index.failure(error)
        }
    }
}
