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
        let words = ReportWords(query.plan.report, query.labels)
        let bound = overall.meaning.map { "  (\($0))" } ?? ""
        for (measure, value) in zip(words.measures, result.measures) {
            console.output("\(measure): \(console.bold(AnswerPrinter.text(value)))\(bound)")
        }
        console.output("patients for whom it is unknown: \(AnswerPrinter.text(result.unknown))")
        for (index, table) in result.breakdowns.enumerated() {
            console.output("")
            switch table.content {
            case .strata(let strata):
                var grid = TextTable([(words.table(index), .left)] + words.measures.map { ($0, .right) })
                for stratum in strata { grid.add([words.row(stratum.name)] + stratum.values.map(AnswerPrinter.text)) }
                console.output(grid.lines().joined(separator: "\n"))
            case .notEvaluable(let reasons):
                console.output("by \(words.table(index)): not evaluable here: \(reasons.joined(separator: "; "))")
            case .refused(let reason): console.output("by \(words.table(index)): refused: \(reason)")
            }
        }
        let parts = PartPrinter(words: words, counted: query.name)
        for line in parts.lines(of: result) { console.output(line) }
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
