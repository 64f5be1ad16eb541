/// Finds concepts by their names, whatever the case and spacing.
struct ConceptNames: Sendable {
    /// By normalised name, the numbers of the concepts that have it.
    private let byName: [String: [Int]]

    /// - Parameter concepts: their places are the numbers that the answers hold.
    init(_ concepts: [Concept]) {
        var byName: [String: [Int]] = [:]
        let preferred = concepts.enumerated().map { ($0, [$1.prefLabel]) }
        let others = concepts.enumerated().map { ($0, Array($1.names.dropFirst())) }
        for (number, names) in preferred + others {
            for name in names.map(Self.normalised) where byName[name]?.contains(number) != true {
                byName[name, default: []].append(number)
            }
        }
        self.byName = byName
    }

    /// Lower case, without surrounding white space, and every run of white space one space.
    static func normalised(_ name: String) -> String {
        name.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// The concepts with exactly this name; those whose preferred name it is first.
    func concepts(named name: String) -> [Int] { byName[Self.normalised(name)] ?? [] }
}
