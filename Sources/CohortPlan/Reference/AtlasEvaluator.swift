/// The meaning of a cohort with the semantics of ATLAS for one patient, step by step as Circe 1.11 says it.
///
/// It is given the patient's rows of every request, already those that are of the codes and pass the tests of what a row itself holds.
/// Everything else is decided here, for the reference evaluator and for the engine alike; what holds it are OHDSI's own answers.
public struct AtlasEvaluator {
    private let cohort: AtlasCohort
    private let person: AtlasPerson
    private let records: (RecordRequest) -> [AtlasRecord]
    private let periods: [AtlasRecord]

    /// - Parameter records: the patient's rows of a request, in any order.
    public init(_ cohort: AtlasCohort, person: AtlasPerson, records: @escaping (RecordRequest) -> [AtlasRecord]) {
        self.cohort = cohort
        self.person = person
        self.records = records
        periods = records(AtlasCohort.periods)
    }

    /// An event that something is measured from, and the observation period that it starts in.
    private struct Index {
        let record: AtlasRecord
        let period: AtlasRecord
    }

    /// The patient's stays in the cohort, in order; none for who is not in it.
    public func episodes() -> [AtlasEpisode] {
        var events = limited(entries(), to: cohort.entryLimit)
        if let qualification = cohort.qualification {
            events = limited(ordered(filter(events, by: qualification)), to: cohort.qualificationLimit)
        }
        for rule in cohort.rules { events = filter(events, by: rule) }
        return collapsed(stays(of: limited(ordered(events), to: cohort.limit))).compactMap(cut)
    }

    // MARK: Who is let in

    /// By the day that they are sorted by and by number; an event may lie in several periods, and then counts in each.
    private func entries() -> [Index] {
        cohort.entry.flatMap { matches(of: $0) }.flatMap(indexes(of:)).filter { index in
            let start = index.record.start.daysSinceEpoch
            guard let end = index.period.end else { return false }
            return index.period.start.daysSinceEpoch + cohort.observedBefore <= start
                && start + cohort.observedAfter <= end.daysSinceEpoch
        }.sorted { left, right in
            let (day, other) = (left.record.sortDay.daysSinceEpoch, right.record.sortDay.daysSinceEpoch)
            guard day == other else { return cohort.entryLimit == .last ? day > other : day < other }
            return left.record.number < right.record.number
        }
    }

    /// In order of their start; of equal ones the order stays.
    private func ordered(_ events: [Index]) -> [Index] {
        events.enumerated().sorted { ($0.element.record.start, $0.offset) < ($1.element.record.start, $1.offset) }.map(\.element)
    }

    private func limited(_ events: [Index], to limit: AtlasCohort.Limit) -> [Index] {
        switch limit {
        case .all: return events
        case .first: return Array(events.prefix(1))
        case .last:
            // Those of the entry stand with the last one first.
            guard let latest = events.map(\.record.start).max() else { return [] }
            return Array(events.filter { $0.record.start == latest }.prefix(1))
        }
    }

    // MARK: What is around an event

    /// The rows of a selection, each looked at for itself.
    private func matches(of selection: AtlasSelection) -> [AtlasRecord] {
        var found = records(selection.request).filter { record in selection.tests.allSatisfy { passes($0, record) } }
        if let period = selection.period { found = found.compactMap { $0.placed(in: period) } }
        guard let condition = selection.condition else { return found }
        // By place in the list; a row may lie in several periods.
        let placed: [(place: Int, index: Index)] = found.enumerated().flatMap { place, record in indexes(of: record).map { (place, $0) } }
        var kept: Set<Int> = []
        for (event, holds) in zip(placed, holds(condition, for: placed.map(\.index))) where holds { kept.insert(event.place) }
        return found.indices.filter(kept.contains).map { found[$0] }
    }

    private func indexes(of record: AtlasRecord) -> [Index] {
        periods.filter { $0.start <= record.start && ($0.end.map { record.start <= $0 } ?? false) }.map {
            Index(record: record, period: $0)
        }
    }

    private func filter(_ events: [Index], by group: AtlasGroup) -> [Index] {
        zip(events, holds(group, for: events)).filter(\.1).map(\.0)
    }

