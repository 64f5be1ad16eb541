import Diagnostics
import RDF

/// A recursive-descent parser for SPARQL 1.1 queries (section 19.8) that translates to algebra as it reads (section 18.2.2).
struct SPARQLParser {
    /// What is collected while one `SELECT` is read: its variables and aggregates.
    struct Scope {
        var slots: [String: Slot] = [:]
        var aggregates: [(slot: Slot, aggregate: Aggregate)] = []
        /// Where `BNODE` numbers the solutions; nil where it is not called.
        var solutionSlot: Slot?
        /// Whether an aggregate may stand here; not in `WHERE`.
        var allowsAggregates = false
    }

    let tokens: [SPARQLToken]
    let source: SourceText
    var base: String?
    var prefixes: [String: String] = [:]
    var position = 0
    var scopes = [Scope()]
    /// By slot, the name; nil for what the query does not name.
    var slotNames: [String?] = []
    /// By slot, where it is first mentioned.
    var slotSpans: [SourceSpan] = []
    /// Whether expressions keep their places.
    let keepsPlaces: Bool
    /// By label, the slot and the basic graph pattern in which it stands.
    var blankNodes: [String: (slot: Slot, group: Int)] = [:]
    var basicGroup = 0
    /// Whether a property path may stand where a property does; not in a template.
    var allowsPaths = true
    var existsCount = 0
    /// What is wrong so far, reading having gone on behind it.
    var mistakes: [Diagnostic] = []
    /// What is well-formed, and is not answered all the same.
    var refusals: [Diagnostic] = []
    private var basicGroups = 0
    private var depth = 0
    private var size = 0

    /// So many mistakes are told at once.
    static let maximumMistakes = 20
    private static let maximumDepth = 100
    private static let maximumSize = 2_000

    init(tokens: [SPARQLToken], source: SourceText, base: String?, keepsPlaces: Bool = false) {
        self.keepsPlaces = keepsPlaces
        self.tokens = tokens
        self.source = source
        self.base = base
    }

    /// `QueryUnit`.
    ///
    /// - Throws: everything that is wrong, in the order of the text.
    mutating func query() throws(DiagnosticList) -> SPARQLQuery {
        do {
            let query = try wholeQuery()
            if mistakes.isEmpty { return query }
        } catch {
            mistakes += error.diagnostics
        }
        let sorted = mistakes.enumerated().sorted { left, right in
            let (first, second) = (left.element.span?.lowerBound ?? 0, right.element.span?.lowerBound ?? 0)
            return (first, left.offset) < (second, right.offset)
        }
        throw DiagnosticList(sorted.map(\.element))
    }

    private mutating func wholeQuery() throws(DiagnosticList) -> SPARQLQuery {
        try prologue()
        var clauses = DatasetClauses()
        let form: SPARQLQuery.Form
        switch token.keyword {
        case "SELECT": form = .select(try selection(isOutermost: true, &clauses))
        case "ASK": form = .ask(try ask(&clauses))
        case "CONSTRUCT": form = try construct(&clauses)
        case "DESCRIBE": form = try describe(&clauses)
        case "INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH": throw update(token)
        default: throw unexpected("`SELECT`, `ASK`, `CONSTRUCT` or `DESCRIBE`")
        }
        guard token.kind == .end else { throw unexpected("the end of the query") }
        return SPARQLQuery(
            form: form, slotNames: slotNames, slotSpans: slotSpans, clauses: clauses, base: base, refusals: refusals)
    }

    private mutating func ask(_ clauses: inout DatasetClauses) throws(DiagnosticList) -> Pattern {
        advance()
        clauses = try datasetClauses()
        _ = takeKeyword("WHERE")
        let pattern = try groupGraphPattern()
        // An answer has no order and no groups that could matter; the modifiers are read all the same.
        let selection = try finished([], over: pattern, isDistinct: false, isOutermost: true)
        return selection.limit == nil && selection.offset == 0 ? selection.pattern : .subquery(selection)
    }

    private mutating func prologue() throws(DiagnosticList) {
        while let keyword = token.keyword, keyword == "BASE" || keyword == "PREFIX" {
            advance()
            if keyword == "BASE" {
                base = try iriReference()
                continue
            }
            guard case .prefixedName(let prefix, "") = token.kind else { throw unexpected("a prefix, as `skos:`") }
            advance()
            prefixes[prefix] = try iriReference()
        }
    }

    private mutating func iriReference() throws(DiagnosticList) -> String {
        guard case .iri(let text) = token.kind else { throw unexpected("an IRI in angle brackets") }
        let resolved = try resolve(text, at: token.span)
        advance()
        return resolved
    }
}

// MARK: - Tokens

extension SPARQLParser {
    var token: SPARQLToken { tokens[position] }

    /// Goes to the next token; the end stays the end.
    mutating func advance() { if position + 1 < tokens.count { position += 1 } }

    var following: SPARQLToken { tokens[min(position + 1, tokens.count - 1)] }

    mutating func take(_ punctuation: String) -> Bool {
        guard token.isPunctuation(punctuation) else { return false }
        advance()
        return true
    }

