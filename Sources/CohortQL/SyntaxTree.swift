public import Diagnostics

/// What a file says: a cohort and its report. Every part knows its place.
public struct QuerySyntax: Hashable, Sendable {
    public let cohort: CohortSyntax?
    public let report: ReportSyntax?
    public let comments: [Comment]

    init(cohort: CohortSyntax?, report: ReportSyntax?, comments: [Comment]) {
        self.cohort = cohort
        self.report = report
        self.comments = comments
    }

    /// The same tree with other comments.
    public init(_ tree: QuerySyntax, comments: [Comment]) {
        self.init(cohort: tree.cohort, report: tree.report, comments: comments)
    }
}

/// A name as it was written.
public struct NameSyntax: Hashable, Sendable {
    public let text: String
    public let span: SourceSpan
}

/// `cohort NAME { … }`
public struct CohortSyntax: Hashable, Sendable {
    public let name: NameSyntax
    public let events: [EventSyntax]
    /// Nil when `patients where` is missing.
    public let condition: ConditionSyntax?
    public let span: SourceSpan
}

/// `index = first diagnosis of "…"`
public struct EventSyntax: Hashable, Sendable {
    public let name: NameSyntax
    public let selection: SelectionSyntax
    public let span: SourceSpan
}

/// `first`, `last`, or neither.
public enum PickSyntax: String, Hashable, Sendable { case first, last }

/// The kinds of events, by their words in the singular.
public enum EventKindSyntax: String, Hashable, Sendable, CaseIterable {
    case diagnosis, procedure, medication, radiotherapy, observation, death
    case imagingStudy = "imaging study"
    case imagingSeries = "imaging series"

    /// The word for several of them.
    public var plural: String {
        switch self {
        case .diagnosis: "diagnoses"
        case .radiotherapy: "radiotherapies"
        case .imagingStudy: "imaging studies"
        case .imagingSeries: "imaging series"
        default: rawValue + "s"
        }
    }
}

/// `first observation of "…" is "…" within 90 days of index`
public struct SelectionSyntax: Hashable, Sendable {
    public let pick: PickSyntax?
    public let kind: EventKindSyntax
    public let kindSpan: SourceSpan
    public let concepts: ConceptListSyntax?
    public let value: ValueSyntax?
    /// The braces right after `imaging series`.
    public let attributes: AttributeListSyntax?
    /// Each `having series { … }`.
    public let having: [AttributeListSyntax]
    public let windows: [WindowSyntax]
    public let span: SourceSpan
}

/// One concept, or `one of ( … )`.
public struct ConceptListSyntax: Hashable, Sendable {
    public let concepts: [ConceptSyntax]
    public let span: SourceSpan
}

/// A concept as it was written.
public struct ConceptSyntax: Hashable, Sendable {
    public enum Form: Hashable, Sendable { case label, curie, word }
    public let form: Form
    public let text: String
    /// Without what lies below it.
    public let isExact: Bool
    public let span: SourceSpan
}

public enum ComparisonSyntax: String, Hashable, Sendable {
    case less = "<"
    case atMost = "<="
    case more = ">"
    case atLeast = ">="
    case equal = "="
}

/// A number as it was written.
public struct NumberSyntax: Hashable, Sendable {
    public let text: String
    public let span: SourceSpan
}

/// A test of a value.
public enum ValueSyntax: Hashable, Sendable {
    case coded(ConceptListSyntax)
    case comparison(ComparisonSyntax, NumberSyntax, unit: NameSyntax?)
    case range(NumberSyntax, NumberSyntax, unit: NameSyntax?)
    case flag(Bool, SourceSpan)

    public var span: SourceSpan {
        switch self {
        case .coded(let list): list.span
        case .comparison(_, let number, let unit): unit.map { number.span.union($0.span) } ?? number.span
        case .range(let low, let high, let unit): unit.map { low.span.union($0.span) } ?? low.span.union(high.span)
        case .flag(_, let span): span
        }
    }
}

