/// A DOCTYPE that declares internal general entities of plain text, and nothing else (XML 1.0, sections 2.8, 4.2 and 4.4).
///
/// Everything else that a DOCTYPE can do is refused: external entities and subsets name files, parameter entities build declarations, and
/// declarations of elements, attributes and notations change what the document says.
struct DocumentType {
    enum Search {
        /// The document ended before it was known.
        case incomplete
        case none
        case found(DocumentType)
    }

    /// Where it stands in the document.
    let range: Range<Int>
    /// By name, the whole text, with the characters that would be markup written as references.
    let entities: [String: [UInt8]]

    /// An entity's whole text is not longer than this, nor are there more entities.
    private static let longestText = 1 << 16
    private static let mostEntities = 1000
    /// How many bytes entities may add in any case, and how many times the document's own.
    static let freeGrowth = 1 << 20
    static let largestGrowth = 16

    /// The entities that every document has (section 4.6).
    static let predefined: [String: UInt8] = [
        "amp": UInt8(ascii: "&"), "lt": UInt8(ascii: "<"), "gt": UInt8(ascii: ">"), "quot": UInt8(ascii: "\""), "apos": UInt8(ascii: "'"),
    ]

    /// Looks for it at the start of a document.
    static func find(in bytes: [UInt8], file: String) throws(RDFSyntaxError) -> Search {
        var reader = Reader(bytes: bytes, file: file)
        return try reader.find()
    }

    /// Reads from the start of a document to the end of its DOCTYPE.
    private struct Reader {
        /// There is nothing more to read.
        private enum Fault: Error {
            case ended
            case wrong(RDFSyntaxError)
        }

        let bytes: [UInt8]
        let file: String
        var position = 0
        /// By name, the text as declared, its references to characters replaced.
        var declared: [String: [UInt8]] = [:]
        var whole: [String: [UInt8]] = [:]

        init(bytes: [UInt8], file: String) {
            self.bytes = bytes
            self.file = file
        }

        mutating func find() throws(RDFSyntaxError) -> Search {
            do throws(Fault) {
                if starts(with: [0xEF, 0xBB, 0xBF]) { position += 3 }
                while true {
                    try skipSpace()
                    if starts(with: "<?") {
                        try skip(to: "?>")
                    } else if starts(with: "<!--") {
                        try skip(to: "-->")
                    } else {
                        break
                    }
                }
                let mark = "<!DOCTYPE"
                let rest = bytes[position...].prefix(mark.utf8.count)
                if rest.count < mark.utf8.count, [mark, "<!--", "<?"].contains(where: { $0.utf8.starts(with: rest) }) {
                    return .incomplete
                }
                guard starts(with: mark) else { return .none }
                let start = position
                position += mark.utf8.count
                try readDeclaration(start)
                for name in declared.keys.sorted() { _ = try text(of: name, within: [], start) }
                return .found(DocumentType(range: start..<position, entities: whole))
            } catch {
                switch error {
                case .ended: return .incomplete
                case .wrong(let error): throw error
                }
            }
        }

        private mutating func readDeclaration(_ start: Int) throws(Fault) {
            try skipSpace()
            _ = try name()
            try skipSpace()
            let next = try peek()
            if bytes.count - position < "SYSTEM".utf8.count, next == UInt8(ascii: "S") || next == UInt8(ascii: "P") { throw .ended }
            guard !starts(with: "SYSTEM"), !starts(with: "PUBLIC") else {
                throw refusal("a DOCTYPE with an external subset is not read, for that names a file", at: start)
            }
            if try peek() == UInt8(ascii: "[") {
                position += 1
                while try !endsSubset() {}
                try skipSpace()
            }
            guard try peek() == UInt8(ascii: ">") else { throw refusal("the DOCTYPE is not understood", at: position) }
            position += 1
        }

        /// Reads one declaration of the internal subset; true at its end.
        private mutating func endsSubset() throws(Fault) -> Bool {
            try skipSpace()
            let start = position
            if try peek() == UInt8(ascii: "]") {
                position += 1
                return true
            }
            if starts(with: "<!--") {
                try skip(to: "-->")
            } else if starts(with: "<?") {
                try skip(to: "?>")
            } else if starts(with: "<!ENTITY") {
                position += "<!ENTITY".utf8.count
                try readEntity(start)
            } else if bytes.count - position < "<!ENTITY".utf8.count {
                throw .ended
            } else {
                let what =
                    bytes[position] == UInt8(ascii: "%") ? "a reference to a parameter entity" : "another declaration than of an entity"
                throw refusal("a DOCTYPE with \(what) is not read", at: start)
            }
            return false
        }

        private mutating func readEntity(_ start: Int) throws(Fault) {
            try skipSpace()
            guard try peek() != UInt8(ascii: "%") else {
                throw refusal("a parameter entity is not read, for it can name files and grow without bound", at: start)
            }
            let name = try name()
            try skipSpace()
            let quote = try peek()
            guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
                throw refusal("the external entity `\(name)` is not read, for it names a file", at: start)
            }
            position += 1
            guard let end = bytes[position...].firstIndex(of: quote) else { throw .ended }
            let value = bytes[position..<end]
            position = end + 1
            try skipSpace()
            guard try peek() == UInt8(ascii: ">") else {
                throw refusal("the declaration of the entity `\(name)` is not understood", at: start)
            }
            position += 1
            guard !value.contains(UInt8(ascii: "%")) else { throw refusal("the entity `\(name)` holds a percent sign", at: start) }
            // Of several declarations the first binds (section 4.2).
            if declared[name] == nil { declared[name] = try withCharacters(value, name, start) }
            guard declared.count <= DocumentType.mostEntities else {
                throw refusal("there are more than \(DocumentType.mostEntities) entities", at: start)
            }
        }

