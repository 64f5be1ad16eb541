public import CohortPlan
import Diagnostics
public import Execution
import Hyperontology
import Synchronization

// A plan's one statement, handed over row by row, and the statistics by which a node decides whom to ask first.

extension OMOPAdapter {
    /// How many rows are handed over at a time.
    private static let batch = 8_192
    /// Beyond so many rows it does not matter how many more there are.
    private static let mostCounted = 200_000

    /// One statement, read at one moment. Its rows are handed over as they come; those of images are kept, because a study is known by all of
    /// its series.
    public func deliver(_ order: SourceOrder, in plan: ExpandedPlan, to receiver: any DeliveryReceiver) async throws(SourceFailure) {
        guard isPushedDown else { return try await deliverSeparately(order, in: plan, to: receiver) }
        let lowered = try lowered(order, plan)
        let sexCodes = bindings.sexCodes
        let batches = RowBatches(lowered, receiver, size: OMOPAdapter.batch)
        let database = database
        let reading = Task {
            try await database.rows(of: lowered.statement) { row in
                lowered.piece(row, sexCodes: sexCodes).flatMap { batches.add($0) }
            }
        }
        batches.onFailure { reading.cancel() }
        let series: [LoweredOrder.Piece]
        do {
            series = try await withTaskCancellationHandler {
                try await reading.value
            } onCancel: {
                reading.cancel()
            }
        } catch {
            // A statement that was stopped because nothing more is taken says that it was stopped.
            throw batches.failure ?? error as? SourceFailure
                ?? SourceFailure(source: name, Diagnostic("N0206", "the query of source `\(name)` was interrupted"))
        }
        try batches.finish()
        for (request, events) in lowered.delivery(series).events where !events.isEmpty { try receiver.receive(events, of: request) }
    }

    /// The rows of the rarest request, counted in the database up to a number beyond which it does not matter.
    public func estimate(of requests: [EventRequest], in plan: ExpandedPlan) async -> Int? {
        var smallest: Int?
        for request in requests {
            var number = 0
            for query in lower(request, plan).queries {
                let text = "SELECT COUNT(*) FROM (SELECT 1 \(query.select.source) LIMIT \(OMOPAdapter.mostCounted)) AS counted"
                guard
                    let counted = try? await database.rows(
                        of: OMOPStatement(text: text, parameters: query.parameters), { OMOPValue.integer($0[0]) })
                else { return smallest }
                number += counted.first ?? 0
            }
            smallest = min(smallest ?? .max, number)
        }
        return smallest
    }
}

/// Gathers rows of several kinds and hands them on when there are many.
private final class RowBatches: Sendable {
    private struct State {
        var patients: [SourcePatient] = []
        var events: [Int: [SourceEvent]] = [:]
        var failure: SourceFailure?
        var onFailure: @Sendable () -> Void = {}
    }

    private let state = Mutex(State())
    private let lowered: LoweredOrder
    private let receiver: any DeliveryReceiver
    private let size: Int

    init(_ lowered: LoweredOrder, _ receiver: any DeliveryReceiver, size: Int) {
        self.lowered = lowered
        self.receiver = receiver
        self.size = size
    }

    var failure: SourceFailure? { state.withLock { $0.failure } }

    /// What to do as soon as nothing more is taken.
    func onFailure(_ act: @escaping @Sendable () -> Void) {
        let hasFailed = state.withLock { state in
            state.onFailure = act
            return state.failure != nil
        }
        if hasFailed { act() }
    }

    /// - Returns: what has to be kept until all has come.
    func add(_ piece: LoweredOrder.Piece) -> LoweredOrder.Piece? {
        state.withLock { state in
            // After a failure nothing more is taken, and what is read until the end of the statement is dropped.
            guard state.failure == nil else { return nil }
            switch piece {
            case .series: return piece
            case .patient(let patient):
                state.patients.append(patient)
                if state.patients.count >= size { flush(&state) }
            case .event(let part, let event):
                state.events[part, default: []].append(event)
                if state.events[part, default: []].count >= size { flush(&state) }
            }
            return nil
        }
    }

    func finish() throws(SourceFailure) {
        let failure = state.withLock { state in
            flush(&state)
            return state.failure
        }
        if let failure { throw failure }
    }

    private func flush(_ state: inout sending State) {
        guard state.failure == nil else { return }
        do {
            try receiver.receive(state.patients)
            for (part, events) in state.events {
                if let request = lowered.request(ofPart: part) { try receiver.receive(events, of: request) }
            }
        } catch {
            state.failure = error
            state.onFailure()
        }
        state.patients.removeAll(keepingCapacity: true)
        state.events.removeAll(keepingCapacity: true)
    }
}
