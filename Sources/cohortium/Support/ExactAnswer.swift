import CohortPlan
import Foundation

/// An exact answer, as `cohortium evaluate` prints it.
struct ExactAnswer: Encodable {
    struct Count: Encodable {
        let measure: String
        let count: Int
        let patients: Int
    }

    struct Stratum: Encodable {
        let stratum: String
        let counts: [Count]
    }

    struct Table: Encodable {
        let breakdown: String
        let strata: [Stratum]
    }

    /// How one number is distributed; nil where nobody has one.
    struct Distribution: Encodable {
        let summary: String
        let patients: Int
        let mean: Double?
        let median: Double?
    }

    struct Step: Encodable {
        let step: String
        let patients: Int
    }

    struct Overlap: Encodable {
        let cells: [Step]
        let cohorts: [Step]
        let unknown: [Step]
    }

    let population: Int
    let unknown: Int
    let measures: [Count]
    let breakdowns: [Table]
    let summaries: [Distribution]
    let funnel: [Step]
    let overlap: Overlap?

    /// - Parameter counted: the name of the counted cohort.
    init(_ words: ReportWords, _ result: ReferenceResult, counted: String, population: Int) {
        func counts(_ counts: [ReferenceCount]) -> [Count] {
            zip(words.measures, counts).map { Count(measure: $0, count: $1.units, patients: $1.patients) }
        }
        func steps(_ names: [String], _ counts: [Int]) -> [Step] { zip(names, counts).map { Step(step: $0, patients: $1) } }
        self.population = population
        unknown = result.unknown
        measures = counts(result.measures)
        breakdowns = zip(words.report.breakdowns, result.tables).enumerated().map { index, table in
            let (breakdown, rows) = table
            return Table(
                breakdown: words.table(index),
                strata: zip(breakdown.strata, rows).map { Stratum(stratum: words.row($0), counts: counts($1)) })
        }
        summaries = result.summaries.enumerated().map { index, values in
            Distribution(words.summary(index), values.values.map { $0.map(\.double) })
        }
        funnel = steps(words.steps, result.funnel)
        overlap = result.overlap.map { found in
            Overlap(
                cells: steps(words.cells(counted: counted), found.cells), cohorts: steps(words.cohorts, found.cohorts),
                unknown: steps(words.cohorts, found.unknown))
        }
    }

    var text: String {
        var lines =
            measures.map { "\($0.measure): \($0.count)" } + ["patients for whom it is unknown: \(unknown)", "population: \(population)"]
        for table in breakdowns {
            var grid = TextTable([(table.breakdown, .left)] + measures.map { ($0.measure, .right) })
            for stratum in table.strata { grid.add([stratum.stratum] + stratum.counts.map { "\($0.count)" }) }
            lines += [""] + grid.lines()
        }
        if !summaries.isEmpty {
            var grid = TextTable([("summary", .left), ("patients", .right), ("mean", .right), ("median", .right)])
            for one in summaries {
                grid.add([one.summary, "\(one.patients)"] + [one.mean, one.median].map { $0.map(ResultPrinter.number) ?? "–" })
            }
            lines += [""] + grid.lines()
        }
        lines += ExactAnswer.lines("funnel", funnel)
        if let overlap { lines += ExactAnswer.lines("overlap", overlap.cells) + ExactAnswer.lines("cohort", overlap.cohorts) }
        return lines.joined(separator: "\n")
    }

    private static func lines(_ title: String, _ steps: [Step]) -> [String] {
        guard !steps.isEmpty else { return [] }
        var grid = TextTable([(title, .left), ("patients", .right)])
        for step in steps { grid.add([step.step, "\(step.patients)"]) }
        return [""] + grid.lines()
    }
}

extension ExactAnswer.Distribution {
    /// - Parameter values: by patient.
    init(_ summary: String, _ values: [[Double]]) {
        let means = values.filter { !$0.isEmpty }.map { $0.sorted().reduce(0, +) / Double($0.count) }.sorted()
        self.summary = summary
        patients = means.count
        mean = means.isEmpty ? nil : means.reduce(0, +) / Double(means.count)
        let middle = means.count / 2
        median = means.isEmpty ? nil : means.count % 2 == 1 ? means[middle] : (means[middle - 1] + means[middle]) / 2
    }
}
