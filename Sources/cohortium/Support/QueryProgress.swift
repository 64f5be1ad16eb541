import Federation
import Foundation

/// Shows on standard error how far the nodes are: one line that changes on a terminal, a line for each change elsewhere.
final class QueryProgress {
    private let console: Console
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var last: [String: TaskState] = [:]

    init(_ console: Console) { self.console = console }

    func show(_ status: QueryStatus) {
        if isTerminal {
            console.progress(status.nodes.map { "\($0.name): \($0.state.words)" }.joined(separator: "   "))
        } else {
            for node in status.nodes where last[node.name] != node.state { console.tell("\(node.name): \(node.state.words)") }
        }
        last = Dictionary(status.nodes.map { ($0.name, $0.state) }, uniquingKeysWith: { first, _ in first })
    }

    func end() { if isTerminal { console.endProgress() } }
}
