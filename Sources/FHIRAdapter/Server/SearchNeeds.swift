import CohortPlan
import Execution
import Hyperontology

/// What has to be fetched from a server to answer a plan's requests: by resource type everything, or what has one of some codes.
///
/// A server narrows by codes and nothing else: units are compared as text, partial dates and statuses in ways of their own, by real
/// servers. What comes is looked through here, by the same code that reads an export.
struct SearchNeeds: Sendable {
    enum Need: Sendable, Hashable {
        case everything
        /// Pairs of a system's short name and a code; sorted.
        case codes([FHIRCoding])
    }

    /// By resource type.
    private(set) var types: [String: Need] = [:]

    /// - Parameter served: the types that can be searched; what is not among them is needed in vain.
    init(_ plan: ExpandedPlan, bindings: ModelBindings, served: Set<String>) {
        if let patient = bindings.patient { types[patient.container] = .everything }
        for request in plan.plan.requests {
            for place in bindings.events[request.kind.rawValue]?.places ?? [] where served.contains(place.container) {
                add(SearchNeeds.need(of: request, in: place, plan), to: place.container)
            }
        }
    }

    private static func need(of request: EventRequest, in place: Place, _ plan: ExpandedPlan) -> Need {
        guard let set = request.concepts, place.field("conceptField") != nil else { return .everything }
        let lookup = CodeLookup(plan.expansion(of: set), systems: place.codeSystems, label: set.label)
        return .codes(lookup.codes.flatMap { system, codes in codes.map { FHIRCoding(system: system, code: $0) } })
    }

    private mutating func add(_ need: Need, to type: String) {
        switch (types[type], need) {
        case (.everything, _), (_, .everything): types[type] = .everything
        case (.codes(let known), .codes(let more)): types[type] = .codes(SearchNeeds.sorted(known + more))
        case (nil, .codes(let codes)): types[type] = .codes(SearchNeeds.sorted(codes))
        }
    }

    private static func sorted(_ codes: [FHIRCoding]) -> [FHIRCoding] { Set(codes).sorted { ($0.system, $0.code) < ($1.system, $1.code) } }
}
