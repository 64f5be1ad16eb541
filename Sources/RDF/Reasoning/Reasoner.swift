/// Infers what follows from triples by the rules of ``InferenceRule``, and says of each why.
///
/// Triples may be added at any time: what follows from them is inferred then, from them and what is known. Cycles are no trouble. That
/// a class is its own subclass and one of `owl:Thing` is used, but not inferred as a triple, except where a cycle says so.
public struct Reasoner: Sendable {
    private var dictionary = TermDictionary()
    private var base = FactBase()
    private let names: Names
    /// The first fact of which nothing has been inferred yet.
    private var next = 0
    private var chains = PropertyChains()

    /// The terms that rules mention.
    struct Names: Sendable {
        let type, subClassOf, equivalentClass, subPropertyOf, equivalentProperty, onProperty, someValuesFrom, inverseOf: Graph.TermID
        let transitive, symmetric, thing: Graph.TermID
        let chain, first, rest, end: Graph.TermID

        init(_ dictionary: inout TermDictionary) {
            func number(_ iri: String) -> Graph.TermID { dictionary.number(of: TermDictionary.iri, iri) }
            type = number(RDFVocabulary.type)
            subClassOf = number(RDFS.subClassOf)
            equivalentClass = number(OWL.equivalentClass)
            subPropertyOf = number(RDFS.subPropertyOf)
            equivalentProperty = number(OWL.equivalentProperty)
            onProperty = number(OWL.onProperty)
            someValuesFrom = number(OWL.someValuesFrom)
            inverseOf = number(OWL.inverseOf)
            transitive = number(OWL.transitiveProperty)
            symmetric = number(OWL.symmetricProperty)
            thing = number(OWL.thing)
            chain = number(OWL.propertyChainAxiom)
            first = number(RDFVocabulary.first)
            rest = number(RDFVocabulary.rest)
            end = number(RDFVocabulary.nil)
        }
    }

    public init() { names = Names(&dictionary) }

    /// States triples, and infers what follows. A blank node is the same node as one with its label that was stated before.
    public mutating func add(_ triples: some Sequence<Triple>) {
        for triple in triples {
            let fact = FactBase.Fact(
                subject: dictionary.number(of: triple.subject), predicate: dictionary.number(of: triple.predicate),
                object: dictionary.number(of: triple.object))
            _ = base.insert(fact, FactBase.Origin(rule: nil, premises: []))
        }
        infer()
    }

    /// States what a graph says, and infers what follows.
    public mutating func add(_ graph: Graph) { add(graph.slice().lazy.map(graph.decoded)) }

    /// How many triples are known, stated and inferred.
    public var count: Int { base.count }

    /// Whether a triple is stated or inferred.
    public func holds(_ triple: Triple) -> Bool {
        var dictionary = dictionary
        return base.place(of: encoded(triple, &dictionary)) != nil
    }

    /// Everything that was inferred and not stated, in the order in which it was found.
    public var inferred: [Triple] {
        zip(base.facts, base.origins).filter { $1.rule != nil }.map { decoded($0.0) }
    }

    /// Everything stated and inferred.
    public func graph() -> Graph { Graph(GraphStorage.build(dictionary, base.facts)) }

    /// The steps that lead from what was stated to a triple, each after those on which it rests; nil when the triple is not known.
    public func explanation(of triple: Triple) -> [InferenceStep]? {
        var dictionary = dictionary
        guard let goal = base.place(of: encoded(triple, &dictionary)) else { return nil }
        var needed: Set<Int32> = []
        var open = [goal]
        while let place = open.popLast() {
            if needed.insert(place).inserted { open += base.origins[Int(place)].premises }
        }
        return needed.sorted().map { place in
            let origin = base.origins[Int(place)]
            return InferenceStep(
                conclusion: decoded(base.facts[Int(place)]), rule: origin.rule,
                premises: origin.premises.map { decoded(base.facts[Int($0)]) })
        }
    }

    private func encoded(_ triple: Triple, _ dictionary: inout TermDictionary) -> FactBase.Fact {
        FactBase.Fact(
            subject: dictionary.number(of: triple.subject), predicate: dictionary.number(of: triple.predicate),
            object: dictionary.number(of: triple.object))
    }

    private func decoded(_ fact: FactBase.Fact) -> Triple {
        Triple(dictionary[fact.subject], dictionary[fact.predicate], dictionary[fact.object])
    }
}

