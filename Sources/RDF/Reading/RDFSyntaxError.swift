/// One thing wrong with an RDF document.
public struct RDFSyntaxError: Error, Hashable, Sendable {
    /// What class of thing is wrong.
    public enum Code: String, Sendable {
        /// The text does not follow the syntax.
        case syntax = "O0001"
        /// The file cannot be read, or its name does not say what it is.
        case unreadable = "O0002"
        /// The document is refused before it is parsed, or given up while it is: too large, too deep, not UTF-8, with a DOCTYPE.
        case refused = "O0003"
        /// The task that wanted the document was cancelled.
        case cancelled = "O0032"
    }

    public let code: Code
    /// One lower-case sentence without full stop.
    public let message: String
    /// The file, or the name that the caller gave the document.
    public let file: String
    /// Counted from one; nil when the parser does not know.
    public let line: Int?
    /// Counted from one; nil when the parser does not know.
    public let column: Int?

    public init(_ code: Code, _ message: String, file: String, line: Int? = nil, column: Int? = nil) {
        self.code = code
        self.message = message
        self.file = file
        self.line = line
        self.column = column
    }

    /// The error with its place, where it does not have one yet: what counts and times a document does not know where its text is read.
    func located(line: Int, column: Int?) -> RDFSyntaxError {
        self.line == nil ? RDFSyntaxError(code, message, file: file, line: line, column: column) : self
    }

    /// `FILE:LINE:COLUMN` as far as known.
    public var place: String {
        [file, line.map(String.init), line == nil ? nil : column.map(String.init)].compactMap(\.self).joined(separator: ":")
    }
}

/// Everything found wrong with one document, in the order of the text; never empty.
public struct RDFSyntaxErrors: Error, Hashable, Sendable {
    public let errors: [RDFSyntaxError]

    public init(_ errors: [RDFSyntaxError]) { self.errors = errors }
}
