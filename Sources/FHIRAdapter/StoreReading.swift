import CohortPlan
import Diagnostics
import Execution
import GRDB
import Hyperontology

/// Reads patients and events from a store, whoever filled it.
struct StoreReading: Sendable {
    let queue: DatabaseQueue
    let source: String

    func patients(sexCodes: [String: String]) async throws(SourceFailure) -> [SourcePatient] {
        let statement = StoreStatement(text: "SELECT id, sex, birth_earliest, birth_latest FROM patient", parameters: [])
        return try await rows(of: statement) { row in
            guard let id = row[0] as String? else { return nil }
            let sex = (row[1] as String?).flatMap { sexCodes[$0] }.flatMap(Sex.init(rawValue:))
            return SourcePatient(id: id, sex: sex, birthDate: StoreDate.range(row[2], row[3]))
        }
    }

    /// By logical id, what patients are called in a system of identifiers.
    func identifiers(in system: String) async throws(SourceFailure) -> [String: [String]] {
        let statement = StoreStatement(text: "SELECT patient, value FROM patient_identifier WHERE system = ?", parameters: [system])
        let pairs = try await rows(of: statement) { row -> (String, String)? in
            guard let patient = row[0] as String?, let value = row[1] as String? else { return nil }
            return (patient, value)
        }
        return Dictionary(grouping: pairs, by: \.0).mapValues { $0.map(\.1) }
    }

    /// - Parameter patients: of whom; nil for all.
    func events(_ lowered: LoweredRequest, of patients: PatientRestriction? = nil) async throws(SourceFailure) -> [SourceEvent] {
        var events: [SourceEvent] = []
        for query in lowered.queries {
            let statement = query.statement.restricted(to: patients)
            switch query.rows {
            case .records(let reader): events += try await rows(of: statement) { reader.event(in: $0) }
            case .images(let reader):
                let rows = try await rows(of: statement) { reader.series(in: $0) }
                events += reader.events(from: rows)
            }
        }
        return events
    }

    /// How many rows a request has, up to a number beyond which it does not matter.
    func count(_ lowered: LoweredRequest) async throws(SourceFailure) -> Int {
        var number = 0
        for query in lowered.queries {
            let counting = StoreStatement(
                text: "SELECT count(*) FROM (SELECT 1 FROM (\(query.statement.text)) LIMIT 200000)", parameters: query.statement.parameters)
            number += try await rows(of: counting) { $0[0] as Int? }.first ?? 0
        }
        return number
    }

    /// Runs a statement and hands every row to a function.
    /// - Returns: what the function made of the rows, without its nils.
    func rows<Value: Sendable>(
        of statement: StoreStatement, _ read: @escaping @Sendable (Row) throws -> Value?
    ) async throws(SourceFailure) -> [Value] {
        do {
            return try await queue.read { database in
                let cursor = try Row.fetchCursor(database, sql: statement.text, arguments: StatementArguments(statement.parameters))
                var values: [Value] = []
                while let row = try cursor.next() {
                    if let value = try read(row) { values.append(value) }
                }
                return values
            }
        } catch {
            throw SourceFailure(source: source, Diagnostic(describing: error, source: source))
        }
    }
}
