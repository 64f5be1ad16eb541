import Hyperontology

/// A place of the bindings, with its names checked against the rules for identifiers and the tables that are there.
struct BoundTable: Sendable {
    let table: SQLIdentifier
    let place: Place
    /// Nil when the database could not be read: then every name is taken to be there.
    private let schema: OMOPSchema?

    init(_ place: Place, schema: OMOPSchema?) throws(LoweringGap) {
        guard let table = SQLIdentifier(place.container) else { throw LoweringGap("`\(place.container)` is no name of a table") }
        guard schema?.hasTable(table) ?? true else { throw LoweringGap("the database has no table `\(table.name)`") }
        self.table = table
        self.place = place
        self.schema = schema
    }

    /// The column of a role that must be there.
    func column(_ role: String) throws(LoweringGap) -> SQLIdentifier {
        guard let name = place.field(role) else { throw LoweringGap("no \(role) is bound for `\(table.name)`") }
        guard let column = column(named: name) else { throw LoweringGap("table `\(table.name)` has no column `\(name)`") }
        return column
    }

    /// The column of a role, when it is bound and there.
    func optionalColumn(_ role: String) -> SQLIdentifier? { place.field(role).flatMap(column(named:)) }

    /// A column by its name, when it is there.
    func column(named name: String) -> SQLIdentifier? {
        guard let column = SQLIdentifier(name), schema?.has(column, in: table) ?? true else { return nil }
        return column
    }

    /// Whether a column makes numbers of what it is compared with.
    func isNumeric(_ column: SQLIdentifier) -> Bool { schema?.isNumeric(column, in: table) ?? true }
}
