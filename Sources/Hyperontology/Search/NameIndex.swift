import Foundation

/// Finds names among many, best first: typos, accents, the order of words and unfinished words do not matter.
package struct NameIndex: Sendable {
    /// A name to be found.
    package struct Entry: Sendable {
        let text: String
        /// What has the name; the best name of an owner alone is answered.
        let owner: Int32
        let isPreferred: Bool

        package init(text: String, owner: Int32, isPreferred: Bool) {
            self.text = text
            self.owner = owner
            self.isPreferred = isPreferred
        }
    }

    package struct Match: Sendable, Hashable {
        /// The place of the name among the entries.
        let entry: Int
        let owner: Int32
        let kind: SearchHit.Kind
    }

    private let index: WordIndex
    private let owners: [Int32]
    private let isPreferred: [Bool]
    /// The names as they are compared, one after the other, and where each starts and the last ends.
    private let plain: [UInt8]
    private let plainStarts: [Int]
    /// The words of each name, one after the other, and where those of a name begin.
    private let wordsOfNames: [Int32]
    private let nameStarts: [Int]
    /// The names of each word, one after the other, and where those of a word begin.
    private let namesOfWords: [Int32]
    private let wordStarts: [Int]

    package init(_ entries: [Entry]) {
        let words = entries.map { NameText.words(of: $0.text) }
        let distinct = Set(words.joined()).map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
        var numbers: [String: Int32] = [:]
        numbers.reserveCapacity(distinct.count)
        for (number, word) in distinct.enumerated() { numbers[String(decoding: word, as: UTF8.self)] = Int32(number) }
        index = WordIndex(sorted: distinct)
        owners = entries.map(\.owner)
        isPreferred = entries.map(\.isPreferred)
        let plain = entries.map { Array(NameText.plain($0.text).utf8) }
        self.plain = Array(plain.joined())
        plainStarts = plain.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }

        var flat: [Int32] = []
        var starts = [0]
        for name in words {
            flat += Set(name.compactMap { numbers[$0] })
            starts.append(flat.count)
        }
        wordsOfNames = flat
        nameStarts = starts
        let byLength = entries.indices.sorted { plain[$0].count < plain[$1].count }
        (namesOfWords, wordStarts) = Self.inverted(flat, starts, order: byLength, count: distinct.count)
    }

    /// The best names, one an owner.
    ///
    /// Words are taken as beginnings first; their parts count where that finds too little, and slips of the pen where a word begins
    /// nothing or where nothing has all words. Of very many names that fit, the short ones are looked at.
    package func find(_ text: String, limit: Int) -> [Match] {
        let wanted = Set(NameText.words(of: text).filter { !isJoined($0, in: text) }).map { Array($0.utf8) }
        guard !wanted.isEmpty, limit > 0 else { return [] }
        let whole = Array(NameText.plain(text).utf8)
        let beginnings = wanted.map { index.candidates(for: $0, withParts: false) }
        var found = beginnings.contains(where: \.isEmpty) ? [] : matches(beginnings, whole, limit)
        if found.count >= limit { return found }
        var similar: [[UInt8]: [WordIndex.Candidate]] = [:]
        func slips(_ word: [UInt8]) -> [WordIndex.Candidate] {
            if let known = similar[word] { return known }
            similar[word] = index.similar(to: word)
            return similar[word] ?? []
        }
        let candidates = wanted.map { word in
            let plain = index.candidates(for: word, withParts: true)
            return plain.contains { $0.kind < .part } ? plain : plain + slips(word)
        }
        // The same words again find the same names.
        let isMore = zip(candidates, beginnings).contains { $0.count != $1.count }
        if isMore { found = matches(candidates, whole, limit) }
        if !found.isEmpty { return found }
        return matches(zip(candidates, wanted).map { $0 + slips($1) }, whole, limit)
    }

    /// More names than this are not looked at for one question: nobody reads on, and the answer must be quick.
    private static let mostNames = 4_000

    private func matches(_ candidates: [[WordIndex.Candidate]], _ whole: [UInt8], _ limit: Int) -> [Match] {
        let sizes = candidates.map { $0.reduce(0) { $0 + wordStarts[Int($1.word) + 1] - wordStarts[Int($1.word)] } }
        guard let rarest = sizes.indices.min(by: { sizes[$0] < sizes[$1] }), sizes[rarest] > 0 else { return [] }
        let tables = candidates.map(table)
        var best = BestMatches(limit: limit)
        var seen = [UInt64](repeating: 0, count: owners.count / 64 + 1)
        var looked = 0
        for candidate in ordered(candidates[rarest]) {
            for name in namesOfWords[wordStarts[Int(candidate.word)]..<wordStarts[Int(candidate.word) + 1]] {
                let bit: UInt64 = 1 << UInt64(name & 63)
                if seen[Int(name >> 6)] & bit != 0 { continue }
                seen[Int(name >> 6)] |= bit
                looked += 1
                if looked > Self.mostNames { return best.matches }
                guard let rank = rank(of: Int(name), tables, whole) else { continue }
                best.add(rank, Match(entry: Int(name), owner: owners[Int(name)], kind: rank.kind))
            }
        }
        return best.matches
    }

    /// The best first; those that are equally good stay in their order.
    private func ordered(_ candidates: [WordIndex.Candidate]) -> [WordIndex.Candidate] {
        let values = candidates.map(value)
        return (1...UInt8.max).reduce(into: (values: Set(values), sorted: [WordIndex.Candidate]())) { result, value in
            guard result.values.contains(value) else { return }
            for (place, own) in values.enumerated() where own == value { result.sorted.append(candidates[place]) }
        }.sorted
    }

    /// The kind and the edits in one number, the best smallest, and never 0.
    private func value(_ candidate: WordIndex.Candidate) -> UInt8 { UInt8(candidate.kind.rawValue * 4 + min(candidate.edits, 3) + 1) }

    /// By word, how well it stands for one that was asked for: 0 not at all, else the kind and the edits in one number, best smallest.
    private func table(_ candidates: [WordIndex.Candidate]) -> [UInt8] {
        var table = [UInt8](repeating: 0, count: index.count)
        for candidate in candidates {
            let value = value(candidate)
            let known = table[Int(candidate.word)]
            if known == 0 || value < known { table[Int(candidate.word)] = value }
        }
        return table
    }

    /// A token that is written with a hyphen is asked for by its parts.
    private func isJoined(_ word: String, in text: String) -> Bool {
        !NameText.plain(text).split(separator: " ").contains(Substring(word))
    }

    /// How well a name fits all that was asked for; nil when a word is missing.
    private func rank(of name: Int, _ tables: [[UInt8]], _ whole: [UInt8]) -> Rank? {
        let words = wordsOfNames[nameStarts[name]..<nameStarts[name + 1]]
        var kind = SearchHit.Kind.words.rawValue
        var edits = 0
        for table in tables {
            var best = UInt8.max
            for word in words {
                let value = table[Int(word)]
                if value != 0, value < best { best = value }
            }
            if best == .max { return nil }
            kind = max(kind, Int(best - 1) / 4)
            edits += Int(best - 1) % 4
        }
        var fit = SearchHit.Kind(rawValue: kind) ?? .similar
        let length = plainStarts[name + 1] - plainStarts[name]
        if length >= whole.count, hasPrefix(name, whole) { fit = length == whole.count ? .name : .beginning }
        return Rank(kind: fit, edits: edits, isOther: isPreferred[name] ? 0 : 1, length: length, name: name)
    }

    private func hasPrefix(_ name: Int, _ whole: [UInt8]) -> Bool {
        unsafe plain.withUnsafeBufferPointer { plain in
            guard let base = plain.baseAddress else { return whole.isEmpty }
            return unsafe memcmp(base + plainStarts[name], whole, whole.count) == 0
        }
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

    /// By word, the names that hold it, in a given order of names.
    private static func inverted(_ flat: [Int32], _ starts: [Int], order: [Int], count: Int) -> ([Int32], [Int]) {
        var ends = [Int](repeating: 0, count: count + 1)
        for word in flat { ends[Int(word) + 1] += 1 }
        for word in 0..<count { ends[word + 1] += ends[word] }
        var next = ends
        var names = [Int32](repeating: 0, count: flat.count)
        for name in order {
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
