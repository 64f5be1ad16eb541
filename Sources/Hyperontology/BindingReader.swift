import RDF

/// Reads `bindings/*.ttl` out of the graph.
struct BindingReader {
    let graph: Graph
    /// By class IRI, the plan's word for the kind of event.
    let planKinds: [String: String]

    /// The models that are bound, sorted.
    func models() -> [String] {
        Set(graph.triples(predicate: .iri(core("model"))).compactMap { $0.object.literal?.lexicalForm }).sorted()
    }

    func bindings(for model: String, knownCodes: [String: Set<String>]) -> ModelBindings {
        var patient: Place?
        var places: [String: [Place]] = [:]
        var meanings: [String: String] = [:]
        var open: Set<String> = []
        for binding in subjects(of: "Binding", model) {
            let found = graph.objects(of: binding, core("place")).map(place)
            for bound in graph.objects(of: binding, core("binds")).compactMap(\.iri) {
                if bound == core("Patient") {
                    patient = patient ?? found.first
                } else if let kind = planKinds[bound] {
                    places[kind, default: []] += found
                    meanings[kind] = meanings[kind] ?? text(binding, "dateMeaning")
                    if graph.objects(of: binding, core("absence")).contains(.iri(core("MeansUnknown"))) { open.insert(kind) }
                }
            }
        }
        let events = places.mapValues {
            $0.sorted { ($0.container, $0.field("patientField") ?? "") < ($1.container, $1.field("patientField") ?? "") }
        }
        return ModelBindings(
            model: model, patient: patient,
            events: Dictionary(
                uniqueKeysWithValues: events.map {
                    ($0, EventBinding(dateMeaning: meanings[$0] ?? "", places: $1, absenceMeansNo: !open.contains($0)))
                }),
            properties: properties(model), sexCodes: sexCodes(model), knownCodes: knownCodes)
    }

    private func place(_ node: Term) -> Place {
        var fields: [String: [String]] = [:]
        for triple in graph.triples(subject: node) {
            guard let predicate = triple.predicate.iri, predicate.hasPrefix(CoreVocabulary.core) else { continue }
            let role = String(predicate.dropFirst(CoreVocabulary.core.count))
            if role == "container" || role == "codeSystem" { continue }
            fields[role, default: []] += names(triple.object)
        }
        return Place(container: text(node, "container") ?? "", fields: fields, codeSystems: texts(node, "codeSystem").sorted())
    }

    /// The members of a list in order, or the one name.
    private func names(_ object: Term) -> [String] {
        if let literal = object.literal { return [literal.lexicalForm] }
        return graph.list(at: object)?.compactMap { $0.literal?.lexicalForm } ?? []
    }

    private func properties(_ model: String) -> [String: PropertyBinding] {
        var fields: [String: [PropertyField]] = [:]
        for binding in subjects(of: "PropertyBinding", model) {
            let found = graph.objects(of: binding, core("field")).compactMap(field)
            for property in graph.objects(of: binding, core("binds")).compactMap(\.iri) { fields[property, default: []] += found }
        }
        return fields.mapValues { PropertyBinding(fields: $0.sorted { preference($0) < preference($1) }) }
    }

    private func field(_ node: Term) -> PropertyField? {
        guard let name = text(node, "name") else { return nil }
        let presence = text(node, "presence")
        let freeText = text(node, "freeText")
        return PropertyField(
            name: name, level: text(node, "level"), codeSystem: text(node, "codeSystem"), unit: text(node, "unit"),
            isPresence: presence == "true" || presence == "1",
            isFreeText: freeText == "true" || freeText == "1")
    }

    /// Standard concepts count before codes that a site kept; a fixed order for the rest.
    private func preference(_ field: PropertyField) -> (Int, String, String) {
        (field.codeSystem == "omop" ? 0 : 1, field.codeSystem ?? "", field.name)
    }

    private func sexCodes(_ model: String) -> [String: String] {
        let pairs = subjects(of: "SexCode", model).compactMap { node -> (String, String)? in
            guard let code = text(node, "code"), let sex = text(node, "meansSex") else { return nil }
            return (code, sex)
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    /// The things of a class of the core that belong to a model, sorted.
    private func subjects(of type: String, _ model: String) -> [Term] {
        graph.subjects(with: RDFVocabulary.type, .iri(core(type))).filter { text($0, "model") == model }.sorted()
    }

    private func core(_ name: String) -> String { CoreVocabulary.core + name }

    private func texts(_ node: Term, _ name: String) -> [String] {
        graph.objects(of: node, core(name)).compactMap { $0.literal?.lexicalForm }
    }

    private func text(_ node: Term, _ name: String) -> String? { texts(node, name).first }
}
