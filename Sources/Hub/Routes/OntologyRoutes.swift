import Diagnostics
import Federation
import Foundation
import Hummingbird
import Hyperontology

/// The hyperontology to look into: concepts by name or code, their place, their codes. Public, as the hyperontology is.
struct OntologyRoutes: Sendable {
    let core: HubCore

    func add(to router: Router<BasicRequestContext>) {
        router.get("/v1/ontology/find") { request, _ in try Response(json: find(FormParameters(request.uri.query ?? ""))) }
        router.get("/v1/ontology/concepts/:name") { _, context in
            try Response(json: ConceptPage(try concept(context), in: core.hyperontology))
        }
        router.get("/v1/ontology/concepts/:name/hierarchy") { _, context in
            try Response(json: Hierarchy(try concept(context), in: core.hyperontology))
        }
        router.get("/v1/ontology/concepts/:name/mappings") { _, context in
            try Response(json: core.hyperontology.mappings(of: try concept(context).iri).map(Code.init))
        }
    }

    private func find(_ parameters: FormParameters) throws -> [Found] {
        guard let text = parameters["text"], !text.isEmpty, text.count <= 200 else {
            throw Problem.badInput(Diagnostic("F0624", "nothing to look for was sent", help: "send `text`, a part of a name"))
        }
        let limit = min(max(parameters["limit"].flatMap { Int($0) } ?? 20, 1), 200)
        return core.hyperontology.find(text, language: parameters["language"], usedFor: parameters["for"], limit: limit).map(Found.init)
    }

    /// The concept that the path names: by the last part of its IRI, a code, or a name.
    private func concept(_ context: BasicRequestContext) throws -> Concept {
        let raw = try context.parameters.require("name")
        let name = raw.removingPercentEncoding ?? raw
        let hyperontology = core.hyperontology
        let found = hyperontology.concept(CoreVocabulary.concept + name).map { [$0] } ?? hyperontology.resolve(curie: name)
        guard let concept = found.first ?? hyperontology.resolve(label: name).first else {
            let near = hyperontology.find(name, limit: 1).first.map { "did you mean `\($0.concept.localName)`?" }
            throw Problem(
                status: 404, title: "Not found",
                Diagnostic("F0625", "no concept is called `\(name)`", help: near ?? "look for it with `/v1/ontology/find`"))
        }
        return concept
    }
}

// MARK: - What is answered

/// A concept in a list.
private struct Found: Encodable {
    let iri: String
    let label: String
    let definition: String?
    /// What a query may use it for: `Diagnosis`, `Observation`, …
    let usedFor: [String]
    /// The name by which it was found, its language, and how it fits.
    let foundBy: String
    let language: String?
    let fit: String

    init(_ hit: SearchHit) {
        iri = hit.concept.iri
        label = hit.concept.prefLabel
        definition = hit.concept.definition
        usedFor = hit.concept.usedFor.sorted()
        foundBy = hit.name.text
        language = hit.name.language
        fit = "\(hit.kind)"
    }
}

/// A concept that is named beside another.
private struct Reference: Encodable {
    let iri: String
    let label: String

    init(_ concept: Concept) {
        iri = concept.iri
        label = concept.prefLabel
    }
}

/// A concept's code, with the reason why it is one.
private struct Code: Encodable {
    let system: String
    let code: String
    let predicate: String
    let label: String?
    let justification: String?
    let source: String?

    init(_ mapping: Mapping) {
        system = mapping.system
        code = mapping.code
        predicate = mapping.match.predicate
        label = mapping.label
        justification = mapping.justification
        source = mapping.source
    }
}

private struct Hierarchy: Encodable {
    let ancestors: [Reference]
    let parents: [Reference]
    let children: [Reference]

    init(_ concept: Concept, in hyperontology: Hyperontology) {
        ancestors = hyperontology.ancestors(of: concept.iri).filter { $0 != concept.iri }.compactMap(hyperontology.concept).map(
            Reference.init)
        parents = concept.parents.compactMap(hyperontology.concept).map(Reference.init)
        children = hyperontology.children(of: concept.iri).map(Reference.init)
    }
}

private struct ConceptPage: Encodable {
    struct Name: Encodable {
        let text: String
        let language: String?
    }

    let iri: String
    let label: String
    let definition: String?
    let names: [Name]
    let usedFor: [String]
    let unit: String?
    let answers: [Reference]
    let hierarchy: Hierarchy
    let mappings: [Code]

    init(_ concept: Concept, in hyperontology: Hyperontology) {
        iri = concept.iri
        label = concept.prefLabel
        definition = concept.definition
        names = (concept.prefLabels + concept.synonyms).map { Name(text: $0.text, language: $0.language) }
        usedFor = concept.usedFor.sorted()
        unit = concept.unit
        answers = concept.answers.compactMap(hyperontology.concept).map(Reference.init)
        hierarchy = Hierarchy(concept, in: hyperontology)
        mappings = hyperontology.mappings(of: concept.iri).map(Code.init)
    }
}
