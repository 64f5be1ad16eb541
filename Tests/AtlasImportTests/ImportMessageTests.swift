import AtlasImport
import Diagnostics
import Foundation
import Testing

/// Every message of the import has an example whose words are written down.
@Suite struct ImportMessageTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func messages(of entry: ImportMessageReference.Entry) -> [Diagnostic] {
        AtlasImporter.read(SourceText(name: "example.json", text: entry.example), name: "Example").diagnostics
            .filter { $0.code.rawValue == entry.code }
    }

    @Test(arguments: ImportMessageReference.entries.map(\.code)) func theExampleCausesTheMessage(_ code: String) throws {
        let entry = try #require(ImportMessageReference.entries.first { $0.code == code })
        let message = try #require(messages(of: entry).first)
        #expect(message.help?.isEmpty == false)
        #expect(message.message.first?.isUppercase == false || message.message.hasPrefix("CohortQL"))
        #expect(!message.message.hasSuffix("."))
    }

    @Test func everyCodeIsExplained() throws {
        var used: Set<String> = []
        let folder = Self.root.appendingPathComponent("Sources/AtlasImport")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name != "ImportMessageReference.swift" {
            let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            used.formUnion(text.matches(of: #/"(C\d{4})"/#).map { String($0.output.1) })
        }
        #expect(used == Set(ImportMessageReference.entries.map(\.code)))
    }

    /// `Grammar/import-errors.md` is the reference. `COHORTIUM_UPDATE=1` writes it anew.
    @Test func theReferenceIsWritten() throws {
        var text = """
            # Messages about definitions of ATLAS

            By code: what a message of `cohortium import atlas` means, a document that causes it, and how it is shown. This page is made from
            the importer.

            """
        for entry in ImportMessageReference.entries {
            text += "\n## \(entry.code)\n\n\(entry.explanation)\n"
            if !entry.isLong { text += "\n```json\n\(entry.example)\n```\n" }
            let source = SourceText(name: "example.json", text: entry.example)
            let shown = DiagnosticRenderer().render(Array(messages(of: entry).prefix(1)), in: source)
            text += "\n```\n\(shown.trimmingCharacters(in: .newlines))\n```\n"
        }
        let file = Self.root.appendingPathComponent("Grammar/import-errors.md")
        if ProcessInfo.processInfo.environment["COHORTIUM_UPDATE"] == "1" { try text.write(to: file, atomically: true, encoding: .utf8) }
        #expect((try? String(contentsOf: file, encoding: .utf8)) == text, "`Grammar/import-errors.md` is stale: run `make generated`")
    }
}
