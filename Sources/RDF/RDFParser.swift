import CRaptor2
import Foundation
import Synchronization

/// Reads RDF documents with libraptor2.
///
/// Every call opens a world of its own and frees it, so that no state is shared between documents. A file names at most its own text:
/// nothing is fetched or opened on behalf of what it says (see ``DocumentGuard`` for what the library's own options leave open).
/// Documents of strangers belong into a child process with a memory limit besides; this reads what an operator installed.
public struct RDFParser: Sendable {
    /// What a document may cost.
    public struct Limits: Sendable, Hashable {
        /// The size of a document in bytes.
        public var maximumBytes = 512 << 20
        /// The number of triples of a document.
        public var maximumTriples = 50_000_000
        /// How deep XML elements may be nested.
        public var maximumDepth = 500
        /// How many errors are collected before the parser gives up.
        public var maximumErrors = 20

        public init() {}
    }

    public let limits: Limits

    public init(limits: Limits = Limits()) { self.limits = limits }

    /// The triples of a document. A statement follows those about the nested nodes and collections that it mentions; otherwise they
    /// have the order of the text. Blank nodes keep their labels with a `u` before them; those without get labels of their own.
    ///
    /// - Parameters:
    ///   - base: the absolute IRI against which relative ones are resolved.
    ///   - name: what messages call the document.
    public func parse(_ bytes: [UInt8], syntax: RDFSyntax, base: String, name: String = "<document>") throws(RDFSyntaxErrors) -> [Triple] {
        do {
            try DocumentGuard(limits: limits, file: name).check(bytes, syntax: syntax)
        } catch {
            throw RDFSyntaxErrors([error])
        }
        let outcome = Self.oneAtATime.withLock { _ in
            let session = RaptorSession(syntax: syntax, file: name, limits: limits)
            session.run(bytes, base: base)
            return session.outcome
        }
        if !outcome.errors.isEmpty { throw RDFSyntaxErrors(outcome.errors) }
        return outcome.triples
    }

    /// The triples of a file.
    ///
    /// - Parameters:
    ///   - syntax: when nil, the one that the file's name promises.
    ///   - base: when nil, the file's own `file:` IRI.
    public func parse(file path: String, syntax: RDFSyntax? = nil, base: String? = nil) throws(RDFSyntaxErrors) -> [Triple] {
        guard let syntax = syntax ?? RDFSyntax(fileName: path) else {
            throw RDFSyntaxErrors([RDFSyntaxError(.unreadable, "the name of the file does not say which RDF syntax it is in", file: path)])
        }
        let url = URL(fileURLWithPath: path)
        do {
            let size = try url.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
            guard size <= limits.maximumBytes else {
                throw RDFSyntaxErrors([
                    RDFSyntaxError(.refused, "the file has \(size) bytes, more than the limit of \(limits.maximumBytes)", file: path)
                ])
            }
            let data = try Data(contentsOf: url)
            return try parse([UInt8](data), syntax: syntax, base: base ?? url.absoluteString, name: path)
        } catch let errors as RDFSyntaxErrors {
            throw errors
        } catch {
            throw RDFSyntaxErrors([RDFSyntaxError(.unreadable, "the file cannot be read (\(error.localizedDescription))", file: path)])
        }
    }

    /// Freeing a world calls `xmlCleanupParser`, which is the whole process's; so worlds do not overlap.
    private static let oneAtATime = Mutex(())
}

/// A world and a parser, from their making to their freeing, and what their callbacks collect.
@safe private final class RaptorSession {
    private let world: OpaquePointer?
    private let parser: OpaquePointer?
    private let file: String
    private let limits: RDFParser.Limits
    private var generatedLabels = 0
    private(set) var outcome: (triples: [Triple], errors: [RDFSyntaxError]) = ([], [])

