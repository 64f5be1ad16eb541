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

extension SPARQLQuery {
    /// The query with the answers of the subqueries that it joins as they were found elsewhere, one row with one column each, in order.
    package func answered(withSubqueries values: [Term?]) -> SPARQLQuery {
        guard case .select(let selection) = form else { return self }
        var rest = values[...]
        let answered = selection.over(selection.pattern.answered(withSubqueries: &rest))
        return SPARQLQuery(
            form: .select(answered), slotNames: slotNames, slotSpans: slotSpans, clauses: DatasetClauses(), base: base, refusals: refusals)
    }
}

extension Pattern {
    fileprivate func answered(withSubqueries values: inout ArraySlice<Term?>) -> Pattern {
        switch self {
        case .subquery(let selection): .values(selection.columns.map(\.slot), [[values.popFirst() ?? nil]])
        case .join(let left, let right):
            .join(left.answered(withSubqueries: &values), right.answered(withSubqueries: &values))
        case .extend(let inner, let slot, let expression): .extend(inner.answered(withSubqueries: &values), slot, expression)
        case .filter(let condition, let inner): .filter(condition, inner.answered(withSubqueries: &values))
        case .graph(_, let inner): inner.answered(withSubqueries: &values)
        default: self
        }
    }

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
