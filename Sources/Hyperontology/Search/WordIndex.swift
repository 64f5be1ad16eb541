import Foundation

/// The distinct words of many names, found by their beginning, by a part, or in spite of a slip of the pen.
struct WordIndex: Sendable {
    /// How well a word of the index stands for one that was asked for; smaller is better.
    struct Candidate: Sendable, Hashable {
        let word: Int32
        let kind: SearchHit.Kind
        let edits: Int
    }

    /// All words, sorted, one after the other; and where each starts and the last ends.
    private let bytes: [UInt8]
    private let starts: [Int]
    /// By three neighbouring bytes, the words that hold them; both ends of a word count as a space.
    private let trigrams: [UInt32: [Int32]]
    /// More words than this are not taken for one beginning: nobody reads on, and the answer must be quick.
    private let mostCandidates = 4096

    /// - Parameter words: sorted and distinct.
    init(sorted words: [[UInt8]]) {
        var trigrams: [UInt32: [Int32]] = [:]
        var starts = [0]
        starts.reserveCapacity(words.count + 1)
        for (number, word) in words.enumerated() {
            starts.append(starts[number] + word.count)
            for trigram in Self.trigrams(of: word) {
                if trigrams[trigram]?.last != Int32(number) { trigrams[trigram, default: []].append(Int32(number)) }
            }
        }
        self.trigrams = trigrams
        self.starts = starts
        bytes = Array(words.joined())
    }

    /// How many words there are.
    var count: Int { starts.count - 1 }

    /// The words that may be meant, without those that only a slip of the pen would explain.
    func candidates(for wanted: [UInt8], withParts: Bool) -> [Candidate] {
        let found = beginning(with: wanted)
        guard withParts, wanted.count >= 3 else { return found }
        let known = Set(found.map(\.word))
        return found + holding(wanted).filter { !known.contains($0.word) }
    }

    private func beginning(with wanted: [UInt8]) -> [Candidate] {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            var found: [Candidate] = []
            var number = unsafe firstIndex(notBefore: wanted, bytes)
            while number < count, found.count < mostCandidates {
                let length = starts[number + 1] - starts[number]
                guard length >= wanted.count, unsafe compare(bytes, starts[number], wanted, wanted.count) == 0 else { break }
                found.append(Candidate(word: Int32(number), kind: length == wanted.count ? .name : .beginning, edits: 0))
                number += 1
            }
            return found
        }
    }

    private func holding(_ wanted: [UInt8]) -> [Candidate] {
        let inner = Self.innerTrigrams(of: wanted)
        guard let rarest = inner.map({ trigrams[$0] ?? [] }).min(by: { $0.count < $1.count }) else { return [] }
        return unsafe bytes.withUnsafeBufferPointer { bytes in
            var found: [Candidate] = []
            for word in rarest {
                guard found.count < mostCandidates else { break }
                let (start, end) = (starts[Int(word)], starts[Int(word) + 1])
                let last = end - wanted.count
                guard last >= start, (start...last).contains(where: { unsafe compare(bytes, $0, wanted, wanted.count) == 0 }) else {
                    continue
                }
                found.append(Candidate(word: word, kind: .part, edits: 0))
            }
            return found
        }
    }

    /// Words within one edit, from eight letters on within two.
    func similar(to wanted: [UInt8]) -> [Candidate] {
        guard wanted.count >= 4 else { return [] }
        let bound = wanted.count < 8 ? 1 : 2
        let trigrams = Set(Self.trigrams(of: wanted))
        var shared = [UInt8](repeating: 0, count: count)
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
        return unsafe bytes.withUnsafeBufferPointer { bytes in
            var found: [Candidate] = []
            for word in touched where Int(shared[Int(word)]) >= least {
                let (start, end) = (starts[Int(word)], starts[Int(word) + 1])
                guard abs(end - start - wanted.count) <= bound else { continue }
                let text = unsafe UnsafeBufferPointer(rebasing: bytes[start..<end])
                guard let edits = unsafe pattern.distance(to: text, atMost: bound) else { continue }
                found.append(Candidate(word: word, kind: .similar, edits: edits))
            }
            return found
        }
    }

    /// The first word that does not come before a text.
    private func firstIndex(notBefore wanted: [UInt8], _ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            let length = starts[middle + 1] - starts[middle]
            let order = unsafe compare(bytes, starts[middle], wanted, min(length, wanted.count))
            if order < 0 || (order == 0 && length < wanted.count) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func compare(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ wanted: [UInt8], _ count: Int) -> Int32 {
        guard let base = bytes.baseAddress else { return 0 }
        return unsafe memcmp(base + start, wanted, count)
    }

    private static func trigrams(of word: [UInt8]) -> [UInt32] { innerTrigrams(of: [0x20] + word + [0x20]) }

    private static func innerTrigrams(of bytes: [UInt8]) -> [UInt32] {
        guard bytes.count >= 3 else { return [] }
        return (0...(bytes.count - 3)).map { UInt32(bytes[$0]) << 16 | UInt32(bytes[$0 + 1]) << 8 | UInt32(bytes[$0 + 2]) }
    }
}
