import CohortPlan
import Disclosure
import Federation

/// An answer as CSV (RFC 4180): one line for every number, suppressed ones without a value.
struct ResultCSV {
    let result: QueryResult

    var text: String {
        var lines = [["node", "state", "coverage", "table", "stratum", "measure", "value", "suppressed"]]
        if let total = result.total { lines += totalLines(total) }
        if let statistics = result.statistics {
            lines.append(
                line("total", result.status.state.rawValue, result.overall?.rawValue, "", "", "patients", statistics.patients.count))
            lines.append(line("total", "", "", "", "", "series", statistics.units.count))
            if let moments = statistics.moments {
                lines.append(["total", "", "", "", "", "mean", "\(moments.mean)", "false"])
                lines.append(["total", "", "", "", "", "standard deviation", "\(moments.standardDeviation)", "false"])
            }
        }
        for node in result.nodes { lines += nodeLines(node) }
        return lines.map { $0.map(ResultCSV.quoted).joined(separator: ",") }.joined(separator: "\r\n") + "\r\n"
    }

    private var words: ReportWords { ReportWords(result.report, result.names) }

    private func totalLines(_ total: MergedResult) -> [[String]] {
        var lines = zip(words.measures, total.measures).map { measure, value in
            line("total", result.status.state.rawValue, result.overall?.rawValue, "", "", measure, value.count)
        }
        for (index, table) in total.breakdowns.enumerated() {
            for stratum in table.strata {
                for (measure, value) in zip(words.measures, stratum.values) {
                    lines.append(line("total", "", "", words.table(index), words.row(stratum.name), measure, value.count))
                }
            }
        }
        for (index, merged) in total.summaries.enumerated() {
            lines.append(line("total", "", "", words.summary(index), "", "patients", merged.patients.count))
            guard let moments = merged.moments else { continue }
            for (name, value) in [("mean", moments.mean), ("standard deviation", moments.standardDeviation)] {
                lines.append(["total", "", "", words.summary(index), "", name, "\(value)", "false"])
            }
        }
        for (step, value) in zip(words.steps, total.funnel) { lines.append(line("total", "", "", "funnel", step, "patients", value.count)) }
        guard let overlap = total.overlap else { return lines }
        for (cell, value) in zip(words.cells(counted: result.status.name), overlap.cells) {
            lines.append(line("total", "", "", "overlap", cell, "patients", value.count))
        }
        for (cohort, (value, unknown)) in zip(words.cohorts, zip(overlap.cohorts, overlap.unknown)) {
            lines.append(line("total", "", "", "cohort", cohort, "patients", value.count))
            lines.append(line("total", "", "", "cohort", cohort, "unknown", unknown.count))
        }
        return lines
    }

    /// A node without a number keeps its line: its state is the answer.
    private func nodeLines(_ node: NodeResult) -> [[String]] {
        let counted = zip(words.measures, node.result?.measures ?? []).compactMap { measure, value in
            value.count.map { line(node.name, node.state.rawValue, node.overall?.rawValue, "", "", measure, $0) }
        }
        return counted.isEmpty ? [[node.name, node.state.rawValue, node.overall?.rawValue ?? "", "", "", "", "", ""]] : counted
    }

    private func line(
        _ node: String, _ state: String, _ coverage: String?, _ table: String, _ stratum: String, _ measure: String, _ count: ProtectedCount
    ) -> [String] {
        [node, state, coverage ?? "", table, stratum, measure, count.value.map { "\($0)" } ?? "", "\(count.isSuppressed)"]
    }

    /// Quoted where it must be, and never a formula to a spreadsheet.
    private static func quoted(_ cell: String) -> String {
        let safe = cell.first.map { "=+-@\t".contains($0) } == true ? "'" + cell : cell
        guard safe.contains(where: { ",\"\r\n".contains($0) }) else { return safe }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }
}
