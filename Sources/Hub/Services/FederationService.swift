import CohortPlan
import Diagnostics
import FederatedSPARQL
import Federation
import Foundation
import Hyperontology
import SPARQL

/// Answers questions to the federation at once: asks, waits until every node has answered or time is up, and makes a table of it.
struct FederationService: Sendable {
    let core: HubCore
    let queries: QueryService

    /// Of the hyperontology of now.
    var vocabulary: FederationVocabulary { FederationVocabulary(core.hyperontology) }

    init(core: HubCore, queries: QueryService) {
        self.core = core
        self.queries = queries
    }

    /// A table, and how it came about.
    struct Answer: Sendable {
        let results: SPARQLResults
        let id: String
        let result: QueryResult
    }

    /// What a request says beside its question.
    struct Terms: Sendable {
        let purpose: String?
        let threshold: Int?
        let deadlineSeconds: Int?

        func submission(_ text: String) -> QuerySubmission {
            QuerySubmission(text: text, purpose: purpose ?? "research", threshold: threshold, deadlineSeconds: deadlineSeconds)
        }
    }

    /// A SPARQL query about patients.
    /// - Throws: ``SPARQLProblem`` for what cannot be asked, at its places in the query.
    func answer(sparql text: String, base: String, owner: String, _ terms: Terms) async throws -> Answer {
        let hyperontology = core.hyperontology
        let question = try await core.workers.run {
            do throws(DiagnosticList) {
                return try FederationQuestion(text, base: base, hyperontology, FederationVocabulary(hyperontology))
            } catch {
                throw SPARQLProblem(error, in: text)
            }
        }
        let answer: (id: String, result: QueryResult, byNode: Bool)
        do {
            answer = try await ask(terms.submission(question.cohortQL), owner: owner)
        } catch let problem as Problem where problem.status == 422 {
            throw SPARQLProblem(status: 400, title: problem.title, question.located(problem.diagnostics), in: text)
        }
        let rows = ReportRows(result: answer.result, byNode: answer.byNode)
        let table = rows.rows(of: question.part)
        return Answer(results: try question.results(of: table), id: answer.id, result: answer.result)
    }

    /// A question in CohortQL.
    func answer(cohortQL text: String, owner: String, _ terms: Terms) async throws -> Answer {
        do {
            let answer = try await ask(terms.submission(text), owner: owner)
            return Answer(
                results: ReportRows(result: answer.result, byNode: answer.byNode).results, id: answer.id, result: answer.result)
        } catch let problem as Problem where problem.status == 422 {
            throw SPARQLProblem(status: 400, title: problem.title, problem.diagnostics, in: text)
        }
    }

    /// How an earlier question of the owner's came about.
    func provenance(_ id: String, owner: String) async throws -> Dataset.NamedGraph {
        let query = try await queries.query(id, owner: owner)
        let provenance = ProvenanceGraph(id: id, cohortQL: query.text, result: try await queries.result(of: query))
        return Dataset.NamedGraph(name: provenance.name, graph: provenance.graph)
    }

    private func ask(_ submission: QuerySubmission, owner: String) async throws -> (id: String, result: QueryResult, byNode: Bool) {
        let receipt = try await queries.submit(submission, owner: owner)
        let query = try await queries.query(receipt.id, owner: owner)
        while true {
            let rings = await core.bell.rings
            if try await queries.status(of: query).state == .closed { break }
            guard await !core.bell.isSilenced, !Task.isCancelled else {
                throw Problem(
                    status: 503, title: "Ending",
                    Diagnostic(
                        "F0649", "the hub ends before every node has answered", help: "ask for `/v1/queries/\(receipt.id)/result` later"))
            }
            let left = Duration.seconds(max(0.05, query.deadline.timeIntervalSinceNow))
            await core.bell.wait(for: HubCore.Topic.query(query.id), after: rings, atMost: min(left, .seconds(15)))
        }
        return (receipt.id, try await queries.result(of: query), query.byNode)
    }
}
