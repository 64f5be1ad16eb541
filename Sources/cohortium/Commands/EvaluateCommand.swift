import ArgumentParser
import CohortPlan
import Compiler
import Diagnostics
import Foundation
import Synthesis

/// `cohortium evaluate`: the exact answer on a synthetic population.
struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Answer a query exactly, with the reference evaluator, on a synthetic population.",
        discussion: """
            The answer is not protected. It is meant for synthetic populations, to hold protected answers against.

            Example:
              cohortium synth --patients 1000 --seed 7 --out population
              cohortium evaluate my.cohort --population population
            """)

    @Argument(help: "A CohortQL file; - reads standard input.")
    var file: String

    @Option(help: "A folder that `cohortium synth` wrote, or one node's folder in it.")
    var population: String

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var parameters: ParameterOptions
    @OptionGroup var ontology: OntologyOptions

    func run() async throws {
        let query = try QueryFile(file).compile(with: try ontology.load(), settings: parameters.values)
        let patients = try PopulationFile.read(URL(fileURLWithPath: population))
        let result = ReferenceEvaluator(query.expanded).evaluate(patients)
        let answer = ExactAnswer(query.plan.report, result, population: patients.count)
        let console = Console()
        if json { return console.output(try answer.prettyJSON()) }
        console.output(answer.text)
    }
}

/// An exact answer, as the command prints it.
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

    let population: Int
    let unknown: Int
    let measures: [Count]
    let breakdowns: [Table]

    init(_ report: Report, _ result: ReferenceResult, population: Int) {
        func counts(_ counts: [ReferenceCount]) -> [Count] {
            zip(report.measures, counts).map { Count(measure: $0.label, count: $1.units, patients: $1.patients) }
        }
        self.population = population
        unknown = result.unknown
        measures = counts(result.measures)
        breakdowns = zip(report.breakdowns, result.tables).map { breakdown, table in
            Table(breakdown: breakdown.label, strata: zip(breakdown.strata, table).map { Stratum(stratum: $0, counts: counts($1)) })
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
        return lines.joined(separator: "\n")
    }
}

extension Measure {
    /// What a table calls it.
    var label: String {
        switch self {
        case .patients: "patients"
        case .studies: "studies"
        case .series: "series"
        }
    }
}

extension Breakdown {
    /// What a table calls it.
    var label: String {
        switch self {
        case .sex: "sex"
        case .age: "age"
        case .cross(let axes): axes.map(\.label).joined(separator: ", ")
        }
    }
}
