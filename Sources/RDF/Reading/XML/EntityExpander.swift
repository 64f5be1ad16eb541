/// Reads an XML document's DOCTYPE in the C parser's stead, and replaces references to the entities that it declares.
///
/// Old exports of Protégé abbreviate their namespaces by internal general entities. They are read here, where their growth is bounded,
/// and the C parser sees a document without a DOCTYPE; ``DocumentType`` says what a DOCTYPE may hold. A document without one passes
/// through as it is.
struct EntityExpander {
    private enum State {
        /// Before the root element: kept until it is known whether there is a DOCTYPE.
        case prolog
        /// Nothing is replaced any more.
        case passing
        case text
        /// Behind `<`, until it is known what starts.
        case markup
        case tag(quote: UInt8?)
        /// A comment, a CDATA section or an instruction, up to its mark.
        case opaque(end: [UInt8])
        /// Behind `&`.
        case reference(isInTag: Bool, quote: UInt8?)
    }

    private let file: String
    private var state = State.prolog
    private var kept: [UInt8] = []
    private var entities: [String: [UInt8]] = [:]
    private var line = 1
    private var column = 1
    private var referencePlace = (line: 1, column: 1)
    private var inputBytes = 0
    private var addedBytes = 0
    /// Whether a reference was replaced, so that the columns of what follows are not those of the document.
    private(set) var hasReplaced = false

    /// A prolog that is longer has no DOCTYPE that is read.
    private static let longestProlog = 1 << 20
    /// References are not longer than this.
    private static let longestName = 256

    init(file: String) { self.file = file }

    /// The next piece of the document with its references replaced; empty while the prolog is not complete.
    mutating func expanded(_ piece: [UInt8]) throws(RDFSyntaxError) -> [UInt8] {
        inputBytes += piece.count
        switch state {
        case .passing: return piece
        case .prolog: return try readProlog(piece)
        default: return try replaceReferences(in: piece[...])
        }
    }

    /// What was kept when the document ended within its prolog.
    mutating func rest() -> [UInt8] {
        guard case .prolog = state else { return [] }
        state = .passing
        return kept
    }

    // MARK: The prolog

    private mutating func readProlog(_ piece: [UInt8]) throws(RDFSyntaxError) -> [UInt8] {
        kept += piece
        switch try DocumentType.find(in: kept, file: file) {
        case .incomplete where kept.count <= Self.longestProlog: return []
        case .incomplete, .none:
            return rest()
        case .found(let type):
            entities = type.entities
            state = .text
            // The lines stay, so that the places of errors are those of the document.
            let replacement = kept[type.range].filter { $0 == UInt8(ascii: "\n") }
            let output = Array(kept[..<type.range.lowerBound]) + replacement
            let behind = Array(kept[type.range.upperBound...])
            for byte in kept[..<type.range.upperBound] { advance(byte) }
            kept = []
            return output + (try replaceReferences(in: behind[...]))
        }
    }

    // MARK: The content

    private mutating func replaceReferences(in piece: ArraySlice<UInt8>) throws(RDFSyntaxError) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(piece.count)
        for byte in piece {
            try consume(byte, &output)
            advance(byte)
        }
        return output
    }

    private mutating func consume(_ byte: UInt8, _ output: inout [UInt8]) throws(RDFSyntaxError) {
        switch state {
        case .prolog, .passing: output.append(byte)
        case .text:
            if byte == UInt8(ascii: "&") { return startReference(isInTag: false, quote: nil) }
            output.append(byte)
            if byte == UInt8(ascii: "<") {
                kept = []
                state = .markup
            }
        case .markup:
            output.append(byte)
            kept.append(byte)
            decide()
        case .tag(let quote):
            if byte == UInt8(ascii: "&"), quote != nil { return startReference(isInTag: true, quote: quote) }
            output.append(byte)
            if let quote {
                if byte == quote { state = .tag(quote: nil) }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                state = .tag(quote: byte)
            } else if byte == UInt8(ascii: ">") {
                state = .text
            }
        case .opaque(let end):
            output.append(byte)
            kept.append(byte)
            if kept.suffix(end.count).elementsEqual(end) { state = .text } else if kept.count > 64 { kept.removeFirst(60) }
        case .reference(let isInTag, let quote):
            guard byte == UInt8(ascii: ";") else {
                kept.append(byte)
                // What is no reference is left to the C parser, which says so.
                let isPart = byte > 0x20 && byte != UInt8(ascii: "<") && byte != UInt8(ascii: "&") && byte != quote
                guard isPart, kept.count <= Self.longestName else {
                    throw RDFSyntaxError(
                        .syntax, "an ampersand starts no reference", file: file, line: referencePlace.line, column: referencePlace.column)
                }
                return
            }
            output += try replacement(of: kept)
            state = isInTag ? .tag(quote: quote) : .text
        }
    }

    private mutating func startReference(isInTag: Bool, quote: UInt8?) {
        kept = []
        referencePlace = (line, column)
        state = .reference(isInTag: isInTag, quote: quote)
    }

    /// Finds out what markup has started. What is no markup is left to the guard behind this.
    private mutating func decide() {
        let data = "![CDATA[".utf8
        if kept[0] == UInt8(ascii: "?") {
            state = .opaque(end: Array("?>".utf8))
        } else if kept[0] != UInt8(ascii: "!") {
            state = kept[0] == UInt8(ascii: ">") ? .text : .tag(quote: nil)
        } else if kept.elementsEqual("!--".utf8) {
            state = .opaque(end: Array("-->".utf8))
            kept = []
        } else if kept.elementsEqual(data) {
            state = .opaque(end: Array("]]>".utf8))
            kept = []
        } else if !data.starts(with: kept), !"!--".utf8.starts(with: kept) {
            state = .tag(quote: nil)
        }
    }

    /// What stands for a reference: the entity's text, with the characters that would be markup written as references.
    private mutating func replacement(of name: [UInt8]) throws(RDFSyntaxError) -> [UInt8] {
        let text = String(decoding: name, as: UTF8.self)
        if text.hasPrefix("#") || DocumentType.predefined[text] != nil { return [UInt8(ascii: "&")] + name + [UInt8(ascii: ";")] }
        guard let value = entities[text] else {
            throw RDFSyntaxError(
                .syntax, "the entity `\(text)` is declared nowhere", file: file, line: referencePlace.line, column: referencePlace.column)
        }
        hasReplaced = true
        addedBytes += value.count
        guard addedBytes <= DocumentType.freeGrowth + DocumentType.largestGrowth * inputBytes else {
            throw RDFSyntaxError(
                .refused, "its entities make the document grow more than \(DocumentType.largestGrowth) times", file: file,
                line: referencePlace.line, column: referencePlace.column)
        }
        return value
    }

    private mutating func advance(_ byte: UInt8) {
        if byte == UInt8(ascii: "\n") {
            line += 1
            column = 1
        } else if byte & 0xC0 != 0x80 {
            column += 1
        }
    }
}
