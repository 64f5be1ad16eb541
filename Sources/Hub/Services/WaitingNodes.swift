import Synchronization

/// Which request for work of each node is its latest: the only one that is handed anything.
final class WaitingNodes: Sendable {
    private let latest = Mutex<[String: Int]>([:])

    /// Notes a new request of a node's.
    /// - Returns: its place.
    func enter(_ node: String) -> Int {
        latest.withLock { latest in
            let place = (latest[node] ?? 0) + 1
            latest[node] = place
            return place
        }
    }

    /// Whether no newer request of the node's has come.
    func isLast(_ place: Int, of node: String) -> Bool { latest.withLock { $0[node] == place } }
}
