import CohortPlan
import CohortQL
import Diagnostics
import Hyperontology

/// Turns a tree into a plan: resolves names against the hyperontology and the query's own definitions, and checks types.
///
/// Everything wrong is reported; what cannot be built is left out, and then there is no plan.
struct PlanBuilder {
    struct Built {
        let name: String
        let plan: CohortPlan
        let labels: [String: String]
        /// By the index of the anchor; of another cohort than the one that is counted with its name before it.
        let anchorNames: [String]
        let byNode: Bool
        let scope: QueryScope
        let dispatch: CompiledDispatch?
    }

    let hyperontology: Hyperontology
    let source: SourceText
    /// What whoever runs the query sets parameters to, by name.
    let settings: [String: String]

    private(set) var diagnostics: [Diagnostic] = []
    private(set) var errorCount = 0
    private var warningCount = 0
    var parameters: [String: DefinedParameter] = [:]
    var conceptSets: [String: DefinedConcepts] = [:]
    var codeSets: [String: DefinedCodes] = [:]
    var cohorts: [String: DefinedCohort] = [:]
    /// The named events of all cohorts, each cohort's together.
    var anchors: [NamedEvent] = []
    /// Where the events of the cohort that is being built begin in ``anchors``.
    var scope = 0
    /// The events that a name can mean.
    var anchorsInScope: Range<Int> = 0..<0
    var usedAnchors: Set<Int> = []
    /// The cohorts that the one that is being built is made of.
    var neededCohorts: Set<String> = []
    /// This and later definitions, and this and later events, for messages.
    var laterNames: ArraySlice<StatementSyntax> = []
    var laterEvents: ArraySlice<EventSyntax> = []

    struct NamedEvent {
        let name: NameSyntax
        let cohort: String
        let selection: EventSelection
        let syntax: EventSyntax
    }

    init(hyperontology: Hyperontology, source: SourceText, settings: [String: String]) {
        self.hyperontology = hyperontology
        self.source = source
        self.settings = settings
    }

    /// - Parameter cohorts: those that are built; nil for all, so that mistakes in each are found.
    mutating func build(_ query: QuerySyntax, cohorts wanted: Set<String>? = nil) -> Built? {
        checkSettings(query)
        for (place, statement) in query.statements.enumerated() {
            laterNames = query.statements[place...]
            switch statement {
            case .parameter(let parameter): define(parameter)
            case .concepts(let set): define(set)
            case .codes(let set): define(set)
            case .cohort(let cohort) where wanted?.contains(cohort.name.text) ?? true: define(cohort)
            case .cohort, .report, .dispatch: break
            case .importing(let statement):
                error(
                    "C0133", "`import` is not put in here", at: statement.span,
                    help: "let the command line put it in, from the files that it holds")
            }
        }
        guard let target = target(of: query) else { return nil }
        scope = cohorts[target.name.text]?.scope.lowerBound ?? anchors.count
        anchorsInScope = cohorts[target.name.text]?.scope ?? 0..<0
        neededCohorts = []
        let built = report(query.report, of: target, cohorts[target.name.text]?.meaning)
        let dispatch = query.dispatch.flatMap { self.dispatch($0, of: target) }
        if !diagnostics.containsErrors, wanted == nil { warnOfUnusedDefinitions(query, target: target) }
        guard let built, let cohort = cohorts[target.name.text], let meaning = cohort.meaning, !diagnostics.containsErrors else {
            return nil
        }
        let needed = cohort.needed.union(neededCohorts).union([target.name.text])
        if wanted == nil, needed.count < cohorts.count { return rebuild(query, only: needed) }
        do {
            let plan = try CohortPlan(anchors: anchors.map(\.selection), condition: meaning.condition, report: built.report)
            let names = anchors.map { $0.cohort == target.name.text ? $0.name.text : "\($0.cohort).\($0.name.text)" }
            return Built(
                name: target.name.text, plan: plan, labels: labels(plan, meaning, built), anchorNames: names, byNode: built.byNode,
                scope: built.scope, dispatch: dispatch)
        } catch {
            self.error("C0202", "this query cannot be planned: \(error.reason)", at: target.span, help: "say it in smaller parts")
            return nil
        }
    }

    /// What the counted cohort does not need is not sent: everything was checked, now the rest is left out.
    private func rebuild(_ query: QuerySyntax, only needed: Set<String>) -> Built? {
        var builder = PlanBuilder(hyperontology: hyperontology, source: source, settings: settings)
        return builder.build(query, cohorts: needed)
    }

