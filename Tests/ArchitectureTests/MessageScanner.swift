import Foundation

/// Finds the messages in a Swift source: each code with the words that are given with it.
struct MessageScanner {
    struct Message {
        let code: String
        let room: String
        /// The texts of the argument behind the code; or the name of the constant that the code is given to, in words.
        let words: [String]
    }

    static func messages(in source: String, room: String) -> [Message] {
        let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
        var found: [Message] = []
        var offset = source.startIndex
        for (index, line) in lines.enumerated() {
            for match in line.matches(of: #/"([A-Z]\d{4})"/#) where !line.drop(while: { $0 == " " }).hasPrefix("//") {
                let place = source.index(offset, offsetBy: line.distance(from: line.startIndex, to: match.range.upperBound))
                let named = constant(line[..<match.range.lowerBound], before: lines[..<index])
                var scanner = MessageScanner(text: source, place: place)
                found.append(Message(code: String(match.output.1), room: room, words: named.map { [$0] } ?? scanner.argument()))
            }
            if index + 1 < lines.count { offset = source.index(offset, offsetBy: line.count + 1) }
        }
        return found
    }

    /// The words of a constant: the comment above it, or its name.
    private static func constant(_ head: Substring, before lines: ArraySlice<Substring>) -> String? {
        guard let match = head.firstMatch(of: #/(?:static let|case) (\w+)(?:: DiagnosticCode)? = $/#) else { return nil }
        let comment = lines.reversed().prefix { $0.drop(while: { $0 == " " }).hasPrefix("///") }.reversed()
        let words = comment.map { $0.drop { $0 == " " || $0 == "/" } }.joined(separator: " ")
        if !words.isEmpty { return words }
        return match.output.1.reduce(into: "") { name, letter in name += letter.isUppercase ? " \(letter.lowercased())" : String(letter) }
    }

    let text: String
    var place: String.Index
    /// Where the argument begins.
    private var start: String.Index

    init(text: String, place: String.Index) {
        (self.text, self.place, self.start) = (text, place, place)
    }

    /// The argument, where it is one name.
    private var identifier: Substring? {
        let name = text[start...].prefix { $0.isLetter || $0.isNumber }
        return name.isEmpty ? nil : name
    }

    private var current: Character? { place < text.endIndex ? text[place] : nil }

    private mutating func advance() { place = text.index(after: place) }

    /// The texts of the first argument behind the code that has any, up to its comma. A severity has none.
    private mutating func argument() -> [String] {
        let texts = texts()
        guard texts.isEmpty, let name = identifier else { return texts }
        // The words may have a name of their own, given above.
        guard let place = text[..<start].range(of: "let \(name) =", options: .backwards)?.upperBound else { return [] }
        let line = text[place...].drop(while: \.isWhitespace).startIndex
        let end = text[line...].firstIndex(of: "\n") ?? text.endIndex
        var scanner = MessageScanner(text: String(text[..<end]) + " ,", place: place)
        return scanner.literals()
    }

    private mutating func texts() -> [String] {
        guard skipSpace(), current == "," else { return [] }
        advance()
        _ = skipSpace()
        if current == "." {
            while let letter = current, letter != ",", letter != ")" { advance() }
            guard current == "," else { return [] }
            advance()
        }
        _ = skipSpace()
        start = place
        return literals()
    }

    /// The texts up to the next comma or the end of the brackets.
    private mutating func literals() -> [String] {
        var (texts, depth) = ([String](), 0)
        while let letter = current {
            switch letter {
            case "\"": texts.append(literal())
            case "(", "[", "{": depth += 1
            case ")", "]", "}":
                depth -= 1
                if depth < 0 { return texts }
            case "," where depth == 0: return texts
            default: break
            }
            if current != nil { advance() }
        }
        return texts
    }

    private mutating func skipSpace() -> Bool {
        while let letter = current, letter.isWhitespace { advance() }
        return current != nil
    }

    /// The text of a literal, with `…` for what is put into it; ends on its closing quotation mark.
    private mutating func literal() -> String {
        var words = ""
        advance()
        while let letter = current, letter != "\"" {
            if letter == "\\" {
                advance()
                if current == "(" { words += interpolation() } else if let escaped = current { words.append(escaped) }
            } else {
                words.append(letter)
            }
            if current != nil { advance() }
        }
        return words
    }

    private mutating func interpolation() -> String {
        var depth = 0
        while let letter = current {
            if letter == "\"" { _ = literal() }
            if letter == "(" { depth += 1 }
            if letter == ")" { depth -= 1 }
            if depth == 0 { break }
            advance()
        }
        return "…"
    }
}
