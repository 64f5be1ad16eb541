package import RDF

extension SPARQLQuery {
    /// The query with the groups of its outermost `SELECT` as they were counted elsewhere; what is computed, ordered and left out of them
    /// is as the query says.
    ///
    /// - Parameter rows: for each group its keys and then its aggregates, in the query's order.
    package func answered(withGroups rows: [[Term?]]) -> SPARQLQuery {
        guard case .select(let selection) = form else { return self }
        let answered = selection.over(selection.pattern.answered(withGroups: rows))
        return SPARQLQuery(
            form: .select(answered), slotNames: slotNames, slotSpans: slotSpans, clauses: DatasetClauses(), base: base, refusals: refusals)
    }
}

extension Pattern {
    fileprivate func answered(withGroups rows: [[Term?]]) -> Pattern {
        switch self {
        case .group(_, let grouping): .values(grouping.keys.map(\.slot) + grouping.aggregates.map(\.slot), rows)
        case .extend(let inner, let slot, let expression): .extend(inner.answered(withGroups: rows), slot, expression)
        case .filter(let condition, let inner): .filter(condition, inner.answered(withGroups: rows))
        case .join(let inner, let values): .join(inner.answered(withGroups: rows), values)
        default: self
        }
    }
}
