public import Execution
import GRDB
import Hyperontology

extension DICOMAdapter: ValueSource {
    /// The values in the index that the hyperontology has no mapping for, by property, the most frequent first.
    @concurrent public func unmappedValues() async throws(SourceFailure) -> [UnmappedValue] {
        guard let index else { return [] }
        do {
            let snapshot = try index.snapshot()
            let profiles = try await snapshot.read { database in
                try Row.fetchAll(database, sql: "SELECT id, content FROM profile").map { row in
                    (id: row[0] as Int64, evidence: try IndexContent.evidence(row[1]))
                }
            }
            var places: [ValuePlace: Set<Int64>] = [:]
            for profile in profiles { for place in unmapped(in: profile.evidence) { places[place, default: []].insert(profile.id) } }
            var found: [UnmappedValue] = []
            for (place, profiles) in places {
                let list = "[\(profiles.sorted().map { "\($0)" }.joined(separator: ","))]"
                let patients = try await snapshot.read { database in
                    try Int.fetchOne(
                        database,
                        sql: """
                            SELECT count(DISTINCT study.patient) FROM json_each(?) AS wanted JOIN series ON series.profile = wanted.value
                            JOIN study ON study.id = series.study JOIN patient ON patient.id = study.patient WHERE patient.name <> ''
                            """, arguments: [list]) ?? 0
                }
                found.append(UnmappedValue(place: place.property, value: place.value, patients: patients))
            }
            return found.filter { $0.patients > 0 }.inOrder
        } catch {
            throw index.failure(error)
        }
    }

    /// Whether a code is of a scheme that another field of the property reads.
    private func isOfAnother(_ field: PropertyField, _ value: String, _ binding: PropertyBinding) -> Bool {
        guard let path = TagPath(field.name), path.scheme != nil, let bar = value.firstIndex(of: "|") else { return false }
        return binding.fields.contains { other in
            TagPath(other.name).map { $0.isBeside(path) && $0.scheme == String(value[..<bar]) } ?? false
        }
    }

    private struct ValuePlace: Hashable {
        let property: String
        let value: String
    }

    private func unmapped(in evidence: SeriesEvidence) -> Set<ValuePlace> {
        var found: Set<ValuePlace> = []
        for (property, binding) in bindings.properties {
            for field in binding.fields {
                guard let system = field.codeSystem else { continue }
                for object in [evidence.series] + evidence.images {
                    guard case .values(let values) = object[field.name] else { continue }
                    for value in values
                    where !isOfAnother(field, value, binding) && !bindings.knows(value, in: system)
                        && !bindings.knows(value.uppercased(), in: system)
                    {
                        found.insert(ValuePlace(property: property, value: value.uppercased()))
                    }
                }
            }
        }
        return found
    }
}
