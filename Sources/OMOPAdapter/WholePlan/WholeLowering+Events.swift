import CohortPlan
import Execution

extension WholeLowering {
    /// Where the named events stand that windows are laid around.
    enum Around {
        /// In tables of their own, which are joined.
        case tables
        /// In the columns of a table of patients.
        case columns(of: String)
    }

    /// A selection's events before its pick: text of a SELECT, and whether each of them is certain.
    struct Candidates {
        let text: String
        let isCertain: Bool
        let columns: Set<EventColumn>
        /// Whether they are of one table, and a study is as certain as the most certain of its rows.
        let isSimple: Bool
    }

    /// A column `place` of each row, of which the smallest is that of the event that is meant.
    enum Placing {
        case first
        case last
    }

    /// Days to lay a window around.
    private struct Day {
        /// Nil where it is never known.
        let text: String?
        let mayBeUnknown: Bool
        /// What must hold for the event to be there; nil where it always is.
        let isThere: String?
    }

    // MARK: Days

    /// The name of a named event's table.
    static func table(of event: EventReference) -> String { "event_\(event.index)" }

    private mutating func day(of point: AnchorPoint, _ around: Around) throws(WholeGap) -> Day {
        switch point {
        case .date(let date): return Day(text: words.day(parameter: parameters.bind(date.description)), mayBeUnknown: false, isThere: nil)
        case .dates: throw WholeGap("a month or a year is asked for as a day")
        case .start(let event): return try day(of: event, "day", isEnd: false, around)
        case .end(let event): return try day(of: event, "end_day", isEnd: true, around)
        }
    }

    private mutating func day(of event: EventReference, _ column: String, isEnd: Bool, _ around: Around) throws(WholeGap) -> Day {
        guard whole.isEvaluable(event) else { return Day(text: nil, mayBeUnknown: true, isThere: nil) }
        let known = try table(for: event)
        let mayBeUnknown = known.mayBeUnknown || isEnd
        switch around {
        case .tables: return Day(text: "a\(event.index).\(column)", mayBeUnknown: mayBeUnknown, isThere: nil)
        case .columns(let name):
            let isThere = required.contains(event) ? nil : "\(name).e\(event.index)_state > 0"
            used.insert(event)
            return Day(text: "\(name).e\(event.index)_\(column)", mayBeUnknown: mayBeUnknown, isThere: isThere)
        }
    }

    // MARK: Windows

    /// A window around a day: what must hold so that an event may lie in it, and what is said of it; nil for certain.
    private mutating func window(_ window: Window, _ day: Day, start: String, end: String?) throws(WholeGap) -> (
        keep: String?, truth: String?
    ) {
        guard let text = day.text else { return (nil, "1") }
        var unknown = day.mayBeUnknown ? ["\(text) IS NULL"] : []
        let side: String
        switch window.side {
        case .start: side = start
        case .end:
            guard let end else { return (nil, "1") }
            side = end
            unknown.append("\(end) IS NULL")
        }
        var inside: [String] = []
        for (bound, sign) in [(window.lower, ">"), (window.upper, "<")] {
            guard let bound else { continue }
            inside.append("\(side) \(sign)\(bound.isInclusive ? "=" : "") \(try shifted(text, by: bound.distance))")
        }
        let within = inside.isEmpty ? "TRUE" : inside.joined(separator: " AND ")
        let keep = [day.isThere.map { "\($0)" }, unknown.isEmpty ? within : "(\((unknown + [within]).joined(separator: " OR ")))"]
        let truth = unknown.isEmpty ? nil : "CASE WHEN \(unknown.joined(separator: " OR ")) THEN 1 ELSE 2 END"
        return (keep.compactMap(\.self).joined(separator: " AND "), truth)
    }

    mutating func shifted(_ day: String, by distance: CalendarDistance) throws(WholeGap) -> String {
        guard distance.amount != 0 else { return day }
        // What is plain of a day leaves a century at either end.
        let years =
            switch distance.unit {
            case .day: abs(distance.amount) / 365
            case .week: abs(distance.amount) / 52
            case .month: abs(distance.amount) / 12
            case .year: abs(distance.amount)
            }
        guard years < 95 else { throw WholeGap("a window of more than a lifetime") }
        return words.shifted(day, by: distance, parameters: words.value(of: distance).map { parameters.bind($0) })
    }

