/// A day of the proleptic Gregorian calendar, held as days since 1970-01-01.
public struct CalendarDate: Hashable, Comparable, Sendable {
    /// Days since 1970-01-01; negative before.
    public let daysSinceEpoch: Int

    public init(daysSinceEpoch: Int) { self.daysSinceEpoch = daysSinceEpoch }

    /// The day of a year, month and day; nil when there is no such day.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), day >= 1, day <= CalendarDate.days(inMonth: month, year: year) else { return nil }
        // Days from civil: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        self.init(daysSinceEpoch: era * 146_097 + dayOfEra - 719_468)
    }

    /// Year, month and day.
    public var components: (year: Int, month: Int, day: Int) {
        let shifted = daysSinceEpoch + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
    }

    /// The number of days of a month.
    public static func days(inMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    public static func < (left: CalendarDate, right: CalendarDate) -> Bool { left.daysSinceEpoch < right.daysSinceEpoch }

    /// The day a distance away. Months and years move to the same day or, where the month is shorter, to its last day.
    public func advanced(by distance: CalendarDistance) -> CalendarDate {
        switch distance.unit {
        case .day: return CalendarDate(daysSinceEpoch: daysSinceEpoch + distance.amount)
        case .week: return CalendarDate(daysSinceEpoch: daysSinceEpoch + 7 * distance.amount)
        case .month: return advanced(byMonths: distance.amount)
        case .year: return advanced(byMonths: 12 * distance.amount)
        }
    }

    private func advanced(byMonths months: Int) -> CalendarDate {
        let (year, month, day) = components
        let index = year * 12 + (month - 1) + months
        let newYear = index >= 0 ? index / 12 : (index - 11) / 12
        let newMonth = index - newYear * 12 + 1
        let newDay = min(day, CalendarDate.days(inMonth: newMonth, year: newYear))
        return CalendarDate(year: newYear, month: newMonth, day: newDay) ?? self
    }

    /// Completed years from a birth date to this day; negative before birth.
    /// Who was born on 29 February completes a year on 1 March of common years.
    public func completedYears(since birth: CalendarDate) -> Int {
        let (year, month, day) = components
        let (birthYear, birthMonth, birthDay) = birth.components
        return year - birthYear - ((month, day) < (birthMonth, birthDay) ? 1 : 0)
    }

    /// Completed months from a birth date to this day; negative before birth. Who was born on a day that a month has not
    /// completes it on the first day of the next.
    public func completedMonths(since birth: CalendarDate) -> Int {
        let (year, month, day) = components
        let (birthYear, birthMonth, birthDay) = birth.components
        return 12 * (year - birthYear) + month - birthMonth - (day < birthDay ? 1 : 0)
    }
}

extension CalendarDate: CustomStringConvertible, Codable {
    /// ISO 8601, `2021-03-04`.
    public var description: String {
        let (year, month, day) = components
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    /// A full ISO 8601 date, `2021-03-04`; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2, parts[2].utf8.count == 2,
            text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let date = CalendarDate(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a date: \(text)")
        }
        self = date
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A signed length of calendar time: `-60 days`, `6 months`.
public struct CalendarDistance: Hashable, Codable, Sendable {
    public enum Unit: String, Codable, Sendable, CaseIterable { case day, week, month, year }

    public let amount: Int
    public let unit: Unit

    public init(_ amount: Int, _ unit: Unit) {
        self.amount = amount
        self.unit = unit
    }

    /// No distance at all.
    public static let zero = CalendarDistance(0, .day)

    /// The most days that it can be, of a length that is not below zero.
    public var mostDays: Int {
        switch unit {
        case .day: amount
        case .week: 7 * amount
        // Four years have 1461 days, a month 31 at most.
        case .month: amount % 12 * 31 + (amount / 12 * 1_461 + 3) / 4
        case .year: (amount * 1_461 + 3) / 4
        }
    }

    /// The same length the other way.
    public var negated: CalendarDistance { CalendarDistance(-amount, unit) }
}