    /// The cohort that is counted: the report's, else the dispatched one, else the last one.
    private mutating func target(of query: QuerySyntax) -> CohortSyntax? {
        guard let last = query.cohorts.last else {
            if query.report == nil {
                error("C0120", "there is no cohort in this text", at: SourceSpan(0, 0), help: "write `cohort NAME { patients where … }`")
            }
            if let report = query.report { unknownCohort(report.name, query.cohorts) }
            return nil
        }
        guard let name = query.report?.name ?? query.dispatch?.name else { return last }
        if let found = query.cohorts.first(where: { $0.name.text == name.text }) { return found }
        unknownCohort(name, query.cohorts)
        return nil
    }

    mutating func unknownCohort(_ name: NameSyntax, _ cohorts: [CohortSyntax]) {
        let suggestion = nearest(to: name.text, among: cohorts.map(\.name.text)) ?? cohorts.last?.name.text
        error(
            "C0270", "there is no cohort called `\(name.text)`", at: name.span,
            help: suggestion.map { "write `report \($0)`" } ?? "define it: `cohort \(name.text) { patients where … }`")
    }

    // MARK: Messages

    /// What comes after so many that a file is given up is not said any more.
    mutating func error(_ code: DiagnosticCode, _ message: String, at span: SourceSpan, help: String?) {
        errorCount += 1
        guard errorCount <= Parser.Limits.diagnostics else { return }
        diagnostics.append(Diagnostic(code, message, at: span, help: help))
    }

    mutating func warn(_ code: DiagnosticCode, _ message: String, at span: SourceSpan, help: String?) {
        warningCount += 1
        guard warningCount <= Parser.Limits.diagnostics else { return }
        diagnostics.append(Diagnostic(code, .warning, message, at: span, help: help))
    }

    /// The words of the query for each criterion and each part of the report, on one line.
    private func labels(_ plan: CohortPlan, _ meaning: Meaning, _ report: BuiltReport) -> [String: String] {
        var labels: [String: String] = [:]
        for (index, anchor) in anchors.enumerated() { labels["event \(index)"] = oneLine(anchor.syntax.span) }
        collect(meaning.label, "condition ", path: [], into: &labels)
        for (index, cohort) in report.cohorts.enumerated() {
            collect(cohort.meaning.label, "overlap \(index) ", path: [], into: &labels)
        }
        labels["report age"] = "age"
        let wanted = Set(plan.criteria.map(\.id))
        return labels.filter { wanted.contains($0.key) }.merging(report.names) { label, _ in label }
    }

    private func collect(_ label: Meaning.Label, _ whole: String, path: [Int], into labels: inout [String: String]) {
        switch label {
        case .parts(let parts): for (index, part) in parts.enumerated() { collect(part, whole, path: path + [index], into: &labels) }
        case .words(let span): labels[whole + path.map(String.init).joined(separator: ".")] = oneLine(span)
        }
    }

    func oneLine(_ span: SourceSpan) -> String {
        source[span].split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

/// What a part of a query means: a condition of the plan, and the words for each leaf of it.
struct Meaning {
    /// A tree of the same form as the condition.
    indirect enum Label {
        case words(SourceSpan)
        case parts([Label])
    }

    let condition: Condition
    let label: Label
    /// The number of conditions in it; it stops growing at the limit of a plan, which is then passed.
    let size: Int

    init(_ condition: Condition, _ span: SourceSpan) {
        self.condition = condition
        label = .words(span)
        size = 1
    }

    /// A condition that is a whole, of several criteria with words of their own.
    init(_ condition: Condition, parts: [SourceSpan]) {
        self.condition = condition
        label = .parts(parts.map { .words($0) })
        size = 1
    }

    init(_ parts: [Meaning], as make: ([Condition]) -> Condition) {
        condition = make(parts.map(\.condition))
        label = .parts(parts.map(\.label))
        size = min(parts.reduce(1) { $0 + $1.size }, CohortPlan.Limits.nodes + 1)
    }

    /// All of several, or the only one.
    static func all(_ parts: [Meaning]) -> Meaning { parts.count == 1 ? parts[0] : Meaning(parts, as: Condition.all) }
    static func any(_ parts: [Meaning]) -> Meaning { parts.count == 1 ? parts[0] : Meaning(parts, as: Condition.any) }

    var negated: Meaning { Meaning([self]) { .not($0[0]) } }
}

extension StatementSyntax {
    /// The name that it defines.
    var definedName: String? {
        switch self {
        case .parameter(let parameter): parameter.name.text
        case .concepts(let set): set.name.text
        case .codes(let set): set.name.text
        case .cohort(let cohort): cohort.name.text
        case .report, .dispatch, .importing: nil
        }
    }
}