/// `{ modality MR, slice thickness <= 2 mm }`
public struct AttributeListSyntax: Hashable, Sendable {
    public let attributes: [AttributeSyntax]
    public let span: SourceSpan
}

/// `slice thickness <= 2 mm`
public struct AttributeSyntax: Hashable, Sendable {
    public let name: NameSyntax
    public let value: ValueSyntax
}

/// `60 days`
public struct DurationSyntax: Hashable, Sendable {
    public enum Unit: String, Hashable, Sendable, CaseIterable { case day, week, month, year }
    public let amount: Int
    public let unit: Unit
    public let span: SourceSpan
}

/// What time is measured from.
public enum AnchorSyntax: Hashable, Sendable {
    case event(NameSyntax, atEnd: Bool)
    case date(NameSyntax)

    public var span: SourceSpan {
        switch self {
        case .event(let name, _), .date(let name): name.span
        }
    }
}

public enum DirectionSyntax: String, Hashable, Sendable { case before, after, of }

/// A place in time relative to an anchor.
public struct WindowSyntax: Hashable, Sendable {
    public enum Form: Hashable, Sendable {
        /// `before X`, `on or before X`, `after X`, `on or after X`
        case side(DirectionSyntax, orOn: Bool)
        /// `within D before X`
        case within(DurationSyntax, DirectionSyntax)
        /// `more than D before X`
        case moreThan(DurationSyntax, DirectionSyntax)
        /// `at least D before X`
        case atLeast(DurationSyntax, DirectionSyntax)
        /// `from D to D after X`
        case from(DurationSyntax, DurationSyntax, DirectionSyntax)
        /// `between DATE and DATE`; the anchor is the first.
        case between(NameSyntax)
    }

    public let form: Form
    public let anchor: AnchorSyntax
    public let span: SourceSpan
}

/// `any`, `no`, `at least 2`, …
public struct QuantifierSyntax: Hashable, Sendable {
    public enum Form: Hashable, Sendable {
        case any
        case none
        case atLeast(Int)
        case atMost(Int)
        case exactly(Int)
    }
    public let form: Form
    public let span: SourceSpan
}

/// A test of an age in years.
public enum AgeTestSyntax: Hashable, Sendable {
    case comparison(ComparisonSyntax, Int)
    case range(Int, Int)
}

/// What must hold for a patient.
public indirect enum ConditionSyntax: Hashable, Sendable {
    case and([ConditionSyntax], SourceSpan)
    case or([ConditionSyntax], SourceSpan)
    case not(ConditionSyntax, SourceSpan)
    case sex(NameSyntax, SourceSpan)
    case age(AnchorSyntax, AgeTestSyntax, SourceSpan)
    case exists(NameSyntax, SourceSpan)
    case relation(NameSyntax, WindowSyntax, SourceSpan)
    case count(QuantifierSyntax, SelectionSyntax, SourceSpan)
    /// Something that could not be read; the parser has said why.
    case missing(SourceSpan)

    public var span: SourceSpan {
        switch self {
        case .and(_, let span), .or(_, let span), .not(_, let span), .sex(_, let span), .age(_, _, let span), .exists(_, let span),
            .relation(_, _, let span), .count(_, _, let span), .missing(let span):
            span
        }
    }
}

/// `report NAME count … by …`
public struct ReportSyntax: Hashable, Sendable {
    public let name: NameSyntax
    public let measures: [MeasureSyntax]
    public let breakdowns: [BreakdownSyntax]
    public let span: SourceSpan
}

/// `patients`, `studies of baseline`
public struct MeasureSyntax: Hashable, Sendable {
    public enum Unit: String, Hashable, Sendable, CaseIterable { case patients, studies, series }
    public let unit: Unit
    public let event: NameSyntax?
    public let span: SourceSpan
}

/// `sex`, `age at index in bands of 10 years`, `node`
public enum BreakdownSyntax: Hashable, Sendable {
    case sex(SourceSpan)
    case node(SourceSpan)
    case age(AnchorSyntax, width: Int, SourceSpan)
}
