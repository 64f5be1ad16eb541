import RDF

/// A small generator with a seed, so that a failure can be seen again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Random graphs that hold what writers get wrong: awkward characters, lists, shared and circular blank nodes, deep nesting.
struct RandomGraph {
    private var random: SeededGenerator
    private(set) var triples: Set<Triple> = []
    private let isForXML: Bool
    private var blanks = 0

    static let prefixes: PrefixMap = PrefixMap.common.merging(["e": "http://e/", "": "http://e/ns#", "long": "http://e/ns#long_"])

    init(seed: Int, isForXML: Bool = false) {
        random = SeededGenerator(seed: seed)
        self.isForXML = isForXML
        for _ in 0..<Int.random(in: 0...40, using: &random) { add(subject(), object(depth: 0)) }
        if seed % 5 == 0 { addChain(length: Int.random(in: 1...80, using: &random)) }
        if seed % 7 == 0 { addCycle(length: Int.random(in: 1...4, using: &random)) }
        if seed % 11 == 0 { addBrokenList() }
    }

    private mutating func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: choices.indices, using: &random)] }

    private mutating func add(_ subject: Term, _ object: Term) { triples.insert(Triple(subject, predicate(), object)) }

    private mutating func predicate() -> Term {
        let plain = [
            "http://e/p", "http://e/ns#q", "http://e/ns#long_r", RDFVocabulary.type, RDFS.label, RDFVocabulary.namespace + "_1",
            "http://f/x.y-z",
        ]
        return .iri(pick(isForXML ? plain : plain + ["http://e/", "http://e/9", "http://e/a%20b", "urn:x:y"]))
    }

    private mutating func subject() -> Term {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: .blank("shared\(Int.random(in: 0..<3, using: &random))")
        case 1: fresh()
        default: iri()
        }
    }

    private mutating func iri() -> Term {
        .iri(
            pick([
                "http://e/a", "http://e/b", "http://e/a.b", "http://e/a.", "http://e/ns#", "http://e/ns#long_1", "http://e/ns#-x",
                "http://e/é/ü",
                "http://e/?q=1&r='2'", "http://e/(x)", "http://e/~a!b", "urn:uuid:1", "http://e/ns#a:b", "http://e/ns#_x", "http://e/ns#1a",
                "http://e/%41",
                RDFVocabulary.nil,
            ]))
    }

    private mutating func fresh() -> Term {
        blanks += 1
        return .blank("n\(blanks)")
    }

    private mutating func object(depth: Int) -> Term {
        switch Int.random(in: 0..<10, using: &random) {
        case 0, 1, 2: return iri()
        case 3: return .blank("shared\(Int.random(in: 0..<3, using: &random))")
        case 4 where depth < 4:
            let node = fresh()
            for _ in 0..<Int.random(in: 0...3, using: &random) { add(node, object(depth: depth + 1)) }
            return node
        case 5 where depth < 4: return list((0..<Int.random(in: 0...4, using: &random)).map { _ in object(depth: depth + 1) })
        default: return literal()
        }
    }

    private mutating func list(_ members: [Term]) -> Term {
        var rest = Term.iri(RDFVocabulary.nil)
        for member in members.reversed() {
            let cell = fresh()
            triples.insert(Triple(cell, .iri(RDFVocabulary.first), member))
            triples.insert(Triple(cell, .iri(RDFVocabulary.rest), rest))
            rest = cell
        }
        return rest
    }

    private mutating func literal() -> Term {
        let texts = [
            "", " ", "a", "\"", "\\", "'''\"\"\"", "line\nbreak", "\r\n\t", "é𝒳", "a\"\nb\\n", "]]>&<x>", "\u{7F}\u{85}\u{2028}", "\\u0041",
        ]
        let text = pick(isForXML ? texts : texts + ["\u{1}\u{8}\u{C}", "\u{FFFE}"])
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return .literal(Literal(text, language: pick(["en", "de-AT", "zh-Hans-CN"])))
        case 1:
            return .literal(
                Literal(
                    pick(["1", "-01", "+5", "1.0", ".5", "1.", "1e5", ".5E-3", "x", "1.5.2", "e5"]),
                    datatype: pick([XSD.integer, XSD.decimal, XSD.double, XSD.float])))
        case 2: return .literal(Literal(pick(["true", "false", "1", "TRUE"]), datatype: XSD.boolean))
        case 3: return .literal(Literal(text, datatype: "http://e/ns#type"))
        default: return .string(text)
        }
    }

    private mutating func addChain(length: Int) {
        var node = fresh()
        add(iri(), node)
        for _ in 0..<length {
            let next = fresh()
            add(node, next)
            node = next
        }
    }

    private mutating func addCycle(length: Int) {
        let nodes = (0..<length).map { _ in fresh() }
        for (index, node) in nodes.enumerated() { add(node, nodes[(index + 1) % length]) }
    }

    /// Cells with too much, too little, a second mention, or no end.
    private mutating func addBrokenList() {
        let head = list((0..<5).map { _ in literal() })
        add(iri(), head)
        let cells = triples.filter { $0.predicate == .iri(RDFVocabulary.rest) && $0.subject.isBlank }.map(\.subject).sorted()
        add(pick(cells), iri())
        add(iri(), pick(cells))
        triples.insert(Triple(pick(cells), .iri(RDFVocabulary.first), iri()))
        let own = fresh()
        triples.insert(Triple(own, .iri(RDFVocabulary.first), own))
        triples.insert(Triple(own, .iri(RDFVocabulary.rest), own))
    }
}
