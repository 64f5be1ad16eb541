import CohortPlan

/// The events of one selection for one patient.
struct Candidates {
    /// Rows of the table that match for certain.
    private(set) var certain: [Int] = []
    /// Rows that may match.
    private(set) var uncertain: [Int] = []

    var isEmpty: Bool { certain.isEmpty && uncertain.isEmpty }
    var possibleCount: Int { certain.count + uncertain.count }

    mutating func add(_ row: Int, _ truth: Truth) {
        switch truth {
        case .yes: certain.append(row)
        case .unknown: uncertain.append(row)
        case .no: break
        }
    }

    /// The one that a pick means: by day and key, unless an event that may match, or whose day is not exactly known, could come before it.
    ///
    /// - Parameter day: for the nearest one, the day that it is near to.
    /// - Parameter rank: for a pick by an order, the place of a row's value in it; nil where it has none there, or several.
    func resolve(_ pick: Pick, near day: NamedEvents.Day, rank: (Int) -> Int?, in table: EventTable) -> AnchorColumn.Resolution {
        switch pick {
        case .all: return .events(certain: certain, possible: uncertain.count)
        case .first: return single(1, in: table, places: Places.forwards)
        case .last: return single(1, in: table, places: Places.backwards)
        case .nth(let number): return single(abs(number), in: table, places: number > 0 ? Places.forwards : Places.backwards)
        case .nearest:
            switch day {
            case .none: return .none
            case .day(let range) where range.isExact:
                return single(1, in: table) { Places(nearest: $0, to: range.earliest.daysSinceEpoch, key: $1) }
            case .day, .unknown: return single(1, in: table) { _, _ in nil }
            }
        case .ranked: return ranked(rank, in: table)
        case .lowest: return extreme(in: table) { $0.isSmaller(than: $1) }
        case .highest: return extreme(in: table) { $1.isSmaller(than: $0) }
        }
    }

    /// The one whose number comes before all others; of equal ones the earlier, then that of the smaller key.
    private func extreme(in table: EventTable, _ isBefore: (RecordedValue, RecordedValue) -> Bool) -> AnchorColumn.Resolution {
        guard !isEmpty else { return .none }
        guard uncertain.isEmpty, certain.allSatisfy({ table[$0].value.isPlainNumber }) else {
            return .unknown(exists: certain.isEmpty ? .unknown : .yes)
        }
        let chosen = certain.min { one, other in
            let (first, second) = (table[one], table[other])
            if isBefore(first.value, second.value) { return true }
            if isBefore(second.value, first.value) { return false }
            return (first.start?.earliest.daysSinceEpoch ?? .max, first.key) < (second.start?.earliest.daysSinceEpoch ?? .max, second.key)
        }
        return chosen.map { .event($0) } ?? .none
    }

    /// The one whose value comes first; of equal ones the earlier, then that of the smaller key.
    private func ranked(_ rank: (Int) -> Int?, in table: EventTable) -> AnchorColumn.Resolution {
        guard !isEmpty else { return .none }
        var best: (place: Place, row: Int)?
        for row in certain {
            guard uncertain.isEmpty, let rank = rank(row) else { return .unknown(exists: .yes) }
            let place = Place(distance: rank, day: table[row].start?.earliest.daysSinceEpoch ?? .max, key: table[row].key)
            if best.map({ place < $0.place }) ?? true { best = (place, row) }
        }
        return best.map { .event($0.row) } ?? .unknown(exists: .unknown)
    }

    /// Where an event stands among others; for one whose day lies in a range, the best that it can be.
    private struct Place: Comparable {
        let distance: Int
        let day: Int
        let key: String

        static func < (left: Place, right: Place) -> Bool { (left.distance, left.day, left.key) < (right.distance, right.day, right.key) }
    }

    /// Where an event can stand among others whose day lies in a range.
    private struct Places {
        let best: Place
        let worst: Place

        static func forwards(_ start: DateRange, _ key: String) -> Places? {
            Places(
                best: Place(distance: 0, day: start.earliest.daysSinceEpoch, key: key),
                worst: Place(distance: 0, day: start.latest.daysSinceEpoch, key: key))
        }

        static func backwards(_ start: DateRange, _ key: String) -> Places? {
            Places(
                best: Place(distance: 0, day: -start.latest.daysSinceEpoch, key: key),
                worst: Place(distance: 0, day: -start.earliest.daysSinceEpoch, key: key))
        }

        init(best: Place, worst: Place) {
            self.best = best
            self.worst = worst
        }

        init(nearest start: DateRange, to day: Int, key: String) {
            func place(_ other: Int) -> Place { Place(distance: abs(day - other), day: other, key: key) }
            let (earliest, latest) = (start.earliest.daysSinceEpoch, start.latest.daysSinceEpoch)
            self.init(best: place(min(max(earliest, day), latest)), worst: max(place(earliest), place(latest)))
        }
    }

    /// The n-th in the order of the best places, if everything before it certainly stands there and everything behind it cannot come before.
    ///
    /// - Parameters:
    ///   - number: counted from one.
    ///   - places: by which the wanted event comes first; nil where nothing is known of it.
    private func single(_ number: Int, in table: EventTable, places: (DateRange, String) -> Places?) -> AnchorColumn.Resolution {
        guard possibleCount >= number else { return .none }
        if possibleCount == 1, let row = certain.first { return .event(row) }
        let unknown = AnchorColumn.Resolution.unknown(exists: certain.count >= number ? .yes : .unknown)
        var placed: [(row: Int, places: Places, isCertain: Bool)] = []
        for (rows, isCertain) in [(certain, true), (uncertain, false)] {
            for row in rows {
                guard let start = table[row].start, let places = places(start, table[row].key) else { return unknown }
                placed.append((row, places, isCertain))
            }
        }
        if number > 1 { placed.sort { $0.places.best < $1.places.best } }
        let index = number == 1 ? placed.indices.min { placed[$0].places.best < placed[$1].places.best } : number - 1
        guard let index, placed[index].isCertain else { return unknown }
        let chosen = placed[index]
        for (other, event) in placed.enumerated() where other != index {
            let isBefore = event.isCertain && event.places.worst < chosen.places.best
            guard isBefore || chosen.places.worst < event.places.best else { return unknown }
        }
        return .event(chosen.row)
    }

    /// Whether so many of them follow one another by a gap (``CohortPlan/Condition/chain(_:count:_:)``).
    func chain(of count: Int, _ gap: Gap, in table: EventTable) -> Truth {
        let exact = certain.filter { table[$0].start?.isExact == true }
        if Candidates.hasChain(of: count, gap, days: Candidates.days(exact, table)) { return .yes }
        guard possibleCount >= count else { return .no }
        let all = certain + uncertain
        guard all.allSatisfy({ table[$0].start?.isExact == true }) else { return .unknown }
        return Candidates.hasChain(of: count, gap, days: Candidates.days(all, table)) ? .unknown : .no
    }

    private static func days(_ rows: [Int], _ table: EventTable) -> [CalendarDate] {
        rows.compactMap { table[$0].start?.earliest }.sorted()
    }

    /// Which event of a day comes first does not matter: the events of a day are alike to a chain.
    private static func hasChain(of count: Int, _ gap: Gap, days: [CalendarDate]) -> Bool {
        var longest = [Int](repeating: 1, count: days.count)
        for later in days.indices {
            for earlier in 0..<later where longest[earlier] >= longest[later] && gap.contains(days[later], after: days[earlier]) {
                longest[later] = longest[earlier] + 1
            }
            if longest[later] >= count { return true }
        }
        return false
    }
}
