import RDF

/// Whether two sets of triples are equal up to the names of their blank nodes (RDF 1.1 Concepts, section 3.6), by trying all
/// renamings of nodes that look alike.
func areIsomorphic(_ left: Set<Triple>, _ right: Set<Triple>) -> Bool {
    guard left.count == right.count else { return false }
    let leftLooks = looks(left)
    let rightLooks = looks(right)
    guard leftLooks.values.sorted() == rightLooks.values.sorted() else { return false }
    let nodes = leftLooks.keys.sorted { (leftLooks[$0] ?? "") < (leftLooks[$1] ?? "") }
    return extend([:], nodes[...], leftLooks, rightLooks, left, right)
}

private func extend(
    _ names: [String: String], _ nodes: ArraySlice<String>, _ leftLooks: [String: String], _ rightLooks: [String: String],
    _ left: Set<Triple>,
    _ right: Set<Triple>
) -> Bool {
    guard let node = nodes.first else { return Set(left.map { renamed($0, names) }) == right }
    let taken = Set(names.values)
    return rightLooks.contains { candidate, look in
        look == leftLooks[node] && !taken.contains(candidate)
            && extend(names.merging([node: candidate]) { $1 }, nodes.dropFirst(), leftLooks, rightLooks, left, right)
    }
}

private func renamed(_ triple: Triple, _ names: [String: String]) -> Triple {
    func rename(_ term: Term) -> Term { if case .blank(let label) = term { .blank(names[label] ?? label) } else { term } }
    return Triple(rename(triple.subject), triple.predicate, rename(triple.object))
}

/// By blank node, what is said of it within a few steps, without names.
private func looks(_ triples: Set<Triple>) -> [String: String] {
    var looks: [String: String] = [:]
    for case .blank(let label) in triples.flatMap({ [$0.subject, $0.object] }) { looks[label] = "" }
    func text(_ term: Term) -> String { if case .blank(let label) = term { "_" + (looks[label] ?? "") } else { "\(term)" } }
    for _ in 0..<4 {
        var next: [String: [String]] = [:]
        for triple in triples {
            if case .blank(let label) = triple.subject { next[label, default: []].append("out \(triple.predicate) \(text(triple.object))") }
            if case .blank(let label) = triple.object { next[label, default: []].append("in \(triple.predicate) \(text(triple.subject))") }
        }
        looks = looks.keys.reduce(into: [:]) { $0[$1] = String((next[$1] ?? []).sorted().joined(separator: "|").hashValue) }
    }
    return looks
}