// MARK: - Inference

extension Reasoner {
    /// Takes one fact after the other and applies every rule in which it can be a premise, together with what is known by then.
    private mutating func infer() {
        while next < base.count {
            let place = Int32(next)
            let fact = base.facts[next]
            next += 1
            inferFromSchema(fact, place)
            inferFromAssertion(fact, place)
        }
    }

    private mutating func conclude(
        _ rule: InferenceRule, _ subject: Graph.TermID, _ predicate: Graph.TermID, _ object: Graph.TermID, from premises: Int32...
    ) { conclude(rule, subject, predicate, object, from: premises) }

    private mutating func conclude(
        _ rule: InferenceRule, _ subject: Graph.TermID, _ predicate: Graph.TermID, _ object: Graph.TermID, from premises: [Int32]
    ) {
        _ = base.insert(
            FactBase.Fact(subject: subject, predicate: predicate, object: object), FactBase.Origin(rule: rule, premises: premises))
    }

    /// The fact as a statement about classes or properties.
    private mutating func inferFromSchema(_ fact: FactBase.Fact, _ place: Int32) {
        switch fact.predicate {
        case names.subClassOf:
            chain(.subclassTransitivity, fact, place)
            mutual(.subclassToEquivalent, fact, place, names.equivalentClass)
            for member in base.subjects(with: names.type, fact.subject) {
                conclude(.classMembership, member, names.type, fact.object, from: place, base.known(member, names.type, fact.subject))
            }
            for narrow in base.subjects(with: names.someValuesFrom, fact.subject) {
                for wide in base.subjects(with: names.someValuesFrom, fact.object) { compareRestrictions(narrow, wide) }
            }
        case names.equivalentClass:
            conclude(.equivalentToSubclass, fact.subject, names.subClassOf, fact.object, from: place)
            conclude(.equivalentToSubclass, fact.object, names.subClassOf, fact.subject, from: place)
        case names.subPropertyOf:
            chain(.subpropertyTransitivity, fact, place)
            mutual(.subpropertyToEquivalent, fact, place, names.equivalentProperty)
            for use in base.places(with: fact.subject) {
                let value = base.facts[Int(use)]
                conclude(.propertyValue, value.subject, fact.object, value.object, from: place, use)
            }
            for narrow in base.subjects(with: names.onProperty, fact.subject) {
                for wide in base.subjects(with: names.onProperty, fact.object) { compareRestrictions(narrow, wide) }
            }
        case names.equivalentProperty:
            conclude(.equivalentToSubproperty, fact.subject, names.subPropertyOf, fact.object, from: place)
            conclude(.equivalentToSubproperty, fact.object, names.subPropertyOf, fact.subject, from: place)
        case names.someValuesFrom, names.onProperty:
            restriction(fact.subject)
        case names.chain, names.first, names.rest:
            for chain in chains.completed(by: fact, in: base, names) { apply(chain) }
        case names.inverseOf:
            for use in base.places(with: fact.subject) { applyInverse(base.facts[Int(use)], use, fact, place, .inverseForward) }
            for use in base.places(with: fact.object) { applyInverse(base.facts[Int(use)], use, fact, place, .inverseBackward) }
        case names.type where fact.object == names.transitive:
            for use in base.places(with: fact.subject) { transit(base.facts[Int(use)], use, place) }
        case names.type where fact.object == names.symmetric:
            for use in base.places(with: fact.subject) { mirror(base.facts[Int(use)], use, place) }
        default: break
        }
    }

