import CohortPlan
import Execution
import Hyperontology

/// Lowers the tests of imaging series, and gathers the columns that they read.
struct SeriesTests {
    /// In the order of the statement's list.
    private(set) var columns: [BoundColumn] = []
    private(set) var assessments: [Assessment] = []
    private let firstColumn: Int

    /// - Parameter firstColumn: the position of the first of ``columns`` in a row.
    init(firstColumn: Int) { self.firstColumn = firstColumn }

    /// - Throws: for a property that has no column in this database, naming it.
    mutating func lower(_ groups: [[AttributeTest]], in bound: BoundTable, plan: ExpandedPlan, bindings: ModelBindings) throws(LoweringGap)
        -> [[SeriesTest]]
    {
        var lowered: [[SeriesTest]] = []
        for group in groups {
            var tests: [SeriesTest] = []
            for attribute in group { tests.append(try lower(attribute, in: bound, plan: plan, bindings: bindings)) }
            lowered.append(tests)
        }
        return lowered
    }

    private mutating func lower(_ attribute: AttributeTest, in bound: BoundTable, plan: ExpandedPlan, bindings: ModelBindings)
        throws(LoweringGap) -> SeriesTest
    {
        let name = attribute.property.rawValue.split(whereSeparator: { "/#".contains($0) }).last.map(String.init) ?? ""
        var fields: [(column: BoundColumn, field: PropertyField)] = []
        for field in bindings.properties[attribute.property.rawValue]?.fields ?? [] {
            if let column = try bound.column(named: field.name) { fields.append((column, field)) }
        }
        guard !fields.isEmpty else { throw LoweringGap("table `\(bound.table.name)` does not tell the property `\(name)`") }
        let usable = fields.filter { attribute.test.canRead($0.field) }
        guard !usable.isEmpty else { throw LoweringGap("table `\(bound.table.name)` does not tell the property `\(name)` in this form") }
        let places = usable.map { SeriesTest.Column(position: position(of: $0.column), field: $0.field) }
        switch attribute.test {
        case .coded(let set):
            let codes = try CodeSet(set, systems: usable.compactMap(\.field.codeSystem).sorted(), plan: plan, bindings: bindings)
            assessments.append(codes.assessment)
            return SeriesTest(columns: places, test: .coded(codes))
        case .quantity(let range): return SeriesTest(columns: places, test: .quantity(range))
        case .flag(let wanted): return SeriesTest(columns: places, test: .flag(wanted))
        case .assumed, .text: throw LoweringGap("table `\(bound.table.name)` does not tell the property `\(name)` in this form")
        }
    }

    private mutating func position(of column: BoundColumn) -> Int {
        if let known = columns.firstIndex(of: column) { return firstColumn + known }
        columns.append(column)
        return firstColumn + columns.count - 1
    }
}

/// A test of one property of a series, by the columns that may hold it.
struct SeriesTest: Sendable {
    struct Column: Sendable {
        /// In a row.
        let position: Int
        let field: PropertyField
    }

    enum Test: Sendable {
        case coded(CodeSet)
        case quantity(QuantityRange)
        case flag(Bool)
    }

    /// The first that is filled in counts.
    let columns: [Column]
    let test: Test

    /// Whether a row passes; unknown when no column is filled in.
    func truth(in row: any SQLRow) -> Truth {
        for column in columns { if let truth = truth(of: row[column.position], in: column.field) { return truth } }
        return .unknown
    }

    /// Nil for a column that is not filled in.
    private func truth(of value: SQLValue, in field: PropertyField) -> Truth? {
        switch test {
        case .coded(let codes): OMOPValue.code(value).map { codes.contains($0, in: field.codeSystem.map { [$0] } ?? []) }
        case .quantity(let range): OMOPValue.number(value).map { range.contains(Quantity($0, field.unit)) }
        case .flag(let wanted): flag(value, field).map { Truth($0 == wanted) }
        }
    }

    private func flag(_ value: SQLValue, _ field: PropertyField) -> Bool? {
        switch value {
        case .null: nil
        case _ where field.isPresence: OMOPValue.code(value) != nil
        case .integer(0), .text("0"), .text("false"): false
        case .integer(1), .text("1"), .text("true"): true
        default: nil
        }
    }
}

extension ValueTest {
    /// Whether a column holds values of the kind that is tested.
    fileprivate func canRead(_ field: PropertyField) -> Bool {
        switch self {
        case .coded: field.codeSystem != nil
        case .quantity: field.unit != nil
        case .flag: field.isPresence || (field.codeSystem == nil && field.unit == nil)
        case .assumed, .text: false
        }
    }
}
