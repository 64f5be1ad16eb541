import CohortPlan
import Disclosure

/// Shows the parts of a report beside its counts and tables: how numbers are distributed, the funnel, the overlap.
struct PartPrinter {
    let words: ReportWords
    /// What the counted cohort is called.
    let counted: String

    // MARK: One node's

    func lines(of result: ProtectedResult) -> [String] {
        let described = result.summaries.enumerated().map { index, part in
            [words.summary(index)] + PartPrinter.cells(part) { PartPrinter.cells($0.patients.words, $0.moments, $0.quartiles) }
        }
        let steps = result.funnel.map { part in PartPrinter.rows(words.steps, part) { $0.map(\.words) } } ?? []
        let cells = result.overlap.map { part in PartPrinter.rows(words.cells(counted: counted), part) { $0.cells.map(\.words) } } ?? []
        let cohorts = result.overlap?.content.map { overlap in
            zip(words.cohorts, zip(overlap.cohorts, overlap.unknown)).map { [$0, $1.0.words, $1.1.words] }
        }
        return PartPrinter.distributions(described) + PartPrinter.table("funnel", steps) + PartPrinter.table("overlap", cells)
            + PartPrinter.cohorts(cohorts ?? [])
    }

    // MARK: All nodes together

    func lines(of total: MergedResult) -> [String] {
        let described = total.summaries.enumerated().map { index, merged in
            [words.summary(index)] + PartPrinter.cells(merged.patients.words, merged.moments, nil)
        }
        let steps = zip(words.steps, total.funnel).map { [$0, $1.words] }
        let cells = total.overlap.map { overlap in zip(words.cells(counted: counted), overlap.cells).map { [$0, $1.words] } } ?? []
        let cohorts = total.overlap.map { overlap in
            zip(words.cohorts, zip(overlap.cohorts, overlap.unknown)).map { [$0, $1.0.words, $1.1.words] }
        }
        return PartPrinter.distributions(described) + PartPrinter.table("funnel", steps) + PartPrinter.table("overlap", cells)
            + PartPrinter.cohorts(cohorts ?? [])
    }

    // MARK: Tables

    private static func distributions(_ rows: [[String]]) -> [String] {
        guard !rows.isEmpty else { return [] }
        var grid = TextTable([("summary", .left), ("patients", .right), ("mean", .right), ("quartiles", .right)])
        for row in rows { grid.add(row) }
        return [""] + grid.lines()
    }

    private static func table(_ title: String, _ rows: [[String]]) -> [String] {
        guard !rows.isEmpty else { return [] }
        var grid = TextTable([(title, .left), ("patients", .right)])
        for row in rows { grid.add(row) }
        return [""] + grid.lines()
    }

    private static func cohorts(_ rows: [[String]]) -> [String] {
        guard !rows.isEmpty else { return [] }
        var grid = TextTable([("cohort", .left), ("patients", .right), ("unknown", .right)])
        for row in rows { grid.add(row) }
        return [""] + grid.lines()
    }

    /// Patients, the mean with how far they spread, and the quartiles.
    private static func cells(_ patients: String, _ moments: Moments?, _ quartiles: Quartiles?) -> [String] {
        let mean = moments.map { "\(ResultPrinter.number($0.mean)) ± \(ResultPrinter.number($0.standardDeviation))" } ?? "–"
        let three = quartiles.map { found in
            [found.lower, found.median, found.upper].map { $0.map(ResultPrinter.number) ?? "–" }.joined(separator: " | ")
        }
        return [patients, mean, three ?? "–"]
    }

    /// The cells of a part, or why there are none.
    private static func cells<Content>(_ part: ProtectedPart<Content>, _ show: (Content) -> [String]) -> [String] {
        switch part {
        case .content(let content): show(content)
        case .notEvaluable(let reasons): ["not evaluable", "–", reasons.joined(separator: "; ")]
        case .refused(let reason): ["refused", "–", reason]
        }
    }

    /// A row for each name, or one that says why there are none.
    private static func rows<Content>(_ names: [String], _ part: ProtectedPart<Content>, _ show: (Content) -> [String]) -> [[String]] {
        switch part {
        case .content(let content): zip(names, show(content)).map { [$0, $1] }
        case .notEvaluable(let reasons): [["not evaluable here: \(reasons.joined(separator: "; "))", "–"]]
        case .refused(let reason): [["refused: \(reason)", "–"]]
        }
    }
}

extension ProtectedCount {
    /// None and few read the same.
    var words: String { ResultPrinter.text(self) }
}

extension MergedCount {
    /// The number, and whether parts of it are missing.
    var words: String { count.words + (isLowerBound && !count.isSuppressed ? " or more" : "") }
}
