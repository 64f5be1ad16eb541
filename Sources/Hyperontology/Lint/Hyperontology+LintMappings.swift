import Diagnostics

extension Hyperontology {
    /// What is wrong with single mappings.
    func mappingFindings() -> [LintFinding] {
        mappings.flatMap { mapping -> [LintFinding] in
            var found: [Diagnostic] = []
            let code = "`\(mapping.system):\(mapping.code)`"
            if concept(mapping.concept) == nil {
                let suggestion = nearest(to: shortened(mapping.concept), among: concepts.map(\.localName)).map { "did you mean `\($0)`?" }
                found.append(
                    Diagnostic(
                        "O0107", "\(code) is mapped from `\(shortened(mapping.concept))`, which is defined nowhere", help: suggestion))
            }
            if codeSystem(mapping.system) == nil {
                found.append(Diagnostic("O0108", "\(code) is of a system that `vocabularies.ttl` does not have"))
            }
            if !CheckDigits.holds(for: mapping.code, in: mapping.system) {
                found.append(Diagnostic("O0110", "the check digit of \(code) is wrong, so there is no such code"))
            } else if !CodeForms.holds(for: mapping.code, in: mapping.system) {
                found.append(Diagnostic("O0110", "\(code) does not have the form of a code of its system"))
            }
            if mapping.source == nil {
                let help = "name the list in which it was looked up in `mapping_source`"
                found.append(Diagnostic("O0119", .warning, "\(code) does not say where it was looked up", help: help))
            }
            return found.map { LintFinding($0, file: mapping.file, line: mapping.line) }
        }
    }

    /// Codes that mean exactly two concepts of which neither is below the other.
    func clashFindings() -> [LintFinding] {
        let exact = Dictionary(grouping: mappings.filter { $0.match == .exact }) { CodeKey(system: $0.system, code: $0.code) }
        return exact.values.flatMap { same -> [LintFinding] in
            same.indices.dropFirst().compactMap { index in
                let mapping = same[index]
                let clash = same[..<index].first {
                    !isSubclass($0.concept, of: mapping.concept) && !isSubclass(mapping.concept, of: $0.concept)
                }
                guard let clash, concept(clash.concept) != nil, concept(mapping.concept) != nil else { return nil }
                let message =
                    "`\(mapping.system):\(mapping.code)` is exactly `\(shortened(mapping.concept))` and exactly `\(shortened(clash.concept))`, neither of which is below the other"
                return LintFinding(Diagnostic("O0109", .warning, message), file: mapping.file, line: mapping.line)
            }
        }
    }

    /// Rows that say again what another row says, or contradict it.
    func repetitionFindings() -> [LintFinding] {
        struct Pair: Hashable {
            let concept: String
            let code: CodeKey
        }
        let pairs = Dictionary(grouping: mappings) { Pair(concept: $0.concept, code: CodeKey(system: $0.system, code: $0.code)) }
        return pairs.values.filter { $0.count > 1 }.flatMap { same in
            same.dropFirst().map { mapping in
                let first = "`\(same[0].file)` line \(same[0].line)"
                let message = "`\(mapping.system):\(mapping.code)` is mapped from `\(shortened(mapping.concept))` already in \(first)"
                return LintFinding(Diagnostic("O0120", .warning, message), file: mapping.file, line: mapping.line)
            }
        }
    }
}

/// The forms of codes, for systems whose codes cannot look otherwise.
enum CodeForms {
    static func holds(for code: String, in system: String) -> Bool {
        let bytes = Array(code.utf8)
        switch system {
        case "omop", "rxnorm": return !bytes.isEmpty && bytes.allSatisfy(isDigit)
        case "icd10", "icd10cm": return isDiagnosis(bytes)
        case "atc": return isClass(bytes)
        case "ncit": return bytes.first == letter("C") && bytes.count > 1 && bytes.dropFirst().allSatisfy(isDigit)
        case "radlex": return code.hasPrefix("RID") && bytes.count > 3 && bytes.dropFirst(3).allSatisfy(isDigit)
        default: return true
        }
    }

    /// `C50`, `C50.9`, `C7B.01`: a letter, a digit, a digit or letter, then up to four after a point.
    private static func isDiagnosis(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 3, isLetter(bytes[0]), isDigit(bytes[1]), isDigit(bytes[2]) || isLetter(bytes[2]) else { return false }
        if bytes.count == 3 { return true }
        return bytes[3] == UInt8(ascii: ".") && (5...8).contains(bytes.count) && bytes[4...].allSatisfy { isDigit($0) || isLetter($0) }
    }

    /// `L`, `L01`, `L01X`, `L01XC`, `L01XC03`.
    private static func isClass(_ bytes: [UInt8]) -> Bool {
        guard [1, 3, 4, 5, 7].contains(bytes.count) else { return false }
        return bytes.enumerated().allSatisfy { place, byte in [0, 3, 4].contains(place) ? isLetter(byte) : isDigit(byte) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }

    private static func letter(_ scalar: Unicode.Scalar) -> UInt8 { UInt8(ascii: scalar) }
}
