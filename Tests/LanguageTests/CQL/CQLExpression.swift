/// An expression of the Clinical Quality Language cut into its operands and the words between them.
struct CQLExpression {
    enum Part: Hashable {
        case operand(String)
        case words(String)
    }

    let parts: [Part]

    init(_ text: String) {
        let plain = text.replacing(#/\(?null as [A-Z][A-Za-z]*(<[A-Za-z]+>)?\)?/#, with: "null").replacing("Interval [", with: "Interval[")
            .replacing(#/([0-9]) '/#) { "\($0.output.1)'" }
        var parts: [Part] = []
        for token in CQLExpression.split(plain, at: " ") {
            let isOperand =
                token.first.map { $0.isNumber || "@'({".contains($0) } ?? false || token.contains("(") || token.contains("[")
                || ["null", "true", "false"].contains(token) || (token.first == "-" && token.count > 1)
            if isOperand {
                parts.append(.operand(token))
            } else if case .words(let words)? = parts.last {
                parts[parts.count - 1] = .words("\(words) \(token)")
            } else {
                parts.append(.words(token))
            }
        }
        self.parts = parts
    }

    /// Cut where no bracket is open.
    static func split(_ text: String, at separator: Character) -> [String] {
        var pieces = [""]
        var depth = 0
        for character in text {
            if "([{".contains(character) { depth += 1 }
            if ")]}".contains(character) { depth -= 1 }
            if character == separator, depth == 0 { pieces.append("") } else { pieces[pieces.count - 1].append(character) }
        }
        return pieces.map { String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }.filter { !$0.isEmpty }
    }
}