        /// A declared value with its references to characters replaced (section 4.5).
        private func withCharacters(_ value: ArraySlice<UInt8>, _ name: String, _ start: Int) throws(Fault) -> [UInt8] {
            var text: [UInt8] = []
            var rest = value
            while let mark = rest.firstIndex(of: UInt8(ascii: "&")) {
                text += rest[..<mark]
                guard let end = rest[mark...].firstIndex(of: UInt8(ascii: ";")) else {
                    throw refusal("an ampersand in the entity `\(name)` starts no reference", at: start)
                }
                let reference = rest[(mark + 1)..<end]
                if reference.first == UInt8(ascii: "#") {
                    guard let character = Self.character(reference) else {
                        throw refusal("a reference in the entity `\(name)` stands for no character", at: start)
                    }
                    text += Array(String(character).utf8)
                } else {
                    text += rest[mark...end]
                }
                rest = rest[(end + 1)...]
            }
            return text + rest
        }

        /// The whole text of an entity, with those that it names (section 4.4).
        private mutating func text(of name: String, within outer: Set<String>, _ start: Int) throws(Fault) -> [UInt8] {
            if let known = whole[name] { return known }
            guard !outer.contains(name) else { throw refusal("the entity `\(name)` holds itself", at: start) }
            guard let value = declared[name] else { throw refusal("the entity `\(name)` is declared nowhere", at: start) }
            var text: [UInt8] = []
            var rest = value[...]
            while let byte = rest.first {
                if byte == UInt8(ascii: "<") { throw refusal("the entity `\(name)` holds markup, and plain text alone is read", at: start) }
                guard byte == UInt8(ascii: "&"), let end = rest.firstIndex(of: UInt8(ascii: ";")) else {
                    text += Self.escaped(byte)
                    rest = rest.dropFirst()
                    continue
                }
                let reference = rest[(rest.startIndex + 1)..<end]
                let inner = String(decoding: reference, as: UTF8.self)
                if DocumentType.predefined[inner] != nil || Self.character(reference) != nil {
                    text += rest[...end]
                } else {
                    text += try self.text(of: inner, within: outer.union([name]), start)
                }
                guard text.count <= DocumentType.longestText else {
                    throw refusal("the entity `\(name)` is longer than \(DocumentType.longestText) bytes", at: start)
                }
                rest = rest[(end + 1)...]
            }
            guard text.count <= DocumentType.longestText else {
                throw refusal("the entity `\(name)` is longer than \(DocumentType.longestText) bytes", at: start)
            }
            whole[name] = text
            return text
        }

        /// What would be markup or the end of a value or line, as a reference.
        private static func escaped(_ byte: UInt8) -> [UInt8] {
            switch byte {
            case UInt8(ascii: "&"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: ">"), 0x0A, 0x0D, 0x09: Array("&#\(byte);".utf8)
            default: [byte]
            }
        }

        /// The character of a reference `#…` or `#x…`; nil for what is none.
        private static func character(_ reference: ArraySlice<UInt8>) -> Unicode.Scalar? {
            guard reference.first == UInt8(ascii: "#") else { return nil }
            let digits = String(decoding: reference.dropFirst(), as: UTF8.self)
            let number = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits, radix: 10)
            return number.flatMap { $0 == 0 ? nil : Unicode.Scalar($0) }
        }

        // MARK: Characters

        private func starts(with text: String) -> Bool { bytes[position...].starts(with: text.utf8) }
        private func starts(with text: [UInt8]) -> Bool { bytes[position...].starts(with: text) }

        private func peek() throws(Fault) -> UInt8 {
            guard position < bytes.count else { throw .ended }
            return bytes[position]
        }

        private mutating func skipSpace() throws(Fault) {
            while [0x20, 0x09, 0x0A, 0x0D].contains(try peek()) { position += 1 }
        }

        private mutating func skip(to mark: String) throws(Fault) {
            let mark = Array(mark.utf8)
            var end = position + 2
            while end + mark.count <= bytes.count {
                if bytes[end..<end + mark.count].elementsEqual(mark) {
                    position = end + mark.count
                    return
                }
                end += 1
            }
            throw .ended
        }

        private mutating func name() throws(Fault) -> String {
            let start = position
            while try !" \t\r\n[>\"'%&;".utf8.contains(peek()) { position += 1 }
            let name = String(decoding: bytes[start..<position], as: UTF8.self)
            guard XMLNames.isName(name.filter { $0 != ":" }[...]) else { throw refusal("`\(name)` is no name", at: start) }
            return name
        }

        private func refusal(_ message: String, at position: Int) -> Fault {
            let before = bytes[..<position]
            let line = before.count { $0 == UInt8(ascii: "\n") } + 1
            let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            let column = before[lineStart...].count { $0 & 0xC0 != 0x80 } + 1
            return .wrong(RDFSyntaxError(.refused, message, file: file, line: line, column: column))
        }
    }
}
