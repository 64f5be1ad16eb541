import RDF

/// A point in time of `xsd:dateTime` or `xsd:date`, with or without a time zone.
struct TemporalValue {
    let year: Int
    let month: Int
    let day: Int
    let hour: Int
    let minute: Int
    /// As written, `5` or `5.25`.
    let secondText: String
    let second: Double
    /// In minutes east of UTC; nil when none is given.
    let zone: Int?
    /// As written: `Z`, `-05:00` or nothing.
    let zoneText: String
    private let isDate: Bool

    init?(_ literal: Literal) {
        guard literal.datatype == XSD.dateTime || literal.datatype == XSD.date else { return nil }
        isDate = literal.datatype == XSD.date
        var text = Substring(literal.lexicalForm)
        zoneText = Self.takeZone(&text)
        zone = Self.minutes(ofZone: zoneText)
        let halves = text.split(separator: "T", omittingEmptySubsequences: false)
        guard halves.count == (isDate ? 1 : 2), let date = Self.date(halves[0]) else { return nil }
        (year, month, day) = date
        guard !isDate else {
            (hour, minute, secondText, second) = (0, 0, "0", 0)
            return
        }
        let parts = halves[1].split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let hour = Int(parts[0]), let minute = Int(parts[1]), let second = Double(parts[2]),
            parts[2].prefix(2).allSatisfy(\.isNumber),
            (0...24).contains(hour), (0..<60).contains(minute), second >= 0, second < 60
        else { return nil }
        (self.hour, self.minute, self.second) = (hour, minute, second)
        secondText = String(parts[2])
    }

    private static func takeZone(_ text: inout Substring) -> String {
        if text.hasSuffix("Z") {
            text.removeLast()
            return "Z"
        }
        let tail = text.suffix(6)
        guard tail.count == 6, let sign = tail.first, sign == "+" || sign == "-", tail.dropFirst(3).first == ":" else { return "" }
        text.removeLast(6)
        return String(tail)
    }

    private static func minutes(ofZone text: String) -> Int? {
        if text == "Z" { return 0 }
        guard text.count == 6, let hours = Int(text.dropFirst().prefix(2)), let minutes = Int(text.suffix(2)) else { return nil }
        return (text.hasPrefix("-") ? -1 : 1) * (hours * 60 + minutes)
    }

    private static func date(_ text: Substring) -> (Int, Int, Int)? {
        let isNegative = text.hasPrefix("-")
        let parts = (isNegative ? text.dropFirst() : text).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count >= 4, parts[1].count == 2, parts[2].count == 2, let year = Int(parts[0]), year < 1_000_000,
            let month = Int(parts[1]), let day = Int(parts[2]), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        return (isNegative ? -year : year, month, day)
    }

    /// Seconds on a common line; the zone, where there is one, taken off.
    var position: Double {
        // Days of the proleptic Gregorian calendar, counted from a March so that leap days come last.
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Double(days * 86_400 + hour * 3_600 + minute * 60 - (zone ?? 0) * 60) + second
    }

    /// Less than zero, zero or more as the points follow each other; nil when a missing zone leaves that open, or for a date and a time.
    static func compare(_ left: TemporalValue, _ right: TemporalValue) -> Int? {
        guard left.isDate == right.isDate else { return nil }
        let difference = left.position - right.position
        if (left.zone == nil) != (right.zone == nil), difference.magnitude <= 14 * 3_600 { return nil }
        return difference < 0 ? -1 : difference == 0 ? 0 : 1
    }
}
