import Foundation
import Testing

enum EditorClient {
    static let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("cohortium").path

    /// A Python that has the library: the environment's `COHORTIUM_PYTHON`, else the system's.
    private static let python = ProcessInfo.processInfo.environment["COHORTIUM_PYTHON"] ?? "python3"

    static let canRun: Bool = (try? run(["-c", "import pygls.lsp.client"]))?.status == 0

    static func run(_ arguments: [String]) throws -> (status: Int32, output: Data) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, data)
    }
}

/// The language server, driven by a client library that others wrote.
@Suite(.enabled(if: EditorClient.canRun, "skipped: python3 has no pygls (python3 -m pip install pygls)"))
struct LanguageServerTests {
    private struct Answers: Decodable {
        let encoding: String
        let right: Int
        let hover: String
        let event: String
        let completion: [String]
        let formatted: String
        let status: Int
        let wrong: [[Element]]

        enum Element: Decodable, Equatable {
            case text(String)
            case number(Int)

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                self = if let number = try? container.decode(Int.self) { .number(number) } else { .text(try container.decode(String.self)) }
            }
        }
    }

    @Test func anEditorIsServed() throws {
        let script = Spec.root.appendingPathComponent("Tests/LanguageTests/lsp_client.py").path
        let (status, output) = try EditorClient.run([script, EditorClient.program, Spec.root.appendingPathComponent("Ontologies").path])
        try #require(status == 0)
        let answers = try JSONDecoder().decode(Answers.self, from: output)
        #expect(answers.encoding == "utf-16")
        #expect(answers.wrong.count == 1)
        #expect(answers.wrong.first?.prefix(4).elementsEqual([.text("C0203"), .number(2), .number(29), .number(46)]) == true)
        #expect(answers.right == 0)
        #expect(answers.hover.contains("**Breast Carcinoma**") && answers.hover.contains("snomed"))
        #expect(answers.event.contains("index = first diagnosis"))
        #expect(answers.completion.contains("diagnosis"))
        #expect(answers.formatted.hasPrefix("# Müller\ncohort A {\n"))
        #expect(answers.status == 0)
    }
}
