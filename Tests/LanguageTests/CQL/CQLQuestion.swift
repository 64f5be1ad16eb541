import CohortPlan
import Foundation

/// What a test of the Clinical Quality Language asks, in CohortQL: conditions over the events `x` and `y`, and what each must be.
struct CQLQuestion {
    var x: CQLOperand = .null
    var y: CQLOperand = .null
    /// Whose completed years and months are counted.
    var birth: DateRange?
    var expected: [(condition: String, truth: Truth)] = []
    /// Numbers are held against a range without a query.
    var number: (quantity: Quantity, range: QuantityRange, truth: Truth)?

    /// - Throws: `NotMatched` where CohortQL has no such construct.
    init(_ test: CQLCase) throws {
        guard let output = test.output else { throw NotMatched("an expression that is to be refused") }
        if let call = test.expression.wholeMatch(of: #/(IsNull|IsTrue|IsFalse)\((true|false|null)\)/#) {
            let inner = try CQLQuestion.words(CQLOperand(String(call.output.2), precision: nil))
            let condition =
                switch call.output.1 {
                case "IsNull": "(\(inner)) is unknown"
                case "IsTrue": "((\(inner)) is known and \(inner))"
                default: "((\(inner)) is known and not (\(inner)))"
                }
            expect(condition, try CQLQuestion.truth(output))
            return
        }
        let parts = CQLExpression(test.expression).parts
        switch parts.count {
        case 2:
            guard parts[0] == .words("not"), case .operand(let operand) = parts[1] else { throw NotMatched.value }
            expect("not (\(try CQLQuestion.words(CQLOperand(operand, precision: nil))))", try CQLQuestion.truth(output))
        case 3:
            guard case .operand(let left) = parts[0], case .words(let words) = parts[1], case .operand(let right) = parts[2] else {
                throw NotMatched.value
            }
            try compare(left, words, right, output)
        case 4...6: try calculate(parts, output)
        default: throw NotMatched.value
        }
    }

    private mutating func expect(_ condition: String, _ truth: Truth) { expected.append((condition, truth)) }

    private static func truth(_ output: String) throws -> Truth {
        switch output {
        case "true": .yes
        case "false": .no
        case "null": .unknown
        default: throw NotMatched.value
        }
    }

    /// A condition of that truth: the patient is a woman whose receptor status was asked for, with no answer.
    private static func words(_ operand: CQLOperand) throws -> String {
        switch operand {
        case .truth(.yes): "sex is female"
        case .truth(.no): "sex is male"
        case .null: "any observation of \"Estrogen Receptor Status\" is \"Positive\""
        default: throw NotMatched.kind
        }
    }

    // MARK: Two operands

    private mutating func compare(_ left: String, _ words: String, _ right: String, _ output: String) throws {
        let (relation, precision) = CQLQuestion.precision(of: words)
        let (first, second) = (try CQLOperand(left, precision: precision), try CQLOperand(right, precision: precision))
        if ["union", "intersect", "except"].contains(relation) { throw NotMatched("CohortQL does not make new stretches of time") }
        let truth = try CQLQuestion.truth(output)
        switch (first, second) {
        case (.truth, .truth), (.truth, .null), (.null, .truth), (.null, .null):
            guard ["and", "or", "xor", "implies", "=", "!="].contains(relation) else { throw NotMatched.unknownEquality }
            logic(try CQLQuestion.words(first), relation, try CQLQuestion.words(second), truth)
        case (.quantity(let quantity), .quantity(let bound)): try compare(quantity, relation, bound, truth)
        case (.quantity(let quantity), .quantities(let range, let unit)): try hold(quantity, range, unit, relation, "in", truth)
        case (.quantities(let range, let unit), .quantity(let quantity)): try hold(quantity, range, unit, relation, "contains", truth)
        case (.quantities, _), (_, .quantities): throw NotMatched.dense
        case (.quantity, _), (_, .quantity), (.truth, _), (_, .truth): throw NotMatched.kind
        default: try relate(first, relation, second, precision, truth)
        }
    }

    /// `after month of`, `same day or before`, and what they compare.
    private static func precision(of words: String) -> (relation: String, precision: String?) {
        let units = "year|month|week|day|hour|minute|second|millisecond"
        if let match = try? Regex("(.*) (\(units)) of").wholeMatch(in: words), let relation = match[1].substring,
            let unit = match[2].substring
        {
            return (String(relation), String(unit))
        }
        if let match = try? Regex("same (\(units))( as| or after| or before)").wholeMatch(in: words), let unit = match[1].substring,
            let rest = match[2].substring
        {
            return ("same" + rest, String(unit))
        }
        return (words, nil)
    }

