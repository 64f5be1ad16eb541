public import Diagnostics

/// What a file says, in its order. Every part knows its place.
public struct QuerySyntax: Hashable, Sendable {
    public let statements: [StatementSyntax]
    public let comments: [Comment]

    /// - Parameter comments: in order of place.
    public init(statements: [StatementSyntax], comments: [Comment]) {
        self.statements = statements
        self.comments = comments
    }

    public var imports: [ImportSyntax] { statements.compactMap { if case .importing(let found) = $0 { found } else { nil } } }
    public var parameters: [ParameterSyntax] { statements.compactMap { if case .parameter(let found) = $0 { found } else { nil } } }
    public var conceptSets: [ConceptSetSyntax] { statements.compactMap { if case .concepts(let found) = $0 { found } else { nil } } }
    public var cohorts: [CohortSyntax] { statements.compactMap { if case .cohort(let found) = $0 { found } else { nil } } }
    public var dispatch: DispatchSyntax? { statements.lazy.compactMap { if case .dispatch(let found) = $0 { found } else { nil } }.first }
    public var report: ReportSyntax? { statements.lazy.compactMap { if case .report(let found) = $0 { found } else { nil } }.first }
}

/// A definition, a report or a dispatch.
public enum StatementSyntax: Hashable, Sendable {
    case importing(ImportSyntax)
    case parameter(ParameterSyntax)
    case concepts(ConceptSetSyntax)
    case codes(CodeSetSyntax)
    case cohort(CohortSyntax)
    case report(ReportSyntax)
    case dispatch(DispatchSyntax)
}

/// `import "shared.cohort"`
public struct ImportSyntax: Hashable, Sendable {
    /// The path as it was written, without its quotation marks.
    public let path: NameSyntax
    public let span: SourceSpan
}

/// `parameter reach = 60`
public struct ParameterSyntax: Hashable, Sendable {
    public let name: NameSyntax
    public let value: LiteralSyntax
    public let span: SourceSpan
}

/// A number or a date as it was written, `4.5` or `2020-01-31`.
public enum LiteralSyntax: Hashable, Sendable {
    case number(NumberSyntax)
    case date(NameSyntax)
}

/// `concepts Taxanes = include "Paclitaxel", "Docetaxel" exclude …`
public struct ConceptSetSyntax: Hashable, Sendable {
    public enum Role: String, Hashable, Sendable, CaseIterable { case include, exclude, only }

    public struct Part: Hashable, Sendable {
        public let role: Role
        public let concepts: ConceptListSyntax
    }

    public let name: NameSyntax
    public let parts: [Part]
    public let span: SourceSpan
}

/// A name as it was written.
public struct NameSyntax: Hashable, Sendable {
    public let text: String
    public let span: SourceSpan
}

/// `cohort NAME { … }`, `cohort NAME = A union B` or `cohort NAME semantics atlas { … }`
public struct CohortSyntax: Hashable, Sendable {
    public let name: NameSyntax
    public let events: [EventSyntax]
    /// Nil when `patients where` is missing, and for one that is made from others.
    public let condition: ConditionSyntax?
    /// Nil for one that is described.
    public let expression: CohortExpressionSyntax?
    /// Nil but for one with the semantics of ATLAS.
    public let atlas: AtlasCohortSyntax?
    public let span: SourceSpan
}

/// `A union (B difference C)`
public indirect enum CohortExpressionSyntax: Hashable, Sendable {
    public enum Operator: String, Hashable, Sendable, CaseIterable { case union, intersection, difference }

    case cohort(NameSyntax)
    case combined(Operator, [CohortExpressionSyntax])

    /// Every cohort that is named in it.
    public var names: [NameSyntax] {
        switch self {
        case .cohort(let name): [name]
        case .combined(_, let parts): parts.flatMap(\.names)
        }
    }
}

/// `index = first diagnosis of "…"`
public struct EventSyntax: Hashable, Sendable {
    public let name: NameSyntax
    public let selection: SelectionSyntax
    public let span: SourceSpan
}

/// Which of several events is meant.
public enum PickSyntax: Hashable, Sendable {
    case first
    case last
    /// `2nd`, or `2nd last`, by the text of the number.
    case nth(NameSyntax, fromEnd: Bool)
    /// `nearest … to X`
    case nearest(AnchorSyntax)
    case lowest
    case highest
}

/// The kinds of events, by their words in the singular.
public enum EventKindSyntax: String, Hashable, Sendable, CaseIterable {
    case diagnosis, procedure, medication, radiotherapy, observation, death, visit, specimen, annotation
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
    /// Each `having series { … }` and `having segmentation of …`.
    public let having: [HavingSyntax]
    public let windows: [WindowSyntax]
    public let span: SourceSpan
}

/// What a study has.
public enum HavingSyntax: Hashable, Sendable {
    case series(AttributeListSyntax)
    case segmentation(ConceptListSyntax)

    public var span: SourceSpan {
        switch self {
        case .series(let list): list.span
        case .segmentation(let list): list.span
        }
    }
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
    /// Whether what lies below it is meant too.
    public let reach: Reach

    public enum Reach: Hashable, Sendable {
        case withDescendants
        /// `exactly`
        case itself
        /// `descendants of`
        case descendants
    }
    public let span: SourceSpan
}

public enum ComparisonSyntax: String, Hashable, Sendable {
    case less = "<"
    case atMost = "<="
    case more = ">"
    case atLeast = ">="
    case equal = "="
}

