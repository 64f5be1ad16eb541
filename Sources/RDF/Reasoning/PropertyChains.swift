/// The chains of two properties that a reasoner knows of (`owl:propertyChainAxiom`); longer ones are not used.
struct PropertyChains: Sendable {
    /// That the values of the second property of values of the first are values of a third.
    struct Chain: Sendable {
        let property: Graph.TermID
        let first: Graph.TermID
        let second: Graph.TermID
        /// The facts that say so.
        let premises: [Int32]
    }

    private struct Key: Hashable {
        let property: Graph.TermID
        let first: Graph.TermID
        let second: Graph.TermID
    }

    private var known: Set<Key> = []
    private var byFirst: [Graph.TermID: [Chain]] = [:]
    private var bySecond: [Graph.TermID: [Chain]] = [:]

    func starting(with property: Graph.TermID) -> [Chain] { byFirst[property] ?? [] }
    func ending(with property: Graph.TermID) -> [Chain] { bySecond[property] ?? [] }

    /// The chains that become whole by a fact, which is an axiom or a part of a list.
    mutating func completed(by fact: FactBase.Fact, in base: FactBase, _ names: Reasoner.Names) -> [Chain] {
        guard fact.predicate != names.chain else { return complete(fact.subject, fact.object, base, names) }
        // The node may be the list's first or its second.
        let heads = [fact.subject] + base.subjects(with: names.rest, fact.subject)
        return heads.flatMap { head in
            base.subjects(with: names.chain, head).flatMap { complete($0, head, base, names) }
        }
    }

    private mutating func complete(
        _ property: Graph.TermID, _ head: Graph.TermID, _ base: FactBase, _ names: Reasoner.Names
    ) -> [Chain] {
        var found: [Chain] = []
        for first in base.objects(of: head, names.first) {
            for tail in base.objects(of: head, names.rest) where base.known(tail, names.rest, names.end) >= 0 {
                for second in base.objects(of: tail, names.first)
                where known.insert(Key(property: property, first: first, second: second)).inserted {
                    let premises = [
                        base.known(property, names.chain, head), base.known(head, names.first, first), base.known(head, names.rest, tail),
                        base.known(tail, names.first, second), base.known(tail, names.rest, names.end),
                    ]
                    let chain = Chain(property: property, first: first, second: second, premises: premises)
                    byFirst[first, default: []].append(chain)
                    bySecond[second, default: []].append(chain)
                    found.append(chain)
                }
            }
        }
        return found
    }
}
