import Diagnostics
import RDF

extension SPARQLParser {
    /// One item between `SELECT` and `WHERE`.
    struct ProjectedItem {
        let name: String
        let slot: Slot
        /// What is computed for it; nil for a plain variable.
        let expression: Expression?
        let span: SourceSpan
    }

    /// `SelectQuery` or `SubSelect`.
    mutating func selection(isOutermost: Bool, _ clauses: inout DatasetClauses) throws(DiagnosticList) -> Selection {
        if !isOutermost { scopes.append(Scope()) }
        advance()
        let isDistinct = takeKeyword("DISTINCT")
        if !isDistinct { _ = takeKeyword("REDUCED") }
        let projected = try projection()
        if isOutermost { clauses = try datasetClauses() }
        _ = takeKeyword("WHERE")
        let pattern = try groupGraphPattern()
        return try finished(projected, over: pattern, isDistinct: isDistinct, isOutermost: isOutermost)
    }

    /// `SELECT *` gives nil.
    private mutating func projection() throws(DiagnosticList) -> [ProjectedItem]? {
        if take("*") { return nil }
        var items: [ProjectedItem] = []
        while true {
            let span = token.span
            if case .variable(let name) = token.kind {
                items.append(ProjectedItem(name: name, slot: slot(of: name), expression: nil, span: span))
                advance()
            } else if take("(") {
                let expression = try aggregated { parser throws(DiagnosticList) in try parser.expression() }
                try expectKeyword("AS")
                guard case .variable(let name) = token.kind else { throw unexpected("a variable") }
                if items.contains(where: { $0.name == name }) {
                    throw problem(SPARQLDiagnostic.variableScope, "`?\(name)` is selected twice")
                }
                items.append(ProjectedItem(name: name, slot: slot(of: name), expression: expression, span: token.span))
                advance()
                try expect(")")
            } else {
                break
            }
            try count()
        }
        if items.isEmpty { throw unexpected("`*`, a variable or `(`") }
        return items
    }

    /// Reads with aggregates allowed.
    private mutating func aggregated<Value>(_ read: (inout SPARQLParser) throws(DiagnosticList) -> Value) throws(DiagnosticList) -> Value {
        scopes[scopes.count - 1].allowsAggregates = true
        defer { scopes[scopes.count - 1].allowsAggregates = false }
        return try read(&self)
    }

    /// The solution modifiers and what follows from them (section 18.2.4).
    mutating func finished(
        _ projected: [ProjectedItem]?, over whole: Pattern, isDistinct: Bool, isOutermost: Bool
    ) throws(DiagnosticList) -> Selection {
        let keys = try groupKeys()
        var conditions: [Expression] = []
        if takeKeyword("HAVING") {
            repeat { conditions.append(try aggregated { parser throws(DiagnosticList) in try parser.constraint() }) } while startsConstraint
        }
        let order = try orderConditions()
        let (limit, offset) = try limitAndOffset()
        let values = try trailingValues()
        let aggregates = scopes[scopes.count - 1].aggregates

        var pattern = whole
        let isGrouped = !keys.isEmpty || !aggregates.isEmpty
        if isGrouped {
            try checkGrouped(projected, keys: keys.map(\.slot), aggregates: aggregates.map(\.slot))
            let visible = whole.possibleSlots.filter { slotNames[$0] != nil }.sorted()
            pattern = .group(pattern, Grouping(keys: keys, aggregates: aggregates, visible: visible))
        }
        for condition in conditions { pattern = .filter(condition, pattern) }
        if let values { pattern = pattern.joined(values) }
        for item in projected ?? [] {
            guard let expression = item.expression else { continue }
            if whole.possibleSlots.contains(item.slot) || pattern.possibleSlots.contains(item.slot) {
                try note(
                    problem(
                        SPARQLDiagnostic.variableScope, "`?\(item.name)` already has a value in the pattern", at: item.span,
                        help: "choose another name after `AS`"))
            }
            pattern = .extend(pattern, item.slot, expression)
        }
        let columns = columns(projected, of: pattern, isOutermost: isOutermost)
        return Selection(pattern: pattern, columns: columns, isDistinct: isDistinct, order: order, limit: limit, offset: offset)
    }

