import CohortPlan
import Execution

extension SyntheticSource {
    private static let batch = 8_192

    /// Handed over as it is made up; of those alone who are wanted, where they are few.
    func deliver(_ order: SourceOrder, in plan: ExpandedPlan, to receiver: any DeliveryReceiver) async throws(SourceFailure) {
        var patients: [SourcePatient] = []
        for number in 0..<patientCount {
            patients.append(patient(number))
            guard patients.count == SyntheticSource.batch else { continue }
            try receiver.receive(patients)
            patients.removeAll(keepingCapacity: true)
        }
        try receiver.receive(patients)
        let wanted = order.patients.map { $0.ids.compactMap(SyntheticSource.number) } ?? Array(0..<patientCount)
        for request in order.requests {
            var events: [SourceEvent] = []
            for number in wanted {
                append(number, request.kind, to: &events)
                guard events.count >= SyntheticSource.batch else { continue }
                try receiver.receive(events, of: request)
                events.removeAll(keepingCapacity: true)
            }
            try receiver.receive(events, of: request)
        }
    }

    func estimate(of requests: [EventRequest], in plan: ExpandedPlan) async -> Int? {
        requests.map { patientCount * (frequencies[$0.kind] ?? 0) / 1_000 }.min()
    }

    /// The patient of a name.
    private static func number(_ name: String) -> Int? { Int(name.dropFirst()).map { $0 - 10_000_000 } }
}
