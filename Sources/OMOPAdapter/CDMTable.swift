import CohortPlan

/// The columns of a table of the OMOP Common Data Model 5.4, which a cohort with the semantics of ATLAS asks for by its name there.
struct CDMTable: Sendable {
    let key: String
    let start: String
    var end: String?
    var concept: String?
    var sourceConcept: String?
    var visit: String?
    /// The days for which a drug was handed out.
    var supply: String?
    var fields: [RecordField: String] = [:]

    init(_ table: RecordTable) {
        let name = table.rawValue
        let type = [RecordField.type: "\(CDMTable.stem(of: table))_type_concept_id"]
        switch table {
        case .conditionOccurrence:
            self.init(spanning: "condition", key: "\(name)_id", fields: type.and([.status: "condition_status_concept_id"]))
        case .drugExposure:
            self.init(
                spanning: "drug_exposure", key: "\(name)_id", of: "drug",
                fields: type.and([.route: "route_concept_id"]).and(.daysSupply, .quantity, .refills))
            supply = "days_supply"
        case .deviceExposure: self.init(spanning: "device_exposure", key: "\(name)_id", of: "device", fields: type.and(.quantity))
        case .visitOccurrence, .visitDetail:
            self.init(spanning: CDMTable.stem(of: table), key: "\(name)_id", fields: type)
        case .procedureOccurrence:
            self.init(
                on: "procedure_date", key: "\(name)_id", of: "procedure",
                fields: type.and([.modifier: "modifier_concept_id"]).and(.quantity))
        case .measurement:
            self.init(
                on: "measurement_date", key: "\(name)_id", of: "measurement",
                fields: type.and([.unit: "unit_concept_id", .valueAsConcept: "value_as_concept_id", .operator: "operator_concept_id"])
                    .and(.valueAsNumber, .rangeLow, .rangeHigh))
        case .observation:
            self.init(
                on: "observation_date", key: "\(name)_id", of: "observation",
                fields: type.and([
                    .unit: "unit_concept_id", .valueAsConcept: "value_as_concept_id", .qualifier: "qualifier_concept_id",
                ]).and(.valueAsNumber))
        case .specimen:
            self.init(
                on: "specimen_date", key: "\(name)_id", of: "specimen",
                fields: type.and([
                    .unit: "unit_concept_id", .anatomicSite: "anatomic_site_concept_id", .diseaseStatus: "disease_status_concept_id",
                ]).and(.quantity))
            (sourceConcept, visit) = (nil, nil)
        case .death:
            self.init(on: "death_date", key: "person_id", of: "cause", fields: type)
            visit = nil
        case .conditionEra, .drugEra, .doseEra:
            self.init(spanning: name, key: "\(name)_id", of: table == .conditionEra ? "condition" : "drug", fields: [:])
            (sourceConcept, visit) = (nil, nil)
            switch table {
            case .conditionEra: fields = [.occurrenceCount: "condition_occurrence_count"]
            case .drugEra: fields = [.occurrenceCount: "drug_exposure_count", .gapDays: "gap_days"]
            default: fields = [.unit: "unit_concept_id", .doseValue: "dose_value"]
            }
        case .observationPeriod, .payerPlanPeriod:
            self.init(spanning: name, key: "\(name)_id", fields: table == .observationPeriod ? [.type: "period_type_concept_id"] : [:])
            (concept, sourceConcept, visit) = (nil, nil, nil)
        }
    }

    private init(spanning stem: String, key: String, of concept: String? = nil, fields: [RecordField: String]) {
        self.init(on: "\(stem)_start_date", key: key, of: concept ?? stem, fields: fields)
        end = "\(stem)_end_date"
    }

    private init(on day: String, key: String, of concept: String, fields: [RecordField: String]) {
        self.key = key
        start = day
        self.concept = "\(concept)_concept_id"
        sourceConcept = "\(concept)_source_concept_id"
        visit = "visit_occurrence_id"
        self.fields = fields
    }

    /// What its columns are named after.
    private static func stem(of table: RecordTable) -> String {
        switch table {
        case .conditionOccurrence: "condition"
        case .drugExposure: "drug"
        case .procedureOccurrence: "procedure"
        case .deviceExposure: "device"
        case .visitOccurrence: "visit"
        default: table.rawValue
        }
    }
}

extension [RecordField: String] {
    fileprivate func and(_ others: [RecordField: String]) -> [RecordField: String] { merging(others) { first, _ in first } }
    /// Fields whose columns are called as they are.
    fileprivate func and(_ others: RecordField...) -> [RecordField: String] {
        others.reduce(into: self) { $0[$1] = $1.rawValue }
    }
}
