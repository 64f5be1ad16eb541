import Hyperontology

/// A place of the bindings, with its names checked against the rules for identifiers and the tables that are there.
struct BoundTable: Sendable {
    let table: SQLIdentifier
    let place: Place
    /// As a statement names the table.
    let reference: String
    /// Nil when the database could not be read: then every name is taken to be there.
    private let found: OMOPSchema.Table?

    init(_ place: Place, schema: OMOPSchema?) throws(LoweringGap) {
        guard let table = SQLIdentifier(place.container) else { throw LoweringGap("`\(place.container)` is no name of a table") }
        found = schema?[table]
        guard schema == nil || found != nil else { throw LoweringGap("the database has no table `\(table.name)`") }
        self.table = table
        self.place = place
        reference = found?.reference ?? table.quoted
    }

    /// The column of a role that must be there.
    func column(_ role: String) throws(LoweringGap) -> BoundColumn {
        guard let name = place.field(role) else { throw LoweringGap("no \(role) is bound for `\(table.name)`") }
        guard let column = try column(named: name) else { throw LoweringGap("table `\(table.name)` has no column `\(name)`") }
        return column
    }

    /// The column of a role, when it is bound and there.
    func optionalColumn(_ role: String) throws(LoweringGap) -> BoundColumn? {
        guard let name = place.field(role) else { return nil }
        return try column(named: name)
    }

    /// A column by its name, when it is there.
    /// - Throws: for one that is there and may not be read: without it the rest would mean something else.
    func column(named name: String) throws(LoweringGap) -> BoundColumn? {
        guard let identifier = SQLIdentifier(name) else { return nil }
        guard let found else { return BoundColumn(name: identifier, content: .number) }
        guard let column = found[identifier] else { return nil }
        guard column.isReadable else {
            throw LoweringGap("this node's account may not read the column `\(name)` of table `\(table.name)`", isForbidden: true)
        }
        return BoundColumn(name: column.name, content: column.content)
    }
}

/// A column that is there.
struct BoundColumn: Hashable, Sendable {
    let name: SQLIdentifier
    let content: ColumnContent

    /// The column of a table that a statement calls by another name.
    func of(_ alias: String) -> SQLExpression { SQLExpression(text: "\(alias).\(name.quoted)", content: content) }
}
