import Foundation

/// Reads RDF documents.
///
/// Turtle, TriG, N-Triples and N-Quads are read by parsers of this room, RDF/XML by libraptor2 (<doc:ReadingRDF> says why). A document
/// names at most its own text: nothing is fetched or opened on behalf of what it says. Reading ends when the task is cancelled or a limit is
/// reached. Documents of strangers belong into a child process besides, see ``ConfinedReader``.
public struct RDFParser: Sendable {
    /// What a document may cost.
    public struct Limits: Sendable, Hashable, Codable {
        /// The size of a document in bytes.
        public var maximumBytes = 1 << 30
        /// The number of triples of a document.
        public var maximumTriples = 50_000_000
        /// How deep XML elements, and nodes and collections of Turtle, may be nested.
        public var maximumDepth = 500
        /// How many errors are collected before the parser gives up.
        public var maximumErrors = 20
        /// How long reading a document may take.
        public var maximumDuration: Duration = .seconds(600)
        /// How much memory the terms and statements of a document may take, in bytes.
        public var maximumMemory = 8 << 30
        /// How many bytes of a file are read at once.
        var pieceSize = 1 << 18

        public init() {}

        /// Limits under which files are read in pieces of a size, to see that it makes no difference.
        public static func inPieces(of size: Int) -> Limits {
            var limits = Limits()
            limits.pieceSize = size
            return limits
        }
    }

    public let limits: Limits
    /// Is told how much of a file was read, from 0 to 1.
    let progress: (@Sendable (Double) -> Void)?

    /// - Parameter progress: is told how much of a file was read, from 0 to 1.
    public init(limits: Limits = Limits(), progress: (@Sendable (Double) -> Void)? = nil) {
        self.limits = limits
        self.progress = progress
    }

    /// The triples of a document. A statement follows those about the nested nodes and collections that it mentions; otherwise they
    /// have the order of the text. Blank nodes keep their labels with a `u` before them; those without get labels of their own.
    ///
    /// - Parameters:
    ///   - base: the absolute IRI against which relative ones are resolved.
    ///   - name: what messages call the document.
    /// - Throws: also when the document has named graphs, which ``document(_:syntax:base:name:)`` reads.
    public func parse(_ bytes: [UInt8], syntax: RDFSyntax, base: String, name: String = "<document>") throws(RDFSyntaxErrors) -> [Triple] {
        try Self.triples(document(bytes, syntax: syntax, base: base, name: name), name)
    }

    /// The triples of a file.
    ///
    /// - Parameters:
    ///   - syntax: when nil, the one that the file's name promises.
    ///   - base: when nil, the file's own `file:` IRI.
    public func parse(file path: String, syntax: RDFSyntax? = nil, base: String? = nil) throws(RDFSyntaxErrors) -> [Triple] {
        try Self.triples(document(file: path, syntax: syntax, base: base), path)
    }

    /// The statements of a document, with their graphs, and its prefixes.
    public func document(
        _ bytes: [UInt8], syntax: RDFSyntax, base: String, name: String = "<document>"
    ) throws(RDFSyntaxErrors) -> RDFDocument {
        try collect(try open(bytes, name), syntax, base)
    }

    /// The statements of a file, with their graphs, and its prefixes.
    public func document(file path: String, syntax: RDFSyntax? = nil, base: String? = nil) throws(RDFSyntaxErrors) -> RDFDocument {
        let (input, syntax, base) = try open(file: path, syntax, base)
        return try collect(input, syntax, base)
    }

    /// Hands on the statements of a file while it is read, in batches. Only each different term is kept in memory.
    ///
    /// What was handed on before an error is of a broken document, and not to be used.
    /// - Returns: the prefixes that the document declares.
    @discardableResult
    public func read(
        file path: String, syntax: RDFSyntax? = nil, base: String? = nil, _ body: ([Quad]) throws -> Void
    ) throws -> PrefixMap {
        let (input, syntax, base) = try open(file: path, syntax, base)
        return try withoutActuallyEscaping(body) { body in
            var terms = TermCache()
            var failure: (any Error)?
            let output = StatementOutput(TermDictionary(), blanks: .own, file: path, limits: limits) {
                (batch, dictionary) throws(RDFSyntaxError) in
                do {
                    try body(batch.map { terms.quad($0, dictionary) })
                } catch {
                    failure = error
                    throw RDFSyntaxError(.cancelled, "the reading was given up", file: path)
                }
            }
            let outcome = run(input, syntax, base, output)
            if let failure { throw failure }
            return try outcome.checked()
        }
    }

    private static func triples(_ document: RDFDocument, _ name: String) throws(RDFSyntaxErrors) -> [Triple] {
        guard document.quads.allSatisfy({ $0.graph == nil }) else { throw RDFSyntaxErrors([namedGraphs(name)]) }
        return document.quads.map(\.triple)
    }

