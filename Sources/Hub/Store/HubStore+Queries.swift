import CohortPlan
import Diagnostics
import Federation
import Foundation
import GRDB

extension HubStore {
    /// A task that is to be stored with its question.
    struct NewTask: Sendable {
        let id: String
        let node: String
        let envelope: SignedEnvelope
    }

    /// Stores a question and all of its tasks, or nothing of it.
    func insert(_ query: StoredQuery, tasks: [NewTask]) async throws {
        let kind = try HubStore.text(query.kind)
        let expanded = Data(try CanonicalJSON.encode(query.expanded))
        let (labels, diagnostics) = (try HubStore.text(query.labels), try HubStore.text(query.diagnostics))
        let envelopes = try tasks.map { Data(try CanonicalJSON.encode($0.envelope)) }
        try await database.write { database in
            let (submitted, deadline) = (query.submittedAt.timeIntervalSince1970, query.deadline.timeIntervalSince1970)
            try database.execute(
                sql: """
                    INSERT INTO query (id, kind, owner, name, text, purpose, threshold, byNode, expanded, labels, planHash, diagnostics,
                        submittedAt, deadline) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    query.id, kind, query.owner, query.name, query.text, query.purpose, query.threshold, query.byNode, expanded, labels,
                    query.planHash, diagnostics, submitted, deadline,
                ])
            for (task, envelope) in zip(tasks, envelopes) {
                try database.execute(
                    sql: """
                        INSERT INTO task (id, queryID, node, envelope, hash, state, since, queuedAt, deadline)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        task.id, query.id, task.node, envelope, task.envelope.payloadHash, TaskState.queued.rawValue, submitted, submitted,
                        deadline,
                    ])
            }
        }
    }

    /// A question; nil when there is none of this id.
    func query(_ id: String) async throws -> StoredQuery? {
        try await database.read { database in
            guard let row = try Row.fetchOne(database, sql: "SELECT * FROM query WHERE id = ?", arguments: [id]) else { return nil }
            return StoredQuery(
                id: row["id"], kind: try HubStore.value(FederationTask.Kind.self, row["kind"]), owner: row["owner"], name: row["name"],
                text: row["text"], purpose: row["purpose"], threshold: row["threshold"], byNode: row["byNode"],
                expanded: try CanonicalJSON.decode(ExpandedPlan.self, from: Array(row["expanded"] as Data)),
                labels: try HubStore.value([String: String].self, row["labels"]), planHash: row["planHash"],
                diagnostics: try HubStore.value([Diagnostic].self, row["diagnostics"]), submittedAt: HubStore.date(row["submittedAt"]),
                deadline: HubStore.date(row["deadline"]))
        }
    }

    /// The parts of a question, sorted by node.
    func tasks(of query: String) async throws -> [StoredTask] {
        try await database.read { database in
            let rows = try Row.fetchAll(
                database,
                sql: "SELECT id, node, state, since, deadline, leasedUntil, answer, fault FROM task WHERE queryID = ? ORDER BY node",
                arguments: [query])
            return try rows.map { row in
                let envelope = try (row["answer"] as Data?).map { try CanonicalJSON.decode(SignedEnvelope.self, from: Array($0)) }
                let fault = try (row["fault"] as String?).map { try HubStore.value(Diagnostic.self, $0) }
                return StoredTask(
                    id: row["id"], node: row["node"], state: try HubStore.state(row["state"]), since: HubStore.date(row["since"]),
                    deadline: HubStore.date(row["deadline"]), leasedUntil: (row["leasedUntil"] as Double?).map(HubStore.date),
                    answer: fault == nil ? try envelope.map { try CanonicalJSON.decode(NodeAnswer.self, from: $0.payload) } : nil,
                    fault: fault)
            }
        }
    }

    /// Takes back what was handed to a node and did not reach it.
    /// - Parameter held: what the node has, by the task's hash.
    /// - Returns: the questions that those tasks are part of.
    func release(from node: String, except held: Set<String>, now: Date) async throws -> [String] {
        try await database.write { database in
            let rows = try Row.fetchAll(
                database,
                sql: "SELECT id, queryID, hash FROM task WHERE node = ? AND answer IS NULL AND state = ? AND leasedUntil IS NOT NULL",
                arguments: [node, TaskState.leased.rawValue])
            let lost = rows.filter { !held.contains($0["hash"]) }
            for row in lost {
                try database.execute(
                    sql: "UPDATE task SET state = ?, since = ?, leasedUntil = NULL WHERE id = ?",
                    arguments: [TaskState.queued.rawValue, now.timeIntervalSince1970, row["id"] as String])
            }
            return lost.map { $0["queryID"] }
        }
    }

    /// Hands a node its oldest task that is waiting, or whose lease has run out.
    /// - Parameter isWanted: asked last, while nothing else is written: whether there is still somebody to hand it to.
    /// - Returns: nil when there is none.
    func lease(for node: String, seconds: TimeInterval, now: Date, isWanted: @escaping @Sendable () -> Bool) async throws
        -> (lease: Lease, queryID: String)?
    {
        try await database.write { database in
            guard isWanted() else { return nil }
            let time = now.timeIntervalSince1970
            guard
                let row = try Row.fetchOne(
                    database,
                    sql: """
                        SELECT id, queryID, envelope FROM task
                        WHERE node = ? AND answer IS NULL AND deadline > ? AND (leasedUntil IS NULL OR leasedUntil < ?)
                            AND (SELECT revokedAt FROM node WHERE name = task.node) IS NULL
                        ORDER BY queuedAt, id LIMIT 1
                        """, arguments: [node, time, time])
            else { return nil }
            try database.execute(
                sql: "UPDATE task SET state = ?, since = ?, leasedUntil = ?, attempts = attempts + 1 WHERE id = ?",
                arguments: [TaskState.leased.rawValue, time, time + seconds, row["id"] as String])
            let envelope = try CanonicalJSON.decode(SignedEnvelope.self, from: Array(row["envelope"] as Data))
            return (Lease(task: envelope, leasedUntil: HubStore.date(time + seconds)), row["queryID"])
        }
    }

    /// When the next of a node's leases runs out; nil when it has none whose question still waits.
    func nextLeaseEnd(of node: String) async throws -> Date? {
        try await database.read { database in
            try Double.fetchOne(
                database,
                sql: "SELECT min(leasedUntil) FROM task WHERE node = ? AND answer IS NULL AND leasedUntil IS NOT NULL AND deadline > ?",
                arguments: [node, Date().timeIntervalSince1970]
            ).map(HubStore.date)
        }
    }

    /// What the hub knows of a task when an answer to it comes.
    func task(_ id: String) async throws -> (node: String, hash: String, queryID: String)? {
        try await database.read { database in
            try Row.fetchOne(database, sql: "SELECT node, hash, queryID FROM task WHERE id = ?", arguments: [id]).map {
                ($0["node"], $0["hash"], $0["queryID"])
            }
        }
    }

    /// Stores an answer; the first to a task counts.
    /// - Parameter fault: why it cannot be taken for an answer; it is kept, but nothing of it is used.
    /// - Returns: whether it is the first.
    func store(_ answer: SignedEnvelope, to task: String, state: TaskState, fault: Diagnostic?, now: Date) async throws -> Bool {
        let envelope = Data(try CanonicalJSON.encode(answer))
        let fault = try fault.map { try HubStore.text($0) }
        return try await database.write { database in
            try database.execute(
                sql: "UPDATE task SET answer = ?, state = ?, fault = ?, since = ? WHERE id = ? AND answer IS NULL",
                arguments: [envelope, state.rawValue, fault, now.timeIntervalSince1970, task])
            return database.changesCount == 1
        }
    }

    private static func state(_ text: String) throws(Diagnostic) -> TaskState {
        guard let state = TaskState(rawValue: text) else {
            throw Diagnostic("F0512", "the hub's store holds a task in the state `\(text)`")
        }
        return state
    }
}
