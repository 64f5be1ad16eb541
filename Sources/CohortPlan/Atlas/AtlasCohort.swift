/// A cohort by the rules of OHDSI's ATLAS (Circe): every event that lets a patient in is looked at for itself.
///
/// Its meaning is ``AtlasEvaluator``. It differs from that of other conditions, and says so by being one of its own:
/// ages are differences of calendar years; events lie in the same observation period as what they are measured from, unless told
/// otherwise; what is not recorded passes no test, so that nothing is unknown; an event without an end lasts a day; concepts are numbers
/// whose meaning the site's own vocabulary has; units are concepts and are not converted.
public struct AtlasCohort: Hashable, Codable, Sendable {
    /// Which of a patient's events are kept.
    public enum Limit: String, Codable, Sendable, CaseIterable { case all, first, last }

    /// When a patient is let out.
    public enum Exit: Hashable, Codable, Sendable {
        /// At the end of the observation period.
        case observation
        /// So many days after the start or end of the event that let in, at the latest at the end of the observation period.
        case days(Int, after: Window.Side)
        /// When the exposure to drugs ends that goes on at that time: rows of ``RecordTable/drugExposure`` that lie no more than a gap
        /// apart, and some days more.
        case exposure(VocabularySet, gap: Int, more: Int)
    }

    /// What lets a patient in: one of these, at least.
    public let entry: [AtlasSelection]
    /// Days of the same observation period that must lie before the event, and after it.
    public let observedBefore: Int
    public let observedAfter: Int
    public let entryLimit: Limit
    /// What must hold of an event that let in; nil for nothing.
    public let qualification: AtlasGroup?
    /// Which of those that qualify are kept. Of no account without a ``qualification``.
    public let qualificationLimit: Limit
    /// All of them must hold of an event.
    public let rules: [AtlasGroup]
    public let limit: Limit
    public let exit: Exit
    /// What lets a patient out before the time.
    public let censoring: [AtlasSelection]
    /// Stays that lie no more than so many days apart are one.
    public let gap: Int
    /// What lies outside is cut off; nil for no end.
    public let from: CalendarDate?
    public let to: CalendarDate?

    public init(
        entry: [AtlasSelection], observedBefore: Int = 0, observedAfter: Int = 0, entryLimit: Limit = .all,
        qualification: AtlasGroup? = nil, qualificationLimit: Limit = .all, rules: [AtlasGroup] = [], limit: Limit = .all,
        exit: Exit = .observation, censoring: [AtlasSelection] = [], gap: Int = 0, from: CalendarDate? = nil, to: CalendarDate? = nil
    ) {
        self.entry = entry
        self.observedBefore = observedBefore
        self.observedAfter = observedAfter
        self.entryLimit = entryLimit
        self.qualification = qualification
        self.qualificationLimit = qualificationLimit
        self.rules = rules
        self.limit = limit
        self.exit = exit
        self.censoring = censoring
        self.gap = gap
        self.from = from
        self.to = to
    }
}

/// Rows of a table, and what must hold of each for itself.
public struct AtlasSelection: Hashable, Codable, Sendable {
    public let request: RecordRequest
    /// Tests of what follows from a row's days and from who it is of.
    public let tests: [RecordTest]
    /// Days that take the place of an observation period's own: only one that spans them is meant.
    public let period: AtlasPeriod?
    public let condition: AtlasGroup?

    public init(_ request: RecordRequest, tests: [RecordTest] = [], period: AtlasPeriod? = nil, condition: AtlasGroup? = nil) {
        self.request = request
        self.tests = tests
        self.period = period
        self.condition = condition
    }
}

/// Days that stand for the start and the end of an observation period; nil for its own.
public struct AtlasPeriod: Hashable, Codable, Sendable {
    public let start: CalendarDate?
    public let end: CalendarDate?

    public init(start: CalendarDate?, end: CalendarDate?) {
        self.start = start
        self.end = end
    }
}

/// How many of some statements about an event hold. Without any, it holds.
public struct AtlasGroup: Hashable, Codable, Sendable {
    public let range: CountRange
    public let parts: [AtlasCondition]

    public init(_ range: CountRange, _ parts: [AtlasCondition]) {
        self.range = range
        self.parts = parts
    }
}

