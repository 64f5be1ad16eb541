import Compiler
import Diagnostics
import Foundation
import Testing

/// Texts that nobody means well: each ends in messages, soon, and there are not too many of them.
@Suite(.serialized) struct HostileInputTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        /// One of the codes that are given.
        let code: String

        init(_ description: String, _ text: String, _ code: String) { self.init(description, bytes: Array(text.utf8), code) }

        init(_ description: String, bytes: [UInt8], _ code: String) {
            testDescription = description
            self.bytes = bytes
            self.code = code
        }
    }

    private static func cohort(_ condition: String) -> String { "cohort A { patients where \(condition) }\nreport A count patients\n" }

    static let samples = [
        Sample("5 MB of round brackets", String(repeating: "(", count: 5_000_000), "C0110"),
        Sample("5 MB of curly brackets", String(repeating: "{", count: 5_000_000), "C0110"),
        Sample("a megabyte of brackets", cohort(String(repeating: "(", count: 900_000)), "C0111"),
        Sample(
            "a megabyte of brackets in a unit", cohort("any observation of \"Tumor Size\" > 2 " + String(repeating: "[", count: 900_000)),
            "C0247"),
        Sample("NUL bytes", bytes: [UInt8](repeating: 0, count: 900_000), "C0101"),
        Sample("a NUL in a name", cohort("any diagnosis of \"Breast\0Carcinoma\""), "C0103"),
        Sample(
            "invalid UTF-8", bytes: Array("cohort A { patients where any diagnosis of \"".utf8) + [0xC3, 0x28, 0xFF] + Array("\" }".utf8),
            "C0103"),
        Sample("invalid UTF-8 throughout", bytes: [UInt8](repeating: 0xFF, count: 900_000), "C0101"),
        Sample("a Cyrillic letter in a keyword", "cоhort A { patients where sex is female }", "C0101"),
        Sample("a Greek letter in a keyword", cohort("sεx is female"), "C0101"),
        Sample("a full-width keyword", cohort("sex is ｆｅｍａｌｅ"), "C0101"),
        Sample("text that runs from right to left", cohort("any diagnosis of \"\u{202E}amonicraC\""), "C0203"),
        Sample("a cohort of itself", "cohort A = A union A\nreport A count patients\n", "C0215"),
        Sample("a cohort in itself", cohort("in A"), "C0215"),
        Sample("two cohorts of each other", "cohort A = B\ncohort B = A\nreport A count patients\n", "C0215"),
        Sample("a unit that is none", cohort("any observation of \"Prostate Specific Antigen\" > 4 furlongs"), "C0247"),
        Sample("a million concepts", cohort("any diagnosis of one of (" + String(repeating: "C4872, ", count: 1_000_000) + "C1)"), "C0110"),
        Sample(
            "as many unknown concepts as fit",
            cohort("any diagnosis of one of (" + (0..<60_000).map { "\"x\($0)y\"" }.joined(separator: ", ") + ")"), "C0203"),
        Sample(
            "as many known concepts as fit",
            cohort("any diagnosis of one of (" + String(repeating: "\"Breast Carcinoma\", ", count: 45_000) + "\"T2\")"), "C0204"),
        Sample("one long name", cohort("any diagnosis of \"" + String(repeating: "x", count: 900_000) + "\""), "C0203"),
        Sample("one long number", cohort("age at 2020-01-01 > " + String(repeating: "9", count: 900_000) + " years"), "C0"),
        Sample("a name in Chinese", cohort("any diagnosis of \"乳腺癌\""), "C0203"),
        Sample("a name in Arabic", cohort("any diagnosis of \"سرطان الثدي\""), "C0203"),
        Sample("a name in Hindi", cohort("any diagnosis of \"स्तन कैंसर\""), "C0203"),
        Sample("many cohorts", (0..<9_000).map { "cohort C\($0) { patients where in C\($0 + 1) }\n" }.joined(), "C0215"),
        Sample("many quotation marks", String(repeating: "\"\n", count: 450_000), "C0102"),
    ]

    @Test(arguments: samples) func endsInAMessage(_ sample: Sample) throws {
        let compiler = QueryCompiler(hyperontology: try Spec.ontology.get())
        let source = SourceText(name: "q", bytes: sample.bytes)
        let clock = ContinuousClock()
        var found: [Diagnostic] = []
        var rendered = ""
        let before = Self.peak()
        let time = clock.measure {
            found = compiler.compile(source).diagnostics
            rendered = DiagnosticRenderer().render(found, in: source)
        }
        let memory = Self.peak() - before
        print(
            "hostile: \(sample.testDescription): \(time), \(memory) MB more, \(found.count) messages: \(Set(found.map(\.code.rawValue)).sorted())"
        )
        #expect(found.contains { $0.code.rawValue.hasPrefix(sample.code) })
        #expect(found.count <= 120)
        #expect(rendered.utf8.count < 2_000_000)
        // A build without optimisation is some ten times as slow as the program.
        #expect(time < .seconds(10))
        #expect(memory < 600)
    }

    /// The most memory that the process held so far, in megabytes.
    private static func peak() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
        return (line?.split(separator: " ").compactMap { Int($0) }.first ?? 0) / 1_024
    }
}
