import Diagnostics

/// A regular expression of XPath (XPath and XQuery Functions, section 5.6.1), matched in time linear in the text.
///
/// The expression becomes a program whose threads run side by side over the text (Thompson's construction), so that no expression
/// makes it slow. Back-references cannot be had so: with them every way is tried, as long as the budget lasts.
struct RegularExpression {
    /// One instruction; the numbers are places in the program.
    enum Instruction {
        case character(CharacterTest)
        case split(Int, Int)
        case jump(Int)
        case lineStart
        case lineEnd
        /// Notes the place in the text in a register.
        case note(Int)
        /// Goes on if the place is not the one in the register.
        case advanced(Int)
        case backReference(Int)
        case match
    }

    let program: [Instruction]
    let flags: Flags
    let registers: Int
    let groupCount: Int
    let hasBackReferences: Bool
    /// A text without which nothing matches.
    let needle: Needle?

    /// What the third argument of `REGEX` says.
    struct Flags {
        var ignoresCase = false
        var dotMatchesAll = false
        var isMultiline = false
        var ignoresBlanks = false
        var isLiteral = false
    }

    /// - Throws: `S0201` when the expression or a flag is none.
    init(_ pattern: String, flags: String) throws(DiagnosticList) {
        var parsed = Flags()
        for flag in flags {
            switch flag {
            case "i": parsed.ignoresCase = true
            case "s": parsed.dotMatchesAll = true
            case "m": parsed.isMultiline = true
            case "x": parsed.ignoresBlanks = true
            case "q": parsed.isLiteral = true
            default: throw Self.problem("the regular expression has an unknown flag `\(flag)`")
            }
        }
        self.flags = parsed
        var compiler = RegularExpressionCompiler(pattern, flags: parsed)
        program = try compiler.compile()
        registers = compiler.registers
        groupCount = compiler.groups
        hasBackReferences = compiler.hasBackReferences
        needle = Needle(program, ignoresCase: parsed.ignoresCase)
    }

    static func problem(_ message: String) -> DiagnosticList {
        DiagnosticList([Diagnostic(SPARQLDiagnostic.badRegularExpression, message)])
    }

    /// Whether some part of the text matches.
    func matches(_ text: String, _ budget: Budget) throws(DiagnosticList) -> Bool {
        try budget.spend(1 + text.utf8.count / 16)
        if let needle {
            switch needle.look(in: text) {
            case .absent: return false
            case .enough: return true
            case .unclear: break
            }
        }
        if hasBackReferences { return try firstMatch(in: Array(text.unicodeScalars), from: 0, budget) != nil }
        var run = Run(program: program, text: Array(text.unicodeScalars), isMultiline: flags.isMultiline)
        for position in 0...run.text.count {
            // A match may begin at every place.
            if run.follow(0, at: position) { return true }
            if position == run.text.count { break }
            let threads = run.threads
            run.threads = []
            for thread in threads {
                guard case .character(let test) = program[thread], test.accepts(run.text[position], ignoringCase: flags.ignoresCase) else {
                    continue
                }
                if run.follow(thread + 1, at: position + 1) { return true }
            }
            try budget.spend(run.visits)
            run.visits = 0
        }
        return false
    }

    /// The state of one match.
    private struct Run {
        let program: [Instruction]
        let text: [Unicode.Scalar]
        let isMultiline: Bool
        /// The places of the program that wait for the next character.
        var threads: [Int] = []
        var visits = 0
        /// By place of the program, the last place of the text at which it was reached.
        private var reached: [Int]

        init(program: [Instruction], text: [Unicode.Scalar], isMultiline: Bool) {
            self.program = program
            self.text = text
            self.isMultiline = isMultiline
            reached = [Int](repeating: -1, count: program.count)
        }