    mutating func takeKeyword(_ keyword: String) -> Bool {
        guard token.keyword == keyword else { return false }
        advance()
        return true
    }

    mutating func expect(_ punctuation: String) throws(DiagnosticList) {
        guard take(punctuation) else { throw unexpected("`\(punctuation)`") }
    }

    mutating func expectKeyword(_ keyword: String) throws(DiagnosticList) {
        guard takeKeyword(keyword) else { throw unexpected("`\(keyword)`") }
    }

    func problem(_ code: DiagnosticCode, _ message: String, at span: SourceSpan? = nil, help: String? = nil) -> DiagnosticList {
        DiagnosticList([Diagnostic(code, message, at: span ?? token.span, help: help)])
    }

    /// Notes what is wrong and can be read over.
    /// - Throws: it, once there are too many to go on.
    mutating func note(_ problem: DiagnosticList) throws(DiagnosticList) {
        guard mistakes.count < Self.maximumMistakes else { throw problem }
        mistakes += problem.diagnostics
    }

    func unexpected(_ expected: String) -> DiagnosticList {
        let found = token.kind == .end ? "the end of the query" : "`\(source[token.span])`"
        return problem(SPARQLDiagnostic.unexpectedToken, "expected \(expected), but found \(found)")
    }

    private func update(_ token: SPARQLToken) -> DiagnosticList {
        let name = source[token.span].uppercased()
        return problem(
            SPARQLDiagnostic.unsupported, "`\(name)` would change the graph, and this endpoint only answers questions", at: token.span,
            help: "ask with `SELECT`, `ASK`, `CONSTRUCT` or `DESCRIBE`")
    }

    /// Reads something nested; so deep and no deeper.
    mutating func nested<Value>(_ read: (inout SPARQLParser) throws(DiagnosticList) -> Value) throws(DiagnosticList) -> Value {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw problem(SPARQLDiagnostic.tooLarge, "the query is nested more than \(Self.maximumDepth) deep")
        }
        return try read(&self)
    }

    /// Counts one operator or element, for chains of them are as deep as they are long.
    mutating func count() throws(DiagnosticList) {
        size += 1
        if size > Self.maximumSize {
            throw problem(SPARQLDiagnostic.tooLarge, "the query has more than \(Self.maximumSize) operators and group elements")
        }
    }
}

// MARK: - Names

extension SPARQLParser {
    /// What follows belongs to a basic graph pattern of its own.
    mutating func beginBasicGroup() {
        basicGroups += 1
        basicGroup = basicGroups
    }

    /// The slot of a variable of the innermost `SELECT`.
    mutating func slot(of name: String) -> Slot {
        if let slot = scopes[scopes.count - 1].slots[name] { return slot }
        let slot = freshSlot(named: name)
        scopes[scopes.count - 1].slots[name] = slot
        return slot
    }

    mutating func freshSlot(named name: String? = nil) -> Slot {
        slotNames.append(name)
        slotSpans.append(token.span)
        return slotNames.count - 1
    }

    /// The slot of a blank node's label, which belongs to one basic graph pattern (section 5.1.1).
    mutating func slot(ofBlankNode label: String) throws(DiagnosticList) -> Slot {
        if let known = blankNodes[label] {
            guard known.group == basicGroup else {
                throw problem(
                    SPARQLDiagnostic.blankNodeScope, "the blank node `_:\(label)` stands in two graph patterns", help: "use a variable")
            }
            return known.slot
        }
        let slot = freshSlot()
        blankNodes[label] = (slot, basicGroup)
        return slot
    }

    /// A number for an `EXISTS`.
    mutating func nextExists() -> Int {
        existsCount += 1
        return existsCount
    }

    mutating func variable() throws(DiagnosticList) -> Slot {
        guard case .variable(let name) = token.kind else { throw unexpected("a variable") }
        advance()
        return slot(of: name)
    }

    /// An IRI, written in full or with a prefix; nil when the token is none.
    mutating func optionalIRI() throws(DiagnosticList) -> String? {
        switch token.kind {
        case .iri(let text):
            let resolved = try resolve(text, at: token.span)
            advance()
            return resolved
        case .prefixedName(let prefix, let local):
            guard let namespace = prefixes[prefix] else {
                let suggestion = nearest(to: prefix, among: prefixes.keys.sorted()).map { "did you mean `\($0):`?" }
                try note(
                    problem(
                        SPARQLDiagnostic.undeclaredPrefix, "the prefix `\(prefix):` is not declared",
                        help: suggestion ?? "declare it with `PREFIX \(prefix): <…>`"))
                advance()
                return "urn:undeclared:" + local
            }
            advance()
            return namespace + local
        default: return nil
        }
    }

    func resolve(_ reference: String, at span: SourceSpan) throws(DiagnosticList) -> String {
        if IRIReference.isAbsolute(reference) { return reference }
        guard let base else {
            throw problem(
                SPARQLDiagnostic.relativeIRI, "`<\(reference)>` is relative, and there is no base", at: span,
                help: "write it in full or add `BASE <…>`")
        }
        return IRIReference.resolve(reference, against: base)
    }
}
