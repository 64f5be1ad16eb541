import RDF

/// Makes the steps that evaluate a pattern, from the last to the first.
///
/// The rows of what stands on the left of a join are carried into its right side wherever that changes nothing, so that the index is
/// asked about few terms; elsewhere the right side is evaluated by itself and joined by hash.
struct PlanBuilder {
    let evaluator: Evaluator

    init(_ evaluator: Evaluator) { self.evaluator = evaluator }

    /// The first step of those that extend rows by the solutions of a pattern.
    ///
    /// - Parameters:
    ///   - source: the graph that is asked.
    ///   - scope: what is known of the rows that will come.
    func operators(for pattern: Pattern, on source: TripleSource, _ scope: Scope, into next: Operator) -> Operator {
        if !scope.isOrigin && !pattern.takesBindings(scope) { return hashJoin(pattern, source, scope, into: next) }
        switch pattern {
        case .basic(let elements):
            return basic(elements, source, into: next)
        case .join(let left, let right):
            let middle = scope.after(left)
            let head =
                right.isApart(from: middle)
                ? hashJoin(right, source, middle, into: next) : operators(for: right, on: source, middle, into: next)
            return operators(for: left, on: source, scope, into: head)
        case .leftJoin(let left, let right, let condition):
            return operators(
                for: left, on: source, scope, into: optional(right, condition, source, scope.after(left), into: next))
        case .filter(let condition, let inner):
            let prepared = PreparedExpression(condition, self, source, scope.after(inner))
            return operators(for: inner, on: source, scope, into: FilterOperator(evaluator, prepared, next: next))
        case .union(let branches):
            let heads = branches.map { operators(for: $0, on: source, scope, into: Junction(next: next)) }
            return UnionOperator(heads, next: next)
        case .minus(let left, let right):
            let side = side(right, source, scope.after(left))
            return operators(for: left, on: source, scope, into: MinusOperator(evaluator, side, next: next))
        case .extend(let inner, let slot, let expression):
            let prepared = PreparedExpression(expression, self, source, scope.after(inner))
            return operators(for: inner, on: source, scope, into: ExtendOperator(evaluator, slot, prepared, next: next))
        case .values(let slots, let rows): return ValuesOperator(evaluator, slots, rows, next: next)
        case .group(let inner, let grouping): return group(inner, grouping, source, into: next)
        case .subquery(let selection):
            return operators(for: selection, on: source, into: ProjectOperator(selection.columns, next: next))
        case .graph(let name, let inner): return graph(name, inner, scope, into: next)
        case .service: return NothingOperator(next: next)
        }
    }

    /// The steps of a selection up to its answer, in the selection's own slots (SPARQL 1.1, section 15).
    func operators(for selection: Selection, on source: TripleSource, into next: Operator) -> Operator {
        var head = next
        if selection.limit != nil || selection.offset > 0 {
            head = SliceOperator(offset: selection.offset, limit: selection.limit, next: head)
        }
        if selection.isDistinct { head = DistinctOperator(evaluator, selection.columns.map(\.inner), next: head) }
        if !selection.order.isEmpty {
            let wanted = selection.limit.map { $0.addingReportingOverflow(selection.offset) }
            let limit = selection.isDistinct ? nil : wanted.flatMap { $0.overflow ? nil : $0.partialValue }
            let scope = Scope.unit.after(selection.pattern)
            head = OrderOperator(
                evaluator, selection.order.map { PreparedExpression($0.expression, self, source, scope) },
                isDescending: selection.order.map(\.isDescending), limit: limit, next: head)
        }
        return operators(for: selection.pattern, on: source, .unit, into: head)
    }
}

extension PlanBuilder {
    /// One step for each pattern; patterns in a row that have the same variable alone, in lists that are sorted by it, are one.
    private func basic(_ elements: [PatternElement], _ source: TripleSource, into next: Operator) -> Operator {
        var head = next
        var rest = elements[...]
        while let last = rest.last {
            let slot = source.isSorted ? last.sortedSlot : nil
            let run = slot.map { slot in rest.reversed().prefix { $0.sortedSlot == slot }.count } ?? 1
            if let slot, run > 1 {
                head = MergeOperator(evaluator, slot, rest.suffix(run).map { list($0, source) }, next: head)
            } else {
                head = element(last, source, into: head)
            }
            rest.removeLast(run)
        }
        return head
    }

