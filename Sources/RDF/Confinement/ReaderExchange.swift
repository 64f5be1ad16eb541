import Foundation

/// What a process that reads a stranger's document is told.
struct ReaderRequest: Codable {
    let file: String
    let syntax: RDFSyntax
    let base: String
    let limits: RDFParser.Limits
    /// How much address space the process may have, in bytes.
    let memory: Int
    /// How many seconds of processor time it may take.
    let processorSeconds: Int
    /// Where it writes the graph.
    let graph: String
}

/// What such a process has to say besides the graph.
struct ReaderAnswer: Codable {
    /// One thing wrong with the document.
    struct Fault: Codable {
        let code: String
        let message: String
        let file: String
        let line: Int?
        let column: Int?

        init(_ error: RDFSyntaxError) {
            (code, message, file) = (error.code.rawValue, error.message, error.file)
            (line, column) = (error.line, error.column)
        }

        var error: RDFSyntaxError {
            RDFSyntaxError(RDFSyntaxError.Code(rawValue: code) ?? .refused, message, file: file, line: line, column: column)
        }
    }

    let faults: [Fault]
    let prefixes: [String: String]
}

/// The names of the files through which both speak, in a folder that the reader makes and removes.
enum ReaderFolder {
    static let request = "request.json"
    static let answer = "answer.json"
    static let graph = "graph"
}
