import Foundation

extension GraphStorage {
    /// Terms and triples in three orders; duplicates among the triples are dropped.
    ///
    /// Counting sorts need time in proportion to the triples: by object, then predicate, then subject; from there one stable sort by
    /// object gives the order object-subject-predicate, and from that one by predicate gives predicate-object-subject.
    static func build(_ dictionary: TermDictionary, _ unsorted: consuming [Graph.EncodedTriple]) -> GraphStorage {
        var triples = unsorted
        var scratch = triples
        for component in [Component.object, .predicate, .subject] {
            _ = component.sort(triples, into: &scratch, dictionary.count)
            swap(&triples, &scratch)
        }
        let kept = deduplicate(&triples)
        triples.removeSubrange(kept...)
        scratch.removeSubrange(kept...)
        let subjectStarts = Component.subject.starts(triples, dictionary.count)

        let types = encoded(dictionary.types)
        var predicates: [UInt32: PredicateStatistics] = [:]
        count(triples, into: &predicates)
        let layout = GraphLayout(
            termCount: dictionary.count, tripleCount: triples.count, slotCount: dictionary.slots.count,
            textByteCount: dictionary.texts.count, typeByteCount: types.count, predicateCount: predicates.count)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: layout.byteCount, alignment: 16)
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: layout.byteCount)
        let sections = unsafe GraphSections(memory, layout)
        unsafe copy(dictionary.starts, to: sections.bytes(.textStarts))
        unsafe copy(dictionary.kinds, to: sections.bytes(.kinds))
        unsafe copy(dictionary.slots, to: sections.bytes(.slots))
        unsafe copy(dictionary.texts, to: sections.bytes(.texts))
        unsafe copy(types, to: sections.bytes(.types))

        unsafe copy(subjectStarts, to: sections.bytes(.subjectStarts))
        unsafe fill(sections.pointer(.subjectPairs, Pair.self), triples) { Pair(second: UInt32($0.predicate), third: UInt32($0.object)) }
        unsafe copy(Component.object.sort(triples, into: &scratch, dictionary.count), to: sections.bytes(.objectStarts))
        unsafe fill(sections.pointer(.objectPairs, Pair.self), scratch) { Pair(second: UInt32($0.subject), third: UInt32($0.predicate)) }
        unsafe copy(Component.predicate.sort(scratch, into: &triples, dictionary.count), to: sections.bytes(.predicateStarts))
        unsafe fill(sections.pointer(.predicatePairs, Pair.self), triples) { Pair(second: UInt32($0.object), third: UInt32($0.subject)) }

        let statistics = finished(predicates, triples)
        let numbers = statistics.flatMap {
            [UInt32($0.predicate), UInt32($0.count), UInt32($0.distinctSubjects), UInt32($0.distinctObjects)]
        }
        unsafe copy(numbers, to: sections.bytes(.statistics))
        return unsafe GraphStorage(
            owning: memory, isMapped: false, layout, seed: dictionary.seed, types: dictionary.types, statistics: statistics)
    }

    /// A component of triples, by which they are sorted.
    private enum Component {
        case subject, predicate, object

        @inline(__always) func of(_ triple: Graph.EncodedTriple) -> Int {
            switch self {
            case .subject: Int(triple.subject)
            case .predicate: Int(triple.predicate)
            case .object: Int(triple.object)
            }
        }

        /// By term, how many triples come before those that have it.
        func starts(_ triples: [Graph.EncodedTriple], _ termCount: Int) -> [UInt32] {
            var starts = [UInt32](repeating: 0, count: termCount + 1)
            for triple in triples { starts[of(triple) + 1] += 1 }
            for number in 0..<termCount { starts[number + 1] += starts[number] }
            return starts
        }

        /// Sorts stably, and gives the starts.
        func sort(_ triples: [Graph.EncodedTriple], into sorted: inout [Graph.EncodedTriple], _ termCount: Int) -> [UInt32] {
            let starts = starts(triples, termCount)
            var next = starts
            for triple in triples {
                let number = of(triple)
                sorted[Int(next[number])] = triple
                next[number] += 1
            }
            return starts
        }
    }

    /// Moves the different ones of sorted triples to the front, and counts them.
    private static func deduplicate(_ triples: inout [Graph.EncodedTriple]) -> Int {
        var kept = 0
        for triple in triples where kept == 0 || triples[kept - 1] != triple {
            triples[kept] = triple
            kept += 1
        }
        return kept
    }

    /// Counts triples and distinct subjects by predicate, from the order subject-predicate-object.
    private static func count(_ triples: [Graph.EncodedTriple], into statistics: inout [UInt32: PredicateStatistics]) {
        var start = 0
        while start < triples.count {
            let first = triples[start]
            var end = start + 1
            while end < triples.count, triples[end].subject == first.subject, triples[end].predicate == first.predicate { end += 1 }
            let known = statistics[UInt32(first.predicate)]
            statistics[UInt32(first.predicate)] = PredicateStatistics(
                predicate: first.predicate, count: (known?.count ?? 0) + end - start, distinctSubjects: (known?.distinctSubjects ?? 0) + 1,
                distinctObjects: 0)
            start = end
        }
    }

    /// Adds the distinct objects, from the order predicate-object-subject; the most frequent predicate first.
    private static func finished(
        _ statistics: [UInt32: PredicateStatistics], _ triples: [Graph.EncodedTriple]
    ) -> [PredicateStatistics] {
        var objects: [Graph.TermID: Int] = [:]
        var last: Graph.EncodedTriple?
        for triple in triples {
            if last?.predicate != triple.predicate || last?.object != triple.object { objects[triple.predicate, default: 0] += 1 }
            last = triple
        }
        return statistics.values.map {
            PredicateStatistics(
                predicate: $0.predicate, count: $0.count, distinctSubjects: $0.distinctSubjects,
                distinctObjects: objects[$0.predicate] ?? 0)
        }.sorted { ($1.count, $0.predicate) < ($0.count, $1.predicate) }
    }

    private static func copy<Element>(_ elements: [Element], to section: UnsafeMutableRawBufferPointer) {
        unsafe elements.withUnsafeBytes { unsafe section.copyMemory(from: $0) }
    }

    private static func fill(
        _ pairs: UnsafeMutablePointer<Pair>, _ triples: [Graph.EncodedTriple], _ pair: (Graph.EncodedTriple) -> Pair
    ) {
        for index in triples.indices { unsafe pairs[index] = pair(triples[index]) }
    }

    /// The types as the section has them.
    private static func encoded(_ types: [TermDictionary.LiteralType]) -> [UInt8] {
        var bytes: [UInt8] = []
        for type in types {
            let (mark, text) =
                switch type {
                case .datatype(let datatype): (UInt8(ascii: "d"), datatype)
                case .language(let language): (UInt8(ascii: "l"), language)
                }
            bytes.append(mark)
            for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: text.utf8.count >> shift)) }
            bytes += text.utf8
        }
        return bytes
    }
}
