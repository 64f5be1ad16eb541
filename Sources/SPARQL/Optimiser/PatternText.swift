import RDF

/// Writes the algebra of a query for people, a line an operation, as `explain` shows it.
struct PatternText {
    let names: [String?]
    private(set) var lines: [String] = []

    init(_ pattern: Pattern, names: [String?]) {
        self.names = names
        add(pattern, 0)
    }

    private mutating func line(_ depth: Int, _ text: String) { lines.append(String(repeating: "  ", count: depth) + text) }

    private mutating func add(_ pattern: Pattern, _ depth: Int) {
        switch pattern {
        case .basic(let elements):
            if elements.isEmpty { line(depth, "one empty solution") }
            let isMerged = elements.count > 1 && elements[0].sortedSlot != nil && Set(elements.map(\.sortedSlot)).count == 1
            if isMerged, let slot = elements[0].sortedSlot { line(depth, "merge on \(name(slot))") }
            for element in elements {
                line(isMerged ? depth + 1 : depth, "match \(text(element.subject)) \(text(element.path)) \(text(element.object))")
            }
        case .join(let left, let right):
            // What is joined next stands below what it is joined to.
            add(left, depth)
            add(right, depth)
        case .leftJoin(let left, let right, let condition):
            add(left, depth)
            line(depth, "optional" + (condition.map { " where \(text($0))" } ?? ""))
            add(right, depth + 1)
        case .filter(let condition, let inner):
            line(depth, "filter \(text(condition))")
            add(inner, depth + 1)
        case .union(let branches):
            for (number, branch) in branches.enumerated() {
                line(depth, number == 0 ? "either" : "or")
                add(branch, depth + 1)
            }
        case .minus(let left, let right):
            add(left, depth)
            line(depth, "minus")
            add(right, depth + 1)
        case .extend(let inner, let slot, let expression):
            add(inner, depth)
            line(depth, "bind \(name(slot)) = \(text(expression))")
        case .values(let slots, let rows): line(depth, "\(rows.count) values of \(slots.map(name).joined(separator: " "))")
        case .group(let inner, let grouping):
            let keys = grouping.keys.map { text($0.expression) }.joined(separator: ", ")
            line(depth, "group" + (keys.isEmpty ? "" : " by \(keys)"))
            add(inner, depth + 1)
        case .subquery(let selection):
            line(depth, "select \(selection.columns.map { "?" + $0.name }.joined(separator: " "))")
            add(selection.pattern, depth + 1)
        case .graph(let graph, let inner):
            line(depth, "graph \(text(graph))")
            add(inner, depth + 1)
        case .service: line(depth, "service, which is refused")
        }
    }

    private func name(_ slot: Slot) -> String { names.indices.contains(slot) ? names[slot].map { "?" + $0 } ?? "_:\(slot)" : "_:\(slot)" }

    private func text(_ part: PatternTerm) -> String {
        switch part {
        case .variable(let slot): name(slot)
        case .term(let term): TermText.tsv(term)
        }
    }

    private func text(_ path: PropertyPath) -> String {
        switch path {
        case .predicate(let predicate): text(predicate)
        case .inverse(let inner): "^" + text(inner)
        case .sequence(let first, let second): "(\(text(first))/\(text(second)))"
        case .alternative(let first, let second): "(\(text(first))|\(text(second)))"
        case .zeroOrMore(let inner): text(inner) + "*"
        case .oneOrMore(let inner): text(inner) + "+"
        case .zeroOrOne(let inner): text(inner) + "?"
        case .negated(let forward, let backward):
            "!(" + (forward.map(TermText.tsv) + (backward ?? []).map { "^" + TermText.tsv($0) }).joined(separator: "|") + ")"
        case .closure(let predicate, let includesStart): "closure(\(TermText.tsv(predicate))\(includesStart ? "*" : "+"))"
        }
    }

    private func text(_ expression: Expression) -> String {
        switch expression {
        case .variable(let slot): name(slot)
        case .term(let term): TermText.tsv(term)
        case .bound(let slot): "BOUND(\(name(slot)))"
        case .or(let left, let right): "(\(text(left)) || \(text(right)))"
        case .and(let left, let right): "(\(text(left)) && \(text(right)))"
        case .not(let inner): "!" + text(inner)
        case .comparison(let comparison, let left, let right): "\(text(left)) \(comparison.rawValue) \(text(right))"
        case .arithmetic(let operation, let left, let right): "(\(text(left)) \(operation.rawValue) \(text(right)))"
        case .negative(let inner): "-" + text(inner)
        case .membership(let member, let list): "\(text(member)) IN (\(texts(list)))"
        case .conditional(let condition, let yes, let no): "IF(\(texts([condition, yes, no])))"
        case .coalesce(let list): "COALESCE(\(texts(list)))"
        case .call(let function, let list): "\(function.rawValue)(\(texts(list)))"
        case .cast(let type, let inner): "xsd:\(type.rawValue)(\(text(inner)))"
        case .exists(_, let pattern):
            "EXISTS { " + PatternText(pattern, names: names).lines.map { $0.drop { $0 == " " } }.joined(separator: "; ") + " }"
        case .freshBlank(let label, _): "BNODE(\(label.map(text) ?? ""))"
        case .unknownFunction(let iri, let list): "<\(iri)>(\(texts(list)))"
        case .placed(let inner, _): text(inner)
        }
    }

    private func texts(_ list: [Expression]) -> String { list.map(text).joined(separator: ", ") }
}

extension SPARQLQuery {
    /// What the optimiser makes of the query over a dataset: the pattern as it is written, and what each rule that changed it left.
    public func explanation(on dataset: Dataset) -> String {
        let asked = clauses.isEmpty ? dataset : dataset.selecting(defaults: clauses.defaults, named: clauses.named)
        let statistics = Statistics(asked)
        var pattern: Pattern
        switch form {
        case .ask(let asked): pattern = asked
        case .select(let selection), .construct(_, let selection), .describe(_, let selection): pattern = selection.pattern
        }
        var lines = PatternText(pattern, names: slotNames).lines
        var text = "as written\n" + lines.map { "  \($0)\n" }.joined()
        for rule in Optimiser.standard.rules {
            pattern = rule.apply(pattern, statistics)
            let changed = PatternText(pattern, names: slotNames).lines
            guard changed != lines else { continue }
            lines = changed
            text += "\(rule.name)\n" + lines.map { "  \($0)\n" }.joined()
        }
        return text
    }
}
