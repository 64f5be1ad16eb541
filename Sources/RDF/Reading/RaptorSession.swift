import CRaptor2
import Synchronization

/// Reads RDF/XML with libraptor2: a world and a parser, from ``start()`` to ``end()``, and what their callbacks collect.
///
/// Nothing is fetched or opened on behalf of what a document says: ``XMLGuard`` lets through nothing that could ask for it.
@safe final class RaptorSession {
    private var world: OpaquePointer?
    private var parser: OpaquePointer?
    private let file: String
    private let limits: RDFParser.Limits
    private var generatedLabels = 0
    private(set) var output: StatementOutput
    private(set) var prefixes = PrefixMap()
    private(set) var errors: [RDFSyntaxError] = []
    private var hasStarted = false
    /// Whether entities were replaced, so that the library's columns are not those of the document.
    private var hasReplaced = false
    /// Where a document that is read line by line, to find the place of an error, was read to; nil otherwise.
    private var locatedLine: Int?
    /// The language of the portion that is being parsed.
    private var language: String?

    /// Reads a document.
    static func parse(
        _ input: DocumentInput, base: String, _ output: consuming StatementOutput, limits: RDFParser.Limits
    ) -> RDFParser.Outcome {
        let session = RaptorSession(output, file: input.name, limits: limits)
        session.parse(input, base: base)
        var errors = session.errors
        // Of what is not well-formed XML the library does not say where.
        if errors.contains(where: { $0.code == .syntax && $0.line == nil }), let again = input.restarted() {
            let nowhere = StatementOutput(TermDictionary(), blanks: .own, file: input.name, limits: limits) { _, _ in }
            let second = RaptorSession(nowhere, file: input.name, limits: limits)
            second.locatedLine = 1
            second.parse(again, base: base)
            if !second.errors.isEmpty { errors = second.errors }
        }
        return RDFParser.Outcome(output: session.output, prefixes: session.prefixes, errors: errors)
    }

    private func parse(_ input: DocumentInput, base: String) {
        Self.oneAtATime.withLock { _ in
            start()
            run(input, base: base)
            end()
        }
    }

    /// Freeing a world calls `xmlCleanupParser`, which is the whole process's; so worlds do not overlap.
    private static let oneAtATime = Mutex(())

    private init(_ output: consuming StatementOutput, file: String, limits: RDFParser.Limits) {
        self.output = output
        self.file = file
        self.limits = limits
    }

    private func start() {
        let world = unsafe raptor_new_world_internal(UInt32(RAPTOR_VERSION))
        unsafe self.world = unsafe world
        guard let world = unsafe world else { return }
        // The process's own libcurl is none of raptor's to start or stop.
        unsafe raptor_world_set_flag(world, RAPTOR_WORLD_FLAG_WWW_SKIP_INIT_FINISH, 1)
        unsafe parser = raptor_world_open(world) == 0 ? raptor_new_parser(world, "rdfxml") : nil
    }

    private func end() {
        if let parser = unsafe parser { unsafe raptor_free_parser(parser) }
        if let world = unsafe world { unsafe raptor_free_world(world) }
        unsafe (parser, world) = (nil, nil)
    }

    private func run(_ input: DocumentInput, base: String) {
        guard let world = unsafe world, let parser = unsafe parser, let uri = unsafe raptor_new_uri(world, base) else {
            errors.append(RDFSyntaxError(.refused, "the RDF library could not be started", file: file))
            return
        }
        defer { unsafe raptor_free_uri(uri) }
        unsafe setOptions(of: parser)
        unsafe installHandlers(world, parser)
        guard unsafe raptor_parser_parse_start(parser, uri) == 0 else {
            errors.append(RDFSyntaxError(.refused, "`\(base)` cannot be a document's base", file: file))
            return
        }
        do throws(RDFSyntaxError) {
            try unsafe feed(input, to: parser)
            if errors.isEmpty { try output.flush() }
        } catch {
            errors.append(error)
        }
    }

    private func feed(_ input: DocumentInput, to parser: OpaquePointer) throws(RDFSyntaxError) {
        var input = input
        var expander = EntityExpander(file: file)
        var xmlGuard = XMLGuard(limits: limits, file: file)
        var isAtEnd = false
        while !isDone, !isAtEnd {
            let read = try input.next()
            isAtEnd = read.isEmpty
            let piece = isAtEnd ? expander.rest() : try expander.expanded(read)
            hasReplaced = expander.hasReplaced
            for portion in try portions(of: piece, &xmlGuard) where !isDone {
                language = portion.language
                try unsafe parse(piece, portion.bytes, parser)
            }
        }
        language = nil
        if !isDone { try unsafe check(raptor_parser_parse_chunk(parser, nil, 0, 1)) }
    }

    private func portions(of piece: [UInt8], _ xmlGuard: inout XMLGuard) throws(RDFSyntaxError) -> [XMLGuard.Portion] {
        do throws(RDFSyntaxError) {
            return try xmlGuard.portions(of: piece)
        } catch {
            throw RDFSyntaxError(error.code, error.message, file: error.file, line: error.line, column: hasReplaced ? nil : error.column)
        }
    }