    /// The columns; those of a subquery get slots of the `SELECT` around it.
    private mutating func columns(_ projected: [ProjectedItem]?, of pattern: Pattern, isOutermost: Bool) -> [Selection.Column] {
        let visible = pattern.possibleSlots.sorted().compactMap { slot in slotNames[slot].map { (name: $0, slot: slot) } }
        let items = projected.map { $0.map { (name: $0.name, slot: $0.slot) } } ?? visible
        if isOutermost { return items.map { Selection.Column(name: $0.name, inner: $0.slot, slot: $0.slot) } }
        scopes.removeLast()
        return items.map { Selection.Column(name: $0.name, inner: $0.slot, slot: slot(of: $0.name)) }
    }

    private mutating func checkGrouped(_ projected: [ProjectedItem]?, keys: [Slot], aggregates: [Slot]) throws(DiagnosticList) {
        guard let projected else {
            throw problem(SPARQLDiagnostic.variableScope, "`SELECT *` cannot stand with groups", help: "name the variables")
        }
        var known = Set(keys + aggregates)
        for item in projected {
            let used = item.expression?.slots ?? [item.slot]
            if let loose = used.subtracting(known).sorted().first {
                let name = slotNames[loose] ?? item.name
                try note(
                    problem(
                        SPARQLDiagnostic.variableScope, "`?\(name)` is neither in `GROUP BY` nor inside an aggregate", at: item.span,
                        help: "group by it, or select `(SAMPLE(?\(name)) AS …)`"))
            }
            known.insert(item.slot)
        }
    }
}

// MARK: - Solution modifiers

extension SPARQLParser {
    private mutating func groupKeys() throws(DiagnosticList) -> [(slot: Slot, expression: Expression)] {
        guard takeKeyword("GROUP") else { return [] }
        try expectKeyword("BY")
        var keys: [(slot: Slot, expression: Expression)] = []
        while true {
            if case .variable = token.kind {
                let slot = try variable()
                keys.append((slot, .variable(slot)))
            } else if take("(") {
                let expression = try expression()
                if takeKeyword("AS") { keys.append((try variable(), expression)) } else { keys.append((freshSlot(), expression)) }
                try expect(")")
            } else if startsConstraint {
                keys.append((freshSlot(), try constraint()))
            } else {
                break
            }
        }
        if keys.isEmpty { throw unexpected("what to group by") }
        return keys
    }

    private mutating func orderConditions() throws(DiagnosticList) -> [Selection.Order] {
        guard takeKeyword("ORDER") else { return [] }
        try expectKeyword("BY")
        var order: [Selection.Order] = []
        while true {
            if token.keyword == "ASC" || token.keyword == "DESC" {
                let isDescending = token.keyword == "DESC"
                advance()
                guard token.isPunctuation("(") else { throw unexpected("`(`") }
                let expression = try aggregated { parser throws(DiagnosticList) in try parser.constraint() }
                order.append(Selection.Order(expression: expression, isDescending: isDescending))
            } else if case .variable = token.kind {
                order.append(Selection.Order(expression: .variable(try variable()), isDescending: false))
            } else if startsConstraint {
                let expression = try aggregated { parser throws(DiagnosticList) in try parser.constraint() }
                order.append(Selection.Order(expression: expression, isDescending: false))
            } else {
                break
            }
        }
        if order.isEmpty { throw unexpected("what to order by") }
        return order
    }

    private mutating func limitAndOffset() throws(DiagnosticList) -> (limit: Int?, offset: Int) {
        var limit: Int?
        var offset: Int?
        while let keyword = token.keyword, (keyword == "LIMIT" && limit == nil) || (keyword == "OFFSET" && offset == nil) {
            advance()
            guard case .integer(let text) = token.kind, let number = Int(text) else { throw unexpected("a whole number") }
            advance()
            if keyword == "LIMIT" { limit = number } else { offset = number }
        }
        return (limit, offset ?? 0)
    }

    /// `ValuesClause`; nil when there is none.
    mutating func trailingValues() throws(DiagnosticList) -> Pattern? {
        guard takeKeyword("VALUES") else { return nil }
        return try dataBlock()
    }
}
