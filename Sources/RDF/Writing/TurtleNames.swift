/// Which texts Turtle writes without quotation (RDF 1.1 Turtle, section 6.5).
enum TurtleNames {
    /// Whether a text can follow a prefix as it is, without an escape.
    static func isPlainLocalName(_ text: Substring) -> Bool {
        var last: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            let isFirst = last == nil
            guard isNameStart(scalar) || isDigit(scalar) || scalar == ":" || (!isFirst && (isNameContinuation(scalar) || scalar == "."))
            else { return false }
            last = scalar
        }
        return last != "."
    }

    /// Whether a text is the name of a prefix, which may be empty (`PN_PREFIX?`).
    static func isPrefix(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first else { return true }
        return isNameStart(first) && first != "_" && isPlainLocalName(text[...]) && !text.utf8.contains(UInt8(ascii: ":"))
    }

    /// `PN_CHARS_U`.
    static func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x41...0x5A, 0x61...0x7A, 0x5F: true
        case 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2FF, 0x370...0x37D, 0x37F...0x1FFF, 0x200C...0x200D, 0x2070...0x218F: true
        case 0x2C00...0x2FEF, 0x3001...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFFD, 0x10000...0xEFFFF: true
        default: false
        }
    }

    /// What `PN_CHARS` has besides `PN_CHARS_U`.
    static func isNameContinuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x2D, 0x30...0x39, 0xB7, 0x300...0x36F, 0x203F...0x2040: true
        default: isNameStart(scalar)
        }
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    /// `INTEGER`.
    static func isInteger(_ text: String) -> Bool {
        let digits = unsigned(text)
        return !digits.isEmpty && digits.allSatisfy(isDigit)
    }

    /// `DECIMAL`.
    static func isDecimal(_ text: String) -> Bool {
        let digits = unsigned(text)
        guard let point = digits.firstIndex(of: ".") else { return false }
        let fraction = digits[digits.index(after: point)...]
        return digits[..<point].allSatisfy(isDigit) && !fraction.isEmpty && fraction.allSatisfy(isDigit)
    }

    /// `DOUBLE`.
    static func isDouble(_ text: String) -> Bool {
        let digits = unsigned(text)
        guard let mark = digits.firstIndex(where: { $0 == "e" || $0 == "E" }), isInteger(String(digits[digits.index(after: mark)...]))
        else {
            return false
        }
        let mantissa = digits[..<mark]
        return mantissa.count { $0 == "." } <= 1 && mantissa.contains(where: isDigit) && mantissa.allSatisfy { isDigit($0) || $0 == "." }
    }

    private static func unsigned(_ text: String) -> Substring.UnicodeScalarView {
        let scalars = text[...].unicodeScalars
        return scalars.first == "+" || scalars.first == "-" ? scalars.dropFirst() : scalars
    }
}

/// Terms that a document can hold: others could end their own quotation.
enum WellFormed {
    /// The IRI, when it has none of the characters that Turtle forbids in one.
    static func iri(_ text: String) throws(RDFWritingError) -> String {
        let isForbidden: (UInt8) -> Bool = { byte in
            switch byte {
            case 0...0x20, 0x3C, 0x3E, 0x22, 0x7B, 0x7D, 0x7C, 0x5E, 0x60, 0x5C: true
            default: false
            }
        }
        guard !text.utf8.contains(where: isForbidden) else {
            throw RDFWritingError(.illFormed, "`\(NTriplesWriter.escaped(text))` has characters that no IRI may have")
        }
        return text
    }

    /// The language tag, when it is one (`LANGTAG`).
    static func language(_ tag: String) throws(RDFWritingError) -> String {
        let parts = tag.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let isLetter: (UInt8) -> Bool = { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
        let isWellFormed = parts.enumerated().allSatisfy { index, part in
            !part.isEmpty && part.allSatisfy { isLetter($0) || (index > 0 && (0x30...0x39).contains($0)) }
        }
        guard isWellFormed else { throw RDFWritingError(.illFormed, "`\(NTriplesWriter.escaped(tag))` is no language tag") }
        return tag
    }
}
