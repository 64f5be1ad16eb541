import Diagnostics

/// Turns the text of a regular expression into the program of a ``RegularExpression``.
struct RegularExpressionCompiler {
    /// The parsed expression.
    private indirect enum Node {
        case test(CharacterTest)
        case lineStart, lineEnd
        case sequence([Node])
        case alternatives([Node])
        case repetition(Node, Int, Int?, isReluctant: Bool)
        case group(Int, Node)
        case backReference(Int)
    }

    private let pattern: [Unicode.Scalar]
    private let flags: RegularExpression.Flags
    private var position = 0
    private var depth = 0
    private var program: [RegularExpression.Instruction] = []
    /// How many groups were opened, and which of them are closed.
    private(set) var groups = 0
    private var closedGroups: Set<Int> = []
    private(set) var registers = 0
    private(set) var hasBackReferences = false

    private static let maximumProgram = 20_000
    private static let maximumDepth = 100

    init(_ pattern: String, flags: RegularExpression.Flags) {
        var scalars = Array(pattern.unicodeScalars)
        if flags.ignoresBlanks, !flags.isLiteral { scalars.removeAll { " \t\n\r".unicodeScalars.contains($0) } }
        self.pattern = scalars
        self.flags = flags
    }

    /// The program; ``registers`` tells how many places of the text its run notes: the group's beginnings and ends come first.
    mutating func compile() throws(DiagnosticList) -> [RegularExpression.Instruction] {
        if flags.isLiteral {
            program = pattern.map { .character(.range($0, $0)) }
        } else {
            let node = try alternatives()
            guard position == pattern.count else { throw problem("has a `)` without its `(`") }
            registers = 2 * (groups + 1)
            try emit(node)
        }
        registers = max(registers, 2)
        program.append(.match)
        return program
    }

    private func problem(_ what: String) -> DiagnosticList {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: pattern)
        return RegularExpression.problem("the regular expression `\(String(view))` \(what)")
    }

    private var current: Unicode.Scalar? { position < pattern.count ? pattern[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard current == scalar else { return false }
        position += 1
        return true
    }
}

// MARK: - Code

extension RegularExpressionCompiler {
    private mutating func emit(_ node: Node) throws(DiagnosticList) {
        guard program.count < Self.maximumProgram else { throw problem("is too large") }
        switch node {
        case .test(let test): program.append(.character(test))
        case .lineStart: program.append(.lineStart)
        case .lineEnd: program.append(.lineEnd)
        case .sequence(let nodes): for node in nodes { try emit(node) }
        case .alternatives(let nodes): try emit(alternatives: nodes[...])
        case .group(let number, let inner):
            program.append(.note(2 * number))
            try emit(inner)
            program.append(.note(2 * number + 1))
        case .backReference(let number): program.append(.backReference(number))
        case .repetition(let inner, let minimum, let maximum, let isReluctant):
            for _ in 0..<minimum { try emit(inner) }
            guard let maximum else { return try emitLoop(inner, isReluctant) }
            for _ in minimum..<maximum { try emitOptional(inner, isReluctant) }
        }
    }

    private mutating func emit(alternatives nodes: ArraySlice<Node>) throws(DiagnosticList) {
        guard let first = nodes.first else { return }
        if nodes.count == 1 { return try emit(first) }
        let split = program.count
        program.append(.match)
        try emit(first)
        let jump = program.count
        program.append(.match)
        program[split] = .split(split + 1, program.count)
        try emit(alternatives: nodes.dropFirst())
        program[jump] = .jump(program.count)
    }

    /// The one that goes on first is tried first.
    private static func split(_ into: Int, _ past: Int, _ isReluctant: Bool) -> RegularExpression.Instruction {
        isReluctant ? .split(past, into) : .split(into, past)
    }

    private mutating func emitLoop(_ inner: Node, _ isReluctant: Bool) throws(DiagnosticList) {
        let split = program.count
        program.append(.match)
        // A round that reads nothing would go on for ever.
        let register = registers
        registers += 1
        program.append(.note(register))
        try emit(inner)
        program.append(.advanced(register))
        program.append(.jump(split))
        program[split] = Self.split(split + 1, program.count, isReluctant)
    }

    private mutating func emitOptional(_ inner: Node, _ isReluctant: Bool) throws(DiagnosticList) {
        let split = program.count
        program.append(.match)
        try emit(inner)
        program[split] = Self.split(split + 1, program.count, isReluctant)
    }
}

// MARK: - Grammar

extension RegularExpressionCompiler {
    private mutating func alternatives() throws(DiagnosticList) -> Node {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw problem("is nested too deep") }
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        guard branches.count <= 200 else { throw problem("has too many alternatives") }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence() throws(DiagnosticList) -> Node {
        var nodes: [Node] = []
        while let scalar = current, scalar != "|", scalar != ")" {
            let node = try atom()
            nodes.append(try repeated(node))
        }
        return .sequence(nodes)
    }

    /// A quantifier after an atom; with a `?` after it, it reads as little as it can.
    private mutating func repeated(_ node: Node) throws(DiagnosticList) -> Node {
        let minimum: Int
        var maximum: Int?
        switch current {
        case "*": minimum = 0
        case "+": minimum = 1
        case "?": (minimum, maximum) = (0, 1)
        case "{":
            (minimum, maximum) = try bounds()
            return .repetition(node, minimum, maximum, isReluctant: take("?"))
        default: return node
        }
        position += 1
        return .repetition(node, minimum, maximum, isReluctant: take("?"))
    }

