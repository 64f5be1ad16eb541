public import CohortPlan
import Synchronization

/// Keeps what a source delivers, for who wants all of it at once.
public final class DeliveryGathering: DeliveryReceiver {
    private struct State {
        var patients: [SourcePatient] = []
        var events: [EventRequest: [SourceEvent]] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    public func receive(_ patients: [SourcePatient]) throws(SourceFailure) { state.withLock { $0.patients += patients } }

    public func receive(_ events: [SourceEvent], of request: EventRequest) throws(SourceFailure) {
        state.withLock { $0.events[request, default: []] += events }
    }

    public func note(unlinked patients: Int) {}

    /// All that has come.
    public var delivery: SourceDelivery { state.withLock { SourceDelivery(patients: $0.patients, events: $0.events) } }
}
