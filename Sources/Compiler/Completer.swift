import CohortQL
public import Diagnostics
public import Hyperontology

/// What may stand at a place of a query, for editors.
///
/// The parser itself is asked: a word may stand where the parser, given the text before the place and the word, has nothing against it.
/// So completion never offers what the language does not have there, and knows new words by itself.
public struct Completer: Sendable {
    private let hyperontology: Hyperontology

    public init(hyperontology: Hyperontology) { self.hyperontology = hyperontology }

    /// One thing that may stand at the place.
    public struct Candidate: Hashable, Codable, Sendable {
        public enum Kind: String, Codable, Sendable { case keyword, event, cohort, conceptSet, parameter, property, concept }

        public let kind: Kind
        /// What is shown.
        public let label: String
        /// What is written, in place of the word that was begun.
        public let text: String
        /// What it is; nil for words of the language.
        public let detail: String?
    }

    public struct Completion: Hashable, Codable, Sendable {
        /// The word that was begun: the bytes that a candidate takes the place of.
        public let start: Int
        public let end: Int
        public let candidates: [Candidate]
    }

    /// - Parameters:
    ///   - offset: in bytes.
    ///   - limit: of concepts.
    public func complete(_ source: SourceText, at offset: Int, limit: Int = 50) -> Completion {
        let end = min(max(offset, 0), min(source.bytes.count, Parser.Limits.bytes))
        let word = BegunWord(source.bytes[..<end])
        let before = Array(source.bytes[..<word.start])
        // In a comment nothing is completed.
        guard !word.isInComment else { return Completion(start: end, end: end, candidates: []) }
        let names = DefinedNames(before)
        var found: [Candidate] = []
        if !word.isString {
            found += keywords(before, word.text)
            found += words(names.events, .event, before, word.text)
            found += words(names.cohorts, .cohort, before, word.text)
            found += words(names.parameters.map { "$" + $0 }, .parameter, before, word.text)
            found += properties(before, word.text)
            // Where a code may stand no concept of the hyperontology does.
            if !Probe.accepts("\"x\"", after: before) { found += words(names.codeSets, .conceptSet, before, word.text) }
        }
        if Probe.accepts("\"x\"", after: before) {
            if !word.isString { found += words(names.conceptSets, .conceptSet, before, word.text) }
            found += concepts(before, word, limit: limit)
        }
        return Completion(start: word.start, end: end, candidates: found)
    }

    private func keywords(_ before: [UInt8], _ begun: String) -> [Candidate] {
        Keyword.all.filter { $0.hasPrefix(begun) && Probe.accepts($0, after: before) }
            .map { Candidate(kind: .keyword, label: $0, text: $0, detail: nil) }
    }

    /// Names, where a name may stand that is no definition.
    private func words(_ names: [String], _ kind: Candidate.Kind, _ before: [UInt8], _ begun: String) -> [Candidate] {
        guard kind != .event || Probe.refersToEvent(before), kind != .cohort || Probe.refersToCohort(before) else { return [] }
        return names.filter { $0.hasPrefix(begun) && Probe.accepts($0, after: before) }
            .map { Candidate(kind: kind, label: $0, text: $0, detail: nil) }
    }

    private func properties(_ before: [UInt8], _ begun: String) -> [Candidate] {
        guard Probe.isProperty(before) else { return [] }
        return hyperontology.seriesProperties.filter { $0.label.hasPrefix(begun) }
            .map { Candidate(kind: .property, label: $0.label, text: $0.label, detail: $0.comment) }
    }

    private func concepts(_ before: [UInt8], _ word: BegunWord, limit: Int) -> [Candidate] {
        let fits = ConceptPlace(before, hyperontology).fits
        let begun = word.text.trimmingQuotation
        let all =
            begun.isEmpty ? hyperontology.concepts.sorted { $0.prefLabel < $1.prefLabel } : hyperontology.search(begun, limit: .max)
        return all.lazy.filter(fits).prefix(limit).map { concept in
            Candidate(kind: .concept, label: concept.prefLabel, text: "\"\(concept.prefLabel)\"", detail: concept.definition)
        }
    }
}

/// Questions to the parser about a text and what could follow it.
private enum Probe {
    /// Whether the parser has nothing against a word after a text.
    static func accepts(_ word: String, after before: [UInt8]) -> Bool {
        let start = before.count + 1
        let (_, diagnostics) = Parser.parse(SourceText(name: "q", bytes: before + [UInt8(ascii: "\n")] + Array(word.utf8)))
        let end = start + word.utf8.count
        // What is missing at the end is not the word's fault; what was wrong before it neither.
        return diagnostics.allSatisfy { ($0.span?.lowerBound ?? 0) < start || ($0.span?.lowerBound ?? 0) >= end }
    }

    static func lastTokens(_ before: [UInt8]) -> [Token] { Array(Token.all(in: SourceText(name: "q", bytes: before)).suffix(2)) }

