import CohortPlan
import Disclosure
import Execution
import Federation

/// What `cohortium demo --json` prints.
struct DemoReport: Encodable {
    struct Question: Encodable {
        let title: String
        let text: String
        /// The protected number of patients over all nodes; null when it is held back or no node gave one.
        let total: Int?
        let suppressed: Bool
        let milliseconds: Int
        let nodes: [Node]
    }

    struct Node: Encodable {
        let name: String
        let model: String
        let state: String
        let coverage: String
        let value: Int?
        let suppressed: Bool
    }

    struct Computation: Encodable {
        let tool: String
        let patients: Int?
        let series: Int?
        let mean: Double?
        let standardDeviation: Double?
        let suppressed: Bool
        let milliseconds: Int
        let nodes: [Node]
    }

    var questions: [Question] = []
    var dispatch: Computation?

    mutating func add(_ result: QueryResult, text: String, milliseconds: Int) {
        let total = result.total?.measures.first?.count
        questions.append(
            Question(
                title: result.status.name, text: text, total: total?.value, suppressed: total?.isSuppressed ?? true,
                milliseconds: milliseconds, nodes: result.nodes.map { DemoReport.node($0, $0.result?.measures.first?.count) }))
    }

    mutating func set(_ result: QueryResult, tool: String, milliseconds: Int) {
        let statistics = result.statistics
        dispatch = Computation(
            tool: tool, patients: statistics?.patients.count.value, series: statistics?.units.count.value, mean: statistics?.moments?.mean,
            standardDeviation: statistics?.moments?.standardDeviation, suppressed: statistics?.patients.count.isSuppressed ?? true,
            milliseconds: milliseconds, nodes: result.nodes.map { DemoReport.node($0, $0.dispatch?.statistics.patients) })
    }

    private static func node(_ node: NodeResult, _ count: ProtectedCount?) -> Node {
        Node(
            name: node.name, model: node.models.map(\.rawValue).joined(separator: "+"), state: node.state.rawValue,
            coverage: node.overall?.rawValue ?? "", value: count?.value, suppressed: count?.isSuppressed ?? false)
    }
}
