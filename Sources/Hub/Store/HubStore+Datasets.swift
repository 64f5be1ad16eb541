import Federation
import Foundation
import GRDB

extension HubStore {
    /// What a node said of its datasets.
    struct DescribedDatasets: Hashable, Sendable {
        let node: String
        let triples: String
        let at: Double
    }

    /// Keeps what a node says of its datasets, in place of what it said before.
    func store(_ report: DatasetReport, of node: String, now: Date) async throws {
        try await database.write { database in
            try database.execute(
                sql: "INSERT OR REPLACE INTO dataset (node, triples, at) VALUES (?, ?, ?)",
                arguments: [node, report.triples, now.timeIntervalSince1970])
        }
    }

    /// What each node that is not shut out said, by name.
    func datasets() async throws -> [DescribedDatasets] {
        try await database.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT dataset.node, triples, at FROM dataset JOIN node ON node.name = dataset.node
                    WHERE revokedAt IS NULL AND triples <> '' ORDER BY dataset.node
                    """
            ).map { DescribedDatasets(node: $0["node"], triples: $0["triples"], at: $0["at"]) }
        }
    }
}
