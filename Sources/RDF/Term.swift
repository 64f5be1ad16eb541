/// One node or arc of an RDF graph (RDF 1.1 Concepts, section 3.1).
public enum Term: Hashable, Sendable {
    /// An absolute IRI.
    case iri(String)
    case literal(Literal)
    /// A node without a name; the label means something within one graph alone.
    case blank(String)

    /// The IRI's text; nil for literals and blank nodes.
    public var iri: String? {
        if case .iri(let text) = self { text } else { nil }
    }

    /// The literal; nil for IRIs and blank nodes.
    public var literal: Literal? {
        if case .literal(let literal) = self { literal } else { nil }
    }

    /// Whether it is a blank node.
    public var isBlank: Bool {
        if case .blank = self { true } else { false }
    }

    /// A literal of type `xsd:string`.
    public static func string(_ text: String) -> Term { .literal(Literal(text)) }
}

/// A literal: a lexical form with a datatype, and a language where the datatype is `rdf:langString` (RDF 1.1 Concepts, section 3.3).
public struct Literal: Hashable, Sendable {
    /// The text as written; not normalised.
    public let lexicalForm: String
    /// The datatype's IRI.
    public let datatype: String
    /// The language tag as written; nil when there is none.
    public let language: String?

    /// A literal with a datatype; `xsd:string` when none is given.
    public init(_ lexicalForm: String, datatype: String = XSD.string) {
        self.lexicalForm = lexicalForm
        self.datatype = datatype
        self.language = nil
    }

    /// A literal in a language.
    public init(_ lexicalForm: String, language: String) {
        self.lexicalForm = lexicalForm
        self.datatype = RDFVocabulary.langString
        self.language = language
    }
}

/// A statement: the subject has the property `predicate` with the value `object`.
public struct Triple: Hashable, Sendable {
    public let subject: Term
    public let predicate: Term
    public let object: Term

    public init(_ subject: Term, _ predicate: Term, _ object: Term) {
        self.subject = subject
        self.predicate = predicate
        self.object = object
    }
}

extension Term: Comparable {
    /// Blank nodes before IRIs before literals, as SPARQL's `ORDER BY` has it; within a kind by text, datatype and language.
    public static func < (left: Term, right: Term) -> Bool {
        switch (left, right) {
        case (.blank(let left), .blank(let right)): left < right
        case (.iri(let left), .iri(let right)): left < right
        case (.literal(let left), .literal(let right)):
            (left.lexicalForm, left.datatype, left.language ?? "") < (right.lexicalForm, right.datatype, right.language ?? "")
        default: left.rank < right.rank
        }
    }

    private var rank: Int {
        switch self {
        case .blank: 0
        case .iri: 1
        case .literal: 2
        }
    }
}
