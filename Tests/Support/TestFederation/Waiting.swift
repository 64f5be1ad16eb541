import Foundation

/// Something that a test waited for did not come about.
public struct NeverCameAbout: Error, CustomStringConvertible {
    public let description: String

    public init(description: String) { self.description = description }
}

/// Waits until something is so. The limit is generous, for a machine that does much else at the time; nothing waits it out but a failure.
public func wait(
    for what: String, atMost limit: Duration = .seconds(60), until isSo: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !isSo() {
        guard ContinuousClock.now < deadline else { throw NeverCameAbout(description: "within \(limit): \(what)") }
        try await Task.sleep(for: .milliseconds(10))
    }
}
