public import CohortPlan

/// All that a plan needs of one source, beside its patients.
public struct SourceOrder: Hashable, Sendable {
    /// Each once, in the plan's order.
    public let requests: [EventRequest]
    /// What must find something for a patient who can be counted. Of who lacks one of these, no event is needed.
    public let required: [EventRequest]

    public init(requests: [EventRequest], required: [EventRequest] = []) {
        self.requests = requests
        self.required = required
    }
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
        let pieces = await withTaskGroup(of: Result<Piece, SourceFailure>.self) { group in
            group.addTask {
                do throws(SourceFailure) { return .success(.patients(try await self.patients())) } catch { return .failure(error) }
            }
            for request in order.requests {
                let required = order.required.filter { $0 != request }
                group.addTask {
                    do throws(SourceFailure) {
                        return .success(.events(request, try await self.events(matching: request, in: plan, requiring: required)))
                    } catch { return .failure(error) }
                }
            }
            var pieces: [Result<Piece, SourceFailure>] = []
            for await piece in group {
                pieces.append(piece)
                guard case .failure = piece else { continue }
                // What the others say when they are stopped is not the reason.
                group.cancelAll()
                return [piece]
            }
            return pieces
        }
        var patients: [SourcePatient] = []
        var events: [EventRequest: [SourceEvent]] = [:]
        for piece in pieces {
            switch try piece.get() {
            case .patients(let found): patients = found
            case .events(let request, let found): events[request] = found
            }
        }
        return SourceDelivery(patients: patients, events: events)
    }
}

private enum Piece: Sendable {
    case patients([SourcePatient])
    case events(EventRequest, [SourceEvent])
}
