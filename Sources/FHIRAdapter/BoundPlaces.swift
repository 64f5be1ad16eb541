import Hyperontology

/// The places of the bindings, each once, under the name that it has in the store.
struct BoundPlaces: Sendable {
    /// A place and its name in the store: the resource type, with a number where several places are of one type.
    struct Named: Sendable {
        let name: String
        let place: Place
    }

    /// By resource type.
    let events: [String: [Named]]
    let patient: Place?
    /// The elements of a series or its study that the properties' tests read.
    let properties: [String]
    private let names: [Place: String]

    init(_ bindings: ModelBindings) {
        var events: [String: [Named]] = [:]
        var names: [Place: String] = [:]
        for (_, binding) in bindings.events.sorted(by: { $0.key < $1.key }) {
            for place in binding.places where names[place] == nil {
                let number = events[place.container, default: []].count
                let name = number == 0 ? place.container : "\(place.container)#\(number + 1)"
                names[place] = name
                events[place.container, default: []].append(Named(name: name, place: place))
            }
        }
        self.events = events
        self.names = names
        patient = bindings.patient
        properties = Set(bindings.properties.values.flatMap(\.fields).map(\.name)).sorted()
    }

    func name(of place: Place) -> String { names[place] ?? place.container }

    /// Everything that decides what is in a store, as text.
    var description: String {
        let places = events.values.joined().map { "\($0.name) \(BoundPlaces.describe($0.place))" }.sorted()
        return ([patient.map(BoundPlaces.describe) ?? ""] + places + properties).joined(separator: "\n")
    }

    private static func describe(_ place: Place) -> String {
        let fields = place.fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.joined(separator: ","))" }
        return "\(place.container) \(fields.joined(separator: " "))"
    }
}
