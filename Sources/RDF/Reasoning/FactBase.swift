/// What is known, stated or inferred, and how it became so: triples of numbers that are found by every pair of their components.
struct FactBase: Sendable {
    typealias Fact = Graph.EncodedTriple

    /// How a fact became known first; its premises were known before, so that explanations have no cycles.
    struct Origin: Sendable {
        let rule: InferenceRule?
        let premises: [Int32]
    }

    private struct Key: Hashable {
        let predicate: Graph.TermID
        let end: Graph.TermID
    }

    private(set) var facts: [Fact] = []
    private(set) var origins: [Origin] = []
    private var places: [Fact: Int32] = [:]
    private var objects: [Key: [Graph.TermID]] = [:]
    private var subjects: [Key: [Graph.TermID]] = [:]
    private var byPredicate: [Graph.TermID: [Int32]] = [:]

    var count: Int { facts.count }

    /// The place of a fact; nil when it is not known.
    func place(of fact: Fact) -> Int32? { places[fact] }

    /// The place of a fact that is known.
    func known(_ subject: Graph.TermID, _ predicate: Graph.TermID, _ object: Graph.TermID) -> Int32 {
        places[Fact(subject: subject, predicate: predicate, object: object)] ?? -1
    }

    /// Takes a fact up; false when it was known. What was inferred and is stated now keeps its explanation, what is stated first stays so.
    mutating func insert(_ fact: Fact, _ origin: Origin) -> Bool {
        guard places[fact] == nil else { return false }
        let place = Int32(facts.count)
        facts.append(fact)
        origins.append(origin)
        places[fact] = place
        objects[Key(predicate: fact.predicate, end: fact.subject), default: []].append(fact.object)
        subjects[Key(predicate: fact.predicate, end: fact.object), default: []].append(fact.subject)
        byPredicate[fact.predicate, default: []].append(place)
        return true
    }

    func objects(of subject: Graph.TermID, _ predicate: Graph.TermID) -> [Graph.TermID] {
        objects[Key(predicate: predicate, end: subject)] ?? []
    }

    func subjects(with predicate: Graph.TermID, _ object: Graph.TermID) -> [Graph.TermID] {
        subjects[Key(predicate: predicate, end: object)] ?? []
    }

    /// The places of all facts with a predicate.
    func places(with predicate: Graph.TermID) -> [Int32] { byPredicate[predicate] ?? [] }
}
