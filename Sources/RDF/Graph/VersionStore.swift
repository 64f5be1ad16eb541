import Synchronization

/// The current version of a value that is replaced while it is read, as a graph that is updated.
///
/// A reader takes a snapshot, which never changes, and reads it without locks for as long as it likes. An update builds the next
/// version beside it; only then is it the current one. Updates wait for each other, readers for none.
public final class VersionStore<Value: Sendable>: Sendable {
    private let current: Mutex<Value>
    private let updates = Mutex(())

    public init(_ value: Value) { current = Mutex(value) }

    /// The current version.
    public var snapshot: Value { current.withLock { $0 } }

    /// Builds the next version from the current one; when that fails, the current one stays.
    @discardableResult
    public func update<Failure>(_ next: (Value) throws(Failure) -> Value) throws(Failure) -> Value {
        try updates.withLock { _ throws(Failure) in
            let value = try next(snapshot)
            current.withLock { $0 = value }
            return value
        }
    }
}