        /// Adds the threads that a place of the program leads to without reading; true when one of them has matched.
        mutating func follow(_ start: Int, at position: Int) -> Bool {
            var pending = [start]
            while let place = pending.popLast() {
                visits += 1
                if reached[place] == position { continue }
                reached[place] = position
                switch program[place] {
                case .match: return true
                case .character: threads.append(place)
                case .jump(let target): pending.append(target)
                // Which group matched where does not change whether one does; a round that reads nothing comes to where it was.
                case .note, .advanced: pending.append(place + 1)
                case .backReference: break
                case .split(let first, let second): pending += [second, first]
                case .lineStart: if position == 0 || (isMultiline && text[position - 1] == "\n") { pending.append(place + 1) }
                case .lineEnd: if position == text.count || (isMultiline && text[position] == "\n") { pending.append(place + 1) }
                }
            }
            return false
        }
    }
}

/// Which characters an instruction accepts.
indirect enum CharacterTest {
    case any
    case anyButLineEnd
    case range(Unicode.Scalar, Unicode.Scalar)
    case digit, wordPart, blank, nameStart, namePart
    case category(String)
    /// The characters of a block of Unicode.
    case block(ClosedRange<UInt32>)
    case oneOf([CharacterTest])
    case not(CharacterTest)
    /// The first without the second.
    case difference(CharacterTest, CharacterTest)

    func accepts(_ scalar: Unicode.Scalar, ignoringCase: Bool) -> Bool {
        if accepts(scalar) { return true }
        guard ignoringCase else { return false }
        return Self.variants(of: scalar).contains(where: accepts)
    }

    /// The other cases of a letter, where each is one scalar.
    private static func variants(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping].compactMap { text in
            text.unicodeScalars.count == 1 ? text.unicodeScalars.first : nil
        }
    }

    private func accepts(_ scalar: Unicode.Scalar) -> Bool {
        switch self {
        case .any: true
        case .anyButLineEnd: scalar != "\n" && scalar != "\r"
        case .range(let low, let high): low <= scalar && scalar <= high
        case .digit: scalar.properties.generalCategory == .decimalNumber
        case .blank: " \t\n\r".unicodeScalars.contains(scalar)
        case .wordPart: !["P", "Z", "C"].contains(Self.categoryName(of: scalar).prefix(1))
        case .nameStart: scalar.properties.isAlphabetic || scalar == "_" || scalar == ":"
        case .namePart:
            scalar.properties.isAlphabetic || scalar.properties.generalCategory == .decimalNumber || "_:-.".unicodeScalars.contains(scalar)
        case .category(let name): Self.categoryName(of: scalar).hasPrefix(name)
        case .block(let range): range.contains(scalar.value)
        case .oneOf(let tests): tests.contains { $0.accepts(scalar) }
        case .not(let test): !test.accepts(scalar)
        case .difference(let base, let without): base.accepts(scalar) && !without.accepts(scalar)
        }
    }

    static let categoryNames: [Unicode.GeneralCategory: String] = [
        .uppercaseLetter: "Lu", .lowercaseLetter: "Ll", .titlecaseLetter: "Lt", .modifierLetter: "Lm", .otherLetter: "Lo",
        .nonspacingMark: "Mn",
        .spacingMark: "Mc", .enclosingMark: "Me", .decimalNumber: "Nd", .letterNumber: "Nl", .otherNumber: "No",
        .connectorPunctuation: "Pc",
        .dashPunctuation: "Pd", .openPunctuation: "Ps", .closePunctuation: "Pe", .initialPunctuation: "Pi", .finalPunctuation: "Pf",
        .otherPunctuation: "Po", .mathSymbol: "Sm", .currencySymbol: "Sc", .modifierSymbol: "Sk", .otherSymbol: "So", .spaceSeparator: "Zs",
        .lineSeparator: "Zl", .paragraphSeparator: "Zp", .control: "Cc", .format: "Cf", .surrogate: "Cs", .privateUse: "Co",
        .unassigned: "Cn",
    ]

    private static func categoryName(of scalar: Unicode.Scalar) -> String { categoryNames[scalar.properties.generalCategory] ?? "Cn" }
}