/// A number as it was written, or `$` and a parameter's name.
public struct NumberSyntax: Hashable, Sendable {
    public let text: String
    public let span: SourceSpan
}

/// A test of a value.
public indirect enum ValueSyntax: Hashable, Sendable {
    case coded(ConceptListSyntax)
    case comparison(ComparisonSyntax, NumberSyntax, unit: NameSyntax?)
    case range(NumberSyntax, NumberSyntax, unit: NameSyntax?)
    case flag(Bool, SourceSpan)
    /// `>= T2`
    case ordinal(ComparisonSyntax, ConceptSyntax)
    /// `from T2 to T4`
    case ordinalRange(ConceptSyntax, ConceptSyntax)
    /// `is known`
    case known(SourceSpan)
    /// `> 4 ng/mL assume unit`
    case assuming(ValueSyntax)
    /// `contains "T2"`
    case text(NameSyntax)

    public var span: SourceSpan {
        switch self {
        case .coded(let list): list.span
        case .comparison(_, let number, let unit): unit.map { number.span.union($0.span) } ?? number.span
        case .range(let low, let high, let unit): unit.map { low.span.union($0.span) } ?? low.span.union(high.span)
        case .flag(_, let span), .known(let span): span
        case .ordinal(_, let concept): concept.span
        case .assuming(let value): value.span
        case .text(let text): text.span
        case .ordinalRange(let low, let high): low.span.union(high.span)
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
    public let amount: NumberSyntax
    public let unit: Unit
    public let span: SourceSpan
}

/// What time is measured from.
public enum AnchorSyntax: Hashable, Sendable {
    case event(NameSyntax, atEnd: Bool)
    /// A date, a month or a year, or `$` and a parameter's name.
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
        /// `during X`
        case during
        /// `overlaps X`
        case relation(Relation)
        /// `in the same visit as X`
        case same(Bond)
    }

    /// How two stretches of days lie to each other.
    public enum Relation: String, Hashable, Sendable, CaseIterable {
        case overlaps, contains, meets, equals
        case startsWith = "starts with"
        case endsWith = "ends with"
    }

    /// What two events have in common.
    public enum Bond: String, Hashable, Sendable, CaseIterable { case visit, study, specimen }

    public let form: Form
    /// Whether the event's end is meant, `ends …`.
    public let isOfEnd: Bool
    public let anchor: AnchorSyntax
    public let span: SourceSpan
}

/// `any`, `no`, `at least 2`, …
public struct QuantifierSyntax: Hashable, Sendable {
    public enum Form: Hashable, Sendable {
        case any
        case none
        case atLeast(NumberSyntax)
        case atMost(NumberSyntax)
        case exactly(NumberSyntax)
    }
    public let form: Form
    public let span: SourceSpan
}

/// How far apart events are, `each from 18 to 30 months apart`.
public struct SpacingSyntax: Hashable, Sendable {
    public let lower: DurationSyntax
    /// Nil for `at least`.
    public let upper: DurationSyntax?
    public let span: SourceSpan
}

/// A test of an age.
public struct AgeTestSyntax: Hashable, Sendable {
    public enum Form: Hashable, Sendable {
        case comparison(ComparisonSyntax, NumberSyntax)
        case range(NumberSyntax, NumberSyntax)
    }

    public enum Unit: String, Hashable, Sendable { case year, month }

    public let form: Form
    public let unit: Unit
}

/// What is asked of two numbers.
public enum ChangeSyntax: Hashable, Sendable {
    public enum Direction: String, Hashable, Sendable, CaseIterable { case increase, decrease, change }

    /// `increase … >= 5 ng/mL`, `relative decrease … from 20 to 30 %`
    case amount(Direction, isRelative: Bool, ValueSyntax)
    /// `doubling time … < 3 months`
    case doublingTime(DoublingSyntax)
}

/// A test of a time in which something doubles.
public enum DoublingSyntax: Hashable, Sendable {
    case comparison(ComparisonSyntax, DurationSyntax)
    case range(DurationSyntax, DurationSyntax)
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
    case count(QuantifierSyntax, SelectionSyntax, SpacingSyntax?, SourceSpan)
    /// `at least 2 of ( …, … )`
    case some(QuantifierSyntax, [ConditionSyntax], SourceSpan)
    /// `( … ) is known`, `( … ) is unknown`
    case state(ConditionSyntax, isKnown: Bool, SourceSpan)
    /// `… or unknown`
    case orUnknown(ConditionSyntax, SourceSpan)
    /// `latest is at least 2 times earliest`
    case ratio(NameSyntax, QuantifierSyntax, NameSyntax, SourceSpan)
    /// `relative increase from early to late >= 20 %`
    case change(ChangeSyntax, from: NameSyntax, to: NameSyntax, SourceSpan)
    /// `in COHORT`
    case member(NameSyntax, SourceSpan)
    /// `observed from X to Y`
    case observed(AnchorSyntax, AnchorSyntax, SourceSpan)
    /// Something that could not be read; the parser has said why.
    case missing(SourceSpan)

    public var span: SourceSpan {
        switch self {
        case .and(_, let span), .or(_, let span), .not(_, let span), .sex(_, let span), .age(_, _, let span), .exists(_, let span),
            .relation(_, _, let span), .count(_, _, _, let span), .some(_, _, let span), .state(_, _, let span), .orUnknown(_, let span),
            .ratio(_, _, _, let span), .change(_, _, _, let span),
            .member(_, let span), .observed(_, _, let span), .missing(let span):
            span
        }
    }
}
