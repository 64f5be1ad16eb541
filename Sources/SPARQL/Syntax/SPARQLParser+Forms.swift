import Diagnostics
import RDF

/// `FROM` and `FROM NAMED` (SPARQL 1.1, section 13.2).
package struct DatasetClauses: Sendable {
    /// The graphs whose merge is the default graph.
    package var defaults: [String] = []
    package var named: [String] = []

    /// Without clauses, the endpoint's own dataset is asked.
    package var isEmpty: Bool { defaults.isEmpty && named.isEmpty }
}

extension SPARQLParser {
    /// `DatasetClause*`.
    mutating func datasetClauses() throws(DiagnosticList) -> DatasetClauses {
        var clauses = DatasetClauses()
        while takeKeyword("FROM") {
            let isNamed = takeKeyword("NAMED")
            guard let iri = try optionalIRI() else { throw unexpected(isNamed ? "a graph's IRI" : "a graph's IRI or `NAMED`") }
            if isNamed { clauses.named.append(iri) } else { clauses.defaults.append(iri) }
        }
        return clauses
    }

    /// `ConstructQuery`, with a template or with one that is its pattern as well.
    mutating func construct(_ clauses: inout DatasetClauses) throws(DiagnosticList) -> SPARQLQuery.Form {
        advance()
        let template: [PatternElement]
        let pattern: Pattern
        if token.isPunctuation("{") {
            template = try plainTriples()
            // A label in the template makes a new node; in the pattern it stands for any.
            blankNodes = [:]
            clauses = try datasetClauses()
            _ = takeKeyword("WHERE")
            pattern = try groupGraphPattern()
        } else {
            clauses = try datasetClauses()
            try expectKeyword("WHERE")
            template = try plainTriples()
            pattern = .basic(template)
        }
        let selection = try finished([], over: pattern, isDistinct: false, isOutermost: true)
        let slots = template.reduce(into: Set<Slot>()) { $0.formUnion($1.slots) }
        let blanks = slots.filter { slotNames[$0] == nil }
        return .construct(Template(elements: template, blanks: blanks), selection)
    }

    /// Triples in braces, without paths.
    private mutating func plainTriples() throws(DiagnosticList) -> [PatternElement] {
        try expect("{")
        beginBasicGroup()
        allowsPaths = false
        defer { allowsPaths = true }
        let elements = startsTriples ? try triples() : []
        beginBasicGroup()
        guard take("}") else { throw unexpected("a triple without path, or `}`") }
        return elements
    }

    /// `DescribeQuery`.
    mutating func describe(_ clauses: inout DatasetClauses) throws(DiagnosticList) -> SPARQLQuery.Form {
        let span = token.span
        advance()
        var targets: [PatternTerm] = []
        let describesAll = take("*")
        while !describesAll {
            if case .variable = token.kind {
                targets.append(.variable(try variable()))
            } else if let iri = try optionalIRI() {
                targets.append(.term(.iri(iri)))
            } else {
                break
            }
        }
        if targets.isEmpty && !describesAll { throw unexpected("an IRI, a variable or `*`") }
        clauses = try datasetClauses()
        let hasPattern = token.keyword == "WHERE" || token.isPunctuation("{")
        _ = takeKeyword("WHERE")
        let pattern = hasPattern ? try groupGraphPattern() : .unit
        let selection = try finished([], over: pattern, isDistinct: false, isOutermost: true)
        if describesAll {
            targets = selection.pattern.possibleSlots.filter { slotNames[$0] != nil }.sorted().map(PatternTerm.variable)
            if targets.isEmpty {
                throw problem(SPARQLDiagnostic.variableScope, "`DESCRIBE *` has no variables to describe", at: span, help: "name an IRI")
            }
        }
        return .describe(targets, selection)
    }
}

/// What `CONSTRUCT` makes of a solution.
package struct Template: Sendable {
    package let elements: [PatternElement]
    /// The slots that stand for nodes which are new for every solution.
    package let blanks: Set<Slot>
}