    private mutating func bounds() throws(DiagnosticList) -> (Int, Int?) {
        position += 1
        guard let minimum = number() else { throw problem("has a `{` without a number after it") }
        var maximum: Int? = minimum
        if take(",") { maximum = number() }
        guard take("}"), maximum ?? minimum >= minimum, max(minimum, maximum ?? 0) <= 1_000 else {
            throw problem("has a `{` with bounds that make no sense or are over 1000")
        }
        return (minimum, maximum)
    }

    private mutating func number() -> Int? {
        var digits = ""
        while let scalar = current, ("0"..."9").contains(scalar) {
            digits.unicodeScalars.append(scalar)
            position += 1
        }
        return Int(digits)
    }

    private mutating func atom() throws(DiagnosticList) -> Node {
        guard let scalar = current else { return .sequence([]) }
        position += 1
        switch scalar {
        case ".": return .test(flags.dotMatchesAll ? .any : .anyButLineEnd)
        case "^": return .lineStart
        case "$": return .lineEnd
        case "[": return .test(try characterClass())
        case "\\":
            if let digit = current, ("1"..."9").contains(digit) { return .backReference(try backReference()) }
            return .test(try escape())
        case "(": return try group()
        case "*", "+", "?", "{", "}", "]":
            throw problem("has a `\(scalar)` where nothing can be repeated; write `\\\(scalar)` for the character")
        default: return .test(.range(scalar, scalar))
        }
    }

    private mutating func group() throws(DiagnosticList) -> Node {
        let isCapturing = !take("?")
        if !isCapturing, !take(":") { throw problem("has a `(?` that is not `(?:`") }
        if isCapturing { groups += 1 }
        let number = groups
        let inner = try alternatives()
        guard take(")") else { throw problem("has a `(` without its `)`") }
        guard isCapturing else { return inner }
        closedGroups.insert(number)
        return .group(number, inner)
    }

    /// The number after a backslash: as many digits as make the number of a group (XPath and XQuery Functions, section 5.6.1).
    private mutating func backReference() throws(DiagnosticList) -> Int {
        var number = 0
        while let digit = current.flatMap({ ("0"..."9").contains($0) ? Int($0.value) - 48 : nil }),
            number == 0 || number * 10 + digit <= groups
        {
            number = number * 10 + digit
            position += 1
        }
        guard closedGroups.contains(number) else { throw problem("refers to the group \(number), which does not end before") }
        hasBackReferences = true
        return number
    }

    /// `[…]`, with ranges, escapes, `^` and subtraction.
    private mutating func characterClass() throws(DiagnosticList) -> CharacterTest {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw problem("is nested too deep") }
        let isNegated = take("^")
        var tests: [CharacterTest] = []
        var subtracted: CharacterTest?
        while !take("]") {
            guard let scalar = current else { throw problem("has a `[` without its `]`") }
            position += 1
            if scalar == "-", take("[") {
                subtracted = try characterClass()
                guard take("]") else { throw problem("has a subtraction that is not the end of its class") }
                break
            }
            let first = scalar == "\\" ? try escape() : .range(scalar, scalar)
            tests.append(try range(from: first))
        }
        if tests.isEmpty { throw problem("has an empty class") }
        let base = isNegated ? CharacterTest.not(.oneOf(tests)) : .oneOf(tests)
        return subtracted.map { .difference(base, $0) } ?? base
    }

    private mutating func range(from first: CharacterTest) throws(DiagnosticList) -> CharacterTest {
        guard case .range(let low, _) = first, current == "-", position + 1 < pattern.count, pattern[position + 1] != "]",
            pattern[position + 1] != "["
        else { return first }
        position += 1
        guard let scalar = current else { return first }
        position += 1
        let last = scalar == "\\" ? try escape() : .range(scalar, scalar)
        guard case .range(let high, _) = last, low <= high else { throw problem("has a range that runs backwards") }
        return .range(low, high)
    }

    private mutating func escape() throws(DiagnosticList) -> CharacterTest {
        guard let scalar = current else { throw problem("ends in a backslash") }
        position += 1
        switch scalar {
        case "n": return .range("\n", "\n")
        case "r": return .range("\r", "\r")
        case "t": return .range("\t", "\t")
        case "d": return .digit
        case "D": return .not(.digit)
        case "s": return .blank
        case "S": return .not(.blank)
        case "w": return .wordPart
        case "W": return .not(.wordPart)
        case "i": return .nameStart
        case "I": return .not(.nameStart)
        case "c": return .namePart
        case "C": return .not(.namePart)
        case "p": return try property()
        case "P": return .not(try property())
        case _ where "\\|.-^?*+{}()[]$/".unicodeScalars.contains(scalar): return .range(scalar, scalar)
        default: throw problem("has the unknown escape `\\\(scalar)`")
        }
    }

    /// `{Lu}` after `\p`, where a letter alone is the whole class, or a block's name, `{IsGreek}`.
    private mutating func property() throws(DiagnosticList) -> CharacterTest {
        guard take("{") else { throw problem("has a `\\p` without `{`") }
        var name = ""
        while let scalar = current, scalar != "}" {
            name.unicodeScalars.append(scalar)
            position += 1
        }
        if name.hasPrefix("Is") {
            guard take("}"), let range = UnicodeBlocks.range(named: String(name.dropFirst(2))) else {
                throw problem("names the unknown block `\(name)`")
            }
            return .block(range)
        }
        guard take("}"), CharacterTest.categoryNames.values.contains(where: { $0.hasPrefix(name) && !name.isEmpty }) else {
            throw problem("names the unknown category `\(name)`")
        }
        return .category(name)
    }
}
