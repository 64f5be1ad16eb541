import Diagnostics

extension RegularExpression {
    /// Where the expression matches first at or after a place, of several there the one that its alternatives and quantifiers prefer: the
    /// registers, of which the first two are the match's beginning and end, the next two those of the first group, and so on.
    func firstMatch(in text: [Unicode.Scalar], from start: Int, _ budget: Budget) throws(DiagnosticList) -> [Int]? {
        var search = try Search(expression: self, text: text, budget)
        return try search.firstMatch(from: start, budget)
    }

    /// The text with every match replaced; nil when the expression matches the empty text or the replacement is none.
    func replacing(in text: String, with replacement: String, _ budget: Budget) throws(DiagnosticList) -> String? {
        guard let parts = Replacement(replacement, isLiteral: flags.isLiteral) else { return nil }
        if try matches("", budget) { return nil }
        let scalars = Array(text.unicodeScalars)
        var result = String.UnicodeScalarView()
        var place = 0
        var search = try Search(expression: self, text: scalars, budget)
        while place <= scalars.count, let found = try search.firstMatch(from: place, budget) {
            let (start, end) = (found[0], found[1])
            // Matches of nothing, as of `^` alone, are left alone; they would not end.
            guard end > start else { return nil }
            result.append(contentsOf: scalars[place..<start])
            let added = parts.append(to: &result, found, scalars, groups: groupCount)
            place = end
            try budget.spend(1 + added / 16)
            try budget.hold(rows: 0, bytes: added)
            search.forget(end)
        }
        if place < scalars.count { result.append(contentsOf: scalars[place...]) }
        return String(result)
    }

    /// The replacement of `REPLACE`: texts and numbers of groups.
    private struct Replacement {
        private enum Part {
            case scalar(Unicode.Scalar)
            /// The digits after a dollar sign.
            case group([Int])
        }

        private var parts: [Part] = []

        init?(_ text: String, isLiteral: Bool) {
            var rest = Array(text.unicodeScalars)[...]
            while let scalar = rest.popFirst() {
                if isLiteral {
                    parts.append(.scalar(scalar))
                    continue
                }
                switch scalar {
                case "\\":
                    guard let escaped = rest.popFirst(), escaped == "\\" || escaped == "$" else { return nil }
                    parts.append(.scalar(escaped))
                case "$":
                    var digits: [Int] = []
                    while let digit = rest.first, ("0"..."9").contains(digit) {
                        digits.append(Int(digit.value) - 48)
                        rest.removeFirst()
                    }
                    if digits.isEmpty { return nil }
                    parts.append(.group(digits))
                default: parts.append(.scalar(scalar))
                }
            }
        }

        /// As many digits as make the number of a group name it; the others are text.
        ///
        /// - Returns: how many characters were added.
        func append(to result: inout String.UnicodeScalarView, _ registers: [Int], _ text: [Unicode.Scalar], groups: Int) -> Int {
            var added = parts.count
            for part in parts {
                switch part {
                case .scalar(let scalar): result.append(scalar)
                case .group(let digits):
                    var number = digits[0]
                    var used = 1
                    while used < digits.count, number * 10 + digits[used] <= groups {
                        number = number * 10 + digits[used]
                        used += 1
                    }
                    if number <= groups, registers[2 * number] >= 0, registers[2 * number + 1] >= 0 {
                        result.append(contentsOf: text[registers[2 * number]..<registers[2 * number + 1]])
                        added += registers[2 * number + 1] - registers[2 * number]
                    }
                    for digit in digits[used...] { result.append(contentsOf: String(digit).unicodeScalars) }
                }
            }
            return added
        }
    }

    /// A search that tries the ways in the order of preference. Without back-references, a way that has failed at a place fails there
    /// again, so that each place of program and text is tried once.
    private struct Search {
        private let expression: RegularExpression
        private let text: [Unicode.Scalar]
        private var hasFailed: [Bool]

        /// What to try when the present way fails: another place, or a register as it was.
        private enum Alternative {
            case way(Int, Int)
            case register(Int, Int)
        }

        init(expression: RegularExpression, text: [Unicode.Scalar], _ budget: Budget) throws(DiagnosticList) {
            self.expression = expression
            self.text = text
            let size = expression.hasBackReferences ? 0 : expression.program.count * (text.count + 1)
            try budget.require(bytes: size)
            hasFailed = [Bool](repeating: false, count: size)
        }

        mutating func firstMatch(from start: Int, _ budget: Budget) throws(DiagnosticList) -> [Int]? {
            for place in start...text.count {
                if let found = try match(at: place, budget) { return found }
            }
            return nil
        }

        /// Where a match ended, the ways were not all of them failures; the next search begins there.
        mutating func forget(_ position: Int) {
            guard !hasFailed.isEmpty else { return }
            for place in expression.program.indices { hasFailed[place * (text.count + 1) + position] = false }
        }

        mutating func match(at start: Int, _ budget: Budget) throws(DiagnosticList) -> [Int]? {
            var registers = [Int](repeating: -1, count: expression.registers)
            registers[0] = start
            var alternatives: [Alternative] = [.way(0, start)]
            var visits = 0
            while let alternative = alternatives.popLast() {
                guard case .way(var place, var position) = alternative else {
                    if case .register(let register, let value) = alternative { registers[register] = value }
                    continue
                }
                way: while true {
                    visits += 1
                    if visits & 255 == 0 { try budget.spend(256) }
                    if !hasFailed.isEmpty {
                        let key = place * (text.count + 1) + position
                        if hasFailed[key] { break way }
                        hasFailed[key] = true
                    }
                    switch expression.program[place] {
                    case .match:
                        registers[1] = position
                        return registers
                    case .character(let test):
                        guard position < text.count, test.accepts(text[position], ignoringCase: expression.flags.ignoresCase) else {
                            break way
                        }
                        position += 1
                    case .split(let first, let second):
                        alternatives.append(.way(second, position))
                        place = first
                        continue way
                    case .jump(let target):
                        place = target
                        continue way
                    case .lineStart:
                        guard position == 0 || (expression.flags.isMultiline && text[position - 1] == "\n") else { break way }
                    case .lineEnd:
                        guard position == text.count || (expression.flags.isMultiline && text[position] == "\n") else { break way }
                    case .note(let register):
                        alternatives.append(.register(register, registers[register]))
                        registers[register] = position
                    case .advanced(let register):
                        guard registers[register] != position else { break way }
                    case .backReference(let group):
                        guard let length = repeated(registers[2 * group], registers[2 * group + 1], at: position) else { break way }
                        position += length
                    }
                    place += 1
                }
            }
            return nil
        }

        /// The length of what a group matched when it stands here again; a group that matched nothing stands everywhere.
        private func repeated(_ start: Int, _ end: Int, at position: Int) -> Int? {
            guard start >= 0, end >= start else { return 0 }
            guard position + end - start <= text.count else { return nil }
            for offset in 0..<(end - start) {
                let test = CharacterTest.range(text[start + offset], text[start + offset])
                guard test.accepts(text[position + offset], ignoringCase: expression.flags.ignoresCase) else { return nil }
            }
            return end - start
        }
    }
}
