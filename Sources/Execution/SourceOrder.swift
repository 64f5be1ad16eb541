public import CohortPlan

/// All that a plan needs of one source, beside its patients.
public struct SourceOrder: Hashable, Sendable {
    /// Each once, in the plan's order.
    public let requests: [EventRequest]
    /// What must find something for a patient who can be counted. Of who lacks one of these, no event is needed.
    public let required: [EventRequest]
    /// The patients of whom events are needed; nil for all. A source that cannot go by it delivers more, and the engine drops it.
    public let patients: PatientRestriction?

    public init(requests: [EventRequest], required: [EventRequest] = [], patients: PatientRestriction? = nil) {
        self.requests = requests
        self.required = required
        self.patients = patients
    }

    /// The same of some patients.
    public func restricted(to patients: PatientRestriction?) -> SourceOrder {
        SourceOrder(requests: requests, required: required, patients: patients)
    }
}

/// The patients of whom events are needed, found in other sources.
public struct PatientRestriction: Hashable, Sendable {
    /// Sorted, each once.
    public let ids: [String]

    public init(_ ids: some Sequence<String>) { self.ids = Set(ids).sorted() }

    /// Of more than so many a source is not told: it would take longer to say who they are than to read past them.
    public static let most = 50_000
}

extension PatientRestriction: CustomReflectable {
    /// Empty, so that interpolation into a log or a message by mistake shows no identifier.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What a source delivered for an order.
public struct SourceDelivery: Hashable, Sendable {
    /// All patients of the source, each once.
    public let patients: [SourcePatient]
    /// By request of the order.
    public let events: [EventRequest: [SourceEvent]]

    public init(patients: [SourcePatient], events: [EventRequest: [SourceEvent]]) {
        self.patients = patients
        self.events = events
    }
}

extension SourceAdapter {
    public func deliver(_ order: SourceOrder, in plan: ExpandedPlan) async throws(SourceFailure) -> SourceDelivery {
        try await deliverSeparately(order, in: plan)
    }

    /// The patients and the events of each request, asked for one by one and all at the same time.
    public func deliverSeparately(_ order: SourceOrder, in plan: ExpandedPlan) async throws(SourceFailure) -> SourceDelivery {
        let gathering = DeliveryGathering()
        try await deliverSeparately(order, in: plan, to: gathering)
        return gathering.delivery
    }

    public func deliver(_ order: SourceOrder, in plan: ExpandedPlan, to receiver: any DeliveryReceiver) async throws(SourceFailure) {
        let delivery = try await deliver(order, in: plan)
        try receiver.receive(delivery.patients)
        for request in order.requests { try receiver.receive(delivery.events[request] ?? [], of: request) }
    }

    /// Each part is handed over as soon as it is there, and not kept until the others are.
    public func deliverSeparately(
        _ order: SourceOrder, in plan: ExpandedPlan, to receiver: any DeliveryReceiver
    ) async throws(SourceFailure) {
        let failure = await withTaskGroup(of: SourceFailure?.self) { group in
            group.addTask {
                do throws(SourceFailure) { try receiver.receive(try await self.patients()) } catch { return error }
                return nil
            }
            for request in order.requests {
                let required = order.required.filter { $0 != request }
                group.addTask {
                    do throws(SourceFailure) {
                        try receiver.receive(try await self.events(matching: request, in: plan, requiring: required), of: request)
                    } catch { return error }
                    return nil
                }
            }
            for await failure in group {
                guard let failure else { continue }
                // What the others say when they are stopped is not the reason.
                group.cancelAll()
                return failure as SourceFailure?
            }
            return nil
        }
        if let failure { throw failure }
    }
}
