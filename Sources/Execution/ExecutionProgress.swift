/// How far an execution is. It stays inside the node: how many rows there are is nobody's else.
public enum ExecutionProgress: Hashable, Sendable {
    /// A source is asked.
    /// - Parameter patients: how many can still be counted; nil where that is not restricted.
    case asking(source: String, patients: Int?)
    /// Some more patients or events have come.
    case received(source: String, rows: Int)
    /// A source has delivered all.
    case delivered(source: String)
    /// All sources have; conditions are evaluated.
    case evaluating
}