    // MARK: Candidates

    /// The events of a selection before its pick. Columns: `person`, `day`, `ordinal`, `key`, `truth` where not all are certain, and what
    /// else is wanted.
    mutating func candidates(
        of selection: EventSelection, around: Around, columns: Set<EventColumn> = [], needsKey: Bool = false, placing: Placing? = nil
    ) throws(WholeGap) -> Candidates {
        let points = selection.windows.map(\.anchor)
        // A table that is joined is joined once.
        var joined: [EventReference] = []
        if case .tables = around {
            for event in points.compactMap(\.event) + [selection.pick.anchor?.event].compactMap(\.self)
            where whole.isEvaluable(event) && !joined.contains(event) { joined.append(event) }
        }
        let isSearched = if case .tables = around { joined.isEmpty } else { false }
        let axes = columns.compactMap { if case .stratum(let axis) = $0 { axis } else { nil } }.sorted()
        let needsEnd = columns.contains(.end) || selection.windows.contains { $0.side == .end }
        let found = try rows(
            of: selection.request, isSearched: isSearched, needsEnd: needsEnd, needsKey: needsKey || placing != nil, axes: axes)
        var days: [Day] = []
        for point in points { days.append(try day(of: point, around)) }
        var near: String?
        if let point = selection.pick.anchor { near = try day(of: point, around).text ?? words.noDay }
        // Statically certain: every row, every window.
        var texts: [String] = []
        var isCertain = true
        var pieces: [(rows: FoundRows, keeps: [String], windowTruths: [String])] = []
        for rows in found {
            var keeps: [String] = []
            var truths: [String] = []
            for (window, day) in zip(selection.windows, days) {
                let placed = try self.window(window, day, start: rows.start, end: rows.end)
                if let keep = placed.keep { keeps.append(keep) }
                if let truth = placed.truth { truths.append(truth) }
            }
            if !rows.truths.isEmpty || !truths.isEmpty { isCertain = false }
            pieces.append((rows, keeps, truths))
        }
        for piece in pieces {
            texts.append(
                try text(
                    of: piece.rows, piece.keeps, piece.windowTruths, joined, around, columns, near: near, needsKey: needsKey,
                    isCertain: isCertain, placing: placing))
        }
        let isSimple = pieces.count == 1 && pieces.allSatisfy { $0.rows.truths.count <= 1 }
        return Candidates(text: texts.joined(separator: " UNION ALL "), isCertain: isCertain, columns: columns, isSimple: isSimple)
    }

    private func text(
        of rows: FoundRows, _ keeps: [String], _ windowTruths: [String], _ joined: [EventReference], _ around: Around,
        _ columns: Set<EventColumn>, near: String?, needsKey: Bool, isCertain: Bool, placing: Placing?
    ) throws(WholeGap) -> String {
        var source = ""
        var conditions = rows.conditions
        switch around {
        case .tables:
            for (place, event) in joined.enumerated() {
                let name = "\(WholeLowering.table(of: event)) AS a\(event.index)"
                source += place == 0 ? name : " \(words.join) \(name) ON a\(event.index).person = a\(joined[0].index).person"
            }
            source +=
                joined.isEmpty
                ? "\(rows.reference) AS t" : " \(words.join) \(rows.reference) AS t ON \(rows.person) = a\(joined[0].index).person"
        case .columns(let name):
            source = "\(rows.reference) AS t"
            conditions.insert("\(rows.person) = \(name).person", at: 0)
        }
        conditions += keeps
        let some = greatest(rows.truths)
        if !rows.truths.isEmpty { conditions.append("\(some) > 0") }
        var list = ["\(rows.person) AS person"]
        let isGrouped = rows.isGathered && (rows.truths.count > 1 || needsKey || !columns.isEmpty || rows.strata.isEmpty == false)
        func whole(_ text: String) -> String { isGrouped ? "MAX(\(text))" : text }
        list.append("\(isGrouped ? "MIN(\(rows.start))" : rows.start) AS day")
        if let placing {
            let place = words.place(rows.start, rows.key, isText: rows.study != nil, isLast: placing == .last)
            list.append("\(place) AS place")
        }
        if needsKey { list += ["\(rows.ordinal) AS ordinal", "\(rows.key) AS key"] }
        if columns.contains(.end) { list.append("\(rows.end ?? words.noDay) AS end_day") }
        if let near { list.append("\(isGrouped ? "MAX(\(near))" : near) AS near") }
        let truth = least(rows.truths.map(whole) + windowTruths.map(whole))
        if !isCertain { list.append("\(truth) AS truth") }
        if columns.contains(.series) {
            let matching = rows.truths.isEmpty ? "COUNT(*)" : "SUM(CASE WHEN \(some) = 2 THEN 1 ELSE 0 END)"
            list.append("\(isGrouped ? matching : "1") AS series")
        }
        if columns.contains(.studies) { list.append("\(rows.isGathered ? rows.key : rows.study ?? "NULL") AS study") }
        for (axis, tests) in rows.strata.sorted(by: { $0.key < $1.key }) {
            list.append("\(stratum(tests, whole)) AS stratum_\(axis)")
        }
        var text = "SELECT \(list.joined(separator: ", ")) FROM \(source)\(conditions.asClause)"
        guard isGrouped else { return text }
        text += " GROUP BY \(rows.person), \(rows.study ?? rows.key)"
        if rows.truths.count > 1 { text += " HAVING \(least(rows.truths.map(whole))) > 0" }
        return text
    }

