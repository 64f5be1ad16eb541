import CohortPlan
import Execution
import Hyperontology

/// What has to be fetched from a server to answer a plan's requests: by resource type everything, or what has one of some codes.
///
/// A server narrows by codes and by patients and nothing else: units are compared as text, partial dates and statuses in ways of their own, by real
/// servers. What comes is looked through here, by the same code that reads an export. Codes are named one by one: what `:below` and `:in` find is what
/// the server's own edition of a terminology holds, which may be less than the question means, and nothing shows it.
struct SearchNeeds: Sendable {
    enum Need: Sendable, Hashable {
        case everything
        /// Pairs of a system's short name and a code; sorted.
        case codes([FHIRCoding])

        func joined(with other: Need?) -> Need {
            guard case .codes(let own) = self, case .codes(let more) = other ?? self else { return .everything }
            return .codes(Set(own + more).sorted { ($0.system, $0.code) < ($1.system, $1.code) })
        }

        /// What is left of it when another has been met; nil where nothing is.
        func beyond(_ met: Need?) -> Need? {
            switch (self, met) {
            case (_, nil): return self
            case (_, .everything): return nil
            case (.everything, _): return .everything
            case (.codes(let own), .codes(let known)):
                let known = Set(known)
                let rest = own.filter { !known.contains($0) }
                return rest.isEmpty ? nil : .codes(rest)
            }
        }
    }

    /// By resource type, for all requests together.
    private(set) var types: [String: Need] = [:]
    /// For each request without whose events a patient is not counted: what may hold such an event, by type.
    private(set) var necessary: [[String: Need]] = []
    /// By resource type, the places whose elements are read.
    private var places: [String: Set<Place>] = [:]
    private let properties: [String]

    /// - Parameters:
    ///   - served: the types that can be searched; what is not among them is needed in vain.
    ///   - required: the requests that must find something for a patient who can be counted.
    init(_ plan: ExpandedPlan, bindings: ModelBindings, served: Set<String>, required: [EventRequest] = []) {
        properties = Set(bindings.properties.values.flatMap(\.fields).map(\.name)).sorted()
        if let patient = bindings.patient {
            types[patient.container] = .everything
            places[patient.container] = [patient]
        }
        for request in plan.plan.requests {
            var own: [String: Need] = [:]
            for place in bindings.events[request.kind.rawValue]?.places ?? [] where served.contains(place.container) {
                let need = SearchNeeds.need(of: request, in: place, plan)
                own[place.container] = need.joined(with: own[place.container])
                places[place.container, default: []].insert(place)
            }
            for (type, need) in own { types[type] = need.joined(with: types[type]) }
            // Patients are all fetched, whatever else is asked of them.
            if required.contains(request), bindings.patient.map({ own[$0.container] == nil }) ?? true, !own.isEmpty {
                necessary.append(own)
            }
        }
    }

    private static func need(of request: EventRequest, in place: Place, _ plan: ExpandedPlan) -> Need {
        guard let set = request.concepts, place.field("conceptField") != nil else { return .everything }
        let lookup = CodeLookup(plan.expansion(of: set), systems: place.codeSystems, label: set.label)
        return .codes(lookup.codes.flatMap { system, codes in codes.map { FHIRCoding(system: system, code: $0) } })
    }

    // MARK: Elements

    /// The outermost elements that are read of a type (FHIR R4, section 3.1.1.5.9: `_elements`), choices by their base names; sorted.
    func elements(of type: String) -> [String] {
        var names: Set<String> = []
        for place in places[type] ?? [] {
            for (role, fields) in place.fields where role != "unitWithin" {
                names.formUnion(fields.map { SearchNeeds.outermost($0) })
            }
            if place.field("numberField") != nil { names.formUnion(["component"]) }
            if place.field("seriesField") != nil { names.formUnion(["numberOfSeries"] + properties.map(SearchNeeds.outermost)) }
            if place.fields["conceptField"]?.first?.hasSuffix("[x]") == true { names.insert("contained") }
        }
        return names.subtracting(["id"]).sorted()
    }

    /// Of choices, those that a server may take for something else than their base name.
    func choices(of type: String) -> Set<String> { Set(elements(of: type)).intersection(SearchNeeds.choices) }

    private static let choices: Set<String> = ["onset", "abatement", "effective", "performed", "medication", "value", "deceased"]

    private static func outermost(_ path: String) -> String {
        let name = path.prefix { $0 != "." && $0 != "=" && $0 != "[" }
        return choices.first { name.hasPrefix($0) && (name.count == $0.count || name.dropFirst($0.count).first?.isUppercase == true) }
            ?? String(name)
    }
}
