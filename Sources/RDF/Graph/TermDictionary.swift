import Foundation

/// Numbers for terms, in the order in which they were first seen; grows, and never changes a number.
///
/// All texts lie back to back in one array. A table of numbers, found by hash, leads from a text to its term; the hash has a
/// random seed, so that no document can choose texts that collide.
struct TermDictionary: Sendable {
    /// What a text stands for: an IRI, a blank node's label, or from 2 on the lexical form of a literal of a type.
    typealias Kind = UInt32
    static let iri: Kind = 0
    static let blank: Kind = 1
    static let firstLiteral: Kind = 2
    static let string: Kind = 2

    /// A literal's datatype, or the language that says it has `rdf:langString`.
    enum LiteralType: Hashable, Sendable {
        case datatype(String)
        case language(String)
    }

    let seed: UInt64
    private(set) var texts: [UInt8] = []
    /// Where each text starts, and where the last ends.
    private(set) var starts: [UInt64] = [0]
    private(set) var kinds: [Kind] = []
    /// A kind's type is at its number less ``firstLiteral``.
    private(set) var types: [LiteralType] = [.datatype(XSD.string)]
    private var typeNumbers: [LiteralType: Int] = [.datatype(XSD.string): 0]
    private var hashes: [UInt32] = []
    /// A term's number and one, at the first free place from its hash on.
    private(set) var slots = [UInt32](repeating: 0, count: 64)

    init(seed: UInt64 = .random(in: .min ... .max)) { self.seed = seed }

    var count: Int { kinds.count }

    /// What the terms occupy, about.
    var byteCount: Int { texts.capacity + starts.count * 16 + slots.count * 4 + types.count * 64 }

    /// The kind of literals of a type.
    mutating func kind(of type: LiteralType) -> Kind {
        if let number = typeNumbers[type] { return Kind(number) + Self.firstLiteral }
        types.append(type)
        typeNumbers[type] = types.count - 1
        return Kind(types.count - 1) + Self.firstLiteral
    }

    /// The number of a term, which it gets now if it has none.
    mutating func number(of term: Term) -> Graph.TermID {
        let (kind, text): (Kind, String)
        switch term {
        case .iri(let iri): (kind, text) = (Self.iri, iri)
        case .blank(let label): (kind, text) = (Self.blank, label)
        case .literal(let literal):
            kind = self.kind(of: literal.language.map(LiteralType.language) ?? .datatype(literal.datatype))
            text = literal.lexicalForm
        }
        return number(of: kind, text)
    }

    /// The number of a blank node with a label that none has: `b` and a number from the given one on.
    mutating func freshBlank(_ next: inout Int) -> Graph.TermID {
        while true {
            let known = count
            let number = number(of: Self.blank, "b\(next)")
            next += 1
            if Int(number) == known { return number }
        }
    }

    /// The number of a text of a kind, which it gets now if it has none.
    mutating func number(of kind: Kind, _ text: String) -> Graph.TermID {
        var text = text
        return text.withUTF8 { unsafe number(of: kind, UnsafeRawBufferPointer($0)) }
    }

    /// The number of a text of a kind, which it gets now if it has none. The text is a part of the bytes, or all of them.
    mutating func number(of kind: Kind, _ bytes: [UInt8], _ range: Range<Int>? = nil) -> Graph.TermID {
        unsafe bytes.withUnsafeBytes { all in
            let text = unsafe range.map { unsafe UnsafeRawBufferPointer(rebasing: all[$0]) } ?? all
            return unsafe number(of: kind, text)
        }
    }

    /// The number of a text of a kind, which it gets now if it has none.
    mutating func number(of kind: Kind, _ text: UnsafeRawBufferPointer) -> Graph.TermID {
        let hash = unsafe Self.hash(kind, text, seed: seed)
        let mask = slots.count - 1
        var slot = Int(hash) & mask
        while slots[slot] != 0 {
            let candidate = Int(slots[slot] - 1)
            if hashes[candidate] == hash, kinds[candidate] == kind, unsafe isText(candidate, text) { return Graph.TermID(candidate) }
            slot = (slot + 1) & mask
        }
        let number = kinds.count
        unsafe texts.append(contentsOf: text)
        starts.append(UInt64(texts.count))
        kinds.append(kind)
        hashes.append(hash)
        slots[slot] = UInt32(number + 1)
        if (number + 1) * 2 > slots.count { resizeSlots(slots.count * 2) }
        return Graph.TermID(number)
    }

    private func isText(_ number: Int, _ text: UnsafeRawBufferPointer) -> Bool {
        let start = Int(starts[number])
        guard Int(starts[number + 1]) - start == text.count else { return false }
        return unsafe texts.withUnsafeBytes { bytes in
            guard let mine = bytes.baseAddress, let other = text.baseAddress else { return true }
            return unsafe memcmp(mine + start, other, text.count) == 0
        }
    }

    private mutating func resizeSlots(_ count: Int) {
        slots = [UInt32](repeating: 0, count: count)
        for number in kinds.indices {
            var slot = Int(hashes[number]) & (count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (count - 1) }
            slots[slot] = UInt32(number + 1)
        }
    }

    /// The hash by which a slot is found: also in a graph's file.
    static func hash(_ kind: Kind, _ text: UnsafeRawBufferPointer, seed: UInt64) -> UInt32 {
        unsafe UInt32(truncatingIfNeeded: XXHash64.hash(text, seed: seed &+ UInt64(kind) &* 0x9E37_79B9_7F4A_7C15))
    }

    /// Forgets all terms from a number on, as when a document turns out to be broken.
    mutating func truncate(to count: Int) {
        guard count < kinds.count else { return }
        kinds.removeSubrange(count...)
        hashes.removeSubrange(count...)
        starts.removeSubrange((count + 1)...)
        texts.removeSubrange(Int(starts[count])...)
        resizeSlots(slots.count)
    }

    subscript(number: Graph.TermID) -> Term {
        let text = unsafe texts.withUnsafeBufferPointer { bytes in
            unsafe String(decoding: bytes[Int(starts[Int(number)])..<Int(starts[Int(number) + 1])], as: UTF8.self)
        }
        return Self.term(kinds[Int(number)], text, types)
    }

    /// The term that a text of a kind stands for.
    static func term(_ kind: Kind, _ text: String, _ types: [LiteralType]) -> Term {
        switch kind {
        case iri: return .iri(text)
        case blank: return .blank(text)
        default:
            switch types[Int(kind - firstLiteral)] {
            case .datatype(let datatype): return .literal(Literal(text, datatype: datatype))
            case .language(let language): return .literal(Literal(text, language: language))
            }
        }
    }
}

extension TermDictionary {
    /// The terms of a graph under the numbers that they have there.
    init(_ storage: GraphStorage) {
        self.init(seed: storage.seed)
        types = storage.types
        typeNumbers = Dictionary(types.enumerated().map { ($1, $0) }) { first, _ in first }
        (texts, starts, kinds, slots) = storage.copiedTerms()
        hashes.reserveCapacity(kinds.count)
        unsafe texts.withUnsafeBytes { bytes in
            for number in kinds.indices {
                let text = unsafe UnsafeRawBufferPointer(rebasing: bytes[Int(starts[number])..<Int(starts[number + 1])])
                unsafe hashes.append(Self.hash(kinds[number], text, seed: seed))
            }
        }
    }
}
