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

    /// The words that may be meant. Similar ones are looked for where no word begins with what was asked.
    func candidates(for wanted: [UInt8]) -> [Candidate] {
        var found = beginning(with: wanted)
        if wanted.count >= 3 {
            let known = Set(found.map(\.word))
            found += holding(wanted).filter { !known.contains($0.word) }
        }
        if found.isEmpty || (wanted.count >= 5 && !found.contains { $0.kind < .part }) { found += similar(to: wanted) }
        return found
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
    private func similar(to wanted: [UInt8]) -> [Candidate] {
        guard wanted.count >= 4 else { return [] }
        let bound = wanted.count < 8 ? 1 : 2
        var shared: [Int32: Int] = [:]
        let trigrams = Self.trigrams(of: wanted)
        for trigram in Set(trigrams) {
            for word in self.trigrams[trigram] ?? [] { shared[word, default: 0] += 1 }
        }
        // One edit touches at most three trigrams, two neighbours swapped touch four.
        let least = max(1, Set(trigrams).count - 4 * bound)
        return shared.compactMap { word, count in
            guard count >= least, let edits = EditDistance.between(wanted, words[Int(word)], atMost: bound) else { return nil }
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

/// How many slips of the pen lie between two words.
enum EditDistance {
    /// Insertions, deletions, substitutions and neighbours swapped (optimal string alignment), or nil above the bound.
    static func between(_ left: [UInt8], _ right: [UInt8], atMost bound: Int) -> Int? {
        guard abs(left.count - right.count) <= bound else { return nil }
        var beforePrevious = [Int](repeating: 0, count: right.count + 1)
        var previous = Array(0...right.count)
        var current = previous
        for row in left.indices {
            current[0] = row + 1
            var smallest = current[0]
            for column in right.indices {
                var cost = min(
                    previous[column] + (left[row] == right[column] ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    cost = min(cost, beforePrevious[column - 1] + 1)
                }
                current[column + 1] = cost
                smallest = min(smallest, cost)
            }
            if smallest > bound { return nil }
            (beforePrevious, previous, current) = (previous, current, beforePrevious)
        }
        return previous[right.count] <= bound ? previous[right.count] : nil
    }
}
