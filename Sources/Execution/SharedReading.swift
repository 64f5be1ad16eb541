/// Something that is read once for all who ask for it within one execution.
///
/// The first to ask has it read. Whoever is cancelled cancels the reading, because they all belong to the same execution.
public actor SharedReading<Value: Sendable> {
    private let read: @Sendable () async throws -> Value
    private var task: Task<Value, any Error>?

    public init(_ read: @escaping @Sendable () async throws -> Value) { self.read = read }

    public func value() async throws -> Value {
        let read = read
        let task = task ?? Task { try await read() }
        self.task = task
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
