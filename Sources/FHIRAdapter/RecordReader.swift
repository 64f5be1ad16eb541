import CohortPlan
import Execution
import GRDB

/// Reads rows of patient, key, start, end, number, unit, comparator, and coded values.
struct RecordReader: Sendable {
    let test: Test

    /// The test of a record's value.
    enum Test: Sendable {
        case none
        case coded(CodeSet)
        case quantity(QuantityRange, assumesUnit: Bool)
    }

    /// What every row holds; a coded value stands in the last column.
    static let columns = """
        e.patient, e.key, e.start_earliest, e.start_latest, e.end_earliest, e.end_latest, e.number, e.unit, e.comparator
        """

    /// The names of the columns that a row has where the plan asks for what events belong to.
    static let visit = "belongs_to_visit"
    static let specimen = "belongs_to_specimen"

    /// The row's event; nil when its value surely fails the test.
    func event(in row: Row) -> SourceEvent? {
        let truth = self.truth(of: row)
        guard truth != .no, let patient = row[0] as String?, let key = row[1] as String? else { return nil }
        return SourceEvent(
            patient: patient, key: key, start: StoreDate.range(row[2], row[3]), end: StoreDate.range(row[4], row[5]),
            isCertain: truth == .yes, value: value(of: row), visit: row[Self.visit], specimen: row[Self.specimen])
    }

    private func value(of row: Row) -> RecordedValue {
        guard case .quantity(let range, let assumesUnit) = test, let number = (row[6] as String?).flatMap({ ExactDecimal($0) }) else {
            return .absent
        }
        return .quantity(Quantity(number, row[7] ?? (assumesUnit ? range.unit : nil)), comparator: row[8])
    }

    private func truth(of row: Row) -> Truth {
        switch test {
        case .none: return .yes
        case .coded(let codes): return codes.contains(CodingList.codings(row[9]))
        case .quantity(let range, _):
            guard case .quantity(let quantity, let comparator) = value(of: row) else { return .unknown }
            return range.contains(quantity, comparator: comparator)
        }
    }
}

/// Codes of one element as a statement gathers them into one column.
enum CodingList {
    /// The codes of a table's rows, each system before its code. Control characters part them, which no code holds.
    static func gathered(_ table: String) -> String {
        "group_concat(\(table).system || char(31) || \(table).code, char(30))"
    }

    static func codings(_ column: String?) -> [FHIRCoding] {
        (column ?? "").split(separator: "\u{1E}").compactMap { pair in
            let parts = pair.split(separator: "\u{1F}", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 ? FHIRCoding(system: String(parts[0]), code: String(parts[1])) : nil
        }
    }
}
