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
            let (start, scopeCount) = (position, scopes.count)
            do {
                try groupElement(&group, &filters)
            } catch {
                try goOn(after: error, from: start, scopeCount)
            }
        }
        beginBasicGroup()
        return (group, filters)
    }

    private mutating func groupElement(_ group: inout Pattern, _ filters: inout [Expression]) throws(DiagnosticList) {
        try count()
        if takeKeyword("FILTER") {
            // The group's basic graph pattern goes on after a filter, and its blank nodes with it.
            let current = basicGroup
            filters.append(try constraint())
            basicGroup = current
        } else if startsTriples {
            group = joined(group, try triples())
            return
        } else {
            group = try element(after: group)
            beginBasicGroup()
        }
        _ = take(".")
    }

    /// Notes a mistake in an element of a group, and reads on behind the element: at a full stop, at the group's end, or where a word
    /// begins another element.
    /// - Throws: the mistake, where nothing is left to read or the query is too large.
    private mutating func goOn(after error: DiagnosticList, from start: Int, _ scopeCount: Int) throws(DiagnosticList) {
        if error.diagnostics.contains(where: { $0.code == SPARQLDiagnostic.tooLarge }) { throw error }
        scopes.removeLast(max(scopes.count - scopeCount, 0))
        if position == start { advance() }
        var open = 0
        while token.kind != .end {
            if case .punctuation(let sign) = token.kind {
                if open == 0, sign == "}" || sign == "." { break }
                if ["{", "(", "["].contains(sign) { open += 1 }
                if ["}", ")", "]"].contains(sign) { open = max(open - 1, 0) }
            } else if open == 0, let keyword = token.keyword, Self.beginnings.contains(keyword) {
                break
            }
            advance()
        }
        guard token.kind != .end else { throw error }
        try note(error)
        _ = take(".")
        beginBasicGroup()
    }

    /// The words that begin an element of a group.
    private static let beginnings: Set<String> = ["FILTER", "OPTIONAL", "MINUS", "BIND", "VALUES", "GRAPH", "SERVICE"]

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
            try note(
                problem(
                    SPARQLDiagnostic.variableScope, "`\(source[span])` already has a value in this group", at: span,
                    help: "choose another name after `AS`"))
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