    private func list(_ element: PatternElement, _ source: TripleSource) -> SortedTerms {
        func id(_ part: PatternTerm) -> TermID? { if case .term(let term) = part { evaluator.terms.id(of: term) } else { nil } }
        let predicate: TermID? = if case .predicate(let part) = element.path { id(part) } else { nil }
        return source.sorted(subject: id(element.subject), predicate: predicate ?? unbound, object: id(element.object))
    }

    private func element(_ element: PatternElement, _ source: TripleSource, into next: Operator) -> Operator {
        let subject = part(element.subject)
        let object = part(element.object)
        guard case .predicate(let predicate) = element.path else {
            let path = CompiledPath(element.path, evaluator.dataset.dictionary)
            return PathOperator(evaluator, source, subject, path, object, next: next)
        }
        // Where a solution is only asked for, the first is as good as all.
        let endsExists = (next as? MarkOperator)?.next == nil && next is MarkOperator
        return ScanOperator(evaluator, source, subject, part(predicate), object, firstAlone: endsExists, next: next)
    }

    private func part(_ term: PatternTerm) -> ScanPart {
        switch term {
        case .variable(let slot): .slot(slot)
        case .term(let term): .term(evaluator.terms.id(of: term))
        }
    }

    private func hashJoin(_ pattern: Pattern, _ source: TripleSource, _ scope: Scope, into next: Operator) -> Operator {
        HashJoinOperator(evaluator, side(pattern, source, scope), next: next)
    }

    private func side(_ pattern: Pattern, _ source: TripleSource, _ scope: Scope) -> JoinSide {
        let collector = Collector(evaluator)
        let head = operators(for: pattern, on: source, .unit, into: collector)
        return JoinSide(
            rows: Materialised(evaluator, collector, head: head), keys: scope.allCertain.intersection(pattern.certainSlots).sorted(),
            slots: pattern.possibleSlots.sorted())
    }

    private func optional(
        _ right: Pattern, _ condition: Expression?, _ source: TripleSource, _ scope: Scope, into next: Operator
    ) -> Operator {
        // The optional part is asked once for every batch; nothing in it may wait for a last one.
        var scope = scope
        scope.isOrigin = false
        let marks = Marks(slot: evaluator.hiddenSlot())
        var end: Operator = MarkOperator(marks, next: next)
        if let condition {
            let prepared = PreparedExpression(condition, self, source, scope.after(right))
            end = FilterOperator(evaluator, prepared, next: end)
        }
        let head =
            right.isApart(from: scope)
            ? hashJoin(right, source, scope, into: end) : operators(for: right, on: source, scope, into: end)
        return OptionalOperator(marks, optional: head, next: next)
    }

    private func group(_ inner: Pattern, _ grouping: Grouping, _ source: TripleSource, into next: Operator) -> Operator {
        let scope = Scope.unit.after(inner)
        func prepared(_ expression: Expression) -> PreparedExpression { PreparedExpression(expression, self, source, scope) }
        let head = GroupOperator(
            evaluator, grouping, keys: grouping.keys.map { prepared($0.expression) },
            arguments: grouping.aggregates.map { $0.aggregate.expression.map(prepared) }, next: next)
        return operators(for: inner, on: source, .unit, into: head)
    }

    private func graph(_ name: PatternTerm, _ inner: Pattern, _ scope: Scope, into next: Operator) -> Operator {
        switch name {
        case .term(let term):
            guard let part = evaluator.dataset.parts.first(where: { $0.name == term.iri }) else { return NothingOperator(next: next) }
            return operators(for: inner, on: part.source, scope, into: next)
        case .variable(let slot):
            let branches = evaluator.dataset.parts.map { part in
                let end = GraphNaming(slot, part.id, next: next)
                let head = operators(for: inner, on: part.source, scope, into: end)
                return GraphRestriction(slot, part.id, next: head)
            }
            return UnionOperator(branches, next: next)
        }
    }
}

extension Pattern {
    /// Whether the pattern has no variable that rows could bind, so that each of them has all of its solutions.
    fileprivate func isApart(from scope: Scope) -> Bool {
        !scope.isOrigin && mentionedSlots.isDisjoint(with: scope.all) && !isUnit
    }
}
