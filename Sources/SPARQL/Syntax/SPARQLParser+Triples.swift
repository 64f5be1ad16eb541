import Diagnostics
import RDF

extension SPARQLParser {
    /// Whether a triple pattern begins here.
    var startsTriples: Bool {
        switch token.kind {
        case .variable, .iri, .prefixedName, .blankNode, .string, .integer, .decimal, .double: true
        case .punctuation(let text): ["(", "[", "+", "-"].contains(text)
        case .word(let text): ["true", "false"].contains(text.lowercased())
        case .languageTag, .end: false
        }
    }

    /// `TriplesBlock`: triples up to what is none.
    mutating func triples() throws(DiagnosticList) -> [PatternElement] {
        var elements: [PatternElement] = []
        repeat {
            try count()
            let isNode = token.isPunctuation("[") || token.isPunctuation("(")
            let before = elements.count
            let subject = try node(&elements)
            if isNode && elements.count > before {
                try propertyList(of: subject, &elements, isOptional: true)
            } else {
                try propertyList(of: subject, &elements, isOptional: false)
            }
        } while take(".") && startsTriples
        return elements
    }

    /// `PropertyListPathNotEmpty`.
    private mutating func propertyList(of subject: PatternTerm, _ elements: inout [PatternElement], isOptional: Bool) throws(DiagnosticList)
    {
        if isOptional, !startsVerb { return }
        while true {
            let start = token.span
            let path = try verb()
            repeat {
                try count()
                let object = try node(&elements)
                append(subject, path, object, at: start.union(tokens[max(position - 1, 0)].span), to: &elements)
            } while take(",")
            guard take(";") else { return }
            while take(";") {}
            guard startsVerb else { return }
        }
    }

    private var startsVerb: Bool {
        switch token.kind {
        case .variable, .iri, .prefixedName: true
        case .punctuation(let text): ["^", "!", "("].contains(text)
        case .word(let text): text == "a"
        default: false
        }
    }

    private mutating func verb() throws(DiagnosticList) -> PropertyPath {
        if case .variable = token.kind { return .predicate(.variable(try variable())) }
        guard startsVerb else { throw unexpected("a property") }
        return allowsPaths ? try path() : .predicate(.term(.iri(try property())))
    }

    /// Adds a path between two ends, taken apart where that is plain triples (section 18.2.2.4).
    private mutating func append(
        _ subject: PatternTerm, _ path: PropertyPath, _ object: PatternTerm, at span: SourceSpan, to elements: inout [PatternElement]
    ) {
        switch path {
        case .inverse(let inner): append(object, inner, subject, at: span, to: &elements)
        case .sequence(let first, let second):
            let middle = PatternTerm.variable(freshSlot())
            append(subject, first, middle, at: span, to: &elements)
            append(middle, second, object, at: span, to: &elements)
        default: elements.append(PatternElement(subject: subject, path: path, object: object, span: span))
        }
    }

    /// `GraphNodePath`: a term, a variable, `[ … ]` or `( … )`.
    private mutating func node(_ elements: inout [PatternElement]) throws(DiagnosticList) -> PatternTerm {
        switch token.kind {
        case .variable: return .variable(try variable())
        case .blankNode(let label):
            let slot = try slot(ofBlankNode: label)
            advance()
            return .variable(slot)
        case .punctuation("["): return try blankNodePropertyList(&elements)
        case .punctuation("("): return try collection(&elements)
        default:
            guard let term = try optionalConstant() else { throw unexpected("a term or a variable") }
            return .term(term)
        }
    }

    private mutating func blankNodePropertyList(_ elements: inout [PatternElement]) throws(DiagnosticList) -> PatternTerm {
        advance()
        let node = PatternTerm.variable(freshSlot())
        if take("]") { return node }
        var inner: [PatternElement] = []
        try nested { parser throws(DiagnosticList) in try parser.propertyList(of: node, &inner, isOptional: false) }
        elements += inner
        try expect("]")
        return node
    }