    /// The fact as a statement about a node: whatever its predicate is, that may have superproperties, inverses and so on.
    private mutating func inferFromAssertion(_ fact: FactBase.Fact, _ place: Int32) {
        for wide in base.objects(of: fact.predicate, names.subPropertyOf) {
            conclude(.propertyValue, fact.subject, wide, fact.object, from: base.known(fact.predicate, names.subPropertyOf, wide), place)
        }
        for inverse in base.objects(of: fact.predicate, names.inverseOf) {
            let axiom = FactBase.Fact(subject: fact.predicate, predicate: names.inverseOf, object: inverse)
            applyInverse(fact, place, axiom, base.known(fact.predicate, names.inverseOf, inverse), .inverseForward)
        }
        for inverse in base.subjects(with: names.inverseOf, fact.predicate) {
            let axiom = FactBase.Fact(subject: inverse, predicate: names.inverseOf, object: fact.predicate)
            applyInverse(fact, place, axiom, base.known(inverse, names.inverseOf, fact.predicate), .inverseBackward)
        }
        if let axiom = base.place(of: FactBase.Fact(subject: fact.predicate, predicate: names.type, object: names.transitive)) {
            transit(fact, place, axiom)
        }
        if let axiom = base.place(of: FactBase.Fact(subject: fact.predicate, predicate: names.type, object: names.symmetric)) {
            mirror(fact, place, axiom)
        }
        for chain in chains.starting(with: fact.predicate) { follow(chain, fact, place) }
        for chain in chains.ending(with: fact.predicate) {
            for start in base.subjects(with: chain.first, fact.subject) {
                let before = base.known(start, chain.first, fact.subject)
                conclude(.propertyChain, start, chain.property, fact.object, from: chain.premises + [before, place])
            }
        }
        for restriction in base.subjects(with: names.onProperty, fact.predicate) { admit(fact, place, to: restriction) }
        if fact.predicate == names.type { inferFromMembership(fact, place) }
    }

    private mutating func inferFromMembership(_ fact: FactBase.Fact, _ place: Int32) {
        for wide in base.objects(of: fact.object, names.subClassOf) {
            conclude(.classMembership, fact.subject, names.type, wide, from: base.known(fact.object, names.subClassOf, wide), place)
        }
        for restriction in base.subjects(with: names.someValuesFrom, fact.object) {
            for property in base.objects(of: restriction, names.onProperty) {
                for owner in base.subjects(with: property, fact.subject) {
                    let use = base.known(owner, property, fact.subject)
                    admit(base.facts[Int(use)], use, to: restriction)
                }
            }
        }
    }

    /// `a` below `b` and `b` below `c`: the fact as either of both.
    private mutating func chain(_ rule: InferenceRule, _ fact: FactBase.Fact, _ place: Int32) {
        for above in base.objects(of: fact.object, fact.predicate) {
            conclude(rule, fact.subject, fact.predicate, above, from: place, base.known(fact.object, fact.predicate, above))
        }
        for below in base.subjects(with: fact.predicate, fact.subject) {
            conclude(rule, below, fact.predicate, fact.object, from: base.known(below, fact.predicate, fact.subject), place)
        }
    }

    private mutating func mutual(_ rule: InferenceRule, _ fact: FactBase.Fact, _ place: Int32, _ equivalence: Graph.TermID) {
        let back = FactBase.Fact(subject: fact.object, predicate: fact.predicate, object: fact.subject)
        guard let other = base.place(of: back) else { return }
        conclude(rule, fact.subject, equivalence, fact.object, from: place, other)
        conclude(rule, fact.object, equivalence, fact.subject, from: other, place)
    }

    private mutating func applyInverse(
        _ use: FactBase.Fact, _ usePlace: Int32, _ axiom: FactBase.Fact, _ place: Int32, _ rule: InferenceRule
    ) {
        let other = rule == .inverseForward ? axiom.object : axiom.subject
        conclude(rule, use.object, other, use.subject, from: place, usePlace)
    }

    private mutating func transit(_ fact: FactBase.Fact, _ place: Int32, _ axiom: Int32) {
        for after in base.objects(of: fact.object, fact.predicate) {
            let other = base.known(fact.object, fact.predicate, after)
            conclude(.transitivity, fact.subject, fact.predicate, after, from: axiom, place, other)
        }
        for before in base.subjects(with: fact.predicate, fact.subject) {
            let other = base.known(before, fact.predicate, fact.subject)
            conclude(.transitivity, before, fact.predicate, fact.object, from: axiom, other, place)
        }
    }

    /// A chain that has become known: to everything that starts it.
    private mutating func apply(_ chain: PropertyChains.Chain) {
        for use in base.places(with: chain.first) { follow(chain, base.facts[Int(use)], use) }
    }

    /// From the fact as the first part of a chain to all that follow it as the second.
    private mutating func follow(_ chain: PropertyChains.Chain, _ fact: FactBase.Fact, _ place: Int32) {
        for end in base.objects(of: fact.object, chain.second) {
            let after = base.known(fact.object, chain.second, end)
            conclude(.propertyChain, fact.subject, chain.property, end, from: chain.premises + [place, after])
        }
    }