    static func refersToEvent(_ before: [UInt8]) -> Bool {
        guard let last = lastTokens(before).last, last.kind == .word || last.kind == .symbol else { return false }
        return [
            "before", "after", "of", "at", "exists", "where", "and", "or", "not", "(", "during", "overlaps", "contains", "meets", "equals",
            "with", "to", "from", "inputs", "as",
        ]
        .contains(last.text)
    }

    static func refersToCohort(_ before: [UInt8]) -> Bool {
        guard let last = lastTokens(before).last else { return false }
        return ["in", "report", "dispatch", "with", ",", "=", "(", "union", "intersection", "difference"].contains(last.text)
    }

    /// Whether a property of a series may stand next.
    static func isProperty(_ before: [UInt8]) -> Bool {
        let tokens = lastTokens(before)
        guard let last = tokens.last, last.text == "{" || last.text == "," else { return false }
        return accepts("zzz <= 1", after: before) && !accepts("zzz = first death", after: before)
    }
}

/// The word before a place, as far as it was written.
private struct BegunWord {
    let start: Int
    let text: String
    let isString: Bool
    let isInComment: Bool

    init(_ bytes: ArraySlice<UInt8>) {
        var quote: Int?
        var comment = false
        for (place, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "\n"): (quote, comment) = (nil, false)
            case UInt8(ascii: "\"") where !comment: quote = quote == nil ? place : nil
            case UInt8(ascii: "#") where quote == nil: comment = true
            default: break
            }
        }
        isInComment = comment
        isString = quote != nil
        var begin = bytes.endIndex
        if let quote {
            begin = quote
        } else {
            while begin > bytes.startIndex, bytes[begin - 1].isPartOfWord { begin -= 1 }
        }
        start = begin
        text = String(decoding: bytes[begin...], as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var isPartOfWord: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) || self == UInt8(ascii: "_") || self == UInt8(ascii: "$")
    }
}

/// What the text before a place defines.
private struct DefinedNames {
    var events: [String] = []
    var cohorts: [String] = []
    var conceptSets: [String] = []
    var codeSets: [String] = []
    var parameters: [String] = []

    init(_ before: [UInt8]) {
        let tokens = Token.all(in: SourceText(name: "q", bytes: before))
        for (place, token) in tokens.enumerated() where token.kind == .word && place + 1 < tokens.count {
            let next = tokens[place + 1]
            switch token.text {
            case "cohort" where next.kind == .word:
                cohorts.append(next.text)
                events = []
            case "concepts" where next.kind == .word: conceptSets.append(next.text)
            case "codes" where next.kind == .word: codeSets.append(next.text)
            case "parameter" where next.kind == .word: parameters.append(next.text)
            default:
                let isDefinition = next.text == "=" && next.kind == .symbol && place > 0
                if isDefinition, !["cohort", "concepts", "codes", "parameter"].contains(tokens[place - 1].text) {
                    events.append(token.text)
                }
            }
        }
    }
}

/// Which concepts may stand at a place where a concept may stand.
private struct ConceptPlace {
    let fits: @Sendable (Concept) -> Bool

    init(_ before: [UInt8], _ hyperontology: Hyperontology) {
        var tokens = Token.all(in: SourceText(name: "q", bytes: before))[...]
        // Back over `one of ( "A" ,` to what the list is of.
        while let last = tokens.last, last.kind == .string || last.kind == .curie || [",", "(", "exactly"].contains(last.text) {
            tokens.removeLast()
        }
        if tokens.last?.text == "of", tokens.dropLast().last?.text == "one" { tokens.removeLast(2) }
        if tokens.last?.text == "of", tokens.dropLast().last?.text == "descendants" { tokens.removeLast(2) }
        let last = tokens.last?.text ?? ""
        if last == "of", let kind = tokens.dropLast().last?.text, let used = ConceptPlace.use(of: kind) {
            fits = { $0.usedFor.contains(used) }
        } else if last == "is" || ["<", "<=", ">", ">=", "=", "from", "to"].contains(last) {
            let question = tokens.last { $0.kind == .string || $0.kind == .curie }
            let found =
                question.map { $0.kind == .curie ? hyperontology.resolve(curie: $0.text) : hyperontology.resolve(label: $0.text) } ?? []
            let answers = Set(found.flatMap(\.answers).flatMap { hyperontology.descendants(of: $0) })
            fits = { answers.isEmpty ? $0.usedFor.contains("Value") : answers.contains($0.iri) }
        } else if let property = hyperontology.seriesProperties.first(where: { ConceptPlace.ends(tokens, with: $0.label) }) {
            let values = property.valuesFrom
            fits = { concept in values.map { concept.usedFor.contains($0) } ?? true }
        } else {
            fits = { _ in true }
        }
    }

    private static func ends(_ tokens: ArraySlice<Token>, with label: String) -> Bool {
        let words = label.split(separator: " ").map(String.init)
        return tokens.suffix(words.count).map(\.text) == words
    }

    private static func use(of word: String) -> String? {
        EventKindSyntax.allCases.first { $0.rawValue == word || $0.plural == word }?.eventKind.usedFor
    }
}

extension String {
    /// Without the quotation mark that it begins with.
    fileprivate var trimmingQuotation: String { hasPrefix("\"") ? String(dropFirst()) : self }
}
