/// Finds concepts by their names, whatever the case and spacing.
struct ConceptNames: Sendable {
    /// By normalised name, the numbers of the concepts that have it.
    private let byName: [String: [Int]]
    private let entries: [Entry]

    private struct Entry: Sendable {
        let name: String
        let concept: Int
        let isPreferred: Bool
    }

    /// - Parameter concepts: their places are the numbers that the answers hold.
    init(_ concepts: [Concept]) {
        var byName: [String: [Int]] = [:]
        var entries: [Entry] = []
        let preferred = concepts.enumerated().map { ($0, [$1.prefLabel], true) }
        let others = concepts.enumerated().map { ($0, Array($1.names.dropFirst()), false) }
        for (number, names, isPreferred) in preferred + others {
            for name in names.map(Self.normalised) where byName[name]?.contains(number) != true {
                byName[name, default: []].append(number)
                entries.append(Entry(name: name, concept: number, isPreferred: isPreferred))
            }
        }
        self.byName = byName
        self.entries = entries
    }

    /// Lower case, without surrounding white space, and every run of white space one space.
    static func normalised(_ name: String) -> String {
        name.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// The concepts with exactly this name; those whose preferred name it is first.
    func concepts(named name: String) -> [Int] { byName[Self.normalised(name)] ?? [] }

    /// The concepts whose names fit a text, best first: the name itself, its beginning, the beginning of a word, any part;
    /// then preferred names before others, short before long.
    func search(_ text: String, limit: Int) -> [Int] {
        let wanted = Self.normalised(text)
        guard !wanted.isEmpty, limit > 0 else { return [] }
        var best: [Int: Rank] = [:]
        for entry in entries {
            guard let rank = Rank(of: wanted, in: entry.name, isPreferred: entry.isPreferred) else { continue }
            if let known = best[entry.concept], !(rank < known) { continue }
            best[entry.concept] = rank
        }
        return best.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.prefix(limit).map(\.key)
    }

    /// How well a name fits; smaller is better.
    private struct Rank: Comparable {
        let kind: Int
        let isOther: Int
        let length: Int

        init?(of wanted: String, in name: String, isPreferred: Bool) {
            if name == wanted {
                kind = 0
            } else if name.hasPrefix(wanted) {
                kind = 1
            } else if name.contains(" " + wanted) || name.contains("-" + wanted) {
                kind = 2
            } else if name.contains(wanted) {
                kind = 3
            } else {
                return nil
            }
            isOther = isPreferred ? 0 : 1
            length = name.utf8.count
        }

        static func < (left: Rank, right: Rank) -> Bool {
            (left.kind, left.isOther, left.length) < (right.kind, right.isOther, right.length)
        }
    }
}
