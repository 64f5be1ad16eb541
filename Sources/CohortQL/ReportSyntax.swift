public import Diagnostics

/// `report NAME count … by … summary of … funnel overlap with … scope …`
public struct ReportSyntax: Hashable, Sendable {
    public let name: NameSyntax
    public let measures: [MeasureSyntax]
    public let breakdowns: [BreakdownSyntax]
    public let summaries: [SummarySyntax]
    public let hasFunnel: Bool
    /// The cohorts behind `overlap with`.
    public let overlap: [NameSyntax]
    public let scope: [ScopeItemSyntax]
    public let span: SourceSpan
}

/// `patients`, `studies of baseline`, `events of index`
public struct MeasureSyntax: Hashable, Sendable {
    public enum Unit: String, Hashable, Sendable, CaseIterable { case patients, studies, series, events }
    public let unit: Unit
    public let event: NameSyntax?
    public let span: SourceSpan
}

/// `sex`, `age at index in bands of 10 years`, `node`, `manufacturer of scan`
public enum BreakdownSyntax: Hashable, Sendable {
    case sex(SourceSpan)
    case node(SourceSpan)
    case age(AnchorSyntax, width: NumberSyntax, SourceSpan)
    /// `year of index from 2015 to 2024`
    case year(NameSyntax, NumberSyntax, NumberSyntax, SourceSpan)
    /// `value of grade`, or a property of a series by its words; with bands for a number.
    case value(NameSyntax, of: NameSyntax, BandsSyntax?, SourceSpan)
    /// `sex and age at index in bands of 10 years`
    case cross([BreakdownSyntax])

    /// The word for the value of an observation, where the words of a property stand for images.
    public static let ownValue = "value"

    public var span: SourceSpan {
        switch self {
        case .sex(let span), .node(let span), .age(_, _, let span), .year(_, _, _, let span), .value(_, _, _, let span): span
        case .cross(let axes):
            axes.dropFirst().reduce(axes.first?.span ?? SourceSpan(0, 0)) { $0.union($1.span) }
        }
    }
}

/// `in bands of 2 ng/mL from 0 to 20`
public struct BandsSyntax: Hashable, Sendable {
    public let width: NumberSyntax
    public let unit: NameSyntax?
    public let lower: NumberSyntax
    public let upper: NumberSyntax
    public let span: SourceSpan
}

/// What is described by its mean and quartiles.
public enum SummarySyntax: Hashable, Sendable {
    /// `age at index`
    case age(AnchorSyntax, SourceSpan)
    /// `value of psa in ng/mL`
    case value(NameSyntax, unit: NameSyntax?, SourceSpan)
    /// `days from index to chemo`
    case days(AnchorSyntax, AnchorSyntax, SourceSpan)

    public var span: SourceSpan {
        switch self {
        case .age(_, let span), .value(_, _, let span), .days(_, _, let span): span
        }
    }
}

/// Where and under which terms a question is asked.
public enum ScopeItemSyntax: Hashable, Sendable {
    /// `nodes "north", "south"`
    case nodes([NameSyntax])
    /// `collections "ISPY2"`
    case collections([NameSyntax])
    /// `access "general research use"`
    case access([NameSyntax])
    /// `deadline 10 minutes`
    case deadline(NumberSyntax, TimeUnit)
    /// `threshold 20`
    case threshold(NumberSyntax)

    public enum TimeUnit: String, Hashable, Sendable, CaseIterable {
        case second, minute, hour, day

        public var seconds: Int {
            switch self {
            case .second: 1
            case .minute: 60
            case .hour: 3_600
            case .day: 86_400
            }
        }
    }
}

/// `dispatch COHORT to "tool"@sha256:… with { inputs baseline, gpus 1 }`
public struct DispatchSyntax: Hashable, Sendable {
    public let name: NameSyntax
    public let tool: NameSyntax
    /// A CURIE, `sha256:…`.
    public let digest: NameSyntax
    public let items: [DispatchItemSyntax]
    public let span: SourceSpan
}

/// What a dispatch needs and gives.
public enum DispatchItemSyntax: Hashable, Sendable {
    /// `inputs baseline`
    case inputs(NameSyntax)
    /// `gpus 1`
    case gpus(NumberSyntax)
    /// `gpu memory 16 GBy`
    case gpuMemory(NumberSyntax, unit: NameSyntax?)
    /// `parameters { threshold = 0.5, mode = "fast" }`
    case parameters([Setting])
    /// `outputs { "report.json" }`
    case outputs([NameSyntax])

    /// `threshold = 0.5`
    public struct Setting: Hashable, Sendable {
        public let name: NameSyntax
        public let value: NameSyntax
        /// Whether the value was written between quotation marks.
        public let isText: Bool
    }
}
