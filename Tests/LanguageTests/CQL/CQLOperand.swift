import CohortPlan
import Foundation

/// Why a test of the Clinical Quality Language says nothing about CohortQL.
struct NotMatched: Error, Hashable, CustomStringConvertible {
    let description: String

    init(_ reason: String) { description = reason }

    static let timeOfDay = NotMatched("CohortQL counts days; this looks at the time of day")
    static let zone = NotMatched("a record's date is taken as it was written; this asks for zones")
    static let dense = NotMatched("CohortQL's stretches of time are of days; this one is of decimal numbers")
    static let value = NotMatched("this computes a value; in CohortQL a condition is yes, no or unknown")
    static let kind = NotMatched("CohortQL has no texts, lists or tuples that are compared")
    static let unknownEquality = NotMatched("CohortQL has no equality for which unknown equals unknown")
    static let today = NotMatched("CohortQL does not know which day is today, so that answers repeat")
    static let arithmetic = NotMatched("CohortQL adds a distance to a day, and does not calculate with distances")
}

/// A value of the Clinical Quality Language as CohortQL's records hold it.
enum CQLOperand {
    case truth(Truth)
    /// A day, as far as it is known; nil where nothing is known.
    case point(DateRange?)
    /// A stretch from a day to a day.
    case interval(DateRange?, DateRange?)
    case quantity(Quantity)
    case quantities(ClosedRange<Decimal>, unit: String)
    case null

    /// Beyond every date that is written: what a closed end without a value means.
    private static let first = DateRange(partial: "0001-01-01")
    private static let last = DateRange(partial: "9999-12-31")

    /// - Parameter precision: what is compared; below a day's, the time of day is left out.
    init(_ text: String, precision: String?) throws {
        if text == "null" {
            self = .null
        } else if text == "true" || text == "false" {
            self = .truth(Truth(text == "true"))
        } else if text.hasPrefix("Interval") {
            self = try CQLOperand.interval(text, precision)
        } else if let number = text.wholeMatch(of: #/(-?[0-9]+)/#), let value = Int(number.output.1) {
            self = .point(DateRange(CalendarDate(daysSinceEpoch: 18_000 + value)))
        } else if let number = text.wholeMatch(of: #/(-?[0-9]+(?:\.[0-9]+)?) ?'([^']+)'/#), let value = ExactDecimal(number.output.1) {
            self = .quantity(Quantity(value, String(number.output.2)))
        } else if let number = text.wholeMatch(of: #/-?[0-9]+\.[0-9]+/#), let value = ExactDecimal(number.output) {
            self = .quantity(Quantity(value, "1"))
        } else {
            self = .point(try CQLOperand.day(text, precision))
        }
    }

    private static func interval(_ text: String, _ precision: String?) throws -> CQLOperand {
        guard let match = text.wholeMatch(of: #/Interval([\[(])(.*)([\])])/#) else { throw NotMatched.value }
        let ends = CQLExpression.split(String(match.output.2), at: ",")
        guard ends.count == 2 else { throw NotMatched.value }
        let operands = try ends.map { try CQLOperand($0, precision: precision) }
        if case .quantity(let low) = operands[0], case .quantity(let high) = operands[1], let unit = low.unit, unit == high.unit,
            match.output.1 == "[", match.output.3 == "]", low.value <= high.value
        {
            guard unit != "1" else { throw NotMatched.dense }
            return .quantities(low.value.value...high.value.value, unit: unit)
        }
        func end(_ operand: CQLOperand, closed: Bool, isFirst: Bool) throws -> DateRange? {
            switch operand {
            case .null: return closed ? (isFirst ? first : last) : nil
            case .point(let day?):
                guard !closed else { return day }
                let step = CalendarDistance(isFirst ? 1 : -1, .day)
                return DateRange(day.earliest.advanced(by: step), day.latest.advanced(by: step))
            case .quantity: throw NotMatched.dense
            default: throw NotMatched.value
            }
        }
        return .interval(
            try end(operands[0], closed: match.output.1 == "[", isFirst: true),
            try end(operands[1], closed: match.output.3 == "]", isFirst: false))
    }

    /// `DateTime(2012, 1, 15)`, `Date(2014, 6)`, `@2012-01-15`, with a time of day only where it says nothing.
    private static func day(_ text: String, _ precision: String?) throws -> DateRange {
        if text.hasPrefix("@T") || text.hasPrefix("Time") { throw NotMatched.timeOfDay }
        if text.hasPrefix("'") || text.hasPrefix("{") || text.hasPrefix("Tuple") || text.hasPrefix("List") { throw NotMatched.kind }
        if text.hasPrefix("Today") || text.hasPrefix("Now") { throw NotMatched.today }
        if text.hasSuffix("L") { throw NotMatched("CohortQL has one kind of whole numbers") }
        var parts: [String]
        var isTimed = false
        if let match = text.wholeMatch(of: #/(?:DateTime|Date)\((.*)\)/#) {
            parts = CQLExpression.split(String(match.output.1), at: ",")
            if parts.count > 7 { throw NotMatched.zone }
            isTimed = parts.dropFirst(3).contains { Int($0) != 0 }
            parts = Array(parts.prefix(3))
        } else if let match = text.wholeMatch(of: #/@([0-9-]+?)(?:T([0-9:.]*))?([+-][0-9]{2}:[0-9]{2}|Z)?/#) {
            if match.output.3 != nil { throw NotMatched.zone }
            parts = match.output.1.split(separator: "-").map(String.init)
            isTimed = match.output.2?.contains { $0.isNumber && $0 != "0" } ?? false
        } else {
            throw NotMatched.value
        }
        if isTimed, !["day", "week", "month", "year"].contains(precision) { throw NotMatched.timeOfDay }
        func padded(_ text: String, _ width: Int) -> String { String(repeating: "0", count: max(0, width - text.count)) + text }
        let written = parts.enumerated().map { padded($1, $0 == 0 ? 4 : 2) }.joined(separator: "-")
        guard let range = DateRange(partial: written) else { throw NotMatched("`\(text)` is no day of the calendar") }
        return range
    }
}
