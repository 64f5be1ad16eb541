import CohortPlan

/// What the hub made of a question: the plan, the codes that its concepts stand for, and the words of the text.
struct QueryExplanation: Encodable {
    let id: String
    let text: String
    let planHash: String
    let plan: CohortPlan
    let expansions: [Expansion]
    /// By criterion.
    let labels: [String: String]

    init(_ query: StoredQuery) {
        id = query.id
        text = query.text
        planHash = query.planHash
        plan = query.expanded.plan
        expansions = query.expanded.expansions
        labels = query.labels
    }
}
