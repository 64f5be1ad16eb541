import CohortPlan
import Diagnostics
import Synchronization

/// What the sources of one execution have delivered so far, as columns; it takes no more memory than the execution may.
final class FetchCollector: Sendable {
    struct State {
        var patients = PatientIndex()
        var events: [EventRequest: EventColumns] = [:]
        /// Who can still be counted; nil as long as everybody can.
        var candidates: PatientSet?
        /// By source, whose identity is not known elsewhere.
        var unlinked: [Int: Int] = [:]
        /// By source, how many there are.
        var populations: [Int: Int] = [:]
        /// Of the events, in bytes.
        var eventSize = 0
        /// Why nothing more is taken.
        var failure: ExecutionFailure?
    }

    private let state = Mutex(State())
    private let limit: ExecutionLimit
    private let sexSource: Int?
    private let birthDateSource: Int?

    init(limit: ExecutionLimit, sexSource: Int?, birthDateSource: Int?) {
        self.limit = limit
        self.sexSource = sexSource
        self.birthDateSource = birthDateSource
    }

    /// Why nothing more is taken; nil where everything was.
    var failure: ExecutionFailure? { state.withLock { $0.failure } }

    /// Who can still be counted, for those who are asked next; nil for everybody, and for more than can be told.
    var restriction: PatientRestriction? {
        state.withLock { state in
            guard let candidates = state.candidates, candidates.count <= PatientRestriction.most else { return nil }
            return PatientRestriction(candidates.map { state.patients.ids[$0] })
        }
    }

    /// Leaves only those who have an event of each of some requests, all of which have been delivered.
    func restrict(to required: [EventRequest]) {
        state.withLock { state in
            for request in required {
                let found = PatientSet(state.events[request]?.patients ?? [], below: state.patients.count)
                state.candidates = state.candidates?.intersection(found) ?? found
            }
        }
    }

    /// Prepares for the events of a request, of which there may be none.
    func expect(_ request: EventRequest) { state.withLock { $0.events[request] = $0.events[request] ?? EventColumns() } }

    /// What was delivered. The collector is empty then.
    /// - Throws: ``ExecutionFailure/memoryExceeded`` when sorting what there is would take too much.
    func finish() throws(ExecutionFailure) -> SourceFetch {
        let whole = state.withLock { state in
            let taken = state
            state = State()
            return taken
        }
        // A table is sorted into a new one beside it.
        let largest = whole.events.values.map(\.size).max() ?? 0
        guard whole.patients.size + whole.eventSize + largest <= limit.memory else { throw .memoryExceeded }
        return SourceFetch(
            patients: whole.patients, events: whole.events, unlinked: whole.unlinked, populations: whole.populations)
    }

    // MARK: Taking

    func take(_ patients: [SourcePatient], of source: Int, _ name: String) throws(SourceFailure) {
        try taking(name, extra: patients.count * MemoryLayout<SourcePatient>.stride) { state in
            for patient in patients {
                state.patients.add(
                    patient, of: source, tellsSex: source == sexSource, tellsBirthDate: source == birthDateSource)
            }
            state.populations[source, default: 0] += patients.count
        }
    }

    func take(_ events: [SourceEvent], of request: EventRequest, _ name: String) throws(SourceFailure) {
        try taking(name, extra: events.count * MemoryLayout<SourceEvent>.stride) { state in
            var columns = state.events.removeValue(forKey: request) ?? EventColumns()
            let before = columns.size
            for event in events {
                if let candidates = state.candidates {
                    // Of whom nothing was heard where something had to be found, nothing more is needed.
                    let known = Int(state.patients.index(of: event.patient))
                    guard candidates.contains(known) else { continue }
                    columns.append(event, of: Int32(known))
                } else {
                    columns.append(event, of: state.patients.index(of: event.patient))
                }
            }
            state.eventSize += columns.size - before
            state.events[request] = columns
        }
    }

    func note(unlinked patients: Int, of source: Int) { state.withLock { $0.unlinked[source, default: 0] += patients } }

    /// - Parameter extra: what is handed over, which stands in memory as well for a while.
    private func taking(_ name: String, extra: Int, _ take: (inout sending State) -> Void) throws(SourceFailure) {
        let failure = state.withLock { state -> ExecutionFailure? in
            if let failure = state.failure { return failure }
            do throws(ExecutionFailure) {
                try limit.check()
                guard state.patients.size + state.eventSize + extra <= limit.memory else { throw .memoryExceeded }
                take(&state)
                guard state.patients.size + state.eventSize <= limit.memory else { throw .memoryExceeded }
            } catch { state.failure = error }
            return state.failure
        }
        if let failure { throw SourceFailure(source: name, failure.diagnostic) }
    }
}

/// One source's way to the collector.
struct SourceReceiver: DeliveryReceiver {
    let collector: FetchCollector
    let source: Int
    let name: String
    let progress: @Sendable (ExecutionProgress) -> Void

    func receive(_ patients: [SourcePatient]) throws(SourceFailure) {
        try collector.take(patients, of: source, name)
        progress(.received(source: name, rows: patients.count))
    }

    func receive(_ events: [SourceEvent], of request: EventRequest) throws(SourceFailure) {
        try collector.take(events, of: request, name)
        progress(.received(source: name, rows: events.count))
    }

    func note(unlinked patients: Int) { collector.note(unlinked: patients, of: source) }
}
