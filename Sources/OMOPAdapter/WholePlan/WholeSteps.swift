import CohortPlan
import Execution

/// The condition step by step: each looks up events for those of whom the steps before leave it open.
struct Steps {
    private(set) var tables: [(name: String, text: String)] = []
    /// The table after all of them.
    private(set) var last = "patients"
    /// What must be above zero of its rows.
    private(set) var pending: [String] = []
    /// The truths of the condition's parts, of the funnel's steps and of the other cohorts.
    let parts: [String]
    let funnel: [String]
    let others: [String]

    /// - Parameter pruning: the parts of the condition without which a patient is of no interest.
    init(_ words: inout WholeLowering, _ pruning: [Condition]) throws(WholeGap) {
        var parts: [(truth: String, leaves: Range<Int>, isPruning: Bool)] = []
        for conjunct in WholeLowering.conjuncts(of: words.whole.condition) {
            let before = words.leafTexts.count
            let truth = try words.truth(of: conjunct)
            parts.append((truth, before..<words.leafTexts.count, pruning.contains(conjunct)))
        }
        var funnel: [String] = []
        for step in words.whole.funnel { funnel.append(try words.truth(of: step)) }
        var others: [String] = []
        for other in words.whole.overlap { others.append(try words.truth(of: other)) }
        self.parts = parts.map(\.truth)
        self.funnel = funnel
        self.others = others
        // What is known without another look comes first.
        pending = parts.filter { $0.isPruning && $0.leaves.isEmpty && !$0.truth.contains("s.leaf_") && $0.truth != "2" }.map(\.truth)
        let isPruned = parts.allSatisfy(\.isPruning)
        if isPruned {
            for part in parts {
                if !part.leaves.isEmpty {
                    step(words.leafTexts[part.leaves])
                    pending = [part.truth]
                } else if part.truth.contains("s.leaf_") {
                    pending.append(part.truth)
                }
            }
        } else if !words.leafTexts.isEmpty {
            step(words.leafTexts[...])
            pending = parts.filter { $0.isPruning && $0.truth.contains("s.leaf_") }.map(\.truth)
        }
    }

    private mutating func step(_ leaves: ArraySlice<(column: String, text: String)>) {
        let list = ["s.*"] + leaves.map { "\($0.text) AS \($0.column)" }
        let name = "patients_\(tables.count + 1)"
        tables.append((name, "SELECT \(list.joined(separator: ", ")) FROM \(last) AS s\(Steps.filter(pending))"))
        last = name
        pending = []
    }

    static func filter(_ truths: [String]) -> String { truths.map { "\($0) > 0" }.asClause }
}

/// The table of what is found of each patient: `truth`, and what the report needs.
struct Verdict {
    let text: String
    /// By measure, the column of how many units a patient contributes; nil where each patient is one.
    let units: [String?]
    /// By breakdown, the column of the place in its table; nil for one that cannot be evaluated.
    let places: [String?]

    init(_ words: inout WholeLowering, _ steps: Steps) throws(WholeGap) {
        let report = words.plan.report
        var list = ["s.person AS person", "\(words.least(steps.parts.filter { $0 != "2" })) AS truth"]
        list += steps.funnel.enumerated().map { "\($1) AS step_\($0)" }
        list += steps.others.enumerated().map { "\($1) AS other_\($0)" }
        var units: [String?] = []
        for (index, measure) in report.measures.enumerated() {
            guard let event = measure.event else {
                units.append(nil)
                continue
            }
            list.append("\(try Verdict.units(of: measure, event, &words)) AS units_\(index)")
            units.append("units_\(index)")
        }
        var places: [String?] = []
        var axis = 0
        for (index, breakdown) in report.breakdowns.enumerated() {
            let axes = breakdown.axes
            defer { axis += axes.count }
            guard words.whole.strata[index] != nil else {
                places.append(nil)
                continue
            }
            var place = ""
            for (number, part) in axes.enumerated() {
                let own = try Verdict.place(in: part, axis + number, &words)
                place = place.isEmpty ? own : "(\(place)) * \(words.integer(part.strata.count)) + \(own)"
            }
            list.append("\(place) AS place_\(index)")
            places.append("place_\(index)")
        }
        text = "SELECT \(list.joined(separator: ", ")) FROM \(steps.last) AS s\(Steps.filter(steps.pending))"
        self.units = units
        self.places = places
    }

