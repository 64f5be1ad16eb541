import CohortPlan
import Diagnostics
import Execution
import OMOPAdapter

/// An OMOP source that hands over no patient and no event: what it does not answer as a whole plan fails.
struct WholeOnly: SourceAdapter {
    let base: OMOPAdapter
    var name: String { base.name }
    var model: SourceModel { base.model }

    func probe() async throws(SourceFailure) { try await base.probe() }
    func assess(_ request: EventRequest, in plan: ExpandedPlan) -> Assessment { base.assess(request, in: plan) }
    func assessValues(of request: EventRequest, in plan: ExpandedPlan) -> Assessment { base.assessValues(of: request, in: plan) }
    func assess(_ subject: Demographic) -> Assessment { base.assess(subject) }
    func absenceMeansNo(of kind: EventKind) -> Bool { base.absenceMeansNo(of: kind) }
    func patients() async throws(SourceFailure) -> [SourcePatient] { throw refusal }
    func events(matching request: EventRequest, in plan: ExpandedPlan) async throws(SourceFailure) -> [SourceEvent] { throw refusal }
    func deliver(_ order: SourceOrder, in plan: ExpandedPlan) async throws(SourceFailure) -> SourceDelivery { throw refusal }
    func nativeQueries(for request: EventRequest, in plan: ExpandedPlan) -> [NativeQuery] { base.nativeQueries(for: request, in: plan) }
    func offer(for whole: WholePlan) -> WholeOffer { base.offer(for: whole) }
    func answer(_ whole: WholePlan) async throws(SourceFailure) -> WholeAnswer? { try await base.answer(whole) }

    private var refusal: SourceFailure { SourceFailure(source: name, Diagnostic("N0204", "this source hands over nothing")) }
}