    init(syntax: RDFSyntax, file: String, limits: RDFParser.Limits) {
        self.file = file
        self.limits = limits
        let world = unsafe raptor_new_world_internal(UInt32(RAPTOR_VERSION))
        unsafe self.world = unsafe world
        guard let world = unsafe world else {
            unsafe parser = nil
            return
        }
        // The process's own libcurl is none of raptor's to start or stop.
        unsafe raptor_world_set_flag(world, RAPTOR_WORLD_FLAG_WWW_SKIP_INIT_FINISH, 1)
        unsafe parser = raptor_world_open(world) == 0 ? raptor_new_parser(world, syntax.raptorName) : nil
    }

    deinit {
        if let parser = unsafe parser { unsafe raptor_free_parser(parser) }
        if let world = unsafe world { unsafe raptor_free_world(world) }
    }

    /// Parses a whole document; called once.
    func run(_ bytes: [UInt8], base: String) {
        guard let world = unsafe world, let parser = unsafe parser, let uri = unsafe raptor_new_uri(world, base) else {
            outcome.errors.append(RDFSyntaxError(.refused, "the RDF library could not be started", file: file))
            return
        }
        defer { unsafe raptor_free_uri(uri) }
        unsafe setOptions(of: parser)
        unsafe installHandlers(world, parser)
        var status = unsafe raptor_parser_parse_start(parser, uri)
        if status == 0 {
            status = unsafe bytes.withUnsafeBufferPointer { buffer in unsafe feed(buffer, to: parser) }
        }
        if outcome.triples.count > limits.maximumTriples {
            let message = "the document has more than the limit of \(limits.maximumTriples) triples"
            outcome.errors.append(RDFSyntaxError(.refused, message, file: file))
        } else if status != 0, outcome.errors.isEmpty {
            outcome.errors.append(RDFSyntaxError(.syntax, "the document does not follow the syntax", file: file))
        }
    }

    /// Hands the document on in pieces: libxml2 refuses one that is larger than ten megabytes.
    private func feed(_ buffer: UnsafeBufferPointer<UInt8>, to parser: OpaquePointer) -> Int32 {
        let size = 1 << 16
        var status: Int32 = 0
        var offset = 0
        repeat {
            let count = unsafe min(size, buffer.count - offset)
            let isLast: Int32 = unsafe offset + count == buffer.count ? 1 : 0
            status = unsafe raptor_parser_parse_chunk(parser, buffer.baseAddress.map { unsafe $0 + offset }, count, isLast)
            offset += count
        } while unsafe status == 0 && offset < buffer.count && !isFull
        return status
    }

    private func setOptions(of parser: OpaquePointer) {
        let options: [(raptor_option, Int32)] = [
            (RAPTOR_OPTION_NO_NET, 1), (RAPTOR_OPTION_NO_FILE, 1), (RAPTOR_OPTION_LOAD_EXTERNAL_ENTITIES, 0),
            (RAPTOR_OPTION_NORMALIZE_LANGUAGE, 0),
        ]
        for (option, value) in options { unsafe raptor_parser_set_option(parser, option, nil, value) }
    }

    /// INVARIANT: the session outlives the parser and the world, which it frees; so the context is never dangling.
    private func installHandlers(_ world: OpaquePointer, _ parser: OpaquePointer) {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe raptor_world_set_log_handler(world, context) { context, message in
            guard let context = unsafe context, let message = unsafe message else { return }
            unsafe Unmanaged<RaptorSession>.fromOpaque(context).takeUnretainedValue().receive(message.pointee)
        }
        unsafe raptor_world_set_generate_bnodeid_handler(world, context) { context, label in
            guard let context = unsafe context else { return unsafe label }
            return unsafe Unmanaged<RaptorSession>.fromOpaque(context).takeUnretainedValue().newLabel(for: label)
        }
        unsafe raptor_parser_set_statement_handler(parser, context) { context, statement in
            guard let context = unsafe context, let statement = unsafe statement else { return }
            unsafe Unmanaged<RaptorSession>.fromOpaque(context).takeUnretainedValue().receive(statement.pointee)
        }
    }
}

