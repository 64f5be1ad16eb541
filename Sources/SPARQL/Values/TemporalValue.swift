import Foundation
import RDF

/// A point in time of `xsd:dateTime` or `xsd:date`, with or without a time zone.
struct TemporalValue {
    let year: Int
    let month: Int
    let day: Int
    let hour: Int
    let minute: Int
    let second: ExactDecimal
    /// In minutes east of UTC; nil when none is given.
    let zone: Int?
    /// As written: `Z`, `-05:00` or nothing.
    let zoneText: String
    /// The date as written.
    let dateText: String
    private let kind: Kind

    private enum Kind { case dateTime, date, time }

    init?(_ literal: Literal) {
        switch literal.datatype {
        case XSD.dateTime: kind = .dateTime
        case XSD.date: kind = .date
        case XSD.namespace + "time": kind = .time
        default: return nil
        }
        var text = Substring(literal.lexicalForm)
        zoneText = Self.takeZone(&text)
        zone = Self.minutes(ofZone: zoneText)
        guard zoneText.isEmpty || zone != nil else { return nil }
        var halves = text.split(separator: "T", omittingEmptySubsequences: false)
        // A time is one of a day like any other.
        if kind == .time { halves.insert("1972-12-31", at: 0) }
        guard halves.count == (kind == .date ? 1 : 2), let date = Self.date(halves[0]) else { return nil }
        (year, month, day) = date
        dateText = String(halves[0])
        guard kind != .date else {
            (hour, minute, second) = (0, 0, ExactDecimal(0))
            return
        }
        guard let time = Self.time(halves[1]) else { return nil }
        (hour, minute, second) = time
    }

    private static func time(_ text: Substring) -> (Int, Int, ExactDecimal)? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let hour = twoDigits(parts[0]), let minute = twoDigits(parts[1]), minute < 60,
            twoDigits(parts[2].prefix(2)) != nil, parts[2].count == 2 || (parts[2].count > 3 && parts[2].dropFirst(2).first == "."),
            let second = ExactDecimal(parts[2]), second.integer < 60
        else { return nil }
        let isMidnight = hour == 24 && minute == 0 && second.isZero
        return hour < 24 || isMidnight ? (hour, minute, second) : nil
    }

    private static func twoDigits(_ text: Substring) -> Int? {
        text.utf8.count == 2 && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
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
        guard text.count == 6, let hours = twoDigits(text.dropFirst().prefix(2)), let minutes = twoDigits(text.suffix(2)), minutes < 60,
            hours * 60 + minutes <= 14 * 60
        else { return nil }
        return (text.hasPrefix("-") ? -1 : 1) * (hours * 60 + minutes)
    }

    private static func date(_ text: Substring) -> (Int, Int, Int)? {
        let isNegative = text.hasPrefix("-")
        let parts = (isNegative ? text.dropFirst() : text).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count >= 4, parts[1].count == 2, parts[2].count == 2, let year = Int(parts[0]), year < 1_000_000,
            let month = Int(parts[1]), let day = Int(parts[2]), (1...12).contains(month), day >= 1,
            day <= days(in: month, of: isNegative ? -year : year)
        else { return nil }
        return (isNegative ? -year : year, month, day)
    }

    private static func days(in month: Int, of year: Int) -> Int {
        if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
        return [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// Seconds on a common line; the zone, where there is one, taken off.
    var position: ExactDecimal {
        // Days of the proleptic Gregorian calendar, counted from a March so that leap days come last.
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let seconds = days * 86_400 + hour * 3_600 + minute * 60 - (zone ?? 0) * 60
        return ExactDecimal.sum(ExactDecimal(Int128(seconds)), second) ?? ExactDecimal(Int128(seconds))
    }

    /// Less than zero, zero or more as the points follow each other; nil when a missing zone leaves that open, or for a date and a time.
    static func compare(_ left: TemporalValue, _ right: TemporalValue) -> Int? {
        guard left.kind == right.kind else { return nil }
        let (first, second) = (left.position, right.position)
        if (left.zone == nil) != (right.zone == nil) {
            let limit = ExactDecimal(50_400 as Int128)
            guard let difference = second.negated.flatMap({ ExactDecimal.sum(first, $0) }),
                ExactDecimal.compare(difference.magnitude, limit) > 0
            else { return nil }
        }
        return ExactDecimal.compare(first, second)
    }

    /// The zone as a duration from UTC; nil when none is given (SPARQL 1.1, section 17.4.5.8).
    var zoneDuration: Literal? {
        guard let zone else { return nil }
        let (hours, minutes) = (abs(zone) / 60, abs(zone) % 60)
        let parts = (hours > 0 ? "\(hours)H" : "") + (minutes > 0 ? "\(minutes)M" : "")
        let text = (zone < 0 ? "-" : "") + "PT" + (parts.isEmpty ? "0S" : parts)
        return Literal(text, datatype: XSD.namespace + "dayTimeDuration")
    }

    /// A point in time as `xsd:dateTime` writes it, in UTC and to the millisecond.
    static func text(of date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
