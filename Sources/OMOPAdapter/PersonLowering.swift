import CohortPlan
import Execution
import GRDB
import Hyperontology

/// Where the patients are, and how they are read.
struct PersonLowering: Sendable {
    /// All patients: identifier, sex, and year, month and day of birth.
    let statement: OMOPStatement
    private let hasSex: Bool
    private let hasBirthDate: Bool
    private let table: SQLIdentifier
    private let key: SQLIdentifier
    private let sharedIdentifier: SQLIdentifier?

    /// CDM 5.4: the source's own identifier of a person, which the node's other sources use too.
    private static let sharedIdentifierColumn = "person_source_value"

    static func lower(_ place: Place?, schema: OMOPSchema?) -> Result<PersonLowering, LoweringGap> {
        guard let place else { return .failure(LoweringGap("no table of patients is bound")) }
        return Result { () throws(LoweringGap) in try PersonLowering(place, schema: schema) }
    }

    private init(_ place: Place, schema: OMOPSchema?) throws(LoweringGap) {
        let bound = try BoundTable(place, schema: schema)
        table = bound.table
        key = try bound.column("patientField")
        sharedIdentifier = bound.column(named: PersonLowering.sharedIdentifierColumn)
        let sex = bound.optionalColumn("sexField")
        let year = bound.optionalColumn("birthYearField")
        hasSex = sex != nil
        hasBirthDate = year != nil
        let columns = [sex, year, bound.optionalColumn("birthMonthField"), bound.optionalColumn("birthDayField")]
        let list = columns.map { $0.map { "p.\($0.quoted)" } ?? "NULL" }.joined(separator: ", ")
        let identifier = PersonLowering.identifier(key, sharedIdentifier)
        statement = OMOPStatement(text: "SELECT \(identifier), \(list) FROM \(table.quoted) AS p", parameters: [])
    }

    /// The expression of the identifier that the node's sources share, for a table of patients called `p`.
    var identifier: String { PersonLowering.identifier(key, sharedIdentifier) }

    private static func identifier(_ key: SQLIdentifier, _ shared: SQLIdentifier?) -> String {
        let own = "CAST(p.\(key.quoted) AS TEXT)"
        return shared.map { "COALESCE(NULLIF(TRIM(p.\($0.quoted)), ''), \(own))" } ?? own
    }

    /// The clause that joins a table called `t` to its patients.
    func join(on column: SQLIdentifier) -> String { "JOIN \(table.quoted) AS p ON p.\(key.quoted) = t.\(column.quoted)" }

    func assess(_ subject: Demographic, sexCodes: [String: String]) -> Assessment {
        switch subject {
        case .sex: hasSex && !sexCodes.isEmpty ? .exact : .notEvaluable("table `\(table.name)` tells no sex")
        case .birthDate: hasBirthDate ? .exact : .notEvaluable("table `\(table.name)` tells no year of birth")
        }
    }

    func patient(in row: Row, sexCodes: [String: String]) -> SourcePatient? {
        guard let id = OMOPValue.text(row[0]) else { return nil }
        let sex = OMOPValue.code(row[1]).flatMap { sexCodes[$0] }.flatMap(Sex.init(rawValue:))
        return SourcePatient(id: id, sex: sex, birthDate: birthDate(in: row))
    }

    /// A month or day that is missing widens the date to all that it can be.
    private func birthDate(in row: Row) -> DateRange? {
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
