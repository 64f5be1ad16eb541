import CohortPlan
import Execution
import Hyperontology

/// Where the patients are, and how they are read.
struct PersonLowering: Sendable {
    /// All patients: identifier, sex, and year, month and day of birth.
    let select: SQLSelect
    /// The expression of the identifier that the node's sources share, for a table of patients called `p`.
    let identifier: String
    private let hasSex: Bool
    private let hasBirthDate: Bool
    let bound: BoundTable
    let key: BoundColumn
    /// The columns of sex, and of year, month and day of birth.
    let sex: BoundColumn?
    let births: [BoundColumn?]
    private let dialect: any SQLDialect

    /// CDM 5.4: the source's own identifier of a person, which the node's other sources use too.
    private static let sharedIdentifierColumn = "person_source_value"

    static func lower(_ place: Place?, schema: OMOPSchema?, dialect: any SQLDialect) -> Result<PersonLowering, LoweringGap> {
        guard let place else { return .failure(LoweringGap("no table of patients is bound")) }
        return Result { () throws(LoweringGap) in try PersonLowering(place, schema: schema, dialect: dialect) }
    }

    private init(_ place: Place, schema: OMOPSchema?, dialect: any SQLDialect) throws(LoweringGap) {
        bound = try BoundTable(place, schema: schema)
        key = try bound.column("patientField")
        self.dialect = dialect
        let sex = try bound.optionalColumn("sexField")
        let year = try bound.optionalColumn("birthYearField")
        hasSex = sex != nil
        hasBirthDate = year != nil
        let own = dialect.name(key.of("p"))
        let shared = try bound.column(named: PersonLowering.sharedIdentifierColumn)
        identifier = shared.map { "COALESCE(\(dialect.filledText($0.of("p"))), \(own))" } ?? own
        self.sex = sex
        births = [year, try bound.optionalColumn("birthMonthField"), try bound.optionalColumn("birthDayField")]
        let columns = [sex, year, try bound.optionalColumn("birthMonthField"), try bound.optionalColumn("birthDayField")]
        select = SQLSelect(
            columns: [SQLExpression(text: identifier, content: .text)] + columns.map { $0?.of("p") }, source: "FROM \(bound.reference) AS p"
        )
    }

    var identity: SQLExpression { SQLExpression(text: identifier, content: .text) }

    /// How many identifiers stand for more than one row.
    var sharedIdentifiers: OMOPStatement {
        let groups = "SELECT \(identifier) AS id FROM \(bound.reference) AS p GROUP BY \(identifier) HAVING COUNT(*) > 1"
        return OMOPStatement(text: "SELECT COUNT(*) FROM (\(groups)) AS shared", parameters: [])
    }

    /// One row where a table has rows of persons who are not there.
    func orphans(of other: BoundTable, _ column: BoundColumn) -> OMOPStatement {
        let persons = "SELECT 1 FROM \(bound.reference) AS p WHERE \(dialect.equal(key.of("p"), column.of("t")))"
        return OMOPStatement(text: "SELECT 1 FROM \(other.reference) AS t WHERE NOT EXISTS (\(persons)) LIMIT 1", parameters: [])
    }

    /// The clause that joins a table called `t` to its patients.
    func join(on column: BoundColumn) -> String { "JOIN \(bound.reference) AS p ON \(dialect.equal(key.of("p"), column.of("t")))" }

    func assess(_ subject: Demographic, sexCodes: [String: String]) -> Assessment {
        switch subject {
        case .sex: hasSex && !sexCodes.isEmpty ? .exact : .notEvaluable("table `\(bound.table.name)` tells no sex")
        case .birthDate: hasBirthDate ? .exact : .notEvaluable("table `\(bound.table.name)` tells no year of birth")
        }
    }

    func patient(in row: any SQLRow, sexCodes: [String: String]) -> SourcePatient? {
        guard let id = OMOPValue.text(row[0]) else { return nil }
        let sex = OMOPValue.code(row[1]).flatMap { sexCodes[$0] }.flatMap(Sex.init(rawValue:))
        return SourcePatient(id: id, sex: sex, birthDate: birthDate(in: row))
    }

    /// A month or day that is missing widens the date to all that it can be.
    private func birthDate(in row: any SQLRow) -> DateRange? {
        guard let year = OMOPValue.integer(row[2]), (1...9_999).contains(year) else { return nil }
        let month = OMOPValue.integer(row[3]).flatMap { (1...12).contains($0) ? $0 : nil }
        let day = OMOPValue.integer(row[4])
        if let month, let day, let date = CalendarDate(year: year, month: month, day: day) { return DateRange(date) }
        let last = month ?? 12
        guard let start = CalendarDate(year: year, month: month ?? 1, day: 1),
            let end = CalendarDate(year: year, month: last, day: CalendarDate.days(inMonth: last, year: year))
        else { return nil }
        return DateRange(start, end)
    }
}