    private mutating func logic(_ left: String, _ relation: String, _ right: String, _ truth: Truth) {
        let same = "((\(left) and \(right)) or (not (\(left)) and not (\(right))))"
        switch relation {
        case "implies": expect("(not (\(left)) or \(right))", truth)
        case "=": expect(same, truth)
        case "xor", "!=": expect("not \(same)", truth)
        default: expect("(\(left) \(relation) \(right))", truth)
        }
    }

    private mutating func compare(_ quantity: Quantity, _ relation: String, _ bound: Quantity, _ truth: Truth) throws {
        guard let unit = bound.unit else { throw NotMatched.kind }
        let (open, closed) = (QuantityBound(bound.value, inclusive: false), QuantityBound(bound.value, inclusive: true))
        let range: QuantityRange =
            switch relation {
            case "<": QuantityRange(to: open, unit: unit)
            case "<=": QuantityRange(to: closed, unit: unit)
            case ">": QuantityRange(from: open, unit: unit)
            case ">=": QuantityRange(from: closed, unit: unit)
            case "=", "!=": QuantityRange(from: closed, to: closed, unit: unit)
            default: throw NotMatched("CohortQL has no comparison `\(relation)` of numbers")
            }
        number = (quantity, range, relation == "!=" ? !truth : truth)
    }

    private mutating func hold(
        _ quantity: Quantity, _ range: ClosedRange<Decimal>, _ unit: String, _ relation: String, _ wanted: String, _ truth: Truth
    ) throws {
        guard relation == wanted else { throw NotMatched.dense }
        let bounds = (
            QuantityBound(ExactDecimal(range.lowerBound), inclusive: true), QuantityBound(ExactDecimal(range.upperBound), inclusive: true)
        )
        number = (quantity, QuantityRange(from: bounds.0, to: bounds.1, unit: unit), truth)
    }

    // MARK: Days and stretches of days

    private static let relations: [String: String] = [
        "after": "x is after end of y", "before": "x is ends before y", "contains": "x is contains y", "includes": "x is contains y",
        "in": "y is contains x", "included in": "y is contains x", "during": "y is contains x", "starts": "x is starts with y",
        "ends": "x is ends with y", "overlaps": "x is overlaps y", "overlaps before": "(x is overlaps y and x is before y)",
        "overlaps after": "(x is overlaps y and x is ends after end of y)", "meets": "(x is meets y or y is meets x)",
        "meets before": "x is meets y", "meets after": "y is meets x", "=": "x is equals y", "!=": "not (x is equals y)",
        "on or after": "x is on or after end of y", "same or after": "x is on or after end of y",
        "on or before": "x is ends on or before y", "same or before": "x is ends on or before y",
        "properly includes": "(x is contains y and not (x is equals y))",
        "properly included in": "(y is contains x and not (x is equals y))",
        ">": "x is after end of y", ">=": "x is on or after end of y", "<": "x is ends before y", "<=": "x is ends on or before y",
        "same as": "y is contains x",
    ]

    private mutating func relate(_ first: CQLOperand, _ relation: String, _ second: CQLOperand, _ precision: String?, _ truth: Truth) throws
    {
        guard let words = CQLQuestion.relations[relation] else {
            if relation == "~" { throw NotMatched.unknownEquality }
            throw NotMatched("CohortQL has no relation `\(relation)`")
        }
        (x, y) = (first, try widened(second, relation, precision))
        expect(words, truth)
    }

    /// The day, month or year in which the second operand lies: as a stretch for `same as`, else the end of it that is compared.
    private func widened(_ operand: CQLOperand, _ relation: String, _ precision: String?) throws -> CQLOperand {
        guard let precision, precision != "day" else { return operand }
        guard let unit = ["month": CalendarDistance.Unit.month, "year": .year][precision] else { throw NotMatched.timeOfDay }
        let (start, end): (DateRange?, DateRange?) =
            switch operand {
            case .point(let day): (day, day)
            case .interval(let start, let end): (start, end)
            default: throw NotMatched.kind
            }
        switch relation {
        case "after": return .point(end.map { $0.ends(of: unit) })
        case "before": return .point(start.map { $0.starts(of: unit) })
        case "on or after", "same or after": return .point(end.map { $0.starts(of: unit) })
        case "on or before", "same or before": return .point(start.map { $0.ends(of: unit) })
        case "same as": return .interval(start.map { $0.starts(of: unit) }, end.map { $0.ends(of: unit) })
        default: throw NotMatched("CohortQL has no relation `\(relation) \(precision) of`")
        }
    }

    // MARK: Distances

