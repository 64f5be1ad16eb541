import CohortPlan
import Execution

extension WholeLowering {
    // MARK: What must be there

    /// The parts that must all hold.
    static func conjuncts(of condition: Condition) -> [Condition] {
        if case .all(let parts) = condition { return parts.flatMap { conjuncts(of: $0) } }
        return [condition]
    }

    /// Notes the events without which none of some conditions that must all hold can.
    mutating func require(by conjuncts: [Condition]) {
        for conjunct in conjuncts where whole.isEvaluable(conjunct) {
            switch conjunct {
            case .exists(let event), .relation(let event, _): require(event)
            case .age(let point, _), .ageInMonths(let point, _): point.event.map { require($0) }
            default: break
            }
        }
    }

    private mutating func require(_ event: EventReference) {
        guard whole.isEvaluable(event), required.insert(event).inserted else { return }
        let selection = plan.anchors[event.index]
        for point in selection.windows.map(\.anchor) + [selection.pick.anchor].compactMap(\.self) { point.event.map { require($0) } }
    }

    /// Where no named event is required: the first selection that must find something becomes a table by which patients are found.
    mutating func requireSelection(by conjuncts: [Condition]) throws(WholeGap) {
        guard required.isEmpty else { return }
        for conjunct in conjuncts where whole.isEvaluable(conjunct) && leaves[conjunct] == nil {
            guard case .count(let selection, let range) = conjunct, range.lower > 0, selection.pick == .all else { continue }
            for window in selection.windows { window.anchor.event.map { require($0) } }
            try joined(selection, range, conjunct, isRequired: true)
            return
        }
    }

    /// Makes a table of a selection without a name, and what it says to a range.
    private mutating func joined(_ selection: EventSelection, _ range: CountRange, _ condition: Condition, isRequired: Bool)
        throws(WholeGap)
    {
        let name = "selection_\(selections.count)"
        let known = try make(selection, name, [], isPlaced: false)
        selections.append((name, known, isRequired))
        let state = "s.\(name)_state"
        if !known.isSingle {
            leaves[condition] = truth(from: "s.\(name)_certain", to: "s.\(name)_possible", in: range)
        } else {
            // 3 and 2: there is one; 1: there may be one.
            let one = truth(from: "1", to: "1", in: range)
            let none = truth(from: "0", to: "0", in: range)
            let some = truth(from: "0", to: "1", in: range)
            leaves[condition] = "CASE WHEN \(state) >= 2 THEN \(one) WHEN \(state) = 1 THEN \(some) ELSE \(none) END"
        }
    }

    // MARK: Truths

    /// The truth of a condition for a patient of the table `s`.
    mutating func truth(of condition: Condition) throws(WholeGap) -> String {
        switch condition {
        case .all(let parts): return least(try truths(of: parts).filter { $0 != "2" })
        case .any(let parts): return greatest(try truths(of: parts))
        case .not(let part): return "(2 - \(try truth(of: part)))"
        case .some(let range, let parts):
            let truths = try truths(of: parts)
            let certain = truths.map { "CASE WHEN \($0) = 2 THEN 1 ELSE 0 END" }.joined(separator: " + ")
            let possible = truths.map { "CASE WHEN \($0) > 0 THEN 1 ELSE 0 END" }.joined(separator: " + ")
            return truth(from: "(\(certain))", to: "(\(possible))", in: range)
        case .given(let known, let part): return "CASE WHEN \(try truth(of: known)) = 2 THEN \(try truth(of: part)) ELSE 1 END"
        default: break
        }
        guard whole.isEvaluable(condition) else { return "1" }
        switch condition {
        case .known(let part): return "CASE \(try truth(of: part)) WHEN 1 THEN 0 ELSE 2 END"
        case .possible(let part): return "CASE WHEN \(try truth(of: part)) > 0 THEN 2 ELSE 0 END"
        default: return try leaf(condition)
        }
    }

    private mutating func truths(of parts: [Condition]) throws(WholeGap) -> [String] {
        var truths: [String] = []
        for part in parts { truths.append(try truth(of: part)) }
        return truths
    }

