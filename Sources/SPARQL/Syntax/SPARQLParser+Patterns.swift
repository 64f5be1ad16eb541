import Diagnostics
import RDF

extension SPARQLParser {
    /// `GroupGraphPattern`, translated as section 18.2.2.6 says: filters apply to the whole group.
    mutating func groupGraphPattern() throws(DiagnosticList) -> Pattern {
        try nested { parser throws(DiagnosticList) in
            try parser.expect("{")
            if parser.token.keyword == "SELECT" {
                let pattern = Pattern.subquery(try parser.selection(isOutermost: false))
                try parser.expect("}")
                return pattern
            }
            return try parser.groupElements()
        }
    }

    private mutating func groupElements() throws(DiagnosticList) -> Pattern {
        var group = Pattern.unit
        var filters: [Expression] = []
        beginBasicGroup()
        while !take("}") {
            try count()
            if takeKeyword("FILTER") {
                // The group's basic graph pattern goes on after a filter, and its blank nodes with it.
                let current = basicGroup
                filters.append(try constraint())
                basicGroup = current
            } else if startsTriples {
                group = joined(group, try triples())
                continue
            } else {
                group = try element(after: group)
                beginBasicGroup()
            }
            _ = take(".")
        }
        beginBasicGroup()
        return filters.reduce(group) { .filter($1, $0) }
    }

    /// Triples on both sides of a filter are one basic graph pattern.
    private func joined(_ group: Pattern, _ elements: [PatternElement]) -> Pattern {
        if case .basic(let before) = group { return .basic(before + elements) }
        if case .join(let left, .basic(let before)) = group { return .join(left, .basic(before + elements)) }
        return group.joined(.basic(elements))
    }

    /// An element that is neither a filter nor triples, joined to what stands before it.
    private mutating func element(after group: Pattern) throws(DiagnosticList) -> Pattern {
        if token.isPunctuation("{") { return group.joined(try groupOrUnion()) }
        switch token.keyword {
        case "OPTIONAL":
            advance()
            let optional = try groupGraphPattern()
            if case .filter(let condition, let inner) = optional { return .leftJoin(group, inner, condition) }
            return .leftJoin(group, optional, nil)
        case "MINUS":
            advance()
            return .minus(group, try groupGraphPattern())
        case "BIND":
            return try bind(after: group)
        case "VALUES":
            advance()
            return group.joined(try dataBlock())
        case "GRAPH", "SERVICE": throw unsupported(token)
        default: throw unexpected("a triple pattern, `FILTER`, `OPTIONAL`, `UNION`, `MINUS`, `BIND`, `VALUES` or `}`")
        }
    }

    private mutating func groupOrUnion() throws(DiagnosticList) -> Pattern {
        var branches = [try groupGraphPattern()]
        while takeKeyword("UNION") {
            try count()
            branches.append(try groupGraphPattern())
        }
        return branches.count == 1 ? branches[0] : .union(branches)
    }

    private mutating func bind(after group: Pattern) throws(DiagnosticList) -> Pattern {
        advance()
        try expect("(")
        let expression = try expression()
        try expectKeyword("AS")
        let span = token.span
        let slot = try variable()
        if group.possibleSlots.contains(slot) {
            throw problem(
                SPARQLDiagnostic.variableScope, "`\(source[span])` already has a value in this group", at: span,
                help: "choose another name after `AS`")
        }
        try expect(")")
        return .extend(group, slot, expression)
    }

    /// `DataBlock`: the rows after `VALUES`.
    mutating func dataBlock() throws(DiagnosticList) -> Pattern {
        var slots: [Slot] = []
        var rows: [[Term?]] = []
        if case .variable = token.kind {
            slots = [try variable()]
            try expect("{")
            while !take("}") { rows.append([try dataValue()]) }
            return .values(slots, rows)
        }
        try expect("(")
        while !take(")") { slots.append(try variable()) }
        try expect("{")
        while !take("}") {
            let span = token.span
            try expect("(")
            var row: [Term?] = []
            while !take(")") { row.append(try dataValue()) }
            guard row.count == slots.count else {
                throw problem(SPARQLDiagnostic.unexpectedToken, "the row has \(row.count) values for \(slots.count) variables", at: span)
            }
            rows.append(row)
        }
        return .values(slots, rows)
    }

    private mutating func dataValue() throws(DiagnosticList) -> Term? {
        if takeKeyword("UNDEF") { return nil }
        guard let term = try optionalConstant() else { throw unexpected("an IRI, a literal or `UNDEF`") }
        return term
    }
}
