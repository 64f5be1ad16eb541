import Diagnostics
import RDF

extension SPARQLParser {
    /// `GroupGraphPattern`, translated as section 18.2.2.6 says: filters apply to the whole group.
    mutating func groupGraphPattern() throws(DiagnosticList) -> Pattern {
        let (pattern, filters) = try group()
        return filters.reduce(pattern) { .filter($1, $0) }
    }

    /// A group without its filters, and these.
    private mutating func group() throws(DiagnosticList) -> (pattern: Pattern, filters: [Expression]) {
        try nested { parser throws(DiagnosticList) in
            try parser.expect("{")
            if parser.token.keyword == "SELECT" {
                var clauses = DatasetClauses()
                let pattern = Pattern.subquery(try parser.selection(isOutermost: false, &clauses))
                try parser.expect("}")
                return (pattern, [])
            }
            return try parser.groupElements()
        }
    }

    private mutating func groupElements() throws(DiagnosticList) -> (pattern: Pattern, filters: [Expression]) {
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
        return (group, filters)
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
            let (optional, filters) = try self.group()
            // The filters of the optional group itself see what it is added to; those of groups within do not.
            let condition = filters.dropFirst().reduce(filters.first) { whole, part in whole.map { .and($0, part) } }
            return .leftJoin(group, optional, condition)
        case "MINUS":
            advance()
            return .minus(group, try groupGraphPattern())
        case "BIND":
            return try bind(after: group)
        case "VALUES":
            advance()
            return group.joined(try dataBlock())
        case "GRAPH":
            advance()
            let name = try graphName()
            return group.joined(.graph(name, try groupGraphPattern()))
        case "SERVICE": return group.joined(try service())
        default: throw unexpected("a triple pattern, `FILTER`, `OPTIONAL`, `UNION`, `MINUS`, `BIND`, `VALUES`, `GRAPH` or `}`")
        }
    }

    /// `VarOrIri`.
    private mutating func graphName() throws(DiagnosticList) -> PatternTerm {
        if case .variable = token.kind { return .variable(try variable()) }
        guard let iri = try optionalIRI() else { throw unexpected("a graph's IRI or a variable") }
        return .term(.iri(iri))
    }

    private mutating func service() throws(DiagnosticList) -> Pattern {
        let span = token.span
        advance()
        _ = takeKeyword("SILENT")
        _ = try graphName()
        refusals.append(
            Diagnostic(
                SPARQLDiagnostic.unsupported, "`SERVICE` would send parts of this query to another server, and this endpoint calls nobody",
                at: span, help: "ask that server itself, and put what it answers into `VALUES`"))
        return .service(try groupGraphPattern())
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