    private static func units(of measure: Measure, _ event: EventReference, _ words: inout WholeLowering) throws(WholeGap) -> String {
        guard words.whole.isEvaluable(event) else { return "0" }
        let known = try words.table(for: event)
        words.used.insert(event)
        let name = "s.e\(event.index)"
        let kind = words.plan.anchors[event.index].request.kind
        if measure.isOfImages, !kind.isImaging { return "0" }
        switch measure {
        case .patients: return "1"
        case .series:
            return known.isSingle && kind == .imagingSeries ? "CASE WHEN \(name)_state = 3 THEN 1 ELSE 0 END" : "\(name)_series"
        case .studies where !known.isSingle && kind == .imagingSeries: return "\(name)_studies"
        case .studies, .events: return known.isSingle ? "CASE WHEN \(name)_state = 3 THEN 1 ELSE 0 END" : "\(name)_certain"
        }
    }

    /// A patient's place on an axis; the last one is of those of whom it is unknown.
    private static func place(in axis: Breakdown, _ number: Int, _ words: inout WholeLowering) throws(WholeGap) -> String {
        let unknown = axis.strata.count - 1
        if let event = axis.event, !words.plan.anchors[event.index].pick.isSingle {
            throw WholeGap("a table is split by several events of a patient")
        }
        switch axis {
        case .sex:
            words.needsSex = true
            return "COALESCE(s.sex, \(unknown))"
        case .cross: throw WholeGap("a table of tables")
        case .age(let point, let width): return try age(at: point, width, unknown, &words)
        case .year(let event, let first, let last):
            guard words.whole.isEvaluable(event) else { return "\(unknown)" }
            try words.table(for: event)
            words.used.insert(event)
            let day = "s.e\(event.index)_day"
            let year = "\(words.words.number(of: day)) / 10000"
            let (from, to) = (words.integer(first), words.integer(last))
            return """
                CASE WHEN \(day) IS NULL THEN \(unknown) WHEN \(year) < \(from) THEN 0 WHEN \(year) > \(to) THEN \(unknown - 1) \
                ELSE \(year) - \(from) + 1 END
                """
        case .value(let event, _):
            guard words.whole.isEvaluable(event) else { return "\(unknown)" }
            try words.table(for: event)
            words.used.insert(event)
            return "COALESCE(s.e\(event.index)_stratum_\(number), \(unknown))"
        }
    }

    private static func age(at point: AnchorPoint, _ width: Int, _ unknown: Int, _ words: inout WholeLowering) throws(WholeGap) -> String {
        words.needsBirth = true
        var day = ""
        var cases = ["WHEN s.born_from IS NULL THEN \(unknown)"]
        switch point {
        case .date(let date): day = words.words.day(parameter: words.parameters.bind(date.description))
        case .dates: throw WholeGap("a month or a year is asked for as a day")
        case .start(let event), .end(let event):
            guard words.whole.isEvaluable(event) else { return "\(unknown)" }
            try words.table(for: event)
            words.used.insert(event)
            day = "s.e\(event.index)_\(point == .end(event) ? "end_day" : "day")"
            cases.insert("WHEN \(day) IS NULL THEN \(unknown)", at: 0)
        }
        let now = words.words.number(of: day)
        let last = words.integer(Breakdown.lastBandStart)
        let wide = words.integer(max(1, width))
        func band(_ birth: String) -> String { "\(words.words.least)((\(now) - \(birth)) / 10000, \(last)) / \(wide)" }
        cases.append("WHEN \(now) < s.born_to THEN \(unknown)")
        cases.append("WHEN \(band("s.born_to")) <> \(band("s.born_from")) THEN \(unknown)")
        return "CASE \(cases.joined(separator: " ")) ELSE \(band("s.born_to")) END"
    }
}