    /// libxml2 refuses more than ten megabytes at once; and between two chunks it is seen whether to go on.
    private func parse(_ piece: [UInt8], _ range: Range<Int>, _ parser: OpaquePointer) throws(RDFSyntaxError) {
        var start = range.lowerBound
        while start < range.upperBound, !isDone {
            // libxml2 keeps its first chunk until the second comes: it must have no tag, or what is emitted of that comes too late.
            var count = min(range.upperBound - start, hasStarted ? 1 << 16 : 4)
            let lineEnd = locatedLine == nil ? nil : piece[start..<start + count].firstIndex(of: UInt8(ascii: "\n"))
            if let lineEnd { count = lineEnd + 1 - start }
            hasStarted = true
            let status = unsafe piece.withUnsafeBufferPointer { bytes in
                unsafe raptor_parser_parse_chunk(parser, bytes.baseAddress.map { unsafe $0 + start }, count, 0)
            }
            try check(status)
            start += count
            if lineEnd != nil { locatedLine = locatedLine.map { $0 + 1 } }
        }
        if range.count > 1 << 12 { try output.checkCosts() }
    }

    private func check(_ status: Int32) throws(RDFSyntaxError) {
        if status != 0, errors.isEmpty {
            throw RDFSyntaxError(.syntax, "the document does not follow the syntax", file: file, line: locatedLine)
        }
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
        unsafe raptor_parser_set_namespace_handler(parser, context) { context, namespace in
            guard let context = unsafe context, let namespace = unsafe namespace else { return }
            unsafe Unmanaged<RaptorSession>.fromOpaque(context).takeUnretainedValue().receive(namespace: namespace)
        }
    }
}

// MARK: - What the library calls

extension RaptorSession {
    private var isDone: Bool { errors.count >= limits.maximumErrors || errors.contains { $0.code != .syntax } }

    private func stopWhenDone() {
        if isDone, let parser = unsafe parser { unsafe raptor_parser_parse_abort(parser) }
    }

    /// Keeps a message of the library when it is about an error.
    private func receive(_ message: raptor_log_message) {
        guard unsafe message.level == RAPTOR_LOG_LEVEL_ERROR || message.level == RAPTOR_LOG_LEVEL_FATAL, !isDone else { return }
        let text = unsafe message.text.map { unsafe String(cString: $0) } ?? "unknown error"
        let line = unsafe message.locator.map { unsafe Int($0.pointee.line) }
        let column = unsafe message.locator.map { unsafe Int($0.pointee.column) }
        errors.append(
            RDFSyntaxError(
                .syntax, text.replacing("\n", with: " "), file: file, line: line.flatMap { $0 > 0 ? $0 : nil } ?? locatedLine,
                column: column.flatMap { $0 > 0 && !hasReplaced ? $0 : nil }))
        stopWhenDone()
    }

    private func receive(namespace: OpaquePointer) {
        guard let uri = unsafe raptor_namespace_get_uri(namespace) else { return }
        let prefix = unsafe raptor_namespace_get_prefix(namespace).map { unsafe String(cString: $0) } ?? ""
        if let text = unsafe raptor_uri_as_string(uri), prefixes[prefix] == nil { prefixes[prefix] = unsafe String(cString: text) }
    }

    /// Keeps a statement, unless the document was given up.
    private func receive(_ statement: raptor_statement) {
        guard errors.isEmpty else { return }
        guard let subject = unsafe number(of: statement.subject), let predicate = unsafe number(of: statement.predicate),
            let object = unsafe number(of: statement.object)
        else { return }
        do throws(RDFSyntaxError) {
            try output.emit(subject, predicate, object, graph: -1)
        } catch {
            let line = unsafe parser.flatMap { unsafe raptor_parser_get_locator($0) }.map { unsafe Int($0.pointee.line) } ?? 0
            errors.append(line > 0 ? error.located(line: line, column: nil) : error)
            stopWhenDone()
        }
    }

    /// A blank node's label: the document's own with a letter before it, or a new one that none of those can be.
    private func newLabel(for label: UnsafeMutablePointer<UInt8>?) -> UnsafeMutablePointer<UInt8>? {
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

    private func number(of pointer: UnsafeMutablePointer<raptor_term>?) -> Graph.TermID? {
        guard let term = unsafe pointer?.pointee else { return nil }
        switch unsafe term.type {
        case RAPTOR_TERM_TYPE_URI:
            guard let text = unsafe text(of: term.value.uri) else { return nil }
            return unsafe output.dictionary.number(of: TermDictionary.iri, text)
        case RAPTOR_TERM_TYPE_BLANK:
            let label = unsafe UnsafeBufferPointer(start: term.value.blank.string, count: Int(term.value.blank.string_len))
            guard let mark = unsafe label.first else { return nil }
            return unsafe output.blank(mark, label.dropFirst())
        case RAPTOR_TERM_TYPE_LITERAL:
            let literal = unsafe term.value.literal
            let form = unsafe UnsafeRawBufferPointer(start: literal.string, count: Int(literal.string_len))
            return unsafe output.dictionary.number(of: kind(of: literal), form)
        default: return nil
        }
    }

    /// The kind of a literal; one without language and datatype has the language in scope, for such come from property attributes
    /// alone, of which the library forgets it.
    private func kind(of literal: raptor_term_literal_value) -> TermDictionary.Kind {
        if let tag = unsafe literal.language {
            let bytes = unsafe UnsafeBufferPointer(start: tag, count: Int(literal.language_len))
            return unsafe output.dictionary.kind(of: .language(String(decoding: bytes, as: UTF8.self)))
        }
        if let datatype = unsafe text(of: literal.datatype) {
            return unsafe output.dictionary.kind(of: .datatype(String(decoding: datatype, as: UTF8.self)))
        }
        return language.map { output.dictionary.kind(of: .language($0)) } ?? TermDictionary.string
    }

    private func text(of uri: OpaquePointer?) -> UnsafeRawBufferPointer? {
        guard let uri = unsafe uri else { return nil }
        var length = 0
        guard let bytes = unsafe raptor_uri_as_counted_string(uri, &length) else { return nil }
        return unsafe UnsafeRawBufferPointer(start: bytes, count: length)
    }
}
