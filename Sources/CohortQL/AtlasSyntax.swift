public import Diagnostics

/// `codes Stroke = include omop:372924 "Cerebral infarction" exclude omop:4043731`
public struct CodeSetSyntax: Hashable, Sendable {
    public enum Role: String, Hashable, Sendable, CaseIterable { case include, exclude }

    public struct Part: Hashable, Sendable {
        public let role: Role
        public let codes: [CodeSyntax]
    }

    public let name: NameSyntax
    /// None for `none`.
    public let parts: [Part]
    public let span: SourceSpan
}

/// `mapped exactly omop:372924 "Cerebral infarction"`
public struct CodeSyntax: Hashable, Sendable {
    public let curie: NameSyntax
    /// What the code is called; a help to readers.
    public let label: NameSyntax?
    public let isExact: Bool
    public let isMapped: Bool

    /// From its number on.
    public var span: SourceSpan { label.map { curie.span.union($0.span) } ?? curie.span }
}

/// What stands in the braces of `cohort NAME semantics atlas { … }`.
public struct AtlasCohortSyntax: Hashable, Sendable {
    public enum Limit: String, Hashable, Sendable, CaseIterable { case all, first, last }

    public struct Rule: Hashable, Sendable {
        public let name: NameSyntax?
        public let group: AtlasGroupSyntax
        public let span: SourceSpan
    }

    public enum Exit: Hashable, Sendable {
        /// `exit 30 days after its start`
        case days(NumberSyntax, isAfterEnd: Bool)
        /// `exit at end of exposure to Statins with gaps of 30 days and 7 days more`
        case exposure(NameSyntax, gap: NumberSyntax, more: NumberSyntax)
    }

    public let entry: [AtlasRecordsSyntax]
    public let observedBefore: NumberSyntax
    public let observedAfter: NumberSyntax
    public let entryLimit: Limit?
    public let qualification: AtlasGroupSyntax?
    public let qualificationLimit: Limit?
    public let rules: [Rule]
    public let limit: Limit?
    public let exit: Exit?
    public let censoring: [AtlasRecordsSyntax]
    public let gap: NumberSyntax?
    public let between: [NameSyntax]
    public let span: SourceSpan
}

/// `first condition_occurrence of Stroke { type is omop:32020 } where any of ( … )`
public struct AtlasRecordsSyntax: Hashable, Sendable {
    public let isFirst: Bool
    /// The name of an OMOP table.
    public let table: NameSyntax
    public let codes: NameSyntax?
    public let sourceCodes: NameSyntax?
    /// `as from DATE to DATE`: one or two days, or none.
    public let periodStart: NameSyntax?
    public let periodEnd: NameSyntax?
    public let tests: [RecordTestSyntax]
    public let condition: AtlasGroupSyntax?
    public let span: SourceSpan
}

/// `value_as_number from 1 to 3`
public struct RecordTestSyntax: Hashable, Sendable {
    public enum Value: Hashable, Sendable {
        /// `is omop:8840`, `is one of ( omop:8840, omop:8713 )`
        case codes([CodeSyntax])
        /// `is female`
        case sex(NameSyntax)
        /// `>= 4.5`, `>= 2020-01-31`
        case comparison(ComparisonSyntax, LiteralSyntax)
        case range(LiteralSyntax, LiteralSyntax)
    }

    public let field: NameSyntax
    public let isOpposite: Bool
    public let value: Value
    public let span: SourceSpan
}

/// `all of ( … )`, `at least 2 of ( … )`
public struct AtlasGroupSyntax: Hashable, Sendable {
    public enum Quantity: Hashable, Sendable {
        case all
        case number(QuantifierSyntax)
    }

    public indirect enum Part: Hashable, Sendable {
        case group(AtlasGroupSyntax)
        case occurrences(AtlasOccurrencesSyntax)
        /// `it { age >= 18 }`
        case event([RecordTestSyntax], SourceSpan)
    }

    public let quantity: Quantity
    public let parts: [Part]
    public let span: SourceSpan
}

/// `at least 2 distinct days of visit_occurrence of Inpatient starts from 30 days before to 0 days after its start in its visit`
public struct AtlasOccurrencesSyntax: Hashable, Sendable {
    public enum Distinct: String, Hashable, Sendable, CaseIterable { case concepts, days, visits }

    public let quantifier: QuantifierSyntax
    public let distinct: Distinct?
    public let records: AtlasRecordsSyntax
    public let windows: [AtlasWindowSyntax]
    public let isInVisit: Bool
    public let isInAnyPeriod: Bool
}

/// `starts from 30 days before to 0 days after its start`
public struct AtlasWindowSyntax: Hashable, Sendable {
    public struct Bound: Hashable, Sendable {
        /// Nil for `any time`.
        public let days: NumberSyntax?
        public let isAfter: Bool
    }

    public let isOfEnd: Bool
    public let lower: Bound
    public let upper: Bound
    public let isFromEnd: Bool
    public let span: SourceSpan
}

/// The words of OMOP that a cohort with the semantics of ATLAS uses.
public enum RecordWords {
    /// The tables of records.
    public static let tables = [
        "condition_era", "condition_occurrence", "death", "device_exposure", "dose_era", "drug_era", "drug_exposure", "measurement",
        "observation", "observation_period", "payer_plan_period", "procedure_occurrence", "specimen", "visit_detail", "visit_occurrence",
    ]
    /// What is tested of a record.
    public static let fields = [
        "age", "age_at_end", "anatomic_site", "days_supply", "disease_status", "dose_value", "end_date", "gap_days", "length", "modifier",
        "occurrence_count", "operator", "provider_specialty", "qualifier", "quantity", "range_high", "range_high_ratio", "range_low",
        "range_low_ratio", "refills", "route", "sex", "start_date", "status", "type", "unit", "value_as_concept", "value_as_number",
        "visit_type",
    ]
}
