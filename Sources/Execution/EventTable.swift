import CohortPlan

/// The events of one request, gathered by patient.
struct EventTable {
    /// Sorted by patient.
    private let events: [SourceEvent]
    /// Where each patient's events begin in ``events``; one more than there are patients.
    private let offsets: [Int]

    init(_ events: [SourceEvent], patients: PatientIndex) {
        var offsets = [Int](repeating: 0, count: patients.count + 1)
        let owners = events.map { patients.position(of: $0.patient) }
        for case .some(let owner) in owners { offsets[owner + 1] += 1 }
        for patient in 0..<patients.count { offsets[patient + 1] += offsets[patient] }
        var next = offsets
        var order = [Int](repeating: 0, count: offsets[patients.count])
        for (index, owner) in owners.enumerated() {
            guard let owner else { continue }
            order[next[owner]] = index
            next[owner] += 1
        }
        self.events = order.map { events[$0] }
        self.offsets = offsets
    }

    /// The rows of one patient.
    func rows(of patient: Int) -> Range<Int> { offsets[patient]..<offsets[patient + 1] }

    subscript(row: Int) -> SourceEvent { events[row] }
}