    /// The one stratum that an event falls into for certain; NULL for none and for several.
    private func stratum(_ tests: [[String]?], _ whole: (String) -> String) -> String {
        let certain = tests.map { truths in truths.map { least($0.map(whole)) } }
        let fitting = certain.compactMap { $0.map { "CASE WHEN \($0) = 2 THEN 1 ELSE 0 END" } }
        guard !fitting.isEmpty else { return "CAST(NULL AS INTEGER)" }
        let cases = certain.enumerated().compactMap { index, truth in truth.map { "WHEN \($0) = 2 THEN \(index)" } }
        return "CASE WHEN \(fitting.joined(separator: " + ")) <> 1 THEN NULL \(cases.joined(separator: " ")) END"
    }

    // MARK: Named events

    /// Makes the table of a named event, and those of the events that it is laid around, where they are not there yet.
    @discardableResult
    mutating func table(for event: EventReference) throws(WholeGap) -> EventTableWords {
        if let known = events[event] { return known }
        let columns = wantedColumns(of: event)
        let made = try make(plan.anchors[event.index], WholeLowering.table(of: event), columns, isPlaced: isPlaced(event))
        events[event] = made
        return made
    }

    /// Makes the table of one selection: a row for each patient who may have it. Columns: `person`; of a single event `day`, `state` where
    /// it may be unknown which one it is (3 it is known, 2 there is one, 1 there may be one), and what else is wanted; of several `certain`
    /// and `possible`.
    ///
    /// - Parameter isPlaced: whether more is wanted of a single event than whether it is there.
    mutating func make(_ selection: EventSelection, _ name: String, _ columns: Set<EventColumn>, isPlaced: Bool) throws(WholeGap)
        -> EventTableWords
    {
        let points = selection.windows.map(\.anchor) + [selection.pick.anchor].compactMap(\.self)
        for event in points.compactMap(\.event) where whole.isEvaluable(event) { try table(for: event) }
        let number: Int
        var order = "day, ordinal, key"
        switch selection.pick {
        case .all:
            let found = try candidates(of: selection, around: .tables, columns: columns, needsKey: selection.request.kind == .imagingStudy)
            tables.append((name, try several(found, selection.request.kind)))
            return EventTableWords(mayBeUnknown: false, isSingle: false, columns: columns)
        case .first: number = 1
        case .last: (number, order) = (1, "day DESC, ordinal, key")
        case .nth(let place):
            number = abs(place)
            if place < 0 { order = "day DESC, ordinal, key" }
        case .nearest: (number, order) = (1, "\(words.distance("day", "near")), day, ordinal, key")
        case .lowest, .highest, .ranked: throw WholeGap("the lowest or highest of several values is asked for")
        }
        var isNearKnown = true
        switch selection.pick.anchor {
        case .start(let event)?: isNearKnown = whole.isEvaluable(event) && !(events[event]?.mayBeUnknown ?? true)
        case .end?: isNearKnown = false
        case .date?, .dates?, nil: break
        }
        let isPlain = selection.pick == .first || selection.pick == .last
        // Without keys, where each of them is certain: then the day alone is wanted, and it does not matter whose it is.
        if isPlain, columns.isEmpty {
            let before = self
            let found = try candidates(of: selection, around: .tables)
            if found.isCertain {
                let day = selection.pick == .first ? "MIN(day)" : "MAX(day)"
                tables.append((name, "SELECT person, \(day) AS day FROM (\(found.text)) AS found GROUP BY person"))
                return EventTableWords(mayBeUnknown: false, isSingle: true, columns: columns)
            }
            if found.isSimple, !isPlaced {
                // Whichever it is, there is one where one is certain.
                let truth = "SELECT person, MAX(truth) AS state, \(words.noDay) AS day"
                tables.append((name, "\(truth) FROM (\(found.text)) AS found GROUP BY person"))
                return EventTableWords(mayBeUnknown: true, isSingle: true, columns: columns)
            }
            self = before
            if found.isSimple {
                try makeFirst(of: selection, name)
                return EventTableWords(mayBeUnknown: true, isSingle: true, columns: columns)
            }
        }
        let found = try candidates(of: selection, around: .tables, columns: columns, needsKey: true)
        let ranked = "\(name)_in_order"
        let rank = "ROW_NUMBER() OVER (PARTITION BY person ORDER BY \(order))"
        tables.append((ranked, "SELECT found.*, \(rank) AS place FROM (\(found.text)) AS found"))
        let names = self.names(of: columns)
        if found.isCertain, isNearKnown {
            let list = ["person", "day"] + names
            tables.append((name, "SELECT \(list.joined(separator: ", ")) FROM \(ranked) WHERE place = \(number)"))
            return EventTableWords(mayBeUnknown: false, isSingle: true, columns: columns)
        }
        let truth = found.isCertain ? "2" : "truth"
        let isFound = "MIN(CASE WHEN place <= \(number) THEN \(truth) END) = 2"
        // Where it is not known what the event must be near to, the only one is meant all the same.
        let isKnown = isNearKnown ? isFound : "\(isFound) AND (MAX(near) IS NOT NULL OR COUNT(*) = 1)"
        let certain = "SUM(CASE WHEN \(truth) = 2 THEN 1 ELSE 0 END)"
        let picked = (["day"] + names).map { "CASE WHEN \(isKnown) THEN MAX(CASE WHEN place = \(number) THEN \($0) END) END AS \($0)" }
        tables.append(
            (
                name,
                """
                SELECT person, CASE WHEN \(isKnown) THEN 3 WHEN \(certain) >= \(number) THEN 2 ELSE 1 END AS state, \
                \(picked.joined(separator: ", ")) FROM \(ranked) GROUP BY person HAVING COUNT(*) >= \(number)
                """
            ))
        return EventTableWords(mayBeUnknown: true, isSingle: true, columns: columns)
    }