    private mutating func mirror(_ fact: FactBase.Fact, _ place: Int32, _ axiom: Int32) {
        conclude(.symmetry, fact.object, fact.predicate, fact.subject, from: axiom, place)
    }
}

// MARK: - Restrictions

extension Reasoner {
    /// A restriction of which both parts are known: it is compared with all others, and gets its members.
    private mutating func restriction(_ restriction: Graph.TermID) {
        for property in base.objects(of: restriction, names.onProperty) {
            for use in base.places(with: property) { admit(base.facts[Int(use)], use, to: restriction) }
            for filler in base.objects(of: restriction, names.someValuesFrom) {
                for wide in base.objects(of: filler, names.subClassOf) {
                    for other in base.subjects(with: names.someValuesFrom, wide) { compareRestrictions(restriction, other) }
                }
                for narrow in base.subjects(with: names.subClassOf, filler) {
                    for other in base.subjects(with: names.someValuesFrom, narrow) { compareRestrictions(other, restriction) }
                }
                for other in base.subjects(with: names.someValuesFrom, filler) {
                    compareRestrictions(restriction, other)
                    compareRestrictions(other, restriction)
                }
                for other in base.subjects(with: names.someValuesFrom, names.thing) { compareRestrictions(restriction, other) }
                guard filler == names.thing else { continue }
                for use in base.places(with: names.someValuesFrom) { compareRestrictions(base.facts[Int(use)].subject, restriction) }
            }
        }
    }

    /// Whether one restriction is below another: to one property with a wider class, or to a wider property with one class.
    private mutating func compareRestrictions(_ narrow: Graph.TermID, _ wide: Graph.TermID) {
        for property in base.objects(of: narrow, names.onProperty) {
            for filler in base.objects(of: narrow, names.someValuesFrom) {
                compare(narrow, property, filler, wide)
            }
        }
    }

    private mutating func compare(_ narrow: Graph.TermID, _ property: Graph.TermID, _ filler: Graph.TermID, _ wide: Graph.TermID) {
        let own = (base.known(narrow, names.onProperty, property), base.known(narrow, names.someValuesFrom, filler))
        for otherProperty in base.objects(of: wide, names.onProperty) {
            for otherFiller in base.objects(of: wide, names.someValuesFrom) {
                let other = (base.known(wide, names.onProperty, otherProperty), base.known(wide, names.someValuesFrom, otherFiller))
                let subclass = base.known(filler, names.subClassOf, otherFiller)
                if property == otherProperty, filler == otherFiller || otherFiller == names.thing {
                    // Every class is its own subclass and one of `owl:Thing`, stated or not.
                    guard narrow != wide else { continue }
                    conclude(.restrictionOfWiderClass, narrow, names.subClassOf, wide, from: own.0, own.1, other.0, other.1)
                } else if property == otherProperty, subclass >= 0 {
                    conclude(.restrictionOfWiderClass, narrow, names.subClassOf, wide, from: own.0, own.1, other.0, other.1, subclass)
                }
                let subproperty = base.known(property, names.subPropertyOf, otherProperty)
                if filler == otherFiller, property != otherProperty, subproperty >= 0 {
                    conclude(.restrictionOfWiderProperty, narrow, names.subClassOf, wide, from: own.0, own.1, other.0, other.1, subproperty)
                }
            }
        }
    }

    /// Makes a subject a member of a restriction when its value is of the restriction's class; everything is an `owl:Thing`.
    private mutating func admit(_ use: FactBase.Fact, _ place: Int32, to restriction: Graph.TermID) {
        let onProperty = base.known(restriction, names.onProperty, use.predicate)
        guard onProperty >= 0 else { return }
        for filler in base.objects(of: restriction, names.someValuesFrom) {
            let someValuesFrom = base.known(restriction, names.someValuesFrom, filler)
            if filler == names.thing {
                conclude(.restrictionMembership, use.subject, names.type, restriction, from: onProperty, someValuesFrom, place)
            } else {
                let membership = base.known(use.object, names.type, filler)
                guard membership >= 0 else { continue }
                conclude(.restrictionMembership, use.subject, names.type, restriction, from: onProperty, someValuesFrom, place, membership)
            }
        }
    }
}
