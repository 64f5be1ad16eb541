extension GraphBuilder {
    /// Adds what a file says, straight from its text; its blank nodes are none of another document's. When the file is broken,
    /// nothing is added.
    ///
    /// - Parameters:
    ///   - syntax: when nil, the one that the file's name promises.
    ///   - base: when nil, the file's own `file:` IRI.
    /// - Returns: the prefixes that the document declares.
    @discardableResult
    public mutating func read(
        file path: String, syntax: RDFSyntax? = nil, base: String? = nil, with parser: RDFParser = RDFParser()
    ) throws(RDFSyntaxErrors) -> PrefixMap {
        let (input, syntax, base) = try parser.open(file: path, syntax, base)
        return try read(input, syntax, base, parser)
    }

    /// Adds what a document says, straight from its text, as ``read(file:syntax:base:with:)`` does.
    @discardableResult
    public mutating func read(
        _ bytes: [UInt8], syntax: RDFSyntax, base: String, name: String = "<document>", with parser: RDFParser = RDFParser()
    ) throws(RDFSyntaxErrors) -> PrefixMap {
        try read(parser.open(bytes, name), syntax, base, parser)
    }

    /// The triples, while a parser adds to them.
    private final class Growing {
        var triples: [Graph.EncodedTriple]
        init(_ triples: consuming [Graph.EncodedTriple]) { self.triples = triples }
    }

    private mutating func read(
        _ input: DocumentInput, _ syntax: RDFSyntax, _ base: String, _ parser: RDFParser
    ) throws(RDFSyntaxErrors) -> PrefixMap {
        let (knownTerms, knownTriples) = (dictionary.count, triples.count)
        let name = input.name
        // Both are taken out of the builder, so that the only copy of each grows in place.
        let growing = Growing(triples)
        triples = []
        let taken = dictionary
        dictionary = TermDictionary()
        let output = StatementOutput(taken, blanks: .fresh(from: blankCount), file: name, limits: parser.limits) {
            (batch, _) throws(RDFSyntaxError) in
            for quad in batch {
                guard quad.graph < 0 else { throw RDFParser.namedGraphs(name) }
                growing.triples.append(quad.triple)
            }
        }
        let outcome = parser.run(input, syntax, base, output)
        dictionary = outcome.output.dictionary
        triples = growing.triples
        blankCount = outcome.output.blankCount
        if !outcome.errors.isEmpty {
            dictionary.truncate(to: knownTerms)
            triples.removeSubrange(knownTriples...)
        }
        return try outcome.checked()
    }
}
