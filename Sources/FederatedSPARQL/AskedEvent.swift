import Diagnostics
import Hyperontology
import SPARQL

/// What a variable of the query stands for.
enum Role: Hashable {
    case patient
    case event(Slot)
    /// A series of a study.
    case series(Slot)
    case start(Slot)
    case end(Slot)
    case age(Slot, AgePoint)
    case value(Slot)
    case concept(Slot)
    case exactConcept(Slot)
    /// A property of a series, or of an event that is one.
    case attribute(Slot, property: String)
    case sex
    case node

    enum AgePoint: Hashable { case start, end, startInMonths }
}

/// An event of the patient's that the query speaks of.
struct AskedEvent {
    let slot: Slot
    let kind: EventClass
    let span: SourceSpan
    /// The group in which it is asked for.
    let group: Int
    var concepts: [MappedText] = []
    var value = AskedValue()
    /// Of the event itself, where it is a series.
    var attributes: [String: AskedValue] = [:]
    /// Its series, where it is a study, by their slots.
    var series: [Slot] = []
    var segmentations: [MappedText] = []
    var rank: Int?
    /// Whether its time does not count for its rank.
    var isRankOverall = false
    /// 1 for the one with the smallest number, -1 for that with the greatest.
    var valueRank: Int?
    /// To what day it is nearest.
    var nearest: TimeBound.Anchor?
    var bounds: [TimeBound] = []
    /// Whether it is one of several that are asked for together, one after the other.
    var isChained = false

    /// Whether it is said which one of several is meant.
    var isSingle: Bool { rank != nil || valueRank != nil || nearest != nil }
}

/// A series of a study, all of whose tests hold together.
struct AskedSeries {
    let study: Slot
    var attributes: [String: AskedValue] = [:]
}

/// What is asked of one value.
struct AskedValue {
    /// The variable was asked for, so something is recorded.
    var isAsked = false
    var alternatives: [MappedText] = []
    var flag: Bool?
    var comparisons: [(comparison: Expression.Comparison, operand: MappedText, unit: String?)] = []
    /// `co:unit`, for numbers that have none.
    var unit: String?
    var span: SourceSpan?

    var isTested: Bool { !alternatives.isEmpty || flag != nil || !comparisons.isEmpty }
}

/// One end of the time in which an event lies.
struct TimeBound {
    enum Anchor: Hashable {
        case event(Slot, isEnd: Bool)
        case date(String)
    }

    let event: Slot
    let isEnd: Bool
    let anchor: Anchor
    let isLower: Bool
    let isInclusive: Bool
    /// From the anchor; below zero before it.
    let amount: Int
    let unit: String
    let span: SourceSpan
}
