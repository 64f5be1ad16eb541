import ArgumentParser
import CohortPlan
import Compiler
import Diagnostics
import Execution
import Foundation
import Hyperontology
import Node

/// `cohortium explain`: how a query is understood.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show how a query is understood: its criteria, the codes that they stand for, and each source's own queries.",
        discussion: """
            Without --config only the codes are shown; with a node's configuration also how well each of its sources can answer,
            and what it would run there. Nothing is run.

            Example:
              cohortium explain my.cohort --config node.yaml
            """)

    @Argument(help: "A CohortQL file; - reads standard input.")
    var file: String

    @Option(help: ArgumentHelp("A node's configuration.", valueName: "file"))
    var config: String?

    @Flag(help: "Print JSON: the text, the plan and its expansions as they are sent to nodes, and with --config what the node makes of it.")
    var json = false

    @OptionGroup var parameters: ParameterOptions
    @OptionGroup var ontology: OntologyOptions

    func run() async throws {
        let console = Console()
        let hyperontology = try ontology.load()
        let file = try QueryFile(file)
        let query = try file.compile(with: hyperontology, settings: parameters.values, console: console)
        // What can be wrong with the node is found before anything is said.
        let opened = try config.map { path in
            let configuration = try NodeConfiguration.read(path)
            return (configuration.name, PlanEngine(sources: try NodeSources.open(configuration, hyperontology: hyperontology)))
        }
        var node: Explanation.AtNode?
        if let (name, engine) = opened {
            // Before the criteria: to find the order, sources that are not known yet are looked at.
            let join = await engine.joinSteps(of: query.expanded)
            node = Explanation.AtNode(
                name: name, result: engine.assess(query.expanded).overall, asOne: engine.explainWhole(query.expanded),
                criteria: engine.explain(query.expanded), join: join.map(Explanation.Step.init))
        }
        if json { return console.output(try Explanation(query, text: try file.bundled(), node: node).prettyJSON()) }
        console.output("\(console.bold(query.name))  plan \(query.planHash.prefix(16))\n")
        for criterion in query.plan.criteria {
            console.output("\(console.bold(criterion.id)): \(query.labels[criterion.id] ?? "")")
            if case .events(let request) = criterion.subject {
                for set in request.conceptSets { describe(set, in: query, hyperontology, console) }
            }
        }
        if let node { describe(node, console) }
    }

    private func describe(_ node: Explanation.AtNode, _ console: Console) {
        console.output("\n\(console.bold("At \(node.name)")): the count would be \(Explanation.words(node.result))")
        switch node.asOne {
        case .declined(let reason): console.output("criterion by criterion, because \(reason)")
        case .queries(let queries):
            console.output("one source counts the plan as one, unless what it holds is less plain than expected:")
            queries.forEach { describe($0, console) }
        }
        for step in node.join {
            let restriction = step.restrictedBy.isEmpty ? "" : ", of whom \(step.restrictedBy.joined(separator: " and ")) left"
            console.output(
                "step \(step.number): \(step.source) is asked once, \(step.requests == 1 ? "1 request" : "\(step.requests) requests")\(restriction)"
            )
        }
        for explanation in node.criteria {
            let coverage = explanation.coverage
            console.output("\(explanation.criterion.id): \(coverage.coverage.rawValue)\(coverage.source.map { " from \($0)" } ?? "")")
            for reason in coverage.reasons { console.output("  because \(reason)") }
            if let absence = explanation.absence { console.output("  where nothing is recorded: \(absence.rawValue)") }
            for native in explanation.queries { describe(native, console) }
        }
    }

    private func describe(_ native: NativeQuery, _ console: Console) {
        console.output("  \(native.language): \(native.text)")
        for (number, parameter) in native.parameters.enumerated() { console.output("    ?\(number + 1) = \(parameter.prefix(160))") }
    }

    private func describe(_ set: ConceptSet, in query: CompiledQuery, _ hyperontology: Hyperontology, _ console: Console) {
        guard let expansion = query.expanded.expansion(of: set) else { return }
        let names = set.include.map { term in
            (hyperontology.concept(term.concept.rawValue)?.prefLabel ?? term.concept.rawValue) + (term.descendants ? "" : " (exactly)")
        }
        console.output("  \(names.joined(separator: ", ")): \(expansion.concepts.count) concepts")
        for (system, codes) in Dictionary(grouping: expansion.codes, by: \.system).sorted(by: { $0.key < $1.key }) {
            let shown = codes.prefix(6).map { $0.match == .exact ? $0.code : "\($0.code) (\($0.match.rawValue))" }
            let gaps = expansion.gaps[system].flatMap { $0.isEmpty ? nil : ", \($0.count) concepts not said" } ?? ""
            console.output("    \(system): \(shown.joined(separator: ", "))\(codes.count > 6 ? " and \(codes.count - 6) more" : "")\(gaps)")
        }
    }
}

/// How a query is understood, for programs.
struct Explanation: Encodable {
    /// What a node makes of the plan.
    struct AtNode: Encodable {
        let name: String
        /// Of the count as a whole, negations reckoned in.
        let result: Coverage
        /// Whether one source counts the whole plan by itself, and how; the criteria's own queries are then not run.
        let asOne: WholeOffer
        let criteria: [CriterionExplanation]
        /// In which order the sources are asked.
        let join: [Step]
    }

    /// One source's turn.
    struct Step: Encodable {
        let number: Int
        let source: String
        let requests: Int
        let restrictedBy: [String]

        init(_ step: JoinStep) {
            (number, source, requests, restrictedBy) = (step.number, step.source, step.requests, step.restrictedBy)
        }
    }

    let cohort: String
    let text: String
    let planHash: String
    let plan: CohortPlan
    let expansions: [Expansion]
    /// The words of the query for each criterion.
    let labels: [String: String]
    let node: AtNode?

    init(_ query: CompiledQuery, text: SourceText, node: AtNode?) {
        cohort = query.name
        self.text = text[SourceSpan(0, text.bytes.count)]
        planHash = query.planHash
        plan = query.plan
        expansions = query.expanded.expansions
        labels = query.labels
        self.node = node
    }

    /// What a count is worth.
    static func words(_ coverage: Coverage) -> String {
        switch coverage {
        case .exact: "exact"
        case .broader: "an upper bound"
        case .narrower: "a lower bound"
        case .notEvaluable: "none: not evaluable"
        case .approximate: "no bound"
        }
    }
}
