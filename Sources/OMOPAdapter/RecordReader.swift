import CohortPlan
import Execution

/// Reads rows of patient, key, start, end, number, operator, unit, unit as text, and coded value.
struct RecordReader: Sendable {
    let table: String
    let test: Test
    /// Whether two more columns say the visit and the specimen.
    let readsBonds: Bool

    /// The test of a record's value.
    enum Test: Sendable {
        case none
        case coded(CodeSet)
        case quantity(QuantityRange, omopUnits: [String: String], assumesUnit: Bool)
    }

    /// The row's event; nil when its value surely fails the test.
    func event(in row: any SQLRow) -> SourceEvent? {
        let value = recorded(in: row)
        let truth = self.truth(of: row, value)
        guard truth != .no, let patient = OMOPValue.text(row[0]) else { return nil }
        // A row that lacks its number is a record all the same.
        let key = OMOPValue.key(row[1], table: table) ?? "\(table)/"
        return SourceEvent(
            patient: patient, key: key, start: OMOPValue.date(row[2]), end: OMOPValue.date(row[3]), isCertain: truth == .yes, value: value,
            visit: readsBonds ? OMOPValue.code(row[9]) : nil, specimen: readsBonds ? OMOPValue.code(row[10]) : nil)
    }

    private func truth(of row: any SQLRow, _ value: RecordedValue) -> Truth {
        switch test {
        case .none: return .yes
        case .coded(let codes): return OMOPValue.code(row[8]).map { codes.contains($0, in: codes.systems) } ?? .unknown
        case .quantity(let range, _, _):
            guard case .quantity(let quantity, let comparator) = value else { return .unknown }
            return range.contains(quantity, comparator: comparator)
        }
    }

    /// The number of a row that is tested for one; absent where there is none, or an operator that says nothing known.
    private func recorded(in row: any SQLRow) -> RecordedValue {
        guard case .quantity(let range, let omopUnits, let assumesUnit) = test, let number = OMOPValue.number(row[4]),
            let comparator = OMOPValue.comparator(row[5])
        else { return .absent }
        let isMissing = OMOPValue.code(row[6]) == nil && OMOPValue.code(row[7]) == nil
        let quantity = Quantity(number, isMissing && assumesUnit ? range.unit : unit(id: row[6], text: row[7], omopUnits))
        return switch comparator {
        case .equal: .quantity(quantity, comparator: nil)
        case .bound(let sign): .quantity(quantity, comparator: sign)
        }
    }

    /// The unit's concept where one is recorded, else what the source called it.
    private func unit(id: SQLValue, text: SQLValue, _ omopUnits: [String: String]) -> String? {
        if let id = OMOPValue.code(id) { return omopUnits[id] }
        return OMOPValue.code(text)
    }
}
