import CohortPlan
import Compiler
import Disclosure
import Execution
import Node

/// Shows a node's answer: the criteria with their coverage, then the protected numbers.
struct AnswerPrinter {
    let console: Console
    let query: CompiledQuery

    func show(_ answer: NodeExecutor.Answer) {
        var criteria = TextTable([("criterion", .left), ("coverage", .left), ("because", .left)])
        for coverage in answer.criteria {
            let label = query.labels[coverage.criterionID] ?? coverage.criterionID
            let shown = label.count > 72 ? "\(label.prefix(71))…" : label
            criteria.add([shown, coverage.coverage.words, coverage.reasons.joined(separator: "; ")])
        }
        console.output(
            criteria.lines { row, column, text in
                guard column == 1 else { return text }
                return answer.criteria[row].coverage == .exact ? console.green(text) : console.yellow(text)
            }.joined(separator: "\n"))
        console.output("")
        switch answer.outcome {
        case .answered(let result, let overall): show(result, overall)
        case .refused(let reason): console.output(console.red("refused: \(reason)"))
        case .notEvaluable(let reasons): console.output(console.yellow("not evaluable here: \(reasons.joined(separator: "; "))"))
        case .failed: break
        }
    }

    private func show(_ result: ProtectedResult, _ overall: Coverage) {
        let bound = overall.meaning.map { "  (\($0))" } ?? ""
        for (measure, value) in zip(query.plan.report.measures, result.measures) {
            console.output("\(measure.label): \(console.bold(AnswerPrinter.text(value)))\(bound)")
        }
        console.output("patients for whom it is unknown: \(AnswerPrinter.text(result.unknown))")
        for table in result.breakdowns {
            console.output("")
            switch table.content {
            case .strata(let strata):
                var grid = TextTable([(table.breakdown.label, .left)] + query.plan.report.measures.map { ($0.label, .right) })
                for stratum in strata { grid.add([stratum.name] + stratum.values.map(AnswerPrinter.text)) }
                console.output(grid.lines().joined(separator: "\n"))
            case .notEvaluable(let reasons):
                console.output("by \(table.breakdown.label): not evaluable here: \(reasons.joined(separator: "; "))")
            case .refused(let reason): console.output("by \(table.breakdown.label): refused: \(reason)")
            }
        }
    }

    /// The words for a protected number. None and few read the same.
    static func text(_ value: ProtectedValue) -> String {
        switch value {
        case .count(.published(let number)): "\(number)"
        case .count(.suppressed(let threshold)): "<\(threshold)"
        case .notEvaluable: "not evaluable"
        case .refused: "refused"
        }
    }
}

extension Coverage {
    /// As people read it.
    var words: String {
        switch self {
        case .notEvaluable: "not evaluable"
        default: rawValue
        }
    }

    /// What it says of a number; nil when the number is what was asked for.
    var meaning: String? {
        switch self {
        case .exact: nil
        case .broader: "an upper bound"
        case .narrower: "a lower bound"
        case .approximate: "neither an upper nor a lower bound"
        case .notEvaluable: "not evaluable"
        }
    }
}
