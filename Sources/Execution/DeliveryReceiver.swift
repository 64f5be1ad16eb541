public import CohortPlan

/// Takes what a source delivers, as it comes.
///
/// What has been taken need not be kept by the source, so that no source has to hold all of an answer. A call may take its time: a source that
/// waits for it reads no faster than the node can take.
public protocol DeliveryReceiver: Sendable {
    /// Some patients of the source; each of them comes once, in any order.
    /// - Throws: what the source is to pass on: the node stops, for want of time or memory.
    func receive(_ patients: [SourcePatient]) throws(SourceFailure)

    /// Some events of a request of the order, in any order.
    /// - Throws: what the source is to pass on.
    func receive(_ events: [SourceEvent], of request: EventRequest) throws(SourceFailure)

    /// Says of how many patients of the source it is not known who they are in the node's other sources.
    func note(unlinked patients: Int)
}
