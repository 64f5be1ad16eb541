import CohortPlan
import Diagnostics
import Disclosure
import Execution
import Federation

/// Shows a hub's answer: how each node evaluated each criterion, what each node said, the protected total.
struct ResultPrinter {
    let console: Console
    let result: QueryResult

    func show() {
        showCriteria()
        console.output("")
        showNodes()
        console.output("")
        if let statistics = result.statistics { show(statistics) }
        if let total = result.total { show(total) }
        for note in notes { console.output(console.dim(note)) }
    }

    // MARK: Criteria

    private func showCriteria() {
        var table = TextTable([("criterion", .left)] + result.nodes.map { ("\($0.name)", .left) })
        for criterion in result.criteria {
            let cells = result.nodes.map { node in coverage(of: criterion, at: node).map { mark($0) } ?? "–" }
            table.add([shortened(criterion.label, 64)] + cells)
        }
        console.output(
            table.lines { row, column, text in
                guard column > 0, let coverage = coverage(of: result.criteria[row], at: result.nodes[column - 1])?.coverage else {
                    return text
                }
                return paint(text, coverage)
            }.joined(separator: "\n"))
        for (number, reason) in reasons.enumerated() { console.output("  [\(number + 1)] \(reason)") }
    }

    private func coverage(of criterion: LabelledCriterion, at node: NodeResult) -> CriterionCoverage? {
        node.criteria.first { $0.criterionID == criterion.id }
    }

    /// Every reason once, in the order of the table.
    private var reasons: [String] {
        var seen: [String] = []
        for criterion in result.criteria {
            for node in result.nodes {
                for reason in coverage(of: criterion, at: node)?.reasons ?? [] where !seen.contains(reason) { seen.append(reason) }
            }
        }
        return seen
    }

    private func mark(_ coverage: CriterionCoverage) -> String {
        let numbers = coverage.reasons.compactMap { reason in reasons.firstIndex(of: reason).map { "\($0 + 1)" } }
        return coverage.coverage.words + (numbers.isEmpty ? "" : " [\(numbers.joined(separator: ","))]")
    }

    private func paint(_ text: String, _ coverage: Coverage) -> String {
        switch coverage {
        case .exact: console.green(text)
        case .notEvaluable: console.red(text)
        default: console.yellow(text)
        }
    }

    // MARK: Nodes

    private var hasNodeNumbers: Bool { result.nodes.contains { $0.result != nil } }

    private func showNodes() {
        let measures = hasNodeNumbers ? words.measures : []
        var columns: [(String, TextTable.Alignment)] = [("node", .left), ("model", .left), ("state", .left), ("coverage", .left)]
        columns += measures.map { ($0, .right) }
        if result.statistics != nil { columns += [("patients", .right), ("series", .right), ("mean", .right), ("device", .left)] }
        columns.append(("about", .right))
        var table = TextTable(columns)
        for node in result.nodes { table.add(row(node, measures: measures.count)) }
        console.output(
            table.lines { row, column, text in
                guard column == 2 else { return text }
                return result.nodes[row].state == .answered ? console.green(text) : console.yellow(text)
            }.joined(separator: "\n"))
        for node in result.nodes {
            for reason in node.reasons { console.output("  \(node.name): \(reason)") }
            if let failure = node.failure { console.output(console.red("  \(node.name): \(failure.message)")) }
        }
    }

    private func row(_ node: NodeResult, measures: Int) -> [String] {
        var cells = [node.name, node.models.map(\.rawValue).joined(separator: "+"), node.stateWords, node.overall?.words ?? "–"]
        cells += (0..<measures).map { index in
            guard let values = node.result?.measures, values.indices.contains(index) else { return "–" }
            return AnswerPrinter.text(values[index])
        }
        if result.statistics != nil {
            let statistics = node.dispatch?.statistics
            cells += [
                statistics.map { ResultPrinter.text($0.patients) } ?? "–", statistics.map { ResultPrinter.text($0.units) } ?? "–",
                statistics?.moments.map { "\(ResultPrinter.number($0.mean)) ± \(ResultPrinter.number($0.standardDeviation))" } ?? "–",
                node.dispatch?.device ?? "–",
            ]
        }
        return cells + [node.milliseconds.map { "\($0) ms" } ?? "–"]
    }

    // MARK: Totals

    private func show(_ total: MergedResult) {
        for (measure, value) in zip(words.measures, total.measures) {
            console.output("\(measure): \(console.bold(ResultPrinter.text(value.count)))\(remark(value))")
        }
        if !total.unknown.count.isSuppressed {
            console.output("patients for whom it is unknown: \(ResultPrinter.text(total.unknown.count))")
        }
        for (index, table) in total.breakdowns.enumerated() {
            var grid = TextTable([(words.table(index), .left)] + words.measures.map { ($0, .right) })
            for stratum in table.strata { grid.add([words.row(stratum.name)] + stratum.values.map { ResultPrinter.text($0.count) }) }
            console.output("\n" + grid.lines().joined(separator: "\n"))
        }
        for line in parts.lines(of: total) { console.output(line) }
        for node in result.nodes {
            let lines = node.result.map { parts.lines(of: $0) } ?? []
            if !lines.isEmpty { console.output("\n\(console.bold("at \(node.name)"))") }
            for line in lines { console.output(line) }
        }
    }

    private var words: ReportWords { ReportWords(result.report, result.names) }
    private var parts: PartPrinter { PartPrinter(words: words, counted: result.status.name) }

    private func show(_ statistics: MergedStatistics) {
        console.output("patients: \(console.bold(ResultPrinter.text(statistics.patients.count)))\(remark(statistics.patients))")
        console.output("series: \(console.bold(ResultPrinter.text(statistics.units.count)))")
        guard let moments = statistics.moments else { return console.output("intensity: held back") }
        console.output(
            "mean intensity over patients: "
                + console.bold("\(ResultPrinter.number(moments.mean)) ± \(ResultPrinter.number(moments.standardDeviation))"))
    }

    /// What keeps a total from being the whole.
    private func remark(_ value: MergedCount) -> String {
        var parts: [String] = []
        if let meaning = result.overall?.meaning { parts.append(meaning) }
        if value.nodesSuppressed > 0 { parts.append("\(nodes(value.nodesSuppressed)) held back") }
        if value.nodesAbsent > 0 { parts.append("\(nodes(value.nodesAbsent)) without a number") }
        return parts.isEmpty ? "" : "  (\(parts.joined(separator: "; ")))"
    }

    private func nodes(_ count: Int) -> String { count == 1 ? "1 node" : "\(count) nodes" }

    private var notes: [String] {
        result.status.state == .open ? ["some nodes have not answered yet: ask for \(result.status.id) again"] : []
    }

    // MARK: Words

    static func text(_ count: ProtectedCount) -> String {
        switch count {
        case .published(let number): "\(number)"
        case .suppressed(let threshold): "<\(threshold)"
        }
    }

    /// Without an exponent, and without zeros that say nothing.
    static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e9 ? "\(Int(value))" : "\(value)"
    }

    private func shortened(_ text: String, _ limit: Int) -> String { text.count > limit ? "\(text.prefix(limit - 1))…" : text }
}

extension NodeResult {
    /// The state as people read it.
    var stateWords: String { state.words + (isLate ? ", late" : "") }
}

extension TaskState {
    /// As people read it.
    var words: String {
        switch self {
        case .notEvaluable: "not evaluable"
        case .leased: "working"
        case .expired: "no answer"
        default: rawValue
        }
    }
}
