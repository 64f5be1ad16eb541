import Diagnostics
import Execution
import Federation
import Foundation
import GRDB

/// A node as it is stored.
struct StoredNode: Sendable, Hashable {
    let name: String
    let publicKey: VerifyingKey
    let models: [SourceModel]
    let enrolledAt: Date
    let lastHeartbeat: Date?
    /// Since when it has been heard of without a gap.
    let presentSince: Date?
    let revokedAt: Date?
    /// Since when it works on what it has; nil when it has nothing, or was silent about it for too long.
    let workingSince: Date?
    /// Why what it sent last was not taken.
    let trouble: Diagnostic?
    /// What its operator calls the state of its data.
    let dataVersion: String?
}

extension HubStore {
    /// Notes a token that lets a node enrol, once.
    func invite(_ name: String, tokenHash: String) async throws {
        try await database.write { database in
            try database.execute(sql: "INSERT INTO invitation (tokenHash, node) VALUES (?, ?)", arguments: [tokenHash, name])
        }
    }

    /// Shuts a node out. Nobody waits for it any longer: what it was asked and has not answered ends now.
    /// - Returns: whether there is such a node.
    func revoke(_ name: String, now: Date) async throws -> Bool {
        try await database.write { database in
            try database.execute(
                sql: "UPDATE task SET deadline = min(deadline, ?) WHERE node = ? AND answer IS NULL",
                arguments: [now.timeIntervalSince1970, name])
            try database.execute(
                sql: "UPDATE node SET revokedAt = coalesce(revokedAt, ?) WHERE name = ?", arguments: [now.timeIntervalSince1970, name])
            return database.changesCount == 1
        }
    }

    /// Notes somebody who may ask, by the digest of their token; the token itself is nowhere at the hub.
    func addResearcher(_ name: String, tokenHash: String, now: Date) async throws {
        try await database.write { database in
            try database.execute(
                sql: "INSERT INTO researcher (tokenHash, name, addedAt) VALUES (?, ?, ?)",
                arguments: [tokenHash, name, now.timeIntervalSince1970])
        }
    }

    /// Whose token it is.
    func researcher(tokenHash: String) async throws -> String? {
        try await database.read { database in
            try String.fetchOne(database, sql: "SELECT name FROM researcher WHERE tokenHash = ?", arguments: [tokenHash])
        }
    }

    /// How an enrolment went.
    enum EnrolmentOutcome: Sendable { case enrolled, unknownToken, usedToken }

    /// Enrols a node by a token that serves once; the same token with the same key is the same enrolment.
    func enrol(_ name: String, key: VerifyingKey, models: [SourceModel], tokenHash: String, now: Date) async throws -> EnrolmentOutcome {
        let models = try HubStore.text(models)
        return try await database.write { database in
            guard
                let invitation = try Row.fetchOne(
                    database, sql: "SELECT usedAt FROM invitation WHERE tokenHash = ? AND node = ?", arguments: [tokenHash, name])
            else { return .unknownToken }
            let known = try String.fetchOne(database, sql: "SELECT publicKey FROM node WHERE name = ?", arguments: [name])
            if invitation["usedAt"] as Double? != nil { return known == key.pem ? .enrolled : .usedToken }
            try database.execute(
                sql: """
                    INSERT INTO node (name, publicKey, models, enrolledAt) VALUES (?, ?, ?, ?)
                    ON CONFLICT (name) DO UPDATE SET publicKey = excluded.publicKey, models = excluded.models, enrolledAt = excluded.enrolledAt,
                        revokedAt = NULL
                    """, arguments: [name, key.pem, models, now.timeIntervalSince1970])
            try database.execute(
                sql: "UPDATE invitation SET usedAt = ? WHERE tokenHash = ?", arguments: [now.timeIntervalSince1970, tokenHash])
            return .enrolled
        }
    }

