import Foundation

/// Reads documents of strangers in a process of their own, `cohortium-rdf-reader`, which the kernel holds to limits.
///
/// Whatever a document does to the parser, it does it there: to take memory or time without bound ends that process, and a fault of a C
/// library harms nothing here. Only the graph of a process that ended well is taken, and only when its checksums are right.
public struct ConfinedReader: Sendable {
    /// What a document may cost.
    public struct Limits: Sendable, Hashable {
        /// What the parser itself watches.
        public var parser = RDFParser.Limits()
        /// The address space of the process in bytes, its libraries included.
        public var memory = 4 << 30
        /// How long the process may run.
        public var duration: Duration = .seconds(120)

        public init() {}
    }

    /// The program, an absolute path.
    public let executable: String
    public let limits: Limits

    /// - Parameter executable: when nil, the program beside this one.
    public init(executable: String? = nil, limits: Limits = Limits()) {
        self.executable = executable ?? Self.besideThisProgram
        self.limits = limits
    }

    private static var besideThisProgram: String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("cohortium-rdf-reader").path
    }

    /// The graph of a file, and the prefixes that it declares.
    ///
    /// - Parameters:
    ///   - syntax: when nil, the one that the file's name promises.
    ///   - base: when nil, the file's own `file:` IRI.
    ///   - progress: is told how much of the file was read, from 0 to 1.
    public func graph(
        ofFile path: String, syntax: RDFSyntax? = nil, base: String? = nil, progress: @escaping @Sendable (Double) -> Void = { _ in }
    ) async throws(RDFSyntaxErrors) -> (graph: Graph, prefixes: PrefixMap) {
        guard let syntax = syntax ?? RDFSyntax(fileName: path) else {
            throw failure(.unreadable, "the name of the file does not say which RDF syntax it is in", path)
        }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-rdf-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = URL(fileURLWithPath: path)
        let request = ReaderRequest(
            file: file.path, syntax: syntax, base: base ?? file.absoluteString, limits: limits.parser, memory: limits.memory,
            processorSeconds: max(1, Int(limits.duration.components.seconds)),
            graph: folder.appendingPathComponent(ReaderFolder.graph).path)
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try JSONEncoder().encode(request).write(to: folder.appendingPathComponent(ReaderFolder.request))
        } catch {
            throw failure(.unreadable, "a temporary folder cannot be written (\(error.localizedDescription))", path)
        }
        let ending = await ReaderRun(executable: executable, folder: folder.path, progress: progress).ending(within: limits.duration)
        return try result(ending, folder, path)
    }

    private func result(
        _ ending: ReaderRun.Ending, _ folder: URL, _ path: String
    ) throws(RDFSyntaxErrors) -> (graph: Graph, prefixes: PrefixMap) {
        switch ending {
        case .notStarted(let reason): throw failure(.refused, "`\(executable)` could not be started (\(reason))", path)
        case .cancelled: throw failure(.cancelled, "the reading was cancelled", path)
        case .tooLong: throw failure(.refused, "the document takes more than the limit of \(limits.duration) to read", path)
        case .signal(let number):
            throw failure(
                .refused,
                "the document ended its reader (signal \(number)): it needs more than the limit of \(limits.memory) bytes, or the library has a fault",
                path)
        case .exit(let status):
            let answer = try? JSONDecoder().decode(
                ReaderAnswer.self, from: Data(contentsOf: folder.appendingPathComponent(ReaderFolder.answer)))
            guard let answer else { throw failure(.refused, "the document could not be read (status \(status))", path) }
            if !answer.faults.isEmpty { throw RDFSyntaxErrors(answer.faults.map { named($0.error, path) }) }
            guard status == EX_OK else { throw failure(.refused, "the document could not be read (status \(status))", path) }
            return (try graph(folder, path), answer.prefixes.reduce(into: PrefixMap()) { $0[$1.key] = $1.value })
        }
    }

    private func graph(_ folder: URL, _ path: String) throws(RDFSyntaxErrors) -> Graph {
        do throws(GraphFileError) {
            return try Graph(mapping: folder.appendingPathComponent(ReaderFolder.graph).path)
        } catch {
            throw failure(.refused, "the document's graph was not handed over whole: \(error.message)", path)
        }
    }

    /// The error under the name by which the caller knows the file.
    private func named(_ error: RDFSyntaxError, _ path: String) -> RDFSyntaxError {
        RDFSyntaxError(error.code, error.message, file: path, line: error.line, column: error.column)
    }

    private func failure(_ code: RDFSyntaxError.Code, _ message: String, _ path: String) -> RDFSyntaxErrors {
        RDFSyntaxErrors([RDFSyntaxError(code, message, file: path)])
    }
}
