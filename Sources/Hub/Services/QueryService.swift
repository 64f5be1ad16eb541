import CohortPlan
import CohortQL
import Compiler
import Diagnostics
import Disclosure
import Federation
import Foundation

/// Takes questions, makes tasks of them, and says where they stand.
struct QueryService: Sendable {
    let core: HubCore

    /// The bounds on a submission.
    enum Limits {
        /// Bytes of a query's text.
        static let text = 256 * 1024
        /// Characters of a purpose.
        static let purpose = 200
    }

    // MARK: Asking

    func submit(_ submission: QuerySubmission, owner: String) async throws -> SubmissionReceipt {
        var compiled = try await compile(submission)
        if let dispatch = compiled.query.dispatch {
            compiled.warnings.append(
                Diagnostic(
                    "F0627", .warning, "the dispatch to `\(dispatch.toolName)` was not run: this counts the cohort alone",
                    help: "run it with `cohortium dispatch FILE`, or send the text to /v1/jobs"))
        }
        return try await store(submission, compiled, kind: .count, owner: owner)
    }

    func submit(_ job: JobSubmission, owner: String) async throws -> SubmissionReceipt {
        let compiled = try await compile(job.query)
        let order = try order(job, compiled.query)
        return try await store(job.query, compiled, kind: .dispatch(order), owner: owner)
    }

    private struct Compiled: Sendable {
        let query: CompiledQuery
        var warnings: [Diagnostic]
    }

    private func compile(_ submission: QuerySubmission) async throws -> Compiled {
        guard submission.text.utf8.count <= Limits.text else {
            throw Problem.badInput(
                Diagnostic("F0604", "a query of over \(Limits.text) bytes is not read", help: "name concepts instead of listing codes"))
        }
        guard !submission.purpose.isEmpty, submission.purpose.isReadable(atMost: Limits.purpose) else {
            throw Problem.badInput(
                Diagnostic("F0605", "a purpose is one line of 1 to \(Limits.purpose) characters", help: "write `research`"))
        }
        if let seconds = submission.deadlineSeconds, !(1...86_400).contains(seconds) {
            throw Problem.badInput(Diagnostic("F0606", "a deadline of \(seconds) s is out of range", help: "wait from 1 s to a day"))
        }
        if let threshold = submission.threshold, !(1...1_000_000).contains(threshold) {
            throw Problem.badInput(
                Diagnostic("F0607", "a threshold of \(threshold) is out of range", help: "ask for 1 to 1,000,000 patients"))
        }
        let hyperontology = core.hyperontology
        let result = try await core.workers.run {
            QueryCompiler(hyperontology: hyperontology).compile(SourceText(name: "query", bytes: Array(submission.text.utf8)))
        }
        guard let query = result.query, !result.diagnostics.containsErrors else { throw Problem.badInput(result.diagnostics) }
        return Compiled(query: query, warnings: result.diagnostics)
    }

    /// Stores a question with one signed task for each node that is not shut out.
    private func store(_ submission: QuerySubmission, _ compiled: Compiled, kind: FederationTask.Kind, owner: String) async throws
        -> SubmissionReceipt
    {
        let now = Date()
        let scope = compiled.query.scope
        let nodes = try scope.nodes(among: try await core.store.nodes().filter { $0.revokedAt == nil })
        guard !nodes.isEmpty else {
            throw Problem(
                status: 409, title: "No nodes",
                Diagnostic("F0610", "no node is enrolled at this hub", help: "invite one with `cohortium hub invite NAME`"))
        }
        let deadline = now.addingTimeInterval(
            Double(submission.deadlineSeconds ?? scope.deadlineSeconds ?? core.configuration.deadlineSeconds))
        let query = StoredQuery(
            id: Secret.make(bytes: 12), kind: kind, owner: owner, name: compiled.query.name, text: submission.text,
            purpose: submission.purpose, threshold: [submission.threshold, scope.threshold].compactMap(\.self).max(),
            byNode: compiled.query.byNode, expanded: compiled.query.expanded,
            labels: compiled.query.labels, planHash: compiled.query.planHash, diagnostics: compiled.warnings, submittedAt: now,
            deadline: deadline)
        let tasks = try nodes.map { try task(for: $0, of: query, scope.ofData) }
        try await core.store.insert(query, tasks: tasks)
        await core.bell.ring(nodes.map { HubCore.Topic.work(for: $0.name) })
        return SubmissionReceipt(id: query.id, diagnostics: compiled.warnings)
    }

    private func task(for node: StoredNode, of query: StoredQuery, _ scope: TaskScope?) throws(Diagnostic) -> HubStore.NewTask {
        let task = FederationTask(
            id: Secret.make(bytes: 12), queryID: query.id, node: node.name, kind: query.kind, expanded: query.expanded,
            labels: query.labels, requester: query.owner, purpose: query.purpose, requestedThreshold: query.threshold, scope: scope,
            issuedAt: query.submittedAt, expiresAt: query.deadline)
        let envelope = try SignedEnvelope.seal(task, as: .task, with: core.key)
        return HubStore.NewTask(id: task.id, node: node.name, envelope: envelope)
    }

    // MARK: Seeing

    /// A question of this owner's.
    /// - Throws: ``Problem`` of status 404 for one that is not there and for another's alike.
    func query(_ id: String, owner: String, isJob: Bool? = nil) async throws -> StoredQuery {
        guard let query = try await core.store.query(id), query.owner == owner, isJob == nil || query.isJob == isJob else {
            throw Problem.notFound(isJob == true ? "job `\(id)`" : "query `\(id)`")
        }
        return query
    }

    func status(of query: StoredQuery) async throws -> QueryStatus {
        ResultBuilder(query: query, tasks: try await core.store.tasks(of: query.id), nodes: [], gate: gate(query), now: Date()).status
    }

    func result(of query: StoredQuery) async throws -> QueryResult {
        let builder = ResultBuilder(
            query: query, tasks: try await core.store.tasks(of: query.id), nodes: try await core.store.nodes(), gate: gate(query),
            now: Date())
        return builder.result
    }

    private func gate(_ query: StoredQuery) -> MergeGate {
        MergeGate(threshold: max(core.configuration.threshold, query.threshold ?? 0), roundingBase: core.configuration.roundingBase)
    }
}
