import CohortPlan
import Diagnostics
import FederatedSPARQL
import Federation
import Foundation
import HTTPTypes
import Hummingbird
import SPARQL

extension SPARQLEndpoint {
    // MARK: Questions about patients

    /// A SPARQL query that asks the federation.
    func answer(federated text: String, base: String, _ asked: SPARQLRequest, _ request: Request) async throws -> Response {
        let federation = try required()
        let form = try AnswerForm(for: .bindings, accept: request.headers[.accept])
        let owner = try await federation.core.researcher(asking: request)
        return try response(to: try await federation.answer(sparql: text, base: base, owner: owner, asked.terms), form)
    }

    /// A question in CohortQL.
    func answer(cohortQL text: String, _ asked: SPARQLRequest, _ request: Request) async throws -> Response {
        let federation = try required()
        let form = try AnswerForm(for: .bindings, accept: request.headers[.accept])
        let owner = try await federation.core.researcher(asking: request)
        return try response(to: try await federation.answer(cohortQL: text, owner: owner, asked.terms), form)
    }

    private func required() throws -> FederationService {
        guard let federation else {
            throw Problem(status: 501, title: "No federation", Diagnostic("F0651", "no patients can be counted here", help: "ask a hub"))
        }
        return federation
    }

    private func response(to answer: FederationService.Answer, _ form: AnswerForm) throws -> Response {
        let text: String
        do throws(DiagnosticList) {
            text = try answer.results.serialise(as: form.table, form.graph)
        } catch {
            throw Problem(status: 406, title: "No such format", error.diagnostics)
        }
        var headers: HTTPFields = [.contentType: form.contentType, .vary: "Accept, Accept-Encoding", .cacheControl: "no-store"]
        FederationHeaders(answer).add(to: &headers)
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    // MARK: How answers came about

    /// The graphs that a query may ask: the hub's, and those of earlier answers that it names, which are their owner's alone.
    func graphs(of query: SPARQLQuery, beside snapshot: HubGraphs.Snapshot, _ request: Request) async throws -> (Dataset, version: String) {
        guard let federation else { return (snapshot.dataset, snapshot.version) }
        let ids = Set(FederationQuestion.graphNames(of: query)).filter { $0.hasPrefix(ProvenanceGraph.prefix) }
            .map { String($0.dropFirst(ProvenanceGraph.prefix.count)) }.sorted()
        guard !ids.isEmpty else { return (snapshot.dataset, snapshot.version) }
        guard ids.count <= 20 else {
            throw Problem.badRequest(Diagnostic("F0631", "the query names \(ids.count) earlier answers", help: "name 20 at most"))
        }
        let owner = try await federation.core.researcher(asking: request)
        var graphs: [Dataset.NamedGraph] = []
        for id in ids { graphs.append(try await federation.provenance(id, owner: owner)) }
        // What is known of an answer may grow until its question is closed.
        return (snapshot.with(graphs), snapshot.version + Secret.make(bytes: 6))
    }
}

/// What an answer of the federation says of itself in headers, for clients that read tables alone.
struct FederationHeaders {
    /// The question's id, by which `/v1/queries/{id}` knows it, and `urn:cohortium:query:{id}` how the answer came about.
    static let query = "Cohortium-Query"
    /// Equal for equal questions.
    static let plan = "Cohortium-Plan"
    /// What the numbers are of what was asked for: `exact`, `broader` (an upper bound), `narrower` (a lower one), `approximate`.
    static let coverage = "Cohortium-Coverage"
    /// Every node that was asked, with its state and coverage: a list of tokens with parameters (RFC 8941).
    static let nodes = "Cohortium-Nodes"
    static let names = [query, plan, coverage, nodes]

    private let answer: FederationService.Answer

    init(_ answer: FederationService.Answer) { self.answer = answer }

    func add(to headers: inout HTTPFields) {
        func set(_ name: String, _ value: String) {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        set(Self.query, answer.id)
        set(Self.plan, answer.result.planHash)
        if let overall = answer.result.overall { set(Self.coverage, overall.rawValue) }
        set(
            Self.nodes,
            answer.result.nodes.map { node in
                "\"\(node.name)\";state=\(node.state.rawValue)" + (node.overall.map { ";coverage=\($0.rawValue)" } ?? "")
            }.joined(separator: ", "))
        set("Link", "<\(ProvenanceGraph.prefix)\(answer.id)>; rel=\"http://www.w3.org/ns/prov#has_provenance\"")
    }
}
