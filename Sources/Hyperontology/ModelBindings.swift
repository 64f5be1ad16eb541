/// Where the core's classes and properties live in one source model, as `bindings/*.ttl` says.
///
/// Names here (tables, columns, elements, tags) come from Turtle that the node's operator installed, never from the network.
public struct ModelBindings: Sendable, Hashable {
    /// `omop`, `fhir` or `dicom`.
    public let model: String
    /// Where patients are; nil when the model has none bound.
    public let patient: Place?
    /// By the plan's word for the kind of event (`diagnosis`, `imagingStudy`; `co:planKind`).
    public let events: [String: EventBinding]
    /// By the property's IRI.
    public let properties: [String: PropertyBinding]
    /// By the source's code: `female`, `male` or `other`.
    public let sexCodes: [String: String]
    /// By code system, every code that the hyperontology has a mapping for. A recorded code outside of these says nothing that
    /// can be read: a test of it is unknown, not false.
    public let knownCodes: [String: Set<String>]

    public init(
        model: String, patient: Place?, events: [String: EventBinding], properties: [String: PropertyBinding], sexCodes: [String: String],
        knownCodes: [String: Set<String>]
    ) {
        self.model = model
        self.patient = patient
        self.events = events
        self.properties = properties
        self.sexCodes = sexCodes
        self.knownCodes = knownCodes
    }

    /// The same without what is free text.
    public var withoutTexts: ModelBindings {
        ModelBindings(
            model: model, patient: patient, events: events,
            properties: properties.mapValues { PropertyBinding(fields: $0.fields.filter { !$0.isFreeText }) }, sexCodes: sexCodes,
            knownCodes: knownCodes)
    }

    /// Whether no record of a kind of event means that nothing happened.
    /// - Parameter kind: the plan's word for it.
    public func absenceMeansNo(of kind: String) -> Bool { events[kind]?.absenceMeansNo ?? true }

    /// Whether a code is mapped to some concept.
    public func knows(_ code: String, in system: String) -> Bool { knownCodes[system]?.contains(code) ?? false }
}

/// The places of one class of events.
public struct EventBinding: Sendable, Hashable {
    /// What the start date means in this model, for `explain`.
    public let dateMeaning: String
    /// All of them are searched; sorted by container.
    public let places: [Place]
    /// Whether no record means that nothing happened (`co:MeansNo`); else it may have happened or not (`co:MeansUnknown`).
    public let absenceMeansNo: Bool

    public init(dateMeaning: String, places: [Place], absenceMeansNo: Bool = true) {
        self.dateMeaning = dateMeaning
        self.places = places
        self.absenceMeansNo = absenceMeansNo
    }
}

/// One table, resource type or level of images.
public struct Place: Sendable, Hashable {
    /// The table, resource type or level.
    public let container: String
    /// By role (`patientField`, `startField`, …; the local name of the property in `bindings/*.ttl`): the names, most preferred first.
    public let fields: [String: [String]]
    /// The systems of the codes found in `conceptField` and `codedValueField`, sorted.
    public let codeSystems: [String]

    public init(container: String, fields: [String: [String]], codeSystems: [String]) {
        self.container = container
        self.fields = fields
        self.codeSystems = codeSystems
    }

    /// The most preferred name for a role.
    public func field(_ role: String) -> String? { fields[role]?.first }
}

/// Where one property of an imaging series lives.
public struct PropertyBinding: Sendable, Hashable {
    /// Several may hold it; the first that is filled in counts. Ordered as in the file, by code system where that is not given.
    public let fields: [PropertyField]

    public init(fields: [PropertyField]) { self.fields = fields }
}

/// One column, element or tag that holds a property.
public struct PropertyField: Sendable, Hashable {
    public let name: String
    /// For DICOM: `study`, `series` or `instance`.
    public let level: String?
    /// For coded values.
    public let codeSystem: String?
    /// For numbers: the UCUM unit that the model fixes.
    public let unit: String?
    /// For flags: a value that is there means yes, an empty one no, a missing one unknown.
    public let isPresence: Bool
    /// Whether it is free text, which may hold a person's name.
    public let isFreeText: Bool

    public init(
        name: String, level: String? = nil, codeSystem: String? = nil, unit: String? = nil, isPresence: Bool = false,
        isFreeText: Bool = false
    ) {
        self.isFreeText = isFreeText
        self.name = name
        self.level = level
        self.codeSystem = codeSystem
        self.unit = unit
        self.isPresence = isPresence
    }
}
