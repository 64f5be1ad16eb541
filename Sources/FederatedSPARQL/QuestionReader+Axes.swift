import Diagnostics
import Foundation
import Hyperontology
import RDF
import SPARQL

/// Between what ends `HAVING` wants the values of a key.
struct AskedRange {
    private(set) var lower: (value: Decimal, isInclusive: Bool)?
    private(set) var upper: (value: Decimal, isInclusive: Bool)?

    init(of key: Slot, in having: [Expression]) {
        for condition in having {
            guard case .comparison(let written, let left, let right) = condition.bare else { continue }
            let isFlipped = right.variable == key
            guard let number = (isFlipped ? left : right).number, (isFlipped ? right : left).variable == key else { continue }
            let comparison = isFlipped ? written.flipped : written
            switch comparison {
            case .greater, .greaterOrEqual: lower = (number, comparison.isInclusive)
            case .less, .lessOrEqual: upper = (number, comparison.isInclusive)
            case .equal: (lower, upper) = ((number, true), (number, true))
            case .unequal: break
            }
        }
    }

    /// As whole numbers, both ends among them.
    var years: ClosedRange<Int>? {
        guard let lower, let upper, let first = Int("\(lower.value)"), let last = Int("\(upper.value)") else { return nil }
        let (from, to) = (lower.isInclusive ? first : first + 1, upper.isInclusive ? last : last - 1)
        return from <= to ? from...to : nil
    }

    /// The start of the first band and the end of the last, where bands are called by their starts, which lie a step apart.
    func ends(step: Decimal) -> (from: Decimal, to: Decimal)? {
        guard let lower, let upper else { return nil }
        return (lower.isInclusive ? lower.value : lower.value + step, upper.isInclusive ? upper.value + step : upper.value)
    }
}

extension QuestionReader {
    private static let axisHelp =
        "group by `?sex` of `?p co:sex ?sex`, `(FLOOR(?age / 10) AS ?decade)`, `(YEAR(?start) AS ?year)`, the `?value` of "
        + "`?event co:value ?value`, a property of images, or `?node` of `?p co:node ?node`"

    /// What a key of the groups splits patients by, and how its values are made of the strata's names.
    mutating func axis(_ expression: Expression, _ range: AskedRange, at span: SourceSpan, number: Int) throws(Diagnostic) -> (
        MappedText?, AnswerShape.Key
    ) {
        if let slot = expression.variable, let bound = bindings[slot] { return try axis(bound, range, at: span, number: number) }
        if let slot = expression.variable {
            switch roles[slot] {
            case .node: return (nil, .node)
            case .sex: return (MappedText("sex", from: span), .sex(axis: number))
            case .value, .attribute:
                if let found = try recorded(slot, at: span, number: number) { return found }
            default: break
            }
        }
        if case .call(.year, let arguments) = expression.bare, let slot = arguments[0].variable, case .start(let event)? = roles[slot] {
            return try year(of: event, range, at: span, number: number)
        }
        guard let band = Self.band(expression) else { throw noAxis(at: span) }
        let (slot, width, isNumbered) = (band.slot, band.width, band.isNumbered)
        switch roles[slot] {
        case .age(let event, let point) where point != .startInMonths && band.unit == nil:
            guard let years = Int("\(width)") else { throw noAxis(at: span) }
            let found = try single(event, for: "an age", at: span)
            let anchor = (point == .end ? "end of " : "") + cohortName(of: found.slot)
            return (
                MappedText("age at \(anchor) in bands of \(years) years", from: span),
                .age(axis: number, width: years, isNumbered: isNumbered)
            )
        case .value, .attribute:
            return try bands(band, range, at: span, number: number)
        default: throw noAxis(at: span)
        }
    }

    private func noAxis(at span: SourceSpan) -> Diagnostic {
        refusal(Refusal.grouping, "patients are not grouped by this", at: span, help: Self.axisHelp)
    }

    /// `year of index from 2010 to 2020`
    private mutating func year(of event: Slot, _ range: AskedRange, at span: SourceSpan, number: Int) throws(Diagnostic) -> (
        MappedText?, AnswerShape.Key
    ) {
        guard let years = range.years else {
            throw refusal(
                Refusal.grouping, "every row of a table is listed, so it is said from which year to which", at: span,
                help: "write `HAVING (?year >= 2010 && ?year <= 2020)`")
        }
        let text = "year of \(cohortName(of: event)) from \(years.lowerBound) to \(years.upperBound)"
        return (MappedText(text, from: span), .year(axis: number))
    }

