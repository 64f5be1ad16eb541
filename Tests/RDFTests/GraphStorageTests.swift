import Foundation
import Testing

@testable import RDF

/// Patterns of numbers, versions, and graphs in files.
@Suite struct GraphStorageTests {
    private func graph(_ triples: some Sequence<Triple>) -> Graph {
        var builder = GraphBuilder()
        for triple in triples { builder.add(triple) }
        return builder.build()
    }

    private func withTemporaryFile(_ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("graph-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    @Test(
        arguments: [
            ("", 0xEF46_DB37_51D8_E999), ("a", 0xD24E_C4F1_A98C_6E5B), ("abc", 0x44BC_2CF5_AD77_0999),
            ("The quick brown fox jumps over the lazy dog", 0x0B24_2D36_1FDA_71BC),
        ] as [(String, UInt64)]) func hashesAsXXHashDoes(text: String, expected: UInt64)
    {
        #expect(unsafe Array(text.utf8).withUnsafeBytes { unsafe XXHash64.hash($0, seed: 0) } == expected)
    }

    @Test(arguments: 0..<60) func slicesAreWhatAScanFinds(seed: Int) {
        let triples = RandomGraph(seed: seed).triples
        let graph = graph(triples)
        let encoded = Array(graph.slice())
        #expect(Set(encoded.map(graph.decoded)) == triples)
        #expect(encoded.count == triples.count)
        let ids = [nil] + (0..<min(12, graph.terms.count)).map { Graph.TermID($0 * graph.terms.count / 12) }
        for subject in ids {
            for predicate in ids {
                for object in ids {
                    let slice = graph.slice(subject: subject, predicate: predicate, object: object)
                    let expected = encoded.filter {
                        (subject == nil || $0.subject == subject) && (predicate == nil || $0.predicate == predicate)
                            && (object == nil || $0.object == object)
                    }
                    #expect(Set(slice) == Set(expected))
                    #expect(slice.count == expected.count)
                    #expect(slice.map(\.self) == slice.indices.map { slice[$0] })
                    let keys = slice.indices.map(slice.key)
                    #expect(keys == keys.sorted())
                }
            }
        }
    }

    @Test(arguments: [TripleSlice.Order.subjectPredicateObject, .predicateObjectSubject, .objectSubjectPredicate])
    func ordersHoldTheSameTriples(order: TripleSlice.Order) {
        let graph = graph(RandomGraph(seed: 7).triples)
        let slice = graph.slice(order: order)
        #expect(Set(slice) == Set(graph.slice()))
        #expect(slice.map(\.self) == slice.indices.map { slice[$0] })
        for key in Set(slice.indices.map(slice.key)) {
            let narrowed = slice.narrowed(to: key)
            #expect(narrowed.count == slice.indices.count { slice.key(at: $0) == key })
            let start = slice.position(from: slice.startIndex, whereKeyIsAtLeast: key)
            #expect(slice.key(at: start) == key)
            #expect(start == slice.startIndex || slice.key(at: start - 1) < key)
        }
        #expect(slice.position(from: slice.startIndex, whereKeyIsAtLeast: .max) == slice.endIndex)
        #expect(slice.narrowed(to: -1).isEmpty)
        #expect(slice.narrowed(to: .max).isEmpty)
    }

    @Test(arguments: 0..<30) func countsPredicates(seed: Int) throws {
        let triples = RandomGraph(seed: seed).triples
        let graph = graph(triples)
        #expect(Set(graph.statistics.map(\.predicate)).count == Set(triples.map(\.predicate)).count)
        for statistics in graph.statistics {
            let own = triples.filter { $0.predicate == graph[statistics.predicate] }
            #expect(statistics.count == own.count)
            #expect(statistics.distinctSubjects == Set(own.map(\.subject)).count)
            #expect(statistics.distinctObjects == Set(own.map(\.object)).count)
            #expect(graph.statistics(of: statistics.predicate) == statistics)
        }
    }

    @Test(arguments: 0..<40) func filesHoldTheSameGraph(seed: Int) throws {
        let graph = graph(RandomGraph(seed: seed).triples)
        try withTemporaryFile { path in
            try graph.write(to: path)
            let mapped = try Graph(mapping: path)
            #expect(mapped.triples() == graph.triples())
            #expect(Array(mapped.terms) == Array(graph.terms))
            #expect(mapped.statistics == graph.statistics)
            for (number, term) in graph.terms.enumerated() { #expect(mapped.id(of: term) == Graph.TermID(number)) }
            #expect(mapped.id(of: .iri("http://elsewhere/")) == nil)
        }
    }

    @Test func everyChangedByteIsFound() throws {
        let graph = graph(RandomGraph(seed: 3).triples)
        try withTemporaryFile { path in
            try graph.write(to: path)
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            let layout = graph.storage.layout
            // Between the sections there are up to seven bytes that say nothing.
            let said = GraphLayout.Section.allCases.flatMap { layout.offset(of: $0)..<layout.offset(of: $0) + layout.byteCount(of: $0) }
            for offset in Array(0..<GraphLayout.headerByteCount) + said.enumerated().filter({ $0.offset % 7 == 0 }).map(\.element) {
                var changed = whole
                changed[offset] ^= 0x10
                try changed.write(to: URL(fileURLWithPath: path))
                #expect(throws: GraphFileError.self, "byte \(offset)") { try Graph(mapping: path) }
            }
            for count in [0, 1, GraphLayout.headerByteCount, whole.count - 1] {
                try whole.prefix(count).write(to: URL(fileURLWithPath: path))
                #expect(throws: GraphFileError.self) { try Graph(mapping: path) }
            }
        }
        let error = #expect(throws: GraphFileError.self) { try Graph(mapping: "/nowhere/at/all") }
        #expect(error?.code == .unreadable)
    }

    /// A file that was made to mislead has right checksums and wrong numbers.
    @Test(arguments: [
        GraphLayout.Section.textStarts, .kinds, .slots, .subjectStarts, .subjectPairs, .predicateStarts, .predicatePairs, .objectStarts,
        .objectPairs, .statistics, .types,
    ]) func numbersThatLeadOutsideAreFound(section: GraphLayout.Section) throws {
        let graph = graph(RandomGraph(seed: 3).triples)
        try withTemporaryFile { path in
            try graph.write(to: path)
            var data = try Data(contentsOf: URL(fileURLWithPath: path))
            let layout = graph.storage.layout
            let start = layout.offset(of: section)
            for offset in start..<start + min(8, layout.byteCount(of: section)) { data[offset] = 0xFF }
            let checksum = unsafe data.withUnsafeBytes { unsafe GraphHeader.checksum(of: section, $0, layout) }
            store(checksum, at: 8 + section.rawValue, in: &data)
            let words = unsafe data.withUnsafeBytes { bytes in
                (0..<GraphLayout.headerWords - 1).map { unsafe bytes.load(fromByteOffset: $0 * 8, as: UInt64.self) }
            }
            store(GraphHeader.checksum(of: words), at: GraphLayout.headerWords - 1, in: &data)
            try data.write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: GraphFileError.self) { try Graph(mapping: path) }
            #expect(error?.code == .damaged)
            #expect(error?.message.contains("header") == false)
        }
    }

    private func store(_ word: UInt64, at index: Int, in data: inout Data) {
        for byte in 0..<8 { data[index * 8 + byte] = UInt8(truncatingIfNeeded: word >> (8 * byte)) }
    }

    @Test func versionsKeepNumbersAndSnapshotsStay() throws {
        let triples = RandomGraph(seed: 4).triples.sorted { ($0.subject, $0.predicate, $0.object) < ($1.subject, $1.predicate, $1.object) }
        let store = VersionStore(graph(triples))
        let before = store.snapshot
        let added = Triple(.iri("http://e/new"), .iri("http://e/p"), .literal(Literal("x", language: "fr")))
        store.update { graph in
            var builder = GraphBuilder(graph)
            builder.add(added)
            builder.remove([triples[0], Triple(.iri("http://e/never"), .iri("http://e/p"), .string("there"))])
            return builder.build()
        }
        #expect(before.count == triples.count)
        #expect(before.id(of: added.subject) == nil)
        let after = store.snapshot
        #expect(Set(after.triples()) == Set(triples.dropFirst()).union([added]))
        for (number, term) in before.terms.enumerated() { #expect(after.id(of: term) == Graph.TermID(number)) }
        struct Refused: Error {}
        #expect(throws: Refused.self) {
            try store.update { _ throws(Refused) in throw Refused() }
        }
        #expect(Set(store.snapshot.triples()) == Set(after.triples()))
    }

    @Test func readsWhileAnUpdateBuilds() async {
        let store = VersionStore(Graph.empty)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for number in 0..<200 {
                    store.update { graph in
                        var builder = GraphBuilder(graph)
                        for name in ["a", "b"] { builder.add(Triple(.iri("http://e/\(name)"), .iri("http://e/p"), .string("\(number)"))) }
                        return builder.build()
                    }
                }
            }
            for _ in 0..<3 {
                group.addTask {
                    var last = 0
                    while last < 400 {
                        let snapshot = store.snapshot
                        // Each version holds whole updates, and versions come in their order.
                        let counts = ["a", "b"].map { snapshot.triples(subject: .iri("http://e/\($0)")).count }
                        #expect(counts[0] == counts[1])
                        #expect(snapshot.count >= last)
                        last = snapshot.count
                        await Task.yield()
                    }
                }
            }
        }
    }

    @Test(arguments: 0..<20) func documentsAreAddedAsGraphsToo(seed: Int) {
        let triples = RandomGraph(seed: seed).triples
        var builder = GraphBuilder(graph([Triple(.blank("b0"), .iri("http://e/p"), .blank("shared0"))]))
        builder.add(document: graph(triples))
        builder.add(document: triples)
        let all = builder.build()
        #expect(all.count >= 1)
        var twice = triples
        for triple in triples { twice.insert(Triple(renamed(triple.subject), triple.predicate, renamed(triple.object))) }
        twice.insert(Triple(.blank("first"), .iri("http://e/p"), .blank("second")))
        #expect(areIsomorphic(Set(all.triples()), twice))
    }

    private func renamed(_ term: Term) -> Term { if case .blank(let label) = term { .blank("other-" + label) } else { term } }
}
