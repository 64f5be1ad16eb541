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
        let answer = ExactAnswer(ReportWords(query.plan.report, query.labels), result, counted: query.name, population: patients.count)
        let console = Console()
        if json { return console.output(try answer.prettyJSON()) }
        console.output(answer.text)
    }
}