    /// The first or last event where some may match: it is the first of the certain ones, unless one that may match comes before. A study
    /// with a certain row is certain, and then its other rows have the same place.
    private mutating func makeFirst(of selection: EventSelection, _ name: String) throws(WholeGap) {
        let found = try candidates(of: selection, around: .tables, placing: selection.pick == .last ? .last : .first)
        let day = selection.pick == .last ? "MAX" : "MIN"
        func certain(_ column: String) -> String { "CASE WHEN truth = 2 THEN \(column) END" }
        tables.append(
            (
                "\(name)_places",
                """
                SELECT person, \(day)(\(certain("day"))) AS certain_day, MIN(\(certain("place"))) AS certain_place, \
                MIN(CASE WHEN truth = 1 THEN place END) AS other_place FROM (\(found.text)) AS found GROUP BY person
                """
            ))
        let isKnown = "certain_place <= COALESCE(other_place, certain_place)"
        tables.append(
            (
                name,
                """
                SELECT person, CASE WHEN certain_place IS NULL THEN 1 WHEN \(isKnown) THEN 3 ELSE 2 END AS state, \
                CASE WHEN \(isKnown) THEN certain_day END AS day FROM \(name)_places
                """
            ))
    }

    /// Whether more is wanted of an event than whether it is there.
    private func isPlaced(_ event: EventReference) -> Bool {
        func isAt(_ point: AnchorPoint) -> Bool { point.event == event }
        func places(_ selection: EventSelection) -> Bool {
            selection.windows.contains { isAt($0.anchor) } || (selection.pick.anchor.map(isAt) ?? false)
        }
        func places(_ condition: Condition) -> Bool {
            switch condition {
            case .all(let parts), .any(let parts), .some(_, let parts): parts.contains(where: places)
            case .not(let part), .known(let part), .possible(let part): places(part)
            case .given(let known, let part): places(known) || places(part)
            case .count(let selection, _), .chain(let selection, _, _): places(selection)
            case .relation(let other, let window): other == event || isAt(window.anchor)
            case .ratio(let one, let other, _), .change(let one, let other, _): one == event || other == event
            case .age(let point, _), .ageInMonths(let point, _): isAt(point)
            case .exists, .sex, .atlas: false
            }
        }
        let report = plan.report
        return report.measures.contains { $0.event == event } || report.summaries.contains { $0.points.contains(where: isAt) }
            || report.axes.contains { if case .age(let point, _) = $0 { isAt(point) } else { $0.event == event } }
            || plan.anchors.contains(where: places) || ([whole.condition] + whole.funnel + whole.overlap).contains(where: places)
    }