/// A statement about one event.
public indirect enum AtlasCondition: Hashable, Codable, Sendable {
    case group(AtlasGroup)
    case occurrences(AtlasOccurrences)
    /// Tests of the event itself and of who it is of.
    case event([RecordTest])
}

/// How many rows lie around an event.
public struct AtlasOccurrences: Hashable, Codable, Sendable {
    /// What is counted instead of rows.
    public enum Distinct: String, Codable, Sendable, CaseIterable { case concepts, days, visits }

    public let range: CountRange
    public let distinct: Distinct?
    public let selection: AtlasSelection
    /// All of them must hold.
    public let windows: [AtlasWindow]
    /// Whether it must be of the same visit as the event.
    public let isInVisit: Bool
    /// Whether it may lie in another observation period than the event, or in none.
    public let isInAnyPeriod: Bool

    public init(
        _ range: CountRange, distinct: Distinct? = nil, of selection: AtlasSelection, windows: [AtlasWindow] = [], isInVisit: Bool = false,
        isInAnyPeriod: Bool = false
    ) {
        self.range = range
        self.distinct = distinct
        self.selection = selection
        self.windows = windows
        self.isInVisit = isInVisit
        self.isInAnyPeriod = isInAnyPeriod
    }
}

/// Days around an event, both ends within.
public struct AtlasWindow: Hashable, Codable, Sendable {
    /// Which day of the row lies there.
    public let side: Window.Side
    /// Which day of the event it is measured from.
    public let anchor: Window.Side
    public let lower: Bound
    public let upper: Bound

    /// An end of a window.
    public enum Bound: Hashable, Codable, Sendable {
        /// Days from there, negative before it.
        case days(Int)
        /// The first day of the observation period; no end where another period will do.
        case earliest
        /// The last day of the observation period; no end where another period will do.
        case latest
    }

    public init(_ side: Window.Side, from lower: Bound, to upper: Bound, of anchor: Window.Side = .start) {
        self.side = side
        self.anchor = anchor
        self.lower = lower
        self.upper = upper
    }
}

extension AtlasCohort {
    /// The rows of observation periods, of which every such cohort has need.
    public static let periods = RecordRequest(.observationPeriod)

    /// Every request, each once, in order of appearance.
    public var requests: [RecordRequest] {
        var seen: Set<RecordRequest> = []
        var found: [RecordRequest] = []
        func add(_ request: RecordRequest) { if seen.insert(request).inserted { found.append(request) } }
        for selection in entry { selection.visit(add) }
        add(AtlasCohort.periods)
        qualification?.visit(add)
        for rule in rules { rule.visit(add) }
        for request in exit.requests { add(request) }
        for selection in censoring { selection.visit(add) }
        return found
    }

    /// What of a patient it tests beside rows.
    public var fields: Set<RecordField> {
        var found: Set<RecordField> = []
        for selection in entry + censoring { selection.collect(&found) }
        for group in rules + [qualification].compactMap(\.self) { group.collect(&found) }
        return found
    }
}

extension AtlasCohort.Exit {
    /// The rows that tell when it is: those whose concept is one of the drugs, and those that were made from one.
    public var requests: [RecordRequest] {
        guard case .exposure(let codes, _, _) = self else { return [] }
        return [RecordRequest(.drugExposure, codes: codes), RecordRequest(.drugExposure, sourceCodes: codes)]
    }
}

extension AtlasSelection {
    fileprivate func visit(_ add: (RecordRequest) -> Void) {
        add(request)
        condition?.visit(add)
    }

    fileprivate func collect(_ fields: inout Set<RecordField>) {
        fields.formUnion(tests.map(\.field))
        condition?.collect(&fields)
    }
}

extension AtlasGroup {
    fileprivate func visit(_ add: (RecordRequest) -> Void) {
        for part in parts {
            switch part {
            case .group(let group): group.visit(add)
            case .occurrences(let occurrences): occurrences.selection.visit(add)
            case .event: break
            }
        }
    }

    fileprivate func collect(_ fields: inout Set<RecordField>) {
        for part in parts {
            switch part {
            case .group(let group): group.collect(&fields)
            case .occurrences(let occurrences): occurrences.selection.collect(&fields)
            case .event(let tests): fields.formUnion(tests.map(\.field))
            }
        }
    }
}
