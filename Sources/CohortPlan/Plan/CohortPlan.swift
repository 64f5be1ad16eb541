/// A question, free of any source model: which patients, described by which events, counted how.
///
/// A plan is a value: two front ends make it, the hub expands it, each node executes it. It carries no names and no
/// text of the query; what people called things stands beside it (`CompiledQuery` in `Compiler`).
/// The meaning of every part is ``ReferenceEvaluator``.
public struct CohortPlan: Hashable, Codable, Sendable {
    /// The version of the plan's form that this code writes and reads.
    public static let currentVersion = 1

    public let version: Int
    /// The events that were named, each using only those before it. An ``EventReference`` is an index into this.
    public let anchors: [EventSelection]
    /// Which patients are counted.
    public let condition: Condition
    /// What is counted of them.
    public let report: Report

    /// - Throws: ``InvalidPlan`` when a reference points at itself, forwards or nowhere, or the report counts nothing.
    public init(anchors: [EventSelection], condition: Condition, report: Report) throws(InvalidPlan) {
        self.version = CohortPlan.currentVersion
        self.anchors = anchors
        self.condition = condition
        self.report = report
        try validate()
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        version = try container.decode(Int.self, forKey: .version)
        guard version == CohortPlan.currentVersion else { throw InvalidPlan(reason: "plan version \(version) is not known here") }
        anchors = try container.decode([EventSelection].self, forKey: .anchors)
        condition = try container.decode(Condition.self, forKey: .condition)
        report = try container.decode(Report.self, forKey: .report)
        try validate()
    }
}

/// Why a value is not a plan.
public struct InvalidPlan: Error, Hashable, Sendable {
    public let reason: String

    public init(reason: String) { self.reason = reason }
}

/// The name of a concept of the hyperontology, as an IRI.
public struct ConceptIRI: Hashable, Codable, Sendable, RawRepresentable, Comparable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }
    public init(_ rawValue: String) { self.rawValue = rawValue }
    public init(from decoder: any Decoder) throws { rawValue = try decoder.singleValueContainer().decode(String.self) }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    public static func < (left: ConceptIRI, right: ConceptIRI) -> Bool { left.rawValue < right.rawValue }
    public var description: String { rawValue }
}

/// Makes a dictionary by concept a JSON object, whose members an encoder can sort; as an array it would have no fixed order.
extension ConceptIRI: CodingKeyRepresentable {}

/// One concept, with or without what lies below it.
public struct ConceptTerm: Hashable, Codable, Sendable, Comparable {
    public let concept: ConceptIRI
    public let descendants: Bool

    public init(_ concept: ConceptIRI, descendants: Bool = true) {
        self.concept = concept
        self.descendants = descendants
    }

    public static func < (left: ConceptTerm, right: ConceptTerm) -> Bool {
        (left.concept, left.descendants ? 1 : 0) < (right.concept, right.descendants ? 1 : 0)
    }
}

/// Concepts that count as the same for a criterion: all included ones less all excluded ones.
public struct ConceptSet: Hashable, Codable, Sendable {
    /// Sorted, without repetition.
    public let include: [ConceptTerm]
    /// Sorted, without repetition.
    public let exclude: [ConceptTerm]

    public init(include: [ConceptTerm], exclude: [ConceptTerm] = []) {
        self.include = Set(include).sorted()
        self.exclude = Set(exclude).sorted()
    }
}

/// What sort of record an event is.
public enum EventKind: String, Codable, Sendable, CaseIterable {
    case diagnosis, procedure, medication, radiotherapy, observation, imagingStudy, imagingSeries, death
    case visit, specimen
    /// A stretch of time in which whatever happened would have been recorded.
    case observationPeriod
    /// A row of a table of OMOP, as ``EventRequest/record`` says.
    case record

    /// Whether its events are images.
    public var isImaging: Bool { self == .imagingStudy || self == .imagingSeries }

    /// Whether its events are of a concept.
    public var takesConcepts: Bool { !isImaging && self != .death && self != .observationPeriod && self != .record }
}

/// Points at one of a plan's ``CohortPlan/anchors``.
public struct EventReference: Hashable, Codable, Sendable, Comparable {
    public let index: Int

    public init(_ index: Int) { self.index = index }
    public static func < (left: EventReference, right: EventReference) -> Bool { left.index < right.index }
}

/// The records that a criterion asks a source for: everything about an event but its place in time.
///
/// Two selections with the same request share what the source delivers.
public struct EventRequest: Hashable, Codable, Sendable {
    public let kind: EventKind
    /// What the record is of; nil for any. Nil for imaging and death.
    public let concepts: ConceptSet?
    /// A test of the record's value. Only for observations.
    public let value: ValueTest?
    /// Tests of the series itself. Only for imaging series.
    public let attributes: [AttributeTest]
    /// Each group must hold for some one series of the study. Only for imaging studies.
    public let havingSeries: [[AttributeTest]]
    /// The rows that are meant. Only for ``EventKind/record``.
    public let record: RecordRequest?

    public init(
        kind: EventKind, concepts: ConceptSet? = nil, value: ValueTest? = nil, attributes: [AttributeTest] = [],
        havingSeries: [[AttributeTest]] = []
    ) {
        self.kind = kind
        self.concepts = concepts
        self.value = value
        self.attributes = attributes
        self.havingSeries = havingSeries
        record = nil
    }

    /// Rows of a table of OMOP.
    public init(_ record: RecordRequest) {
        kind = .record
        concepts = nil
        value = nil
        attributes = []
        havingSeries = []
        self.record = record
    }

    /// All concept sets that it names.
    public var conceptSets: [ConceptSet] {
        var sets: [ConceptSet] = []
        if let concepts { sets.append(concepts) }
        if case .coded(let set) = value { sets.append(set) }
        for case .coded(let set) in (attributes + havingSeries.joined()).map(\.test) { sets.append(set) }
        return sets
    }
}

/// A patient's events of one description: a request, where in time, and which of those.
///
/// Windows apply before the pick: `first X after A` is the first of those after A.
public struct EventSelection: Hashable, Codable, Sendable {
    public let request: EventRequest
    /// All of them must hold for an event.
    public let windows: [Window]
    public let pick: Pick

    public init(_ request: EventRequest, windows: [Window] = [], pick: Pick = .all) {
        self.request = request
        self.windows = windows
        self.pick = pick
    }
}

/// One end of a window: the anchor's day moved by a distance.
public struct WindowBound: Hashable, Codable, Sendable {
    public let distance: CalendarDistance
    public let isInclusive: Bool

    public init(_ distance: CalendarDistance, inclusive: Bool) {
        self.distance = distance
        self.isInclusive = inclusive
    }
}

/// A day to measure from.
///
/// A named event must be single-valued (``Pick/first`` or ``Pick/last``) to be an anchor. An end that is not recorded is unknown.
public enum AnchorPoint: Hashable, Codable, Sendable {
    case start(EventReference)
    case end(EventReference)
    case date(CalendarDate)
    /// One of several days, as of a year alone: ages and lengths of time are known as far as all of them agree.
    case dates(DateRange)

    /// The event, when it is one.
    public var event: EventReference? {
        switch self {
        case .start(let event), .end(let event): event
        case .date, .dates: nil
        }
    }
}
