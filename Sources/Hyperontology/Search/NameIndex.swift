/// Finds names among many, best first: typos, accents, the order of words and unfinished words do not matter.
struct NameIndex: Sendable {
    /// A name to be found.
    struct Entry: Sendable {
        let text: String
        /// What has the name; the best name of an owner alone is answered.
        let owner: Int32
        let isPreferred: Bool
    }

    struct Match: Sendable, Hashable {
        /// The place of the name among the entries.
        let entry: Int
        let owner: Int32
        let kind: SearchHit.Kind
    }

    private let index: WordIndex
    private let owners: [Int32]
    private let isPreferred: [Bool]
    private let plain: [[UInt8]]
    /// The words of each name, one after the other, and where those of a name begin.
    private let wordsOfNames: [Int32]
    private let nameStarts: [Int]
    /// The names of each word, one after the other, and where those of a word begin.
    private let namesOfWords: [Int32]
    private let wordStarts: [Int]

    init(_ entries: [Entry]) {
        let words = entries.map { NameText.words(of: $0.text) }
        let distinct = Set(words.joined()).map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
        var numbers: [String: Int32] = [:]
        numbers.reserveCapacity(distinct.count)
        for (number, word) in distinct.enumerated() { numbers[String(decoding: word, as: UTF8.self)] = Int32(number) }
        index = WordIndex(sorted: distinct)
        owners = entries.map(\.owner)
        isPreferred = entries.map(\.isPreferred)
        plain = entries.map { Array(NameText.plain($0.text).utf8) }

        var flat: [Int32] = []
        var starts = [0]
        for name in words {
            flat += Set(name.compactMap { numbers[$0] })
            starts.append(flat.count)
        }
        wordsOfNames = flat
        nameStarts = starts
        (namesOfWords, wordStarts) = Self.inverted(flat, starts, count: distinct.count)
    }

    /// The best names, one an owner.
    func find(_ text: String, limit: Int) -> [Match] {
        let wanted = Set(NameText.words(of: text).filter { !isJoined($0, in: text) }).map { Array($0.utf8) }
        guard !wanted.isEmpty, limit > 0 else { return [] }
        let candidates = wanted.map { word in
            Dictionary(index.candidates(for: word).map { ($0.word, $0) }, uniquingKeysWith: { $0.kind <= $1.kind ? $0 : $1 })
        }
        let sizes = candidates.map { $0.keys.reduce(0) { $0 + wordStarts[Int($1) + 1] - wordStarts[Int($1)] } }
        guard let rarest = sizes.indices.min(by: { sizes[$0] < sizes[$1] }) else { return [] }

        let whole = Array(NameText.plain(text).utf8)
        var best = BestMatches(limit: limit)
        var seen: Set<Int32> = []
        for word in candidates[rarest].keys {
            for name in namesOfWords[wordStarts[Int(word)]..<wordStarts[Int(word) + 1]] where seen.insert(name).inserted {
                guard let rank = rank(of: Int(name), candidates, whole) else { continue }
                best.add(rank, Match(entry: Int(name), owner: owners[Int(name)], kind: rank.kind))
            }
        }
        return best.matches
    }

    /// A token that is written with a hyphen is asked for by its parts.
    private func isJoined(_ word: String, in text: String) -> Bool {
        !NameText.plain(text).split(separator: " ").contains(Substring(word))
    }

    /// How well a name fits all that was asked for; nil when a word is missing.
    private func rank(of name: Int, _ candidates: [[Int32: WordIndex.Candidate]], _ whole: [UInt8]) -> Rank? {
        let words = wordsOfNames[nameStarts[name]..<nameStarts[name + 1]]
        var kind = SearchHit.Kind.words
        var edits = 0
        for wanted in candidates {
            var best: WordIndex.Candidate?
            for word in words {
                guard let candidate = wanted[word] else { continue }
                if let known = best, (known.kind, known.edits) <= (candidate.kind, candidate.edits) { continue }
                best = candidate
            }
            guard let best else { return nil }
            kind = max(kind, best.kind)
            edits += best.edits
        }
        if plain[name] == whole {
            kind = .name
        } else if plain[name].starts(with: whole) {
            kind = .beginning
        }
        return Rank(kind: kind, edits: edits, isOther: isPreferred[name] ? 0 : 1, length: plain[name].count, name: name)
    }

    struct Rank: Comparable {
        let kind: SearchHit.Kind
        let edits: Int
        let isOther: Int
        let length: Int
        let name: Int

        static func < (left: Rank, right: Rank) -> Bool {
            (left.kind.rawValue, left.edits, left.isOther, left.length, left.name)
                < (right.kind.rawValue, right.edits, right.isOther, right.length, right.name)
        }
    }

    private static func inverted(_ flat: [Int32], _ starts: [Int], count: Int) -> ([Int32], [Int]) {
        var ends = [Int](repeating: 0, count: count + 1)
        for word in flat { ends[Int(word) + 1] += 1 }
        for word in 0..<count { ends[word + 1] += ends[word] }
        var next = ends
        var names = [Int32](repeating: 0, count: flat.count)
        for name in starts.indices.dropLast() {
            for word in flat[starts[name]..<starts[name + 1]] {
                names[next[Int(word)]] = Int32(name)
                next[Int(word)] += 1
            }
        }
        return (names, ends)
    }
}

/// The few best matches so far, one an owner.
private struct BestMatches {
    let limit: Int
    private var ranked: [(rank: NameIndex.Rank, match: NameIndex.Match)] = []

    init(limit: Int) { self.limit = limit }

    var matches: [NameIndex.Match] { ranked.map(\.match) }

    mutating func add(_ rank: NameIndex.Rank, _ match: NameIndex.Match) {
        if ranked.count == limit, let last = ranked.last, !(rank < last.rank) { return }
        if let known = ranked.firstIndex(where: { $0.match.owner == match.owner }) {
            guard rank < ranked[known].rank else { return }
            ranked.remove(at: known)
        }
        let place = ranked.firstIndex { rank < $0.rank } ?? ranked.count
        ranked.insert((rank, match), at: place)
        if ranked.count > limit { ranked.removeLast() }
    }
}