    private mutating func leaf(_ condition: Condition) throws(WholeGap) -> String {
        if let known = leaves[condition] { return known }
        switch condition {
        case .count(let selection, let range):
            if selection.pick.isSingle {
                try joined(selection, range, condition, isRequired: false)
                return leaves[condition] ?? "1"
            }
            let text = try looked(selection, range)
            let column = "leaf_\(leafTexts.count)"
            leafTexts.append((column, text))
            leaves[condition] = "s.\(column)"
            return "s.\(column)"
        case .exists(let event): return try exists(event)
        case .relation(let event, let window): return try relation(event, window)
        case .sex(let sex):
            needsSex = true
            let index = Sex.allCases.firstIndex(of: sex) ?? 0
            return "CASE WHEN s.sex IS NULL THEN 1 WHEN s.sex = \(index) THEN 2 ELSE 0 END"
        case .age(let point, let range): return try age(at: point, range, step: 10_000) { "(\($0))" }
        case .ageInMonths(let point, let range):
            // Months since the year 0 and the day: 20200131 becomes 24240 × 100 + 31 + 100.
            return try age(at: point, range, step: 100) { "((\($0)) / 10000 * 1200 + (\($0)) % 10000)" }
        case .chain(let selection, let count, let gap):
            let text = try chain(selection, count, gap)
            let column = "leaf_\(leafTexts.count)"
            leafTexts.append((column, text))
            leaves[condition] = "s.\(column)"
            return "s.\(column)"
        case .ratio: throw WholeGap("two numbers are divided")
        case .change: throw WholeGap("two numbers are compared")
        case .atlas: throw WholeGap("a cohort has the semantics of ATLAS")
        case .all, .any, .not, .some, .given, .known, .possible: return "1"
        }
    }

    private mutating func exists(_ event: EventReference) throws(WholeGap) -> String {
        let known = try table(for: event)
        used.insert(event)
        let name = "s.e\(event.index)"
        guard known.isSingle else { return "CASE WHEN \(name)_certain > 0 THEN 2 WHEN \(name)_possible > 0 THEN 1 ELSE 0 END" }
        if !known.mayBeUnknown, required.contains(event) { return "2" }
        return "\(words.least)(\(name)_state, 2)"
    }

    /// Cases in which the day of a point is not known or not there, and the day.
    private mutating func day(of point: AnchorPoint) throws(WholeGap) -> (cases: [String], day: String?) {
        guard let event = point.event else {
            if case .dates = point { throw WholeGap("a month or a year is asked for as a day") }
            guard case .date(let date) = point else { return ([], nil) }
            return ([], words.day(parameter: parameters.bind(date.description)))
        }
        guard whole.isEvaluable(event) else { return ([], nil) }
        let known = try table(for: event)
        used.insert(event)
        var isEnd = false
        if case .end = point { isEnd = true }
        let day = "s.e\(event.index)_\(isEnd ? "end_day" : "day")"
        var cases: [String] = []
        if !required.contains(event) { cases.append("WHEN s.e\(event.index)_state = 0 THEN 0") }
        if known.mayBeUnknown || isEnd { cases.append("WHEN \(day) IS NULL THEN 1") }
        return (cases, day)
    }

    private mutating func relation(_ event: EventReference, _ window: Window) throws(WholeGap) -> String {
        guard whole.isEvaluable(event) else { return "1" }
        let own = try day(of: .start(event))
        let anchor = try day(of: window.anchor)
        guard let start = own.day, let limit = anchor.day else {
            return "CASE \((own.cases + anchor.cases).joined(separator: " ")) ELSE 1 END"
        }
        var cases = own.cases + anchor.cases
        var side = start
        if window.side == .end {
            side = "s.e\(event.index)_end_day"
            cases.append("WHEN \(side) IS NULL THEN 1")
        }
        var inside: [String] = []
        for (bound, sign) in [(window.lower, ">"), (window.upper, "<")] {
            guard let bound else { continue }
            inside.append("\(side) \(sign)\(bound.isInclusive ? "=" : "") \(try shifted(limit, by: bound.distance))")
        }
        cases.append(inside.isEmpty ? "WHEN TRUE THEN 2" : "WHEN \(inside.joined(separator: " AND ")) THEN 2")
        return "CASE \(cases.joined(separator: " ")) ELSE 0 END"
    }

