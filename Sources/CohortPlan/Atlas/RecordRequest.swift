/// A table of the OMOP Common Data Model, by its name there.
public enum RecordTable: String, Codable, Sendable, CaseIterable {
    case conditionOccurrence = "condition_occurrence"
    case drugExposure = "drug_exposure"
    case procedureOccurrence = "procedure_occurrence"
    case measurement, observation
    case deviceExposure = "device_exposure"
    case visitOccurrence = "visit_occurrence"
    case visitDetail = "visit_detail"
    case specimen, death
    case conditionEra = "condition_era"
    case drugEra = "drug_era"
    case doseEra = "dose_era"
    case observationPeriod = "observation_period"
    case payerPlanPeriod = "payer_plan_period"

    /// Whether a row says what concept it is of.
    public var hasConcept: Bool { self != .observationPeriod && self != .payerPlanPeriod }

    /// Whether a row says which concept of the source's own coding it came from.
    public var hasSourceConcept: Bool {
        switch self {
        case .conditionOccurrence, .drugExposure, .procedureOccurrence, .measurement, .observation, .deviceExposure, .visitOccurrence,
            .visitDetail, .death:
            true
        case .specimen, .conditionEra, .drugEra, .doseEra, .observationPeriod, .payerPlanPeriod: false
        }
    }

    /// What can be tested of its rows.
    public var fields: Set<RecordField> {
        var own: Set<RecordField> = [.startDate, .endDate, .age, .ageAtEnd, .sex, .length]
        switch self {
        case .conditionOccurrence: own.formUnion([.type, .status, .visitType, .providerSpecialty])
        case .drugExposure: own.formUnion([.type, .route, .daysSupply, .quantity, .refills, .visitType, .providerSpecialty])
        case .procedureOccurrence: own.formUnion([.type, .modifier, .quantity, .visitType, .providerSpecialty])
        case .measurement:
            own.formUnion([
                .type, .unit, .valueAsConcept, .operator, .valueAsNumber, .rangeLow, .rangeHigh, .rangeLowRatio, .rangeHighRatio,
                .visitType, .providerSpecialty,
            ])
        case .observation: own.formUnion([.type, .unit, .valueAsConcept, .qualifier, .valueAsNumber, .visitType, .providerSpecialty])
        case .deviceExposure: own.formUnion([.type, .quantity, .visitType, .providerSpecialty])
        case .visitOccurrence, .visitDetail: own.formUnion([.type, .providerSpecialty])
        case .specimen: own.formUnion([.type, .unit, .anatomicSite, .diseaseStatus, .quantity])
        case .death: own.formUnion([.type])
        case .conditionEra: own.formUnion([.occurrenceCount])
        case .drugEra: own.formUnion([.occurrenceCount, .gapDays])
        case .doseEra: own.formUnion([.unit, .doseValue])
        case .observationPeriod: own.formUnion([.type])
        case .payerPlanPeriod: break
        }
        return own
    }
}

/// What can be tested of a row, by the word of the language for it.
public enum RecordField: String, Codable, Sendable, CaseIterable {
    // Concepts.
    case type, status, route, modifier, unit, qualifier
    case valueAsConcept = "value_as_concept"
    case `operator` = "operator"
    case anatomicSite = "anatomic_site"
    case diseaseStatus = "disease_status"
    /// The concept of the visit in which it was recorded.
    case visitType = "visit_type"
    /// The specialty of who recorded it.
    case providerSpecialty = "provider_specialty"
    // Numbers.
    case valueAsNumber = "value_as_number"
    case rangeLow = "range_low"
    case rangeHigh = "range_high"
    /// The number divided by the lower end of what is normal.
    case rangeLowRatio = "range_low_ratio"
    case rangeHighRatio = "range_high_ratio"
    case daysSupply = "days_supply"
    case quantity, refills
    case occurrenceCount = "occurrence_count"
    case gapDays = "gap_days"
    case doseValue = "dose_value"
    /// Days from its start to its end.
    case length
    /// The year of its start less the year of birth.
    case age
    /// The year of its end less the year of birth.
    case ageAtEnd = "age_at_end"
    // Days.
    case startDate = "start_date"
    case endDate = "end_date"
    case sex

    /// What it is compared with.
    public enum Content: Sendable { case concepts, number, day, sex }

    public var content: Content {
        switch self {
        case .type, .status, .route, .modifier, .unit, .qualifier, .valueAsConcept, .operator, .anatomicSite, .diseaseStatus, .visitType,
            .providerSpecialty:
            .concepts
        case .valueAsNumber, .rangeLow, .rangeHigh, .rangeLowRatio, .rangeHighRatio, .daysSupply, .quantity, .refills, .occurrenceCount,
            .gapDays, .doseValue, .length, .age, .ageAtEnd:
            .number
        case .startDate, .endDate: .day
        case .sex: .sex
        }
    }

    /// Whether it follows from a row's days and from who it is of, so that no source is asked for it.
    public var isDerived: Bool {
        switch self {
        case .length, .age, .ageAtEnd, .startDate, .endDate, .sex: true
        default: false
        }
    }
}

/// A test of one field. What is not recorded passes none, also none that is turned round.
public struct RecordTest: Hashable, Codable, Sendable {
    public enum Test: Hashable, Codable, Sendable {
        case among([Int])
        case number(from: QuantityBound?, to: QuantityBound?)
        case day(from: CalendarDate?, to: CalendarDate?)
        case sex(Sex)
    }

    public let field: RecordField
    public let test: Test
    /// Whether what is recorded must not pass.
    public let isOpposite: Bool

    public init(_ field: RecordField, _ test: Test, isOpposite: Bool = false) {
        self.field = field
        if case .among(let concepts) = test { self.test = .among(Set(concepts).sorted()) } else { self.test = test }
        self.isOpposite = isOpposite
    }

    /// Whether a number passes.
    public func passes(_ number: ExactDecimal?) -> Bool {
        guard let number, case .number(let lower, let upper) = test else { return false }
        let above = lower.map { $0.isInclusive ? number >= $0.value : number > $0.value } ?? true
        let below = upper.map { $0.isInclusive ? number <= $0.value : number < $0.value } ?? true
        return (above && below) != isOpposite
    }

    /// Whether a concept passes.
    public func passes(_ concept: Int?) -> Bool {
        guard let concept, case .among(let concepts) = test else { return false }
        return concepts.contains(concept) != isOpposite
    }

    /// Whether a day passes.
    public func passes(_ day: CalendarDate?) -> Bool {
        guard let day, case .day(let from, let to) = test else { return false }
        return ((from.map { day >= $0 } ?? true) && (to.map { day <= $0 } ?? true)) != isOpposite
    }
}

/// Rows of one table of an OMOP database: what a source is asked for by a cohort with the semantics of ATLAS.
public struct RecordRequest: Hashable, Codable, Sendable {
    public let table: RecordTable
    /// What the row's concept is one of; nil for any.
    public let codes: VocabularySet?
    /// What the concept is one of from which the row was made; nil for any.
    public let sourceCodes: VocabularySet?
    /// Whether the patient's first row of these codes alone is meant, by its day and its number; the tests come after.
    public let isFirst: Bool
    /// Tests of what the row itself holds.
    public let tests: [RecordTest]

    public init(
        _ table: RecordTable, codes: VocabularySet? = nil, sourceCodes: VocabularySet? = nil, isFirst: Bool = false,
        tests: [RecordTest] = []
    ) {
        self.table = table
        self.codes = codes
        self.sourceCodes = sourceCodes
        self.isFirst = isFirst
        self.tests = tests
    }
}
