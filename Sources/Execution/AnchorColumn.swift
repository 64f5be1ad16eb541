import CohortPlan

/// What one named event is, for every patient.
struct AnchorColumn {
    let table: EventTable
    /// By patient.
    let resolutions: [Resolution]

    /// What a named event is for one patient.
    enum Resolution: Hashable {
        /// All events of one description that are meant together: rows of the table, those that match for certain and how many may.
        case events(certain: [Int], possible: Int)
        /// The one event that is meant: a row of the table.
        case event(Int)
        case none
        /// Which one it is, is not known; whether there is one may be.
        case unknown(exists: Truth)
    }

    /// Whether the patient has the named event.
    func exists(for patient: Int) -> Truth {
        switch resolutions[patient] {
        case .events(let certain, let possible): certain.isEmpty ? (possible == 0 ? .no : .unknown) : .yes
        case .event: .yes
        case .none: .no
        case .unknown(let exists): exists
        }
    }

    /// The rows of the events that certainly are what the name stands for.
    func rows(of patient: Int) -> [Int] {
        switch resolutions[patient] {
        case .events(let certain, _): certain
        case .event(let row): [row]
        case .none, .unknown: []
        }
    }

    /// The events that certainly are what the name stands for.
    func events(of patient: Int) -> [SourceEvent] { rows(of: patient).map { table[$0] } }
}