extension RDFSyntax {
    /// What libraptor2 calls the syntax.
    fileprivate var raptorName: String { rawValue }
}

extension RaptorSession {
    fileprivate var isFull: Bool { outcome.errors.count >= limits.maximumErrors || outcome.triples.count > limits.maximumTriples }

    private func stopWhenFull() {
        if isFull, let parser = unsafe parser { unsafe raptor_parser_parse_abort(parser) }
    }

    /// Keeps a message of the library when it is about an error.
    func receive(_ message: raptor_log_message) {
        guard unsafe message.level == RAPTOR_LOG_LEVEL_ERROR || message.level == RAPTOR_LOG_LEVEL_FATAL, !isFull else { return }
        let text = unsafe message.text.map { unsafe String(cString: $0) } ?? "unknown error"
        let line = unsafe message.locator.map { unsafe Int($0.pointee.line) }
        let column = unsafe message.locator.map { unsafe Int($0.pointee.column) }
        outcome.errors.append(
            RDFSyntaxError(
                .syntax, text.replacing("\n", with: " "), file: file, line: line.flatMap { $0 > 0 ? $0 : nil },
                column: column.flatMap { $0 > 0 ? $0 : nil }))
        stopWhenFull()
    }

    /// Keeps a statement, unless the document already has too many.
    func receive(_ statement: raptor_statement) {
        guard !isFull else { return }
        guard let subject = unsafe term(statement.subject), let predicate = unsafe term(statement.predicate),
            let object = unsafe term(statement.object)
        else { return }
        outcome.triples.append(Triple(subject, predicate, object))
        stopWhenFull()
    }

    /// A blank node's label: the document's own with a letter before it, or a new one that none of those can be.
    func newLabel(for label: UnsafeMutablePointer<UInt8>?) -> UnsafeMutablePointer<UInt8>? {
        var text: String
        if let label = unsafe label {
            text = unsafe "u" + String(cString: label)
            unsafe raptor_free_memory(label)
        } else {
            text = "g\(generatedLabels)"
            generatedLabels += 1
        }
        let count = text.utf8.count
        guard let copy = unsafe raptor_alloc_memory(count + 1)?.assumingMemoryBound(to: UInt8.self) else { return nil }
        text.withUTF8 { bytes in
            for index in 0..<count { unsafe copy[index] = unsafe bytes[index] }
        }
        unsafe copy[count] = 0
        return unsafe copy
    }

    private func term(_ pointer: UnsafeMutablePointer<raptor_term>?) -> Term? {
        guard let term = unsafe pointer?.pointee else { return nil }
        switch unsafe term.type {
        case RAPTOR_TERM_TYPE_URI: return unsafe text(of: term.value.uri).map(Term.iri)
        case RAPTOR_TERM_TYPE_BLANK: return unsafe .blank(text(term.value.blank.string, Int(term.value.blank.string_len)))
        case RAPTOR_TERM_TYPE_LITERAL:
            let literal = unsafe term.value.literal
            let lexicalForm = unsafe text(literal.string, Int(literal.string_len))
            if let language = unsafe literal.language {
                return unsafe .literal(Literal(lexicalForm, language: text(language, Int(literal.language_len))))
            }
            return unsafe .literal(Literal(lexicalForm, datatype: text(of: literal.datatype) ?? XSD.string))
        default: return nil
        }
    }

    private func text(of uri: OpaquePointer?) -> String? {
        guard let uri = unsafe uri else { return nil }
        var length = 0
        guard let bytes = unsafe raptor_uri_as_counted_string(uri, &length) else { return nil }
        return unsafe text(bytes, length)
    }

    private func text(_ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int) -> String {
        guard let bytes = unsafe bytes else { return "" }
        return unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }
}
