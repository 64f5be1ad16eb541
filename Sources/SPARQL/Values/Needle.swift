/// A text that every match of a regular expression contains, for a quick look before the slower one.
///
/// Texts beyond ASCII are left to the slower look where case does not matter: there, letters have others for their other case.
struct Needle {
    enum Finding {
        case absent, unclear
        /// Nothing else is asked for.
        case enough
    }

    private let bytes: [UInt8]
    private let isWhole: Bool
    private let ignoresCase: Bool

    /// Nil where the expression does not begin with literal characters.
    init?(_ program: [RegularExpression.Instruction], ignoresCase: Bool) {
        var literal = String.UnicodeScalarView()
        var end = 0
        for instruction in program {
            guard case .character(.range(let low, let high)) = instruction, low == high else { break }
            literal.append(low)
            end += 1
        }
        guard !literal.isEmpty, !ignoresCase || literal.allSatisfy(\.isASCII), !Self.isEntered(program, before: end) else { return nil }
        if case .match = program[end] { isWhole = true } else { isWhole = false }
        self.ignoresCase = ignoresCase
        bytes = String(literal).utf8.map { ignoresCase ? Self.lowered($0) : $0 }
    }

    /// Whether a loop comes back to the beginning, so that it is not passed as written.
    private static func isEntered(_ program: [RegularExpression.Instruction], before end: Int) -> Bool {
        program.contains { instruction in
            switch instruction {
            case .jump(let target): target < end
            case .split(let first, let second): first < end || second < end
            default: false
            }
        }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    func look(in text: String) -> Finding {
        var text = text
        return text.withUTF8 { buffer in
            if unsafe ignoresCase && buffer.contains(where: { $0 >= 0x80 }) { return .unclear }
            let count = bytes.count
            guard buffer.count >= count else { return .absent }
            let first = bytes[0]
            for start in 0...(buffer.count - count) {
                let byte = unsafe buffer[start]
                guard (ignoresCase ? Self.lowered(byte) : byte) == first else { continue }
                var length = 1
                while length < count {
                    let byte = unsafe buffer[start + length]
                    guard (ignoresCase ? Self.lowered(byte) : byte) == bytes[length] else { break }
                    length += 1
                }
                if length == count { return isWhole ? .enough : .unclear }
            }
            return .absent
        }
    }
}
