import Foundation
import Testing

/// One code, one meaning: every message of the project by its code, with all its wordings side by side, where people can see that they mean
/// the same. `Grammar/codes.md` is made from the sources.
@Suite struct MessageCodeTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The areas, as `DiagnosticCode` has them, and the rooms that may speak of each.
    private static let areas: [(letter: Character, title: String, rooms: Set<String>)] = [
        ("C", "CohortQL and its compiler", ["CohortQL", "Compiler", "AtlasImport"]),
        ("D", "Computation beside the data", ["CohortDispatch", "Node", "cohortium-intensity"]),
        ("F", "Federation and hub", ["Federation", "Hub", "Node", "cohortium"]),
        ("N", "Nodes and sources", ["Node", "Execution", "OMOPAdapter", "FHIRAdapter", "DICOMAdapter", "PostgresClient", "cohortium"]),
        ("O", "The hyperontology and RDF", ["Hyperontology", "RDF", "Hub", "cohortium"]),
        ("P", "Policy and disclosure", ["Disclosure", "Node", "Hub"]),
        ("S", "SPARQL", ["SPARQL", "FederatedSPARQL", "Hub"]),
        (
            "U", "The command line and its surroundings",
            ["cohortium", "Synthesis", "OrthancServer", "Processes", "HTTPClient", "Hyperontology"]
        ),
    ]

    /// What codes say whose words are put together somewhere else.
    private static let elsewhere = [
        "F0000": "an answer that carries no message", "F0601": "the caller is not known", "F0618": "what was asked for is not here",
        "N0468": "DCMTK is not installed", "U0320": "what an editor sends is not of the Language Server Protocol",
    ]

    private static func messages() throws -> [MessageScanner.Message] {
        let sources = root.appendingPathComponent("Sources")
        let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
        return try files.filter { $0.pathExtension == "swift" && !$0.lastPathComponent.hasSuffix("Reference.swift") }
            .sorted { $0.path < $1.path }
            .flatMap { file in
                let room = String(file.path.dropFirst(sources.path.count + 1).prefix { $0 != "/" })
                return MessageScanner.messages(in: try String(contentsOf: file, encoding: .utf8), room: room)
            }
    }

    @Test func everyCodeIsOfItsArea() throws {
        for message in try Self.messages() {
            let area = try #require(Self.areas.first { $0.letter == message.code.first }, "\(message.code)")
            #expect(area.rooms.contains(message.room), "\(message.code) in \(message.room): \(message.words)")
        }
    }

    /// Words for people: what a code says is written where it is given, or the code has a name.
    @Test func everyCodeSaysSomething() throws {
        let messages = try Self.messages()
        #expect(messages.count > 300)
        for (code, group) in Dictionary(grouping: messages, by: \.code)
        where group.allSatisfy({ $0.words.isEmpty }) && Self.elsewhere[code] == nil {
            Issue.record("\(code) says nothing that can be read in the sources of \(Set(group.map(\.room)).sorted())")
        }
    }

    /// `COHORTIUM_UPDATE=1` writes the page anew.
    @Test func theReferenceIsWritten() throws {
        let messages = try Self.messages()
        var text = """
            # Codes of messages

            The command line, HTTP (`application/problem+json`), editors and logs show the same codes. One code has one meaning; where it has
            several wordings they stand side by side. `…` is what a message names. Messages about queries are explained with examples in
            [errors.md](errors.md), those about definitions of ATLAS in [import-errors.md](import-errors.md). This page is made from the sources.

            """
        for area in Self.areas {
            let codes = Dictionary(grouping: messages.filter { $0.code.first == area.letter }, by: \.code)
            text += "\n## \(area.letter): \(area.title)\n\n| code | says | in |\n|---|---|---|\n"
            for (code, group) in codes.sorted(by: { $0.key < $1.key }) {
                var words: [String] = []
                for word in group.flatMap(\.words) where !words.contains(word) { words.append(word) }
                if words.isEmpty, let word = Self.elsewhere[code] { words = [word] }
                let cell = words.joined(separator: "<br>").replacing("|", with: "\\|")
                text += "| `\(code)` | \(cell) | \(Set(group.map(\.room)).sorted().joined(separator: ", ")) |\n"
            }
        }
        let file = Self.root.appendingPathComponent("Grammar/codes.md")
        if ProcessInfo.processInfo.environment["COHORTIUM_UPDATE"] == "1" { try text.write(to: file, atomically: true, encoding: .utf8) }
        #expect((try? String(contentsOf: file, encoding: .utf8)) == text, "`Grammar/codes.md` is stale: run `make generated`")
    }

    @Test func theScannerReadsWhatStandsThere() {
        let source = """
            throw Diagnostic("N0001", .warning, "the file `\\(name(of: "x", [1, 2]))` is \\"away\\"", help: "look")
            let other = Diagnostic(
                "N0002", isOld ? "it is old" : "it is new: \\(age)", help: "wait")
            /// What was seen before.
            public static let repetition: DiagnosticCode = "F0001"
            case tooLong = "O0001"
            """
        let found = MessageScanner.messages(in: source, room: "Node")
        #expect(found.map(\.code) == ["N0001", "N0002", "F0001", "O0001"])
        #expect(
            found.map(\.words) == [["the file `…` is \"away\""], ["it is old", "it is new: …"], ["What was seen before."], ["too long"]])
    }
}
