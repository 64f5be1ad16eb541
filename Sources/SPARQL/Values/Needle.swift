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
        return text.withUTF8 { unsafe look(in: UnsafeRawBufferPointer($0)) }
    }

    /// - Parameter text: UTF-8.
    func look(in text: UnsafeRawBufferPointer) -> Finding {
        if ignoresCase {
            let all = unsafe text.reduce(UInt8(0)) { $0 | $1 }
            if all >= 0x80 { return .unclear }
        }
        return unsafe bytes.withUnsafeBufferPointer { unsafe find($0, in: text) }
    }

    private func find(_ wanted: UnsafeBufferPointer<UInt8>, in text: UnsafeRawBufferPointer) -> Finding {
        let count = wanted.count
        guard text.count >= count else { return .absent }
        let first = unsafe wanted[0]
        // With this bit a letter is its lower case; `first` is one already.
        let mask: UInt8 = ignoresCase && (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) ? 0x20 : 0
        for start in 0...(text.count - count) {
            guard unsafe text[start] | mask == first else { continue }
            var length = 1
            while length < count {
                let byte = unsafe text[start + length]
                guard unsafe (ignoresCase ? Self.lowered(byte) : byte) == wanted[length] else { break }
                length += 1
            }
            if length == count { return isWhole ? .enough : .unclear }
        }
        return .absent
    }
}