    private mutating func several(_ found: Candidates, _ kind: EventKind) throws(WholeGap) -> String {
        let isCertain = found.isCertain
        func certain(_ value: String) -> String { isCertain ? value : "CASE WHEN truth = 2 THEN \(value) END" }
        var list = [
            "person", isCertain ? "COUNT(*) AS certain" : "SUM(CASE WHEN truth = 2 THEN 1 ELSE 0 END) AS certain", "COUNT(*) AS possible",
        ]
        if found.columns.contains(.series) { list.append("SUM(\(certain("series"))) AS series") }
        if found.columns.contains(.studies) { list.append("COUNT(DISTINCT \(certain("study"))) AS studies") }
        return "SELECT \(list.joined(separator: ", ")) FROM (\(found.text)) AS found GROUP BY person"
    }

    private func names(of columns: Set<EventColumn>) -> [String] {
        columns.compactMap { column in
            switch column {
            case .end: "end_day"
            case .series: "series"
            case .studies: nil
            case .stratum(let axis): "stratum_\(axis)"
            }
        }.sorted()
    }

    /// What is wanted of a named event beside its day.
    private func wantedColumns(of event: EventReference) -> Set<EventColumn> {
        var columns: Set<EventColumn> = []
        let request = plan.anchors[event.index].request
        let isSingle = plan.anchors[event.index].pick.isSingle
        for measure in plan.report.measures where measure.event == event {
            switch measure {
            case .series where request.kind.isImaging: columns.insert(.series)
            case .studies where request.kind == .imagingSeries && !isSingle: columns.insert(.studies)
            case .patients, .studies, .series, .events: break
            }
        }
        for (index, axis) in plan.report.axes.enumerated() {
            if case .value(let split, _) = axis, split == event { columns.insert(.stratum(index)) }
        }
        if usesEnd(of: event) { columns.insert(.end) }
        return columns
    }

    /// Whether anything is measured from an event's end, or the end itself is placed.
    private func usesEnd(of event: EventReference) -> Bool {
        func isEnd(_ point: AnchorPoint) -> Bool { if case .end(let other) = point { other == event } else { false } }
        func uses(_ selection: EventSelection) -> Bool {
            selection.windows.contains { isEnd($0.anchor) } || (selection.pick.anchor.map(isEnd) ?? false)
        }
        func uses(_ condition: Condition) -> Bool {
            switch condition {
            case .all(let parts), .any(let parts), .some(_, let parts): parts.contains(where: uses)
            case .not(let part), .known(let part), .possible(let part): uses(part)
            case .given(let known, let part): uses(known) || uses(part)
            case .count(let selection, _), .chain(let selection, _, _): uses(selection)
            case .relation(let other, let window): isEnd(window.anchor) || (other == event && window.side == .end)
            case .age(let point, _), .ageInMonths(let point, _): isEnd(point)
            case .exists, .ratio, .change, .sex, .atlas: false
            }
        }
        let axes = plan.report.axes.contains { if case .age(let point, _) = $0 { isEnd(point) } else { false } }
        return axes || plan.anchors.contains(where: uses) || ([whole.condition] + whole.funnel + whole.overlap).contains(where: uses)
    }
}
