import CohortPlan
import Disclosure
import Federation

/// An answer as CSV (RFC 4180): one line for every number, suppressed ones without a value.
struct ResultCSV {
    let result: QueryResult

    var text: String {
        var lines = [["node", "state", "coverage", "table", "stratum", "measure", "value", "suppressed"]]
        if let total = result.total {
            for (measure, value) in zip(result.report.measures, total.measures) {
                lines.append(line("total", result.status.state.rawValue, result.overall?.rawValue, "", "", measure.label, value.count))
            }
            for table in total.breakdowns {
                for stratum in table.strata {
                    for (measure, value) in zip(result.report.measures, stratum.values) {
                        lines.append(line("total", "", "", table.breakdown.label, stratum.name, measure.label, value.count))
                    }
                }
            }
        }
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

    /// A node without a number keeps its line: its state is the answer.
    private func nodeLines(_ node: NodeResult) -> [[String]] {
        let counted = zip(result.report.measures, node.result?.measures ?? []).compactMap { measure, value in
            value.count.map { line(node.name, node.state.rawValue, node.overall?.rawValue, "", "", measure.label, $0) }
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
