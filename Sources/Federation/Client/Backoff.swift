/// Growing pauses between attempts, each drawn from the upper half of its range, so that many nodes do not come back at once.
public struct Backoff: Sendable {
    private var range: Duration
    private let largest: Duration

    public init(first: Duration = .milliseconds(500), largest: Duration = .seconds(30)) {
        range = first
        self.largest = largest
    }

    /// The next pause.
    public mutating func next() -> Duration {
        defer { range = min(range * 2, largest) }
        return range * Double.random(in: 0.5...1)
    }
}
