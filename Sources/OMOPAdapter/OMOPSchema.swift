/// The tables and views of a database, with their columns. Names are compared without regard to case.
struct OMOPSchema: Sendable, Hashable {
    struct Column: Sendable, Hashable {
        /// As the database spells it.
        let name: SQLIdentifier
        let content: ColumnContent
        /// Whether this node's account may read it.
        let isReadable: Bool
    }

    struct Table: Sendable, Hashable {
        /// As the database spells it.
        let name: SQLIdentifier
        /// As a statement names it.
        let reference: String
        /// By name in small letters.
        fileprivate(set) var columns: [String: Column] = [:]
    }

    /// Where the site's vocabulary says what lies below what.
    struct Ancestry: Sendable, Hashable {
        let reference: String
        let ancestor: SQLIdentifier
        let descendant: SQLIdentifier
    }

    /// By name in small letters.
    private var tables: [String: Table] = [:]
    /// Nil where the vocabulary's hierarchy is not there, or empty.
    var ancestry: Ancestry?

    /// Notes a column. Of names that differ in case alone, the one in small letters counts, else the first; a name that is no plain
    /// word is not among those that bindings can use.
    ///
    /// - Parameter schema: the schema of the table, exactly; nil where the database has none.
    mutating func add(column: String, of table: String, in schema: String? = nil, content: ColumnContent, isReadable: Bool = true) {
        guard let table = SQLIdentifier(table), let column = SQLIdentifier(column) else { return }
        let tableKey = table.name.lowercased()
        let columnKey = column.name.lowercased()
        let isBetter = tables[tableKey].map { $0.name.name != tableKey && table.name == tableKey } ?? true
        if isBetter {
            let place = schema.map { "\"\($0.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\"." } ?? ""
            tables[tableKey] = Table(name: table, reference: place + table.quoted)
        }
        guard let known = tables[tableKey], known.name == table else { return }
        if let other = known.columns[columnKey], other.name.name == columnKey || column.name != columnKey { return }
        tables[tableKey]?.columns[columnKey] = Column(name: column, content: content, isReadable: isReadable)
    }

    subscript(table: SQLIdentifier) -> Table? { tables[table.name.lowercased()] }

    /// The table of the vocabulary's hierarchy.
    static let ancestryTable = "concept_ancestor"
    /// Those of the vocabulary that are read.
    static let vocabularyTables: Set<String> = [ancestryTable, "concept", "concept_relationship"]

    /// The hierarchy, whether or not there is anything in it; nil where it cannot be read.
    var possibleAncestry: Ancestry? {
        guard let table = tables[OMOPSchema.ancestryTable], let ancestor = table.columns["ancestor_concept_id"],
            let descendant = table.columns["descendant_concept_id"],
            [ancestor, descendant].allSatisfy({ $0.isReadable && $0.content.isNumber })
        else { return nil }
        return Ancestry(reference: table.reference, ancestor: ancestor.name, descendant: descendant.name)
    }

    var isEmpty: Bool { tables.isEmpty }
}

extension OMOPSchema.Table { subscript(column: SQLIdentifier) -> OMOPSchema.Column? { columns[column.name.lowercased()] } }