    /// Whether a group holds, for each of some events.
    private func holds(_ group: AtlasGroup, for events: [Index]) -> [Bool] {
        guard !group.parts.isEmpty, !events.isEmpty else { return events.map { _ in true } }
        var numbers = [Int](repeating: 0, count: events.count)
        for part in group.parts {
            for (place, holds) in holds(part, for: events).enumerated() where holds { numbers[place] += 1 }
        }
        return numbers.map { group.range.contains($0) }
    }

    private func holds(_ condition: AtlasCondition, for events: [Index]) -> [Bool] {
        switch condition {
        case .group(let group): return holds(group, for: events)
        case .event(let tests): return events.map { event in tests.allSatisfy { passes($0, event.record) } }
        case .occurrences(let occurrences):
            let found = matches(of: occurrences.selection)
            return events.map { event in
                occurrences.range.contains(number(of: found.filter { lies($0, around: event, occurrences) }, occurrences.distinct))
            }
        }
    }

    private func number(of records: [AtlasRecord], _ distinct: AtlasOccurrences.Distinct?) -> Int {
        switch distinct {
        case nil: records.count
        case .concepts: Set(records.compactMap(\.concept)).count
        case .days: Set(records.map(\.start)).count
        case .visits: Set(records.compactMap(\.visit)).count
        }
    }

    private func lies(_ record: AtlasRecord, around event: Index, _ occurrences: AtlasOccurrences) -> Bool {
        if !occurrences.isInAnyPeriod {
            guard record.start >= event.period.start, event.period.end.map({ record.start <= $0 }) ?? false else { return false }
        }
        if occurrences.isInVisit {
            guard let visit = record.visit, visit == event.record.visit else { return false }
        }
        return occurrences.windows.allSatisfy { lies(record, in: $0, around: event, isInAnyPeriod: occurrences.isInAnyPeriod) }
    }

    private func lies(_ record: AtlasRecord, in window: AtlasWindow, around event: Index, isInAnyPeriod: Bool) -> Bool {
        let (lower, upper) = (bound(window.lower, window, event, isInAnyPeriod), bound(window.upper, window, event, isInAnyPeriod))
        guard let day = window.side == .start ? record.start : record.end else { return lower == .any && upper == .any }
        return lower.allows { day >= $0 } && upper.allows { day <= $0 }
    }

    /// An end of a window: none, a day, or a day that is not recorded, which nothing keeps to.
    private enum Bound: Equatable {
        case any
        case day(CalendarDate)
        case unknown

        static func of(_ day: CalendarDate?) -> Bound { day.map { .day($0) } ?? .unknown }

        func allows(_ test: (CalendarDate) -> Bool) -> Bool {
            switch self {
            case .any: true
            case .day(let day): test(day)
            case .unknown: false
            }
        }
    }

    private func bound(_ bound: AtlasWindow.Bound, _ window: AtlasWindow, _ event: Index, _ isInAnyPeriod: Bool) -> Bound {
        switch bound {
        case .days(let days): .of((window.anchor == .start ? event.record.start : event.record.end)?.plus(days))
        case .earliest: isInAnyPeriod ? .any : .of(event.period.start)
        case .latest: isInAnyPeriod ? .any : .of(event.period.end)
        }
    }

    private func passes(_ test: RecordTest, _ record: AtlasRecord) -> Bool {
        switch test.field {
        case .startDate: return test.passes(record.start)
        case .endDate: return test.passes(record.end)
        case .age: return test.passes(person.birthYear.map { ExactDecimal(record.start.components.year - $0) })
        case .ageAtEnd:
            return test.passes(person.birthYear.flatMap { birth in record.end.map { ExactDecimal($0.components.year - birth) } })
        case .length: return test.passes(record.end.map { ExactDecimal($0.daysSinceEpoch - record.start.daysSinceEpoch) })
        case .sex:
            guard let sex = person.sex, case .sex(let wanted) = test.test else { return false }
            return (sex == wanted) != test.isOpposite
        default: return false
        }
    }

    // MARK: Until when

    private func stays(of events: [Index]) -> [AtlasEpisode] {
        let exposures = exposures()
        let censoring = cohort.censoring.map(matches)
        return events.compactMap { event in
            let start = event.record.start
            var ends = exits(of: event, exposures)
            for records in censoring {
                ends += [records.map(\.start).filter { $0 >= start && (event.period.end.map($0.isAtMost) ?? false) }.min()].compactMap(
                    \.self)
            }
            return ends.filter { $0 >= start }.min().map { AtlasEpisode(start: start, end: $0) }
        }
    }

