import Diagnostics
import Federation
import Hummingbird
import Hyperontology

/// Concepts by a part of their name, for type-ahead. Public, as the hyperontology is.
struct OntologyRoutes: Sendable {
    let core: HubCore

    /// A concept in a list.
    struct Found: Encodable {
        let iri: String
        let label: String
        let definition: String?
        /// What a query may use it for: `diagnosis`, `observation`, …
        let usedFor: [String]
    }

    func add(to router: Router<BasicRequestContext>) {
        router.get("/v1/ontology/find") { request, _ in
            let parameters = FormParameters(request.uri.query ?? "")
            guard let text = parameters["text"], !text.isEmpty, text.count <= 200 else {
                throw Problem.badInput(Diagnostic("F0624", "nothing to look for was sent", help: "send `text`, a part of a name"))
            }
            let limit = min(max(parameters["limit"].flatMap { Int($0) } ?? 20, 1), 200)
            let found = core.hyperontology.search(text, limit: limit).map {
                Found(iri: $0.iri, label: $0.prefLabel, definition: $0.definition, usedFor: $0.usedFor.sorted())
            }
            return try Response(json: found)
        }
    }
}
