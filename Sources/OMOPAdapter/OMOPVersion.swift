import Execution

/// A version of the CDM, as a database's table `cdm_source` names it.
struct OMOPVersion: Hashable, Sendable {
    /// `5.4`, `v5.3.1`, `CDM v5.4.0`.
    let text: String

    /// The numbers in it.
    private var numbers: [Int] {
        text.split(whereSeparator: { !("0"..."9").contains($0) && $0 != "." }).first?.split(separator: ".").compactMap { Int($0) } ?? []
    }

    /// Whether its tables mean what the bindings say. Version 5 kept the tables and columns that are bound; 6 moved some and renamed others.
    /// A text that holds no number says nothing.
    var isReadable: Bool { numbers.first.map { $0 == 5 } ?? true }

    /// Whether it is the version that the bindings were written for.
    var isExpected: Bool { numbers.starts(with: [5, 4]) }

    /// What a database says of itself, sorted; nothing where it does not say.
    static func all(in database: any OMOPDatabase, _ schema: OMOPSchema) async throws(SourceFailure) -> [OMOPVersion] {
        guard let name = SQLIdentifier("cdm_source"), let table = schema[name], let column = SQLIdentifier("cdm_version"),
            let version = table[column], version.isReadable
        else { return [] }
        let statement = OMOPStatement(text: "SELECT DISTINCT \(version.name.quoted) FROM \(table.reference)", parameters: [])
        let texts = try await database.rows(of: statement) { OMOPValue.text($0[0])?.trimmingBlanks }
        return texts.filter { !$0.isEmpty }.sorted().map(OMOPVersion.init)
    }
}
