import CohortPlan
import Diagnostics
import Federation
import Foundation
import Hummingbird
import Hyperontology

/// The hyperontology to look into: concepts by name or code, their place, their codes, why one stands below another. Public, as the
/// hyperontology is; what nodes cover is for researchers, as their list is.
struct OntologyRoutes: Sendable {
    let core: HubCore

    func add(to router: Router<BasicRequestContext>) {
        router.get("/v1/ontology/version") { request, _ in try Response(json: try await version(request)) }
        router.get("/v1/ontology/find") { request, _ in try Response(json: try await find(request)) }
        router.get("/v1/ontology/concepts/:name") { request, context in
            let hyperontology = core.hyperontology
            let concept = try concept(context, in: hyperontology)
            return try Response(json: ConceptPage(concept, in: hyperontology, try await coverage(for: request)))
        }
        router.get("/v1/ontology/concepts/:name/hierarchy") { request, context in
            let hyperontology = core.hyperontology
            let concept = try concept(context, in: hyperontology)
            return try Response(json: ConceptPlace(concept, in: hyperontology, try await coverage(for: request)))
        }
        router.get("/v1/ontology/concepts/:name/mappings") { _, context in
            let hyperontology = core.hyperontology
            return try Response(json: hyperontology.mappings(of: try concept(context, in: hyperontology).iri).map(ConceptCode.init))
        }
        router.get("/v1/ontology/concepts/:name/coverage") { request, context in
            _ = try await core.researcher(asking: request)
            let hyperontology = core.hyperontology
            let concept = try concept(context, in: hyperontology)
            return try Response(json: try await core.store.coverage(of: concept.iri, version: hyperontology.version))
        }
        router.get("/v1/ontology/concepts/:name/reasons") { request, context in
            let hyperontology = core.hyperontology
            return try Response(json: try reasons(try concept(context, in: hyperontology), request, in: hyperontology))
        }
    }

    /// Which version the hub answers with. What is wrong with files that it did not take is for researchers; all others get the codes.
    private func version(_ request: Request) async throws -> OntologyVersion {
        let isResearcher = request.headers[.authorization] != nil
        if isResearcher { _ = try await core.researcher(asking: request) }
        return OntologyVersion(core.versions.current, trouble: core.versions.trouble, inWords: isResearcher)
    }

    private func find(_ request: Request) async throws -> [FoundConcept] {
        let parameters = FormParameters(request.uri.query ?? "")
        guard let text = parameters["text"], !text.isEmpty, text.count <= 200 else {
            throw Problem.badInput(Diagnostic("F0624", "nothing to look for was sent", help: "send `text`, a part of a name"))
        }
        let limit = min(max(parameters["limit"].flatMap { Int($0) } ?? 20, 1), 200)
        let coverage = try await coverage(for: request)
        // What a node does not cover is left out, so more are looked at.
        let hits = core.hyperontology.find(
            text, language: parameters["language"], usedFor: parameters["for"], limit: coverage == nil ? limit : 1_000)
        let covered = hits.filter { hit in coverage.map { ($0[hit.concept.iri] ?? .notEvaluable) != .notEvaluable } ?? true }
        return covered.prefix(limit).map { FoundConcept($0, coverage?[$0.concept.iri]) }
    }

    /// What the node that the request names covers; nil when it names none.
    private func coverage(for request: Request) async throws -> [String: Coverage]? {
        guard let node = FormParameters(request.uri.query ?? "")["node"] else { return nil }
        _ = try await core.researcher(asking: request)
        guard let coverage = try await core.store.coverage(by: node) else {
            let known = try await core.store.nodes().filter { $0.revokedAt == nil }.map(\.name)
            let near = nearest(to: node, among: known).flatMap { $0 == node ? nil : "did you mean `\($0)`?" }
            throw Problem(
                status: 404, title: "Not found",
                Diagnostic(
                    "F0642", "of the node `\(node.prefix(80))` it is not known what it covers",
                    help: near ?? "see `/v1/nodes`; a node says what it covers some seconds after it starts"))
        }
        return coverage
    }

    private func reasons(_ concept: Concept, _ request: Request, in hyperontology: Hyperontology) throws -> ReasonsPage {
        guard let text = FormParameters(request.uri.query ?? "")["for"], let other = hyperontology.iri(named: text) else {
            throw Problem.badInput(
                Diagnostic(
                    "F0643", "it is not said what `\(concept.localName)` is to be compared with", help: "send `for`, a concept or a code"))
        }
        guard let reasons = hyperontology.reasons(between: concept.iri, and: other) else {
            throw Problem(
                status: 404, title: "Not found",
                Diagnostic("F0644", "neither of `\(concept.localName)` and `\(text)` stands below the other or means the same"))
        }
        return ReasonsPage(reasons, in: hyperontology)
    }

    /// The concept that the path names: by the last part of its IRI, a code, or a name.
    private func concept(_ context: BasicRequestContext, in hyperontology: Hyperontology) throws -> Concept {
        let raw = try context.parameters.require("name")
        let name = raw.removingPercentEncoding ?? raw
        let found = hyperontology.concept(CoreVocabulary.concept + name).map { [$0] } ?? hyperontology.resolve(curie: name)
        guard let concept = found.first ?? hyperontology.resolve(label: name).first else {
            let near = hyperontology.find(name, limit: 1).first.map { "did you mean `\($0.concept.localName)`?" }
            throw Problem(
                status: 404, title: "Not found",
                Diagnostic("F0645", "no concept is called `\(name)`", help: near ?? "look for it with `/v1/ontology/find`"))
        }
        return concept
    }
}