    static func namedGraphs(_ name: String) -> RDFSyntaxError {
        RDFSyntaxError(.refused, "the document has named graphs, and a single graph is wanted", file: name)
    }
}

// MARK: - Ways in

extension RDFParser {
    func open(_ bytes: [UInt8], _ name: String) throws(RDFSyntaxErrors) -> DocumentInput {
        do throws(RDFSyntaxError) { return try DocumentInput(bytes, name: name, limits: limits) } catch { throw RDFSyntaxErrors([error]) }
    }

    func open(file path: String, _ syntax: RDFSyntax?, _ base: String?) throws(RDFSyntaxErrors) -> (DocumentInput, RDFSyntax, String) {
        guard let syntax = syntax ?? RDFSyntax(fileName: path) else {
            throw RDFSyntaxErrors([RDFSyntaxError(.unreadable, "the name of the file does not say which RDF syntax it is in", file: path)])
        }
        do throws(RDFSyntaxError) {
            return (
                try DocumentInput(file: path, limits: limits, progress: progress), syntax, base ?? URL(fileURLWithPath: path).absoluteString
            )
        } catch {
            throw RDFSyntaxErrors([error])
        }
    }

    private func collect(_ input: DocumentInput, _ syntax: RDFSyntax, _ base: String) throws(RDFSyntaxErrors) -> RDFDocument {
        var terms = TermCache()
        var quads: [Quad] = []
        let output = StatementOutput(TermDictionary(), blanks: .own, file: input.name, limits: limits) { batch, dictionary in
            for quad in batch { quads.append(terms.quad(quad, dictionary)) }
        }
        let prefixes = try run(input, syntax, base, output).checked()
        return RDFDocument(quads: quads, prefixes: prefixes)
    }

    /// Where a document was read to, and what its prefixes are or what is wrong with it.
    struct Outcome {
        let output: StatementOutput
        let prefixes: PrefixMap
        let errors: [RDFSyntaxError]

        /// The prefixes of a document without errors.
        func checked() throws(RDFSyntaxErrors) -> PrefixMap {
            guard errors.isEmpty else { throw RDFSyntaxErrors(errors) }
            return prefixes
        }
    }

    private static func located(_ error: RDFSyntaxError, _ scanner: inout DocumentScanner) -> RDFSyntaxError {
        let place = scanner.place()
        return error.located(line: place.line, column: place.column)
    }

    /// Reads a document into an output, which is handed from owner to owner, for a copy of its dictionary would be large.
    func run(_ input: DocumentInput, _ syntax: RDFSyntax, _ base: String, _ output: consuming StatementOutput) -> Outcome {
        switch syntax {
        case .rdfxml: return RaptorSession.parse(input, base: base, output, limits: limits)
        case .turtle, .trig:
            let reader = TermReader(input, output, base: IRIReference(base.utf8))
            var parser = TurtleParser(reader, hasGraphs: syntax == .trig, maximumDepth: limits.maximumDepth)
            var errors: [RDFSyntaxError] = []
            do throws(RDFSyntaxError) { try parser.parse() } catch { errors.append(Self.located(error, &parser.reader.scanner)) }
            return Outcome(output: parser.reader.output, prefixes: parser.declaredPrefixes, errors: errors)
        case .ntriples, .nquads:
            let reader = TermReader(input, output, base: nil)
            var parser = LineParser(reader, hasGraphs: syntax == .nquads, maximumErrors: limits.maximumErrors)
            var errors: [RDFSyntaxError] = []
            do throws(RDFSyntaxError) { errors = try parser.parse() } catch { errors.append(Self.located(error, &parser.reader.scanner)) }
            return Outcome(output: parser.reader.output, prefixes: PrefixMap(), errors: errors)
        }
    }
}

/// The terms of a dictionary, each made once.
private struct TermCache {
    private var terms: [Term?] = []

    mutating func term(_ number: Graph.TermID, _ dictionary: TermDictionary) -> Term {
        let index = Int(number)
        if index >= terms.count { terms += [Term?](repeating: nil, count: max(dictionary.count, index + 1) - terms.count) }
        if let term = terms[index] { return term }
        let term = dictionary[number]
        terms[index] = term
        return term
    }

    mutating func quad(_ quad: EncodedQuad, _ dictionary: TermDictionary) -> Quad {
        let triple = Triple(
            term(quad.triple.subject, dictionary), term(quad.triple.predicate, dictionary), term(quad.triple.object, dictionary))
        return Quad(triple, graph: quad.graph < 0 ? nil : term(quad.graph, dictionary))
    }
}
