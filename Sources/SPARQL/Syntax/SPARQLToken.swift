import Diagnostics

/// A lexical unit of a SPARQL query with its place (SPARQL 1.1 Query Language, section 19.8).
struct SPARQLToken: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// An IRI between angle brackets, escapes resolved; may be relative.
        case iri(String)
        case prefixedName(prefix: String, local: String)
        case blankNode(String)
        case variable(String)
        case string(String)
        case languageTag(String)
        case integer(String)
        case decimal(String)
        case double(String)
        /// A bare word: a keyword, a function's name, `a`, `true`.
        case word(String)
        case punctuation(String)
        case end
    }

    let kind: Kind
    let span: SourceSpan

    /// The keyword in upper case; nil for what is no bare word.
    var keyword: String? {
        if case .word(let text) = kind { text.uppercased() } else { nil }
    }

    func isPunctuation(_ text: String) -> Bool { kind == .punctuation(text) }
}

/// The codes of SPARQL's diagnostics.
enum SPARQLDiagnostic {
    static let unexpectedCharacter: DiagnosticCode = "S0001"
    static let unterminated: DiagnosticCode = "S0002"
    static let badEscape: DiagnosticCode = "S0003"
    static let unexpectedToken: DiagnosticCode = "S0101"
    static let undeclaredPrefix: DiagnosticCode = "S0102"
    static let variableScope: DiagnosticCode = "S0103"
    static let blankNodeScope: DiagnosticCode = "S0104"
    static let unsupported: DiagnosticCode = "S0105"
    static let tooLarge: DiagnosticCode = "S0106"
    static let unknownFunction: DiagnosticCode = "S0107"
    static let relativeIRI: DiagnosticCode = "S0108"
    static let badRegularExpression: DiagnosticCode = "S0201"
    static let tooManySteps: DiagnosticCode = "S0301"
    static let tooSlow: DiagnosticCode = "S0302"
    static let tooManyRows: DiagnosticCode = "S0303"
    static let tooMuchMemory: DiagnosticCode = "S0304"
    static let cancelled: DiagnosticCode = "S0305"
    static let notWritable: DiagnosticCode = "S0401"
}
