import Diagnostics
public import Execution
import Foundation
import GRDB
import Hyperontology

extension FHIRAdapter: ValueSource {
    /// The codes of records none of whose codes any concept has, in systems that the bindings read or others.
    public func unmappedValues() async throws(SourceFailure) -> [UnmappedValue] {
        let known = knownCodes
        return try await store.read { (reading) throws(SourceFailure) in
            var found: [UnmappedValue] = []
            for text in [FHIRAdapter.recordCodes, FHIRAdapter.seriesCodes] {
                found += try await reading.rows(of: StoreStatement(text: text, parameters: [known])) { row in
                    UnmappedValue(place: row[0], value: "\(row[1] as String)|\(row[2] as String)", patients: row[3])
                }
            }
            return found.inOrder
        }
    }

    /// Pairs of system and code.
    private var knownCodes: String {
        let pairs = bindings.knownCodes.flatMap { system, codes in codes.map { [system, $0] } }
        return (try? JSONEncoder().encode(pairs)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
    }

    private static let known = """
        WITH known AS (SELECT json_extract(value, '$[0]') AS system, json_extract(value, '$[1]') AS code FROM json_each(?))
        """

    private static let recordCodes = """
        \(known), mapped AS (
            SELECT DISTINCT coding.event, coding.role FROM coding JOIN known ON known.system = coding.system AND known.code = coding.code
        )
        SELECT event.container || CASE coding.role WHEN 'value' THEN '.value' ELSE '' END, coding.system, coding.code, count(DISTINCT event.patient)
        FROM coding JOIN event ON event.id = coding.event WHERE (coding.event, coding.role) NOT IN mapped
        GROUP BY event.container, coding.role, coding.system, coding.code
        """

    private static let seriesCodes = """
        \(known), mapped AS (
            SELECT DISTINCT s.series, s.field FROM series_coding AS s JOIN known ON known.system = s.system AND known.code = s.code
        )
        SELECT event.container || '.' || s.field, s.system, s.code, count(DISTINCT event.patient)
        FROM series_coding AS s JOIN series ON series.id = s.series JOIN event ON event.id = series.event
        WHERE (s.series, s.field) NOT IN mapped GROUP BY event.container, s.field, s.system, s.code
        """
}
