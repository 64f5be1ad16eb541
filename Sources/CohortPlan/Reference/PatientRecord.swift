/// One patient in memory, recorded in concepts of the hyperontology: what the reference evaluator looks at.
public struct PatientRecord: Hashable, Codable, Sendable {
    /// The patient's identifier, the same in every source of the node.
    public let id: String
    /// Nil when not recorded.
    public let sex: Sex?
    /// Nil when not recorded.
    public let birthDate: DateRange?
    public let events: [RecordedEvent]
    /// Rows of OMOP tables, for cohorts with the semantics of ATLAS; nil for none.
    public let rows: [RecordedRow]?

    public init(id: String, sex: Sex?, birthDate: DateRange?, events: [RecordedEvent], rows: [RecordedRow]? = nil) {
        self.id = id
        self.sex = sex
        self.birthDate = birthDate
        self.events = events
        self.rows = rows
    }
}

/// One record about a patient.
public struct RecordedEvent: Hashable, Codable, Sendable {
    /// Stable and unique within the source; breaks ties of date. The study's UID for a study.
    public let key: String
    /// Never `imagingSeries`: series stand in their study.
    public let kind: EventKind
    /// What it is of; nil for imaging and death.
    public let concept: ConceptIRI?
    /// When; nil when not recorded.
    public let start: DateRange?
    /// Until when; nil when not recorded.
    public let end: DateRange?
    /// A number, with its unit.
    public let quantity: Quantity?
    /// `<`, `<=`, `>`, `>=` where only a bound is recorded.
    public let comparator: String?
    /// A coded value.
    public let coded: ConceptIRI?
    /// The series of a study.
    public let series: [RecordedSeries]
    /// The visit in which it was recorded; nil when not recorded. Of a visit, itself.
    public let visit: String?
    /// The specimen in which it was found; nil when not recorded. Of a specimen, itself.
    public let specimen: String?

    public init(
        key: String, kind: EventKind, concept: ConceptIRI? = nil, start: DateRange?, end: DateRange? = nil, quantity: Quantity? = nil,
        comparator: String? = nil, coded: ConceptIRI? = nil, series: [RecordedSeries] = [], visit: String? = nil, specimen: String? = nil
    ) {
        self.key = key
        self.kind = kind
        self.concept = concept
        self.start = start
        self.end = end
        self.quantity = quantity
        self.comparator = comparator
        self.coded = coded
        self.series = series
        self.visit = visit
        self.specimen = specimen
    }
}

/// One imaging series, with what is recorded of it by property IRI of the hyperontology.
public struct RecordedSeries: Hashable, Codable, Sendable {
    public let uid: String
    public let values: [ConceptIRI: SeriesValue]

    public init(uid: String, values: [ConceptIRI: SeriesValue]) {
        self.uid = uid
        self.values = values
    }
}

/// What is recorded of one property of a series. A property that is not recorded has none.
public enum SeriesValue: Hashable, Codable, Sendable {
    case coded(ConceptIRI)
    case quantity(Quantity)
    case flag(Bool)
    case text(String)
}
