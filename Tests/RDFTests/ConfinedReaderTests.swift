import Foundation
import RDF
import Testing

/// Documents of strangers, read in a process of their own.
@Suite struct ConfinedReaderTests {
    private func withFile(_ name: String, _ content: some Sequence<UInt8>, _ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("confined-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent(name)
        try Data(content).write(to: file)
        try await body(file.path)
    }

    private func errors(_ reader: ConfinedReader, _ path: String) async -> [RDFSyntaxError] {
        do throws(RDFSyntaxErrors) {
            _ = try await reader.graph(ofFile: path)
            return []
        } catch {
            return error.errors
        }
    }

    @Test func handsOverTheGraphAndItsPrefixes() async throws {
        let triples = RandomGraph(seed: 5).triples
        let text = try TurtleWriter(prefixes: RandomGraph.prefixes).text(of: triples)
        try await withFile("a.ttl", text.utf8) { path in
            let (graph, prefixes) = try await ConfinedReader().graph(ofFile: path, base: "http://e/")
            #expect(areIsomorphic(Set(graph.triples()), triples))
            #expect(prefixes["e"] == "http://e/")
        }
    }

    @Test func reportsErrorsWithTheirPlace() async throws {
        try await withFile("a.nt", "<http://e/a> <http://e/b> \"c\" .\n<http://e/a> <b> .\nx\n".utf8) { path in
            let found = await errors(ConfinedReader(), path)
            #expect(found.map(\.line) == [2, 3])
            #expect(found.map(\.column) == [17, 1])
            #expect(found.allSatisfy { $0.file == path && $0.code == .syntax })
        }
        #expect(await errors(ConfinedReader(), "/nowhere/at/all.ttl").map(\.code) == [.unreadable])
        #expect(await errors(ConfinedReader(), "/nowhere/at/all").map(\.code) == [.unreadable])
    }

    @Test func outlivesWhatTakesTooMuchMemory() async throws {
        var limits = ConfinedReader.Limits()
        limits.memory = 320 << 20
        var text: [UInt8] = []
        for number in 0..<100 {
            text +=
                Array("<http://e/\(number)> <http://e/p> \"\(number)".utf8) + [UInt8](repeating: 0x78, count: 1 << 20)
                + Array("\" .\n".utf8)
        }
        try await withFile("a.nt", text) { path in
            let found = await errors(ConfinedReader(limits: limits), path)
            #expect(found.map(\.code) == [.refused])
            #expect(found.first?.message.contains("limit") == true)
            // The parser's own limit is met before the kernel's, and says so more plainly.
            limits.memory = 4 << 30
            limits.parser.maximumMemory = 64 << 20
            #expect(await errors(ConfinedReader(limits: limits), path).first?.message.hasSuffix("bytes of memory") == true)
        }
    }

    @Test func endsWhatTakesTooLong() async throws {
        var limits = ConfinedReader.Limits()
        limits.duration = .milliseconds(200)
        // A pipe that nobody writes to: the reader waits for it for ever.
        let pipe = FileManager.default.temporaryDirectory.appendingPathComponent("pipe-\(UUID().uuidString).ttl").path
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        defer { try? FileManager.default.removeItem(atPath: pipe) }
        let found = await errors(ConfinedReader(limits: limits), pipe)
        #expect(found.map(\.code) == [.refused])
        #expect(found.first?.message.contains("0.2 seconds") == true)
    }

    @Test func isCancelled() async throws {
        let pipe = FileManager.default.temporaryDirectory.appendingPathComponent("pipe-\(UUID().uuidString).ttl").path
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        defer { try? FileManager.default.removeItem(atPath: pipe) }
        let task = Task { await errors(ConfinedReader(), pipe) }
        try await Task.sleep(for: .milliseconds(100))
        task.cancel()
        #expect(await task.value.map(\.code) == [.cancelled])
    }

    @Test func takesNothingOfAReaderThatDoesNotEndWell() async throws {
        try await withFile("a.ttl", "<a> <b> <c> .".utf8) { path in
            #expect(await errors(ConfinedReader(executable: "/bin/false"), path).map(\.code) == [.refused])
            #expect(await errors(ConfinedReader(executable: "/bin/true"), path).map(\.code) == [.refused])
            #expect(await errors(ConfinedReader(executable: "/nowhere/reader"), path).map(\.code) == [.refused])
        }
    }

    @Test func namedGraphsAreNotDropped() async throws {
        try await withFile("a.trig", "<http://e/g> { <http://e/a> <http://e/b> 1 }".utf8) { path in
            #expect(await errors(ConfinedReader(), path).map(\.code) == [.refused])
        }
    }
}
