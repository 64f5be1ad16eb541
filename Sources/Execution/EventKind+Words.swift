public import CohortPlan

extension EventKind {
    /// What people call such events, for messages.
    public var words: String {
        switch self {
        case .diagnosis: "diagnoses"
        case .procedure: "procedures"
        case .medication: "medications"
        case .radiotherapy: "radiotherapy"
        case .observation: "observations"
        case .imagingStudy: "imaging studies"
        case .imagingSeries: "imaging series"
        case .death: "deaths"
        case .visit: "visits"
        case .specimen: "specimens"
        case .observationPeriod: "observation periods"
        case .record: "rows of OMOP's tables"
        }
    }
}
