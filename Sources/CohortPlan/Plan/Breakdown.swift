/// How counted patients are split. Every stratum is listed, whether anybody is in it or not.
///
/// What is measured of an event splits by the event. Where a name stands for several events of a patient, the patient is in the stratum of
/// each, and of what is counted of that event each stratum holds its own.
public indirect enum Breakdown: Hashable, Codable, Sendable {
    case sex
    /// Completed years at a day, in bands of a width: 0 up to the width, and so on.
    case age(AnchorPoint, bandWidth: Int)
    /// The calendar year in which an event starts; all years before and all after are one stratum each.
    case year(EventReference, from: Int, to: Int)
    /// What is recorded of an event.
    case value(EventReference, ValueAxis)
    /// By several at once: a stratum for each combination of theirs, the last one varying fastest.
    case cross([Breakdown])

    /// The last band of ages starts at or below this and is open upwards.
    public static let lastBandStart = 90

    /// The name of the last stratum of every axis.
    public static let unknown = "unknown"

    /// The names of the strata, in order; `unknown` is last. A concept's stratum has its IRI.
    public var strata: [String] {
        switch self {
        case .sex: return Sex.allCases.map(\.rawValue) + [Breakdown.unknown]
        case .age(_, let width):
            let starts = Array(stride(from: 0, through: Breakdown.lastBandStart, by: max(1, width)))
            return starts.map { start in start == starts.last ? "\(start)+" : "\(start)-\(start + width - 1)" } + [Breakdown.unknown]
        case .year(_, let first, let last):
            return ["before \(first)"] + (first <= last ? (first...last).map(String.init) : []) + ["after \(last)", Breakdown.unknown]
        case .value(_, let axis): return axis.names + [Breakdown.unknown]
        case .cross(let axes):
            guard let first = axes.first else { return [] }
            return axes.dropFirst().reduce(first.strata) { names, axis in names.flatMap { name in axis.strata.map { "\(name), \($0)" } } }
        }
    }

    /// What it is made of: the axes of a cross table, else itself.
    public var axes: [Breakdown] {
        if case .cross(let axes) = self { return axes }
        return [self]
    }

    /// The event that is looked at; nil for what is measured of the patient.
    public var event: EventReference? {
        switch self {
        case .year(let event, _, _), .value(let event, _): event
        case .sex, .age, .cross: nil
        }
    }

    /// The index of the stratum of an age; nil below zero.
    public static func band(ofAge age: Int, width: Int) -> Int? {
        age < 0 ? nil : min(age, lastBandStart) / max(1, width)
    }

    /// The index of the stratum of a day among years; nil where it is not known which one.
    public static func year(of day: DateRange, from first: Int, to last: Int) -> Int? {
        func index(_ date: CalendarDate) -> Int {
            let year = date.components.year
            return year < first ? 0 : year > last ? last - first + 2 : year - first + 1
        }
        return index(day.earliest) == index(day.latest) ? index(day.earliest) : nil
    }
}

/// What is recorded of an event, and the strata that it falls into.
public struct ValueAxis: Hashable, Codable, Sendable {
    /// A property of its series, by its IRI in the hyperontology; nil for the value of an observation.
    public let property: ConceptIRI?
    public let strata: Strata

    public enum Strata: Hashable, Codable, Sendable {
        /// A concept each, with what lies below it.
        case concepts([ConceptIRI])
        case bands(NumberBands)
        /// Yes and no.
        case flags
    }

    public init(property: ConceptIRI? = nil, _ strata: Strata) {
        self.property = property
        self.strata = strata
    }

    /// The strata's names, without `unknown`.
    var names: [String] {
        switch strata {
        case .concepts(let concepts): concepts.map(\.rawValue)
        case .bands(let bands): bands.names
        case .flags: ["yes", "no"]
        }
    }

    /// The test of each stratum, without `unknown`.
    public var tests: [ValueTest] {
        switch strata {
        case .concepts(let concepts): concepts.map { .coded(ConceptSet(include: [ConceptTerm($0)])) }
        case .bands(let bands): bands.ranges.map { .quantity($0) }
        case .flags: [.flag(true), .flag(false)]
        }
    }

    /// For each stratum, the request that finds those events of another request which fall into it.
    ///
    /// Of a study, the series that are asked for are looked at, and each of its groups must have one.
    public func requests(within request: EventRequest) -> [EventRequest] {
        tests.map { test in
            guard let property else {
                return EventRequest(kind: request.kind, concepts: request.concepts, value: test)
            }
            let attribute = AttributeTest(property, test)
            if request.kind == .imagingSeries { return EventRequest(kind: .imagingSeries, attributes: request.attributes + [attribute]) }
            let groups = request.havingSeries.isEmpty ? [[attribute]] : request.havingSeries.map { $0 + [attribute] }
            return EventRequest(kind: request.kind, havingSeries: groups)
        }
    }
}

/// Bands of a number, all of one width: below the first, each from its start up to the next one's, and from the last end on.
public struct NumberBands: Hashable, Codable, Sendable {
    public let start: ExactDecimal
    public let width: ExactDecimal
    /// Without the two that are open.
    public let count: Int
    /// A UCUM code; `1` for pure numbers.
    public let unit: String

    /// More than any table shows.
    public static let largestCount = 200

    public init(start: ExactDecimal, width: ExactDecimal, count: Int, unit: String) {
        self.start = start
        self.width = width
        self.count = count
        self.unit = unit
    }

    /// The ends of the bands, one more than there are bands.
    private var ends: [ExactDecimal] {
        guard (1...NumberBands.largestCount).contains(count) else { return [] }
        var ends = [start]
        for _ in 0..<count { ends.append(ExactDecimal((ends.last ?? start).value + width.value)) }
        return ends
    }

    var names: [String] {
        let ends = ends
        guard let first = ends.first, let last = ends.last else { return [] }
        return ["<\(first)"] + zip(ends, ends.dropFirst()).map { "\($0) to <\($1)" } + [">=\(last)"]
    }

    var ranges: [QuantityRange] {
        let ends = ends
        guard let first = ends.first, let last = ends.last else { return [] }
        func from(_ end: ExactDecimal) -> QuantityBound { QuantityBound(end, inclusive: true) }
        func to(_ end: ExactDecimal) -> QuantityBound { QuantityBound(end, inclusive: false) }
        return [QuantityRange(to: to(first), unit: unit)]
            + zip(ends, ends.dropFirst()).map { QuantityRange(from: from($0), to: to($1), unit: unit) }
            + [QuantityRange(from: from(last), unit: unit)]
    }
}