    /// `value of er`, `modality of scan`: what is recorded as a concept, or as yes and no; nil for a number that is looked at by itself.
    private mutating func recorded(_ slot: Slot, at span: SourceSpan, number: Int) throws(Diagnostic) -> (MappedText?, AnswerShape.Key)? {
        guard let (event, label, isFlag) = splitValue(slot) else { return nil }
        return (MappedText("\(label) of \(cohortName(of: event))", from: span), isFlag ? .flag(axis: number) : .concept(axis: number))
    }

    /// `value of psa in bands of 2 ng/mL from 0 to 20`
    private mutating func bands(_ band: Band, _ range: AskedRange, at span: SourceSpan, number: Int) throws(Diagnostic) -> (
        MappedText?, AnswerShape.Key
    ) {
        let (slot, width, isNumbered) = (band.slot, band.width, band.isNumbered)
        guard let (event, label, _) = splitValue(slot) else { throw noAxis(at: span) }
        guard width > 0, let asked = range.ends(step: isNumbered ? 1 : width) else {
            throw refusal(
                Refusal.grouping, "every row of a table is listed, so it is said from which band to which", at: span,
                help: "write `HAVING (?band >= 0 && ?band < 20)`, in the numbers that the bands are called by")
        }
        let (from, to) = isNumbered ? (asked.from * width, asked.to * width) : asked
        let unit = band.unit ?? self.unit(of: slot)
        let text = "\(label) of \(cohortName(of: event)) in bands of \(width)\(unit.map { " " + $0 } ?? "") from \(from) to \(to)"
        return (MappedText(text, from: span), .number(axis: number, width: width, isNumbered: isNumbered))
    }

    /// Of what a value is recorded, and what it is called there.
    private func splitValue(_ slot: Slot) -> (event: Slot, label: String, isFlag: Bool)? {
        switch roles[slot] {
        case .value(let event): return (event, "value", false)
        case .attribute(let owner, let property):
            guard let found = vocabulary.seriesProperties[property] else { return nil }
            return (series[owner]?.study ?? owner, found.label, found.valueKind == .flag)
        default: return nil
        }
    }

    /// The unit in which a value is compared, if one is said.
    private func unit(of slot: Slot) -> String? {
        guard case .value(let event)? = roles[slot], let value = events[event]?.value else { return nil }
        let unit = value.unit ?? value.comparisons.lazy.compactMap(\.unit).first
        return unit == "1" ? nil : unit
    }

    /// What a variable is divided into.
    private struct Band {
        let slot: Slot
        let width: Decimal
        /// Whether bands are numbered, not called by where they start.
        let isNumbered: Bool
        /// Of the width, where it is a quantity: `?thickness / "1 mm"^^cdt:ucum` is a pure number.
        var unit: String?
    }

    /// `?age`, `FLOOR(?age / 10)`, `FLOOR(?age / 10) * 10`
    private static func band(_ expression: Expression) -> Band? {
        switch expression.bare {
        case .variable(let slot): return Band(slot: slot, width: 1, isNumbered: false)
        case .call(.floor, let arguments):
            guard case .arithmetic(.divide, let value, let by) = arguments[0].bare, let slot = value.variable else { return nil }
            if let width = by.number { return Band(slot: slot, width: width, isNumbered: true) }
            return by.quantity.map { Band(slot: slot, width: $0.number, isNumbered: true, unit: $0.unit) }
        case .arithmetic(.multiply, let left, let right):
            guard let width = left.number ?? right.number, let band = band(left.number == nil ? left : right), band.isNumbered,
                width == band.width
            else { return nil }
            return Band(slot: band.slot, width: width, isNumbered: false, unit: band.unit)
        default: return nil
        }
    }
}

extension Expression {
    /// The number that it is, exactly; none for floating-point numbers, which are not exact.
    var number: Decimal? {
        if case .negative(let inner) = bare { return inner.number.map { -$0 } }
        guard let literal = constant?.literal, [XSD.integer, XSD.decimal].contains(literal.datatype) else { return nil }
        return Decimal(string: literal.lexicalForm)
    }

    /// The quantity that it is: a number and a UCUM unit.
    var quantity: (number: Decimal, unit: String)? {
        guard let literal = constant?.literal, literal.datatype == FederationVocabulary.quantity else { return nil }
        let parts = literal.lexicalForm.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2, let number = Decimal(string: parts[0]) else { return nil }
        return (number, parts[1])
    }
}
