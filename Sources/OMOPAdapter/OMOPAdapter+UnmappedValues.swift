import Diagnostics
public import Execution
import Hyperontology

extension OMOPAdapter: ValueSource {
    /// The concepts of records that no concept of the hyperontology has, and nothing above them in the site's own vocabulary either.
    public func unmappedValues() async throws(SourceFailure) -> [UnmappedValue] {
        let schema = try await database.reopen()
        var found: [UnmappedValue] = []
        var seen: Set<String> = []
        for place in bindings.events.values.flatMap(\.places) where place.codeSystems.contains("omop") {
            guard let bound = try? BoundTable(place, schema: schema), let patient = try? bound.column("patientField") else { continue }
            for role in ["conceptField", "codedValueField"] {
                guard let column = try? bound.optionalColumn(role), seen.insert("\(bound.table.name).\(column.name.name)").inserted else {
                    continue
                }
                found += try await unmapped(column, of: patient, in: bound, schema)
            }
        }
        return found.inOrder
    }

    private func unmapped(
        _ column: BoundColumn, of patient: BoundColumn, in table: BoundTable, _ schema: OMOPSchema
    ) async throws(SourceFailure) -> [UnmappedValue] {
        let name = column.of("t").text
        let text =
            "SELECT \(name), count(DISTINCT \(patient.of("t").text)) FROM \(table.reference) AS t WHERE \(name) IS NOT NULL GROUP BY \(name)"
        let counted = try await database.rows(of: OMOPStatement(text: text, parameters: [])) { row -> (String, Int)? in
            guard let code = OMOPValue.code(row[0]), let patients = OMOPValue.integer(row[1]) else { return nil }
            return (code, patients)
        }
        let open = counted.filter { !bindings.knows($0.0, in: "omop") }
        guard !open.isEmpty else { return [] }
        let covered = try await covered(by: schema.ancestry, name, table)
        return open.filter { !covered.contains($0.0) }.map { code, patients in
            UnmappedValue(place: "\(table.table.name).\(column.name.name)", value: code, patients: patients)
        }
    }

    /// The recorded concepts that lie below one that is mapped.
    private func covered(
        by ancestry: OMOPSchema.Ancestry?, _ column: String, _ table: BoundTable
    ) async throws(SourceFailure) -> Set<String> {
        guard let ancestry else { return [] }
        let known = bindings.knownCodes["omop"] ?? []
        let text = """
            SELECT a.\(ancestry.ancestor.quoted), a.\(ancestry.descendant.quoted) FROM \(ancestry.reference) AS a
            WHERE a.\(ancestry.descendant.quoted) IN (SELECT \(column) FROM \(table.reference) AS t)
            """
        return Set(
            try await database.rows(of: OMOPStatement(text: text, parameters: [])) { row -> String? in
                guard let ancestor = OMOPValue.code(row[0]), known.contains(ancestor) else { return nil }
                return OMOPValue.code(row[1])
            })
    }
}