    /// - Parameters:
    ///   - step: how far numbers of days lie apart that are one year, or one month, apart.
    ///   - number: makes a day's number one of which that is so.
    private mutating func age(at point: AnchorPoint, _ range: CountRange, step: Int, _ number: (String) -> String) throws(WholeGap)
        -> String
    {
        needsBirth = true
        let (cases, day) = try day(of: point)
        guard let day else { return "1" }
        let now = number(words.number(of: day))
        let (first, last) = (number("s.born_from"), number("s.born_to"))
        var inside: [String] = []
        var outside: [String] = []
        // Completed years: at least so many where the whole distance is.
        if range.lower > Int.min {
            let lower = integer(range.lower * step)
            inside.append("\(now) - \(last) >= \(lower)")
            outside.append("\(now) - \(first) < \(lower)")
        }
        if let upper = range.upper {
            let beyond = integer((upper + 1) * step)
            inside.append("\(now) - \(first) < \(beyond)")
            outside.append("\(now) - \(last) >= \(beyond)")
        }
        return """
            CASE \(cases.joined(separator: " ")) WHEN s.born_from IS NULL THEN 1 WHEN \(inside.joined(separator: " AND ")) THEN 2 \
            WHEN \(outside.joined(separator: " OR ")) THEN 0 ELSE 1 END
            """
    }

    /// How many of a patient's events a selection finds, looked up for each patient.
    private mutating func looked(_ selection: EventSelection, _ range: CountRange) throws(WholeGap) -> String {
        let isAny = range == .atLeastOne || range == .zero
        let isGathered = selection.request.kind == .imagingStudy && (selection.request.havingSeries.count > 1 || !isAny)
        let found = try candidates(of: selection, around: .columns(of: "s"), needsKey: isGathered)
        if isAny {
            let (yes, no) = range == .zero ? (0, 2) : (2, 0)
            if found.isCertain { return "CASE WHEN EXISTS (\(found.text)) THEN \(yes) ELSE \(no) END" }
            let most = "COALESCE((SELECT MAX(truth) FROM (\(found.text)) AS found), 0)"
            return range == .zero ? "2 - \(most)" : most
        }
        let certain = found.isCertain ? "COUNT(*)" : "COALESCE(SUM(CASE WHEN truth = 2 THEN 1 ELSE 0 END), 0)"
        return "(SELECT \(truth(from: certain, to: "COUNT(*)", in: range)) FROM (\(found.text)) AS found)"
    }

    private static let longestChain = 4

    /// Whether so many of a patient's events follow one another by a gap: a chain is as certain as the least certain of its events.
    private mutating func chain(_ selection: EventSelection, _ count: Int, _ gap: Gap) throws(WholeGap) -> String {
        guard count <= WholeLowering.longestChain else { throw WholeGap("a chain of many events is asked for") }
        let found = try candidates(of: selection, around: .columns(of: "s"), needsKey: true)
        var source = "(\(found.text)) AS c1"
        for later in 2...max(count, 2) {
            let (one, other) = ("c\(later - 1)", "c\(later)")
            // Events of one day are told apart, so that none follows itself.
            var tests = ["(\(other).day, \(other).ordinal, \(other).key) > (\(one).day, \(one).ordinal, \(one).key)"]
            tests.append("\(other).day >= \(try shifted("\(one).day", by: gap.lower))")
            if let upper = gap.upper { tests.append("\(other).day <= \(try shifted("\(one).day", by: upper))") }
            source += " JOIN (\(found.text)) AS \(other) ON \(tests.joined(separator: " AND "))"
        }
        guard !found.isCertain else { return "CASE WHEN EXISTS (SELECT 1 FROM \(source)) THEN 2 ELSE 0 END" }
        let truth = least((1...max(count, 2)).map { "c\($0).truth" })
        return "COALESCE((SELECT MAX(\(truth)) FROM \(source)), 0)"
    }
}