    /// Notes a number that is used once.
    /// - Returns: whether it is new.
    func use(nonce: String, of node: String, now: Date) async throws -> Bool {
        try await database.write { database in
            // What a clock's check would refuse anyway need not be remembered; twice the skew covers both directions.
            let oldest = now.timeIntervalSince1970 - Double(2 * RequestSignature.clockSkew)
            try database.execute(sql: "DELETE FROM nonce WHERE seenAt < ?", arguments: [oldest])
            try database.execute(
                sql: "INSERT OR IGNORE INTO nonce (node, nonce, seenAt) VALUES (?, ?, ?)",
                arguments: [node, nonce, now.timeIntervalSince1970])
            return database.changesCount == 1
        }
    }

    /// Notes a sign of life, and keeps the leases of what the node works on.
    /// - Parameter gap: a silence longer than this ends the time for which the node has been present.
    func heartbeat(_ name: String, _ heartbeat: Heartbeat, gap: TimeInterval, lease: TimeInterval, now: Date) async throws {
        let models = try HubStore.text(heartbeat.models)
        try await database.write { database in
            let time = now.timeIntervalSince1970
            try database.execute(
                sql: """
                    UPDATE node SET presentSince = CASE WHEN lastHeartbeat >= ? THEN coalesce(presentSince, ?) ELSE ? END,
                        lastHeartbeat = ?, models = ?, dataVersion = ? WHERE name = ?
                    """, arguments: [time - gap, time, time, time, models, heartbeat.dataVersion, name])
            for task in heartbeat.working.prefix(1_000) {
                try database.execute(
                    sql: "UPDATE task SET leasedUntil = ? WHERE id = ? AND node = ? AND state = ?",
                    arguments: [time + lease, task, name, TaskState.leased.rawValue])
            }
        }
    }

    /// Notes why what a node sent was not taken; nil when it was.
    func note(trouble: Diagnostic?, of node: String) async throws {
        let text = try trouble.map { try HubStore.text($0) }
        try await database.write { database in
            try database.execute(sql: "UPDATE node SET trouble = ? WHERE name = ?", arguments: [text, node])
        }
    }

    func node(_ name: String) async throws -> StoredNode? { try await nodes(where: "WHERE name = ?", [name], now: Date()).first }

    /// Sorted by name.
    func nodes(now: Date = Date()) async throws -> [StoredNode] { try await nodes(where: "", [], now: now) }

    private func nodes(where condition: String, _ names: [String], now: Date) async throws -> [StoredNode] {
        try await database.read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT *, (SELECT min(since) FROM task WHERE task.node = node.name AND answer IS NULL AND state = 'leased'
                        AND leasedUntil >= ?) AS workingSince
                    FROM node \(condition) ORDER BY name
                    """, arguments: [now.timeIntervalSince1970] + StatementArguments(names))
            return try rows.map { row in
                StoredNode(
                    name: row["name"], publicKey: try VerifyingKey(pem: row["publicKey"]),
                    models: try HubStore.value([SourceModel].self, row["models"]), enrolledAt: HubStore.date(row["enrolledAt"]),
                    lastHeartbeat: (row["lastHeartbeat"] as Double?).map(HubStore.date),
                    presentSince: (row["presentSince"] as Double?).map(HubStore.date),
                    revokedAt: (row["revokedAt"] as Double?).map(HubStore.date),
                    workingSince: (row["workingSince"] as Double?).map(HubStore.date),
                    trouble: try (row["trouble"] as String?).map { try HubStore.value(Diagnostic.self, $0) },
                    dataVersion: row["dataVersion"])
            }
        }
    }

    static func date(_ seconds: Double) -> Date { Date(timeIntervalSince1970: seconds) }

    static func text(_ value: some Encodable) throws(Diagnostic) -> String {
        String(decoding: try CanonicalJSON.encode(value), as: UTF8.self)
    }

    static func value<Value: Decodable>(_ type: Value.Type, _ text: String) throws(Diagnostic) -> Value {
        try CanonicalJSON.decode(type, from: Array(text.utf8))
    }
}
