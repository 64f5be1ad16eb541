/// The distinct words of many names, found by their beginning, by a part, or in spite of a slip of the pen.
struct WordIndex: Sendable {
    /// How well a word of the index stands for one that was asked for; smaller is better.
    struct Candidate: Sendable, Hashable {
        let word: Int32
        let kind: SearchHit.Kind
        let edits: Int
    }

    /// Sorted.
    private let words: [[UInt8]]
    /// By three neighbouring bytes, the words that hold them; both ends of a word count as a space.
    private let trigrams: [UInt32: [Int32]]
    /// More words than this are not taken for one beginning: nobody reads on, and the answer must be quick.
    private let mostCandidates = 4096

    /// - Parameter words: sorted and distinct.
    init(sorted words: [[UInt8]]) {
        self.words = words
        var trigrams: [UInt32: [Int32]] = [:]
        for (number, word) in words.enumerated() {
            for trigram in Self.trigrams(of: word) {
                if trigrams[trigram]?.last != Int32(number) { trigrams[trigram, default: []].append(Int32(number)) }
            }
        }
        self.trigrams = trigrams
    }

    /// How many words there are.
    var count: Int { words.count }

    /// The words that may be meant, without those that only a slip of the pen would explain.
    func candidates(for wanted: [UInt8], withParts: Bool) -> [Candidate] {
        let found = beginning(with: wanted)
        guard withParts, wanted.count >= 3 else { return found }
        let known = Set(found.map(\.word))
        return found + holding(wanted).filter { !known.contains($0.word) }
    }

    private func beginning(with wanted: [UInt8]) -> [Candidate] {
        var found: [Candidate] = []
        var number = firstIndex { !$0.lexicographicallyPrecedes(wanted) }
        while number < words.count, words[number].starts(with: wanted), found.count < mostCandidates {
            let isWhole = words[number].count == wanted.count
            found.append(Candidate(word: Int32(number), kind: isWhole ? .name : .beginning, edits: 0))
            number += 1
        }
        return found
    }

    private func holding(_ wanted: [UInt8]) -> [Candidate] {
        let inner = Self.innerTrigrams(of: wanted)
        guard let rarest = inner.map({ trigrams[$0] ?? [] }).min(by: { $0.count < $1.count }) else { return [] }
        return rarest.lazy.filter { contains(words[Int($0)], wanted) }.prefix(mostCandidates)
            .map { Candidate(word: $0, kind: .part, edits: 0) }
    }

    /// Words within one edit, from eight letters on within two.
    func similar(to wanted: [UInt8]) -> [Candidate] {
        guard wanted.count >= 4 else { return [] }
        let bound = wanted.count < 8 ? 1 : 2
        let trigrams = Set(Self.trigrams(of: wanted))
        var shared = [UInt8](repeating: 0, count: words.count)
        var touched: [Int32] = []
        for trigram in trigrams {
            for word in self.trigrams[trigram] ?? [] {
                if shared[Int(word)] == 0 { touched.append(word) }
                shared[Int(word)] &+= 1
            }
        }
        // An edit touches at most three trigrams; two neighbours swapped touch four, of which one is allowed for.
        let least = max(1, trigrams.count - 3 * bound - 1)
        let pattern = EditDistance.Pattern(wanted)
        return touched.compactMap { word in
            guard Int(shared[Int(word)]) >= least, let edits = pattern.distance(to: words[Int(word)], atMost: bound) else { return nil }
            return Candidate(word: word, kind: .similar, edits: edits)
        }
    }

    private func contains(_ word: [UInt8], _ part: [UInt8]) -> Bool {
        guard word.count >= part.count else { return false }
        return (0...(word.count - part.count)).contains { word[$0...].starts(with: part) }
    }

    private func firstIndex(where holds: ([UInt8]) -> Bool) -> Int {
        var low = 0
        var high = words.count
        while low < high {
            let middle = (low + high) / 2
            if holds(words[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    private static func trigrams(of word: [UInt8]) -> [UInt32] { innerTrigrams(of: [0x20] + word + [0x20]) }

    private static func innerTrigrams(of bytes: [UInt8]) -> [UInt32] {
        guard bytes.count >= 3 else { return [] }
        return (0...(bytes.count - 3)).map { UInt32(bytes[$0]) << 16 | UInt32(bytes[$0 + 1]) << 8 | UInt32(bytes[$0 + 2]) }
    }
}
