import CohortPlan
import Diagnostics
import Federation
import Foundation
import GRDB

extension HubStore {
    /// Keeps what a node covers, in place of what it said before.
    func store(_ report: CoverageReport, of node: String, now: Date) async throws {
        let rows = try report.concepts.map { entry in
            (entry.concept.rawValue, entry.kind.rawValue, entry.coverage.rawValue, try HubStore.text(entry.reasons))
        }
        try await database.write { database in
            try database.execute(sql: "DELETE FROM coverage WHERE node = ?", arguments: [node])
            let insertion = try database.makeStatement(
                sql: "INSERT OR REPLACE INTO coverage (concept, node, kind, coverage, reasons) VALUES (?, ?, ?, ?, ?)")
            for row in rows { try insertion.execute(arguments: [row.0, node, row.1, row.2, row.3]) }
            try database.execute(
                sql: "UPDATE node SET coverageVersion = ?, coverageAt = ? WHERE name = ?",
                arguments: [report.hyperontology, now.timeIntervalSince1970, node])
        }
    }

    /// What each node that is not shut out covers of a concept; sorted by name.
    func coverage(of concept: String, version: String) async throws -> [NodeCoverage] {
        try await database.read { database in
            let nodes = try Row.fetchAll(
                database, sql: "SELECT name, coverageVersion, coverageAt FROM node WHERE revokedAt IS NULL ORDER BY name")
            let rows = try Row.fetchAll(database, sql: "SELECT * FROM coverage WHERE concept = ? ORDER BY node, kind", arguments: [concept])
            let uses = try Dictionary(grouping: rows) { $0["node"] as String }.mapValues { try $0.map(HubStore.entry) }
            return nodes.map { node in
                NodeCoverage(
                    node: node["name"], reportedAt: (node["coverageAt"] as Double?).map(HubStore.date),
                    isOfThisVersion: node["coverageVersion"] as String? == version, uses: uses[node["name"]] ?? [])
            }
        }
    }

    /// By node that has said what it covers and is not shut out, when it did last.
    func coverageReports() async throws -> [String: Double] {
        try await database.read { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT name, coverageAt FROM node WHERE revokedAt IS NULL AND coverageAt IS NOT NULL")
            return Dictionary(rows.map { ($0["name"] as String, $0["coverageAt"] as Double) }) { first, _ in first }
        }
    }

    /// By concept, the best that a node covers of it; nil when it has said nothing, or is none or shut out.
    func coverage(by node: String) async throws -> [String: Coverage]? {
        try await database.read { database in
            let known = try Bool.fetchOne(
                database, sql: "SELECT coverageAt IS NOT NULL FROM node WHERE name = ? AND revokedAt IS NULL", arguments: [node])
            guard known == true else { return nil }
            let rows = try Row.fetchAll(database, sql: "SELECT * FROM coverage WHERE node = ?", arguments: [node])
            return try Dictionary(grouping: rows) { $0["concept"] as String }.mapValues { rows in
                let found = Set(try rows.map { try HubStore.entry($0).coverage })
                return Coverage.allCases.first(where: found.contains) ?? .notEvaluable
            }
        }
    }

    private static func entry(_ row: Row) throws -> ConceptCoverage {
        guard let kind = EventKind(rawValue: row["kind"]), let coverage = Coverage(rawValue: row["coverage"]) else {
            throw Diagnostic("F0648", "what a node covers is kept in a form that is not known here", help: "let the node report anew")
        }
        return ConceptCoverage(
            concept: ConceptIRI(row["concept"]), kind: kind, coverage: coverage,
            reasons: try HubStore.value([String].self, row["reasons"] as String))
    }
}