    private func exits(of event: Index, _ exposures: [AtlasEpisode]) -> [CalendarDate] {
        guard let last = event.period.end else { return [] }
        switch cohort.exit {
        case .observation: return [last]
        case .days(let days, let side):
            guard let day = side == .start ? event.record.start : event.record.end else { return [] }
            return [min(day.plus(days), last)]
        case .exposure:
            return [last] + exposures.filter { $0.start <= event.record.start && event.record.start <= $0.end }.map(\.end)
        }
    }

    /// The stretches of exposure to the drugs of the exit.
    private func exposures() -> [AtlasEpisode] {
        guard case .exposure(_, let gap, let more) = cohort.exit else { return [] }
        let rows = cohort.exit.requests.flatMap(records)
        let stretches = rows.compactMap { row in row.end.map { AtlasEpisode(start: row.start, end: $0.plus(gap + more)) } }
        return AtlasEpisode.joined(stretches, within: 0).map { AtlasEpisode(start: $0.start, end: $0.end.plus(-gap)) }
    }

    private func collapsed(_ stays: [AtlasEpisode]) -> [AtlasEpisode] { AtlasEpisode.joined(stays, within: cohort.gap) }

    /// What of a stay lies between the cohort's first and last day.
    private func cut(_ stay: AtlasEpisode) -> AtlasEpisode? {
        let start = cohort.from.map { max($0, stay.start) } ?? stay.start
        let end = cohort.to.map { min($0, stay.end) } ?? stay.end
        return start <= end ? AtlasEpisode(start: start, end: end) : nil
    }
}

/// What is known of a patient beside rows.
public struct AtlasPerson: Hashable, Sendable {
    public let birthYear: Int?
    public let sex: Sex?

    public init(birthYear: Int?, sex: Sex?) {
        self.birthYear = birthYear
        self.sex = sex
    }
}

/// One row of a table.
public struct AtlasRecord: Hashable, Sendable {
    public let start: CalendarDate
    /// Where none is recorded, the table's own rule has given one or not.
    public let end: CalendarDate?
    /// By which rows of a day are told apart.
    public let number: Int
    public let concept: Int?
    public let visit: Int?
    /// The day that stands for the start when events are sorted.
    public let sortDay: CalendarDate

    public init(
        start: CalendarDate, end: CalendarDate?, number: Int, concept: Int? = nil, visit: Int? = nil, sortDay: CalendarDate? = nil
    ) {
        self.start = start
        self.end = end
        self.number = number
        self.concept = concept
        self.visit = visit
        self.sortDay = sortDay ?? start
    }

    /// With other days in place of its own; nil where it does not span them.
    fileprivate func placed(in period: AtlasPeriod) -> AtlasRecord? {
        for day in [period.start, period.end].compactMap(\.self) {
            guard start <= day, end.map(day.isAtMost) ?? false else { return nil }
        }
        return AtlasRecord(
            start: period.start ?? start, end: period.end ?? end, number: number, concept: concept, visit: visit, sortDay: start)
    }
}

/// A patient's stay in a cohort: its first and last day.
public struct AtlasEpisode: Hashable, Sendable {
    public let start: CalendarDate
    public let end: CalendarDate

    public init(start: CalendarDate, end: CalendarDate) {
        self.start = start
        self.end = end
    }

    /// Stretches of which each begins no more than so many days after those before it have ended, as one.
    fileprivate static func joined(_ stretches: [AtlasEpisode], within gap: Int) -> [AtlasEpisode] {
        var joined: [AtlasEpisode] = []
        for next in stretches.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
            if let last = joined.last, next.start <= last.end.plus(gap) {
                joined[joined.count - 1] = AtlasEpisode(start: last.start, end: max(last.end, next.end))
            } else {
                joined.append(next)
            }
        }
        return joined
    }
}

extension CountRange {
    fileprivate func contains(_ number: Int) -> Bool { number >= lower && upper.map { number <= $0 } ?? true }
}

extension CalendarDate {
    fileprivate func plus(_ days: Int) -> CalendarDate { CalendarDate(daysSinceEpoch: daysSinceEpoch + days) }
    fileprivate func isAtMost(_ other: CalendarDate) -> Bool { self <= other }
}
