public import CohortPlan
public import Diagnostics
public import Disclosure
public import Execution
public import Federation

/// Answers expanded plans from a node's sources, through the hospital's policy. What it returns may leave the node.
public struct NodeExecutor: Sendable {
    private let sources: ScopedSources
    private let policy: DisclosurePolicy

    private let memory: Int

    /// - Parameters:
    ///   - terms: by a source's name, under which its data are given.
    ///   - memory: what one question may hold of patients and events, in bytes.
    public init(
        sources: [any SourceAdapter], policy: DisclosurePolicy, terms: [String: NodeConfiguration.Terms] = [:],
        memory: Int = PlanEngine.standardMemory
    ) {
        self.memory = memory
        self.sources = ScopedSources(sources, terms: terms)
        self.policy = policy
    }

    /// What a node answers.
    public enum Outcome: Hashable, Sendable, Codable {
        case answered(ProtectedResult, overall: Coverage)
        /// The policy does not answer such questions. Decided without looking at any patient.
        case refused(reason: String)
        /// No patient could ever be found to meet the condition with what the node's sources can say.
        case notEvaluable(reasons: [String])
        /// A source is away or broken; there is no smaller count instead.
        case failed(Diagnostic)
    }

    /// An outcome, and how each criterion was evaluated.
    public struct Answer: Hashable, Sendable, Codable {
        public let outcome: Outcome
        public let criteria: [CriterionCoverage]
    }

    /// How each criterion of a plan is evaluated here. Decided without looking at any patient.
    public func criteria(of plan: ExpandedPlan, scope: TaskScope? = nil) -> [CriterionCoverage] {
        PlanEngine(sources: sources.within(scope)).assess(plan).coverage
    }

    /// Answers one plan.
    /// - Parameters:
    ///   - purpose: what the requester says the question is for.
    ///   - requestedThreshold: a stricter threshold than the policy's; a weaker one changes nothing.
    ///   - scope: which of the node's data it is about; nil for all.
    public func answer(
        _ plan: ExpandedPlan, purpose: String, requestedThreshold: Int? = nil, scope: TaskScope? = nil,
        deadline: ContinuousClock.Instant? = nil
    ) async -> Answer {
        let used = sources.within(scope)
        let engine = PlanEngine(sources: used, memory: memory)
        let criteria = engine.assess(plan).coverage
        if let reason = policy.refusal(ofPurpose: purpose) ?? policy.refusal(of: plan.plan) {
            return Answer(outcome: .refused(reason: reason), criteria: criteria)
        }
        guard scope == nil || !used.isEmpty else {
            return Answer(outcome: .notEvaluable(reasons: ScopedSources.reasons(scope)), criteria: criteria)
        }
        do {
            // Numbers alone leave the sources that can count by themselves.
            let result = try await engine.execute(plan, detail: .counts, deadline: deadline)
            switch result.outcome {
            case .notEvaluable(let reasons): return Answer(outcome: .notEvaluable(reasons: reasons), criteria: result.coverage)
            case .counted(let counted):
                let protected = DisclosureGate(policy.tightened(threshold: requestedThreshold)).protect(counted)
                return Answer(outcome: .answered(protected, overall: result.overall), criteria: result.coverage)
            }
        } catch {
            return Answer(outcome: .failed(error.diagnostic), criteria: criteria)
        }
    }
}