    private mutating func collection(_ elements: inout [PatternElement]) throws(DiagnosticList) -> PatternTerm {
        advance()
        if take(")") { return .term(.iri(RDFVocabulary.nil)) }
        let head = PatternTerm.variable(freshSlot())
        var cell = head
        var inner: [PatternElement] = []
        while true {
            try count()
            let member = try nested { parser throws(DiagnosticList) in try parser.node(&inner) }
            inner.append(PatternElement(subject: cell, path: .predicate(.term(.iri(RDFVocabulary.first))), object: member))
            let isLast = take(")")
            let next = isLast ? PatternTerm.term(.iri(RDFVocabulary.nil)) : .variable(freshSlot())
            inner.append(PatternElement(subject: cell, path: .predicate(.term(.iri(RDFVocabulary.rest))), object: next))
            if isLast { break }
            cell = next
        }
        elements += inner
        return head
    }
}

// MARK: - Property paths (section 9.1)

extension SPARQLParser {
    private mutating func path() throws(DiagnosticList) -> PropertyPath {
        var path = try pathSequence()
        while take("|") {
            try count()
            path = .alternative(path, try pathSequence())
        }
        return path
    }

    private mutating func pathSequence() throws(DiagnosticList) -> PropertyPath {
        var path = try pathElement()
        while take("/") {
            try count()
            path = .sequence(path, try pathElement())
        }
        return path
    }

    private mutating func pathElement() throws(DiagnosticList) -> PropertyPath {
        let isInverse = take("^")
        var path = try pathPrimary()
        if take("?") {
            path = .zeroOrOne(path)
        } else if take("*") {
            path = .zeroOrMore(path)
        } else if take("+") {
            path = .oneOrMore(path)
        }
        return isInverse ? .inverse(path) : path
    }

    private mutating func pathPrimary() throws(DiagnosticList) -> PropertyPath {
        if take("(") {
            let path = try nested { parser throws(DiagnosticList) in try parser.path() }
            try expect(")")
            return path
        }
        if take("!") { return try negatedSet() }
        return .predicate(.term(.iri(try property())))
    }

    private mutating func negatedSet() throws(DiagnosticList) -> PropertyPath {
        var forward: [Term] = []
        var backward: [Term] = []
        func read(_ parser: inout SPARQLParser) throws(DiagnosticList) {
            if parser.take("^") { backward.append(.iri(try parser.property())) } else { forward.append(.iri(try parser.property())) }
        }
        if take("(") {
            if !take(")") {
                repeat { try read(&self) } while take("|")
                guard take(")") else { throw unexpected("`|` or `)`") }
            }
        } else {
            try read(&self)
        }
        let hasForward = !forward.isEmpty || backward.isEmpty
        let hasBackward = !backward.isEmpty
        if !hasForward { return .inverse(.negated(forward: backward, backward: nil)) }
        return .negated(forward: forward, backward: hasBackward ? backward : nil)
    }

    private mutating func property() throws(DiagnosticList) -> String {
        if case .word("a") = token.kind {
            advance()
            return RDFVocabulary.type
        }
        guard let iri = try optionalIRI() else { throw unexpected("a property") }
        return iri
    }
}

// MARK: - Constants

extension SPARQLParser {
    /// An IRI or a literal; nil when the token begins none.
    mutating func optionalConstant() throws(DiagnosticList) -> Term? {
        if let iri = try optionalIRI() { return .iri(iri) }
        switch token.kind {
        case .string(let text):
            advance()
            return .literal(try literal(text))
        case .integer, .decimal, .double: return .literal(try number(sign: ""))
        case .punctuation(let sign) where sign == "+" || sign == "-":
            guard following.span.lowerBound == token.span.upperBound else { throw unexpected("a term or an expression") }
            advance()
            return .literal(try number(sign: sign))
        case .word(let word) where word.lowercased() == "true" || word.lowercased() == "false":
            advance()
            return .literal(Literal(word.lowercased(), datatype: XSD.boolean))
        default: return nil
        }
    }

    private mutating func literal(_ text: String) throws(DiagnosticList) -> Literal {
        if case .languageTag(let language) = token.kind {
            advance()
            return Literal(text, language: language)
        }
        guard take("^^") else { return Literal(text) }
        guard let datatype = try optionalIRI() else { throw unexpected("a datatype's IRI") }
        return Literal(text, datatype: datatype)
    }

    private mutating func number(sign: String) throws(DiagnosticList) -> Literal {
        let literal: Literal
        switch token.kind {
        case .integer(let text): literal = Literal(sign + text, datatype: XSD.integer)
        case .decimal(let text): literal = Literal(sign + text, datatype: XSD.decimal)
        case .double(let text): literal = Literal(sign + text, datatype: XSD.double)
        default: throw unexpected("a number")
        }
        advance()
        return literal
    }
}