    /// `A + 5 years`, `days between A and B`, and these compared.
    private mutating func calculate(_ parts: [CQLExpression.Part], _ output: String) throws {
        switch (parts[0], parts[1], parts[2], parts[3]) {
        case (.operand(let left), .words(let sign), .operand(let amount), .words(let rest)) where sign == "+" || sign == "-":
            try add(left, sign, amount, rest, parts.count == 5 ? parts[4] : nil, output)
        case (.words(let words), .operand(let from), .words("and"), .operand(let to)):
            guard let match = words.wholeMatch(of: #/(difference in )?(days|weeks|months|years) between/#) else {
                throw words.contains("between") ? NotMatched.timeOfDay : NotMatched.value
            }
            guard match.output.1 == nil || match.output.2 == "days" else {
                throw NotMatched("CohortQL counts completed months and years, not how many ends of them lie between")
            }
            try measure(String(match.output.2), from, to, Array(parts.dropFirst(4)), output)
        case (.operand(let left), .words("starts"), .operand("1"), .words("day or less on or after day of start of")) where parts.count == 5:
            guard case .operand(let right) = parts[4] else { throw NotMatched.value }
            (x, y) = (try CQLOperand(left, precision: "day"), try CQLOperand(right, precision: "day"))
            expect("x is from 0 to 1 days after y", try CQLQuestion.truth(output))
        default: throw NotMatched.value
        }
    }

    private mutating func add(
        _ left: String, _ sign: String, _ amount: String, _ rest: String, _ other: CQLExpression.Part?, _ output: String
    ) throws {
        let words = rest.split(separator: " ")
        guard let unit = words.first, ["day", "week", "month", "year"].contains(where: { unit.hasPrefix($0) }), Int(amount) != nil else {
            throw NotMatched.timeOfDay
        }
        y = try CQLOperand(left, precision: nil)
        if words.count == 1, other == nil {
            x = try CQLOperand(output.hasSuffix("T") ? String(output.dropLast()) : output, precision: nil)
        } else if words.dropFirst() == ["="], case .operand(let right)? = other, output == "true" {
            x = try CQLOperand(right, precision: nil)
        } else {
            throw NotMatched.arithmetic
        }
        guard case .point(let sum?) = x, sum.isExact else {
            throw NotMatched("a partly known day is a range of days here, so what lies a distance after it is a range as well")
        }
        expect("x is from \(amount) \(unit) to \(amount) \(unit) \(sign == "+" ? "after" : "before") y", .yes)
    }

    private mutating func measure(_ unit: String, _ from: String, _ to: String, _ rest: [CQLExpression.Part], _ output: String) throws {
        (y, x) = (try CQLOperand(from, precision: nil), try CQLOperand(to, precision: nil))
        func isCount(_ condition: (Int, Int) -> String) throws {
            if let match = output.wholeMatch(of: #/Interval\[ ?([0-9]+), ([0-9]+) ?\]/#), let low = Int(match.output.1),
                let high = Int(match.output.2)
            {
                // Between the two, and neither of them for certain.
                expect(condition(low, high), .yes)
                expect(condition(low, low), .unknown)
                expect(condition(high, high), .unknown)
            } else if let number = Int(output), number >= 0 {
                expect(condition(number, number), .yes)
            } else {
                throw NotMatched("CohortQL says a distance with the earlier day first")
            }
        }
        if unit == "months" || unit == "years" {
            guard case .point(let birth?) = y else { throw NotMatched.kind }
            self.birth = birth
            guard !rest.isEmpty else { return try isCount { "age at x from \($0) to \($1) \(unit)" } }
            guard rest.count == 2, case .words(let comparison) = rest[0], case .operand(let number) = rest[1] else {
                throw NotMatched.arithmetic
            }
            return expect("age at x \(comparison) \(number) \(unit)", try CQLQuestion.truth(output))
        }
        guard rest.isEmpty else { throw NotMatched.arithmetic }
        if unit == "days" { return try isCount { "x is from \($0) days to \($1) days after y" } }
        try isCount { "(x is at least \($0) weeks after y and not (x is at least \($1 + 1) weeks after y))" }
    }
}

extension DateRange {
    /// The first day of the month or year in which each day of the range lies.
    fileprivate func starts(of unit: CalendarDistance.Unit) -> DateRange {
        func start(_ date: CalendarDate) -> CalendarDate {
            let (year, month, _) = date.components
            return CalendarDate(year: year, month: unit == .year ? 1 : month, day: 1) ?? date
        }
        return DateRange(start(earliest), start(latest))
    }

    fileprivate func ends(of unit: CalendarDistance.Unit) -> DateRange {
        let next = starts(of: unit)
        func end(_ date: CalendarDate) -> CalendarDate {
            date.advanced(by: CalendarDistance(1, unit)).advanced(by: CalendarDistance(-1, .day))
        }
        return DateRange(end(next.earliest), end(next.latest))
    }
}
