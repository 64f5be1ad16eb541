import Diagnostics
public import Execution

extension OMOPAdapter {
    /// The columns of a table of a crosswalk: what the node calls a patient, the source's name, and the patient's identifier there.
    public static let crosswalkColumns = ["patient", "source", "identifier"]

    /// A crosswalk that is kept as a table or view of this database.
    /// - Throws: `N0290` where there is no such table, or not with these columns; a row that leaves one of them empty is none.
    public func crosswalk(table name: String) async throws(SourceFailure) -> PatientCrosswalk {
        let schema = try await database.reopen()
        guard let table = SQLIdentifier(name), let found = schema[table] else {
            throw missing("the database has no table `\(name)`", name)
        }
        var columns: [String] = []
        for column in OMOPAdapter.crosswalkColumns {
            guard let identifier = SQLIdentifier(column), let known = found[identifier], known.isReadable else {
                throw missing("table `\(name)` has no column `\(column)` that may be read", name)
            }
            // A number is as good a name as a text.
            columns.append(database.dialect.name(BoundColumn(name: known.name, content: known.content).of("t")))
        }
        let statement = OMOPStatement(text: "SELECT \(columns.joined(separator: ", ")) FROM \(found.reference) AS t", parameters: [])
        return PatientCrosswalk(
            try await database.rows(of: statement) { row in
                let texts = (0..<3).map { OMOPValue.text(row[$0])?.trimmingBlanks ?? "" }
                guard texts.allSatisfy({ !$0.isEmpty }) else { return nil }
                return PatientCrosswalk.Link(patient: texts[0], source: texts[1], identifier: texts[2])
            })
    }

    private func missing(_ reason: String, _ table: String) -> SourceFailure {
        SourceFailure(
            source: name,
            Diagnostic(
                "N0290", "the crosswalk `\(table)` of source `\(name)` cannot be read",
                help: "make a table or view with the columns `patient`, `source` and `identifier`, which this node's account may read",
                notes: [reason]))
    }
}
