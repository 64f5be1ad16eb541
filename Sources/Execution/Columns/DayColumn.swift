import CohortPlan

/// Days, each known to lie in a range or not known at all, as two whole numbers.
struct DayColumn: Sendable {
    private var earliest: [Int32] = []
    private var latest: [Int32] = []

    /// What stands for a day that is not known: no calendar reaches so far.
    private static let none = Int32.min
    private static let calendar = (Int(Int32.min) + 1)...Int(Int32.max)

    init() {}

    init(repeating day: DateRange?, count: Int) {
        let (first, last) = DayColumn.numbers(day)
        earliest = [Int32](repeating: first, count: count)
        latest = [Int32](repeating: last, count: count)
    }

    var count: Int { earliest.count }
    var size: Int { 8 * earliest.count }

    subscript(row: Int) -> DateRange? {
        get {
            guard earliest[row] != DayColumn.none else { return nil }
            return DateRange(CalendarDate(daysSinceEpoch: Int(earliest[row])), CalendarDate(daysSinceEpoch: Int(latest[row])))
        }
        set { (earliest[row], latest[row]) = DayColumn.numbers(newValue) }
    }

    mutating func append(_ day: DateRange?) {
        let (first, last) = DayColumn.numbers(day)
        earliest.append(first)
        latest.append(last)
    }

    func reordered(_ order: [Int32]) -> DayColumn {
        var column = DayColumn()
        column.earliest = order.map { earliest[Int($0)] }
        column.latest = order.map { latest[Int($0)] }
        return column
    }

    /// Whether a row's day comes before another's: by the first day that it can be, then by the last; those not known come first.
    func isOrdered(_ left: Int, before right: Int) -> Bool? {
        if earliest[left] != earliest[right] { return earliest[left] < earliest[right] }
        return latest[left] == latest[right] ? nil : latest[left] < latest[right]
    }

    private static func numbers(_ day: DateRange?) -> (Int32, Int32) {
        guard let day, calendar.contains(day.earliest.daysSinceEpoch), calendar.contains(day.latest.daysSinceEpoch) else {
            return (none, none)
        }
        return (Int32(day.earliest.daysSinceEpoch), Int32(day.latest.daysSinceEpoch))
    }
}
