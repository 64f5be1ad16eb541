/// Refuses documents that must not reach the C parser, and says where and why.
///
/// libraptor2 2.0.15 reads local files for a parameter entity of a DTD with all of its options against that set, expands entities
/// without bound, takes minutes for deeply nested XML, and cuts literals at U+0000. So a DOCTYPE, another encoding than UTF-8, deep
/// nesting and NUL are refused here, by a scan that knows no more of the syntaxes than this needs.
struct DocumentGuard {
    let limits: RDFParser.Limits
    let file: String

    func check(_ bytes: [UInt8], syntax: RDFSyntax) throws(RDFSyntaxError) {
        guard bytes.count <= limits.maximumBytes else {
            throw RDFSyntaxError(
                .refused, "the document has \(bytes.count) bytes, more than the limit of \(limits.maximumBytes)", file: file)
        }
        if let zero = bytes.firstIndex(of: 0) {
            throw refusal("the document has a NUL character, so it is no UTF-8 text", at: zero, in: bytes)
        }
        if let fault = firstFaultOfUTF8(in: bytes) {
            throw refusal("the document is not UTF-8", at: fault, in: bytes)
        }
        switch syntax {
        case .rdfxml: try checkXML(bytes)
        case .turtle, .ntriples: try checkEscapes(bytes)
        }
    }

    private func refusal(_ message: String, at offset: Int, in bytes: [UInt8], _ code: RDFSyntaxError.Code = .refused) -> RDFSyntaxError {
        let before = bytes[..<offset]
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let column = String(decoding: bytes[lineStart..<offset], as: UTF8.self).count + 1
        return RDFSyntaxError(code, message, file: file, line: line, column: column)
    }

    /// The offset of the first byte that is part of no well-formed sequence (Unicode, table 3-7).
    private func firstFaultOfUTF8(in bytes: [UInt8]) -> Int? {
        if String(validating: bytes, as: UTF8.self) != nil { return nil }
        var parser = Unicode.UTF8.ForwardParser()
        var input = bytes.makeIterator()
        var offset = 0
        while case .valid(let scalar) = parser.parseScalar(from: &input) { offset += scalar.count }
        return offset
    }
}

extension DocumentGuard {
    /// Refuses a DOCTYPE, a declared encoding other than UTF-8, and elements nested too deeply.
    private func checkXML(_ bytes: [UInt8]) throws(RDFSyntaxError) {
        var depth = 0
        var offset = 0
        while let open = bytes[offset...].firstIndex(of: UInt8(ascii: "<")) {
            let rest = bytes[open...]
            if rest.starts(with: Array("<!--".utf8)) {
                offset = end(of: "-->", in: bytes, from: open + 4)
            } else if rest.starts(with: Array("<![CDATA[".utf8)) {
                offset = end(of: "]]>", in: bytes, from: open + 9)
            } else if rest.starts(with: Array("<?".utf8)) {
                offset = end(of: "?>", in: bytes, from: open + 2)
                try checkDeclaration(bytes[open..<offset], at: open, in: bytes)
            } else if rest.starts(with: Array("<!".utf8)) {
                throw refusal("a DOCTYPE is not read, for its entities can name files and grow without bound", at: open, in: bytes)
            } else {
                offset = try endOfTag(bytes, from: open, &depth)
            }
        }
    }

    private func endOfTag(_ bytes: [UInt8], from open: Int, _ depth: inout Int) throws(RDFSyntaxError) -> Int {
        var quote: UInt8?
        var index = open + 1
        while index < bytes.count {
            let byte = bytes[index]
            if let mark = quote {
                if byte == mark { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                break
            }
            index += 1
        }
        if open + 1 < bytes.count, bytes[open + 1] == UInt8(ascii: "/") {
            depth -= 1
        } else if bytes[index - 1] != UInt8(ascii: "/") {
            depth += 1
        }
        if depth > limits.maximumDepth {
            throw refusal("elements are nested more than \(limits.maximumDepth) deep", at: open, in: bytes)
        }
        return min(index + 1, bytes.count)
    }

    private func checkDeclaration(_ declaration: ArraySlice<UInt8>, at offset: Int, in bytes: [UInt8]) throws(RDFSyntaxError) {
        let text = String(decoding: declaration, as: UTF8.self).lowercased()
        guard text.hasPrefix("<?xml "), let name = text.firstRange(of: "encoding") else { return }
        let isQuote: (Character) -> Bool = { $0 == "\"" || $0 == "'" }
        let value = String(text[name.upperBound...].drop { !isQuote($0) }.dropFirst().prefix { !isQuote($0) })
        guard ["utf-8", "utf8", "us-ascii"].contains(value) else {
            throw refusal("the encoding `\(value)` is not read, UTF-8 alone is", at: offset, in: bytes)
        }
    }

    private func end(of mark: String, in bytes: [UInt8], from start: Int) -> Int {
        let mark = Array(mark.utf8)
        var index = start
        while index + mark.count <= bytes.count {
            if bytes[index..<index + mark.count].elementsEqual(mark) { return index + mark.count }
            index += 1
        }
        return bytes.count
    }
}

extension DocumentGuard {
    /// Refuses `\u` escapes of U+0000 and of surrogates, which the parser would cut literals at or let through (Turtle, section 6.4).
    private func checkEscapes(_ bytes: [UInt8]) throws(RDFSyntaxError) {
        var offset = 0
        while let backslash = bytes[offset...].firstIndex(of: UInt8(ascii: "\\")) {
            guard backslash + 1 < bytes.count else { return }
            let digits = bytes[backslash + 1] == UInt8(ascii: "u") ? 4 : bytes[backslash + 1] == UInt8(ascii: "U") ? 8 : 0
            offset = backslash + 2
            guard digits > 0, offset + digits <= bytes.count else { continue }
            let text = String(decoding: bytes[offset..<offset + digits], as: UTF8.self)
            guard let value = UInt32(text, radix: 16) else { continue }
            if value == 0 || Unicode.Scalar(value) == nil {
                throw refusal(
                    "the escape `\\\(digits == 4 ? "u" : "U")\(text)` stands for no character that may be written", at: backslash,
                    in: bytes, .syntax)
            }
        }
    }
}
