import Synchronization

/// The current version of a graph that is updated while it is read.
///
/// A reader takes a snapshot, which never changes, and reads it without locks for as long as it likes. An update builds the next
/// version beside it; only then is it the current one. Updates wait for each other, readers for none.
public final class GraphStore: Sendable {
    private let current: Mutex<Graph>
    private let updates = Mutex(())

    public init(_ graph: Graph = .empty) { current = Mutex(graph) }

    /// The current version.
    public var snapshot: Graph { current.withLock { $0 } }

    /// Builds the next version from the current one; when the change fails, the current one stays.
    @discardableResult
    public func update<Failure>(_ change: (inout GraphBuilder) throws(Failure) -> Void) throws(Failure) -> Graph {
        try updates.withLock { _ throws(Failure) in
            var builder = GraphBuilder(snapshot)
            try change(&builder)
            let next = builder.build()
            current.withLock { $0 = next }
            return next
        }
    }
}
