import Foundation

/// The block of memory that a graph's values share: terms, and the triples in three orders; from a builder, or a mapped file.
///
/// INVARIANT: nothing writes to the memory once the storage is made; so any number of readers need no lock. All numbers in it were
/// checked when it was made: they lie within its sections.
@safe final class GraphStorage: @unchecked Sendable {
    /// Second and third component of a triple, after the one by which its order is grouped.
    struct Pair {
        let second: UInt32
        let third: UInt32
    }

    /// One of the three orders: by first component, where its pairs start.
    @safe struct Index {
        let starts: UnsafePointer<UInt32>
        let pairs: UnsafePointer<Pair>
    }

    let layout: GraphLayout
    let seed: UInt64
    let types: [TermDictionary.LiteralType]
    let statistics: [PredicateStatistics]
    let bySubject: Index
    let byPredicate: Index
    let byObject: Index

    private let memory: UnsafeMutableRawPointer
    private let isMapped: Bool
    private let textStarts: UnsafePointer<UInt64>
    private let kinds: UnsafePointer<UInt32>
    private let slots: UnsafePointer<UInt32>
    private let texts: UnsafeRawPointer

    /// Takes over memory that has the layout, all of it, and was checked.
    init(
        owning memory: UnsafeMutableRawPointer, isMapped: Bool, _ layout: GraphLayout, seed: UInt64,
        types: [TermDictionary.LiteralType], statistics: [PredicateStatistics]
    ) {
        unsafe self.memory = unsafe memory
        self.isMapped = isMapped
        self.layout = layout
        self.seed = seed
        self.types = types
        self.statistics = statistics
        let sections = unsafe GraphSections(memory, layout)
        unsafe textStarts = unsafe UnsafePointer(sections.pointer(.textStarts, UInt64.self))
        unsafe kinds = unsafe UnsafePointer(sections.pointer(.kinds, UInt32.self))
        unsafe slots = unsafe UnsafePointer(sections.pointer(.slots, UInt32.self))
        unsafe texts = unsafe UnsafeRawPointer(sections.pointer(.texts, UInt8.self))
        bySubject = unsafe sections.index(.subjectStarts, .subjectPairs)
        byPredicate = unsafe sections.index(.predicateStarts, .predicatePairs)
        byObject = unsafe sections.index(.objectStarts, .objectPairs)
    }

    deinit {
        if isMapped { unsafe munmap(memory, layout.byteCount) } else { unsafe memory.deallocate() }
    }

    /// All bytes, as a file holds them.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        unsafe try body(UnsafeRawBufferPointer(start: memory, count: layout.byteCount))
    }
}

// MARK: - Terms

extension GraphStorage {
    /// The kind of a term; the number must be one of this graph's.
    func kind(of number: Int) -> TermDictionary.Kind {
        precondition(number >= 0 && number < layout.termCount, "a number of another graph")
        return unsafe kinds[number]
    }

    func term(_ number: Int) -> Term {
        let kind = kind(of: number)
        return unsafe TermDictionary.term(kind, String(decoding: text(number), as: UTF8.self), types)
    }

    /// Hands over a text with or without a language; nil for other terms.
    func withText<Result>(of number: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        let kind = kind(of: number)
        guard kind >= TermDictionary.firstLiteral else { return nil }
        switch types[Int(kind - TermDictionary.firstLiteral)] {
        case .language: break
        case .datatype(let datatype): guard datatype == XSD.string else { return nil }
        }
        return unsafe body(text(number))
    }

    private func text(_ number: Int) -> UnsafeRawBufferPointer {
        let start = unsafe Int(textStarts[number])
        return unsafe UnsafeRawBufferPointer(start: texts + start, count: Int(textStarts[number + 1]) - start)
    }

    /// The number of a term; nil when the graph does not have it.
    func number(of term: Term) -> Graph.TermID? {
        switch term {
        case .iri(let iri): return number(of: TermDictionary.iri, iri)
        case .blank(let label): return number(of: TermDictionary.blank, label)
        case .literal(let literal):
            let type = literal.language.map(TermDictionary.LiteralType.language) ?? .datatype(literal.datatype)
            guard let number = types.firstIndex(of: type) else { return nil }
            return self.number(of: TermDictionary.Kind(number) + TermDictionary.firstLiteral, literal.lexicalForm)
        }
    }

    func number(of kind: TermDictionary.Kind, _ text: String) -> Graph.TermID? {
        var text = text
        return text.withUTF8 { unsafe find(kind, UnsafeRawBufferPointer($0)) }
    }

    private func find(_ kind: TermDictionary.Kind, _ wanted: UnsafeRawBufferPointer) -> Graph.TermID? {
        let mask = layout.slotCount - 1
        var slot = unsafe Int(TermDictionary.hash(kind, wanted, seed: seed)) & mask
        for _ in 0..<layout.slotCount {
            let entry = unsafe slots[slot]
            guard entry != 0 else { return nil }
            let candidate = Int(entry - 1)
            if unsafe kinds[candidate] == kind {
                let found = unsafe text(candidate)
                if unsafe found.count == wanted.count && found.elementsEqualBytes(wanted) { return Graph.TermID(candidate) }
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// The parts of a dictionary that goes on where this graph ends.
    func copiedTerms() -> (texts: [UInt8], starts: [UInt64], kinds: [TermDictionary.Kind], slots: [UInt32]) {
        unsafe (
            Array(UnsafeRawBufferPointer(start: texts, count: layout.textByteCount)),
            Array(UnsafeBufferPointer(start: textStarts, count: layout.termCount + 1)),
            Array(UnsafeBufferPointer(start: kinds, count: layout.termCount)),
            Array(UnsafeBufferPointer(start: slots, count: layout.slotCount))
        )
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func elementsEqualBytes(_ other: UnsafeRawBufferPointer) -> Bool {
        guard let mine = baseAddress, let theirs = other.baseAddress else { return true }
        return unsafe memcmp(mine, theirs, count) == 0
    }
}

/// The sections of a block of memory, every one of which lies within it.
@unsafe struct GraphSections {
    let memory: UnsafeMutableRawPointer
    let layout: GraphLayout

    init(_ memory: UnsafeMutableRawPointer, _ layout: GraphLayout) {
        unsafe self.memory = unsafe memory
        unsafe self.layout = layout
    }

    func bytes(_ section: GraphLayout.Section) -> UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(start: memory + layout.offset(of: section), count: layout.byteCount(of: section))
    }

    /// The start of a section.
    func pointer<Element>(_ section: GraphLayout.Section, _ type: Element.Type) -> UnsafeMutablePointer<Element> {
        unsafe (memory + layout.offset(of: section)).assumingMemoryBound(to: type)
    }

    func index(_ starts: GraphLayout.Section, _ pairs: GraphLayout.Section) -> GraphStorage.Index {
        unsafe GraphStorage.Index(
            starts: UnsafePointer(pointer(starts, UInt32.self)), pairs: UnsafePointer(pointer(pairs, GraphStorage.Pair.self)))
    }
}
