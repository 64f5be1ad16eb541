import Foundation
import RDF
import SPARQL
import Testing

/// The W3C's SPARQL 1.1 test suite where it is beside the package.
@Suite struct ConformanceTests {
    private static let suites = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("shared/conformance/w3c/sparql11").path

    private static var isPresent: Bool {
        let isPresent = FileManager.default.fileExists(atPath: suites + "/bind/manifest.ttl")
        if !isPresent { print("skipped: the W3C SPARQL test suite is not beside the package") }
        return isPresent
    }

    /// Tests that fail for a reason that is not ours.
    private static let exclusions = ["tsv03": "the expected file writes 1.0e6, its data 1.0E6"]

    @Test(
        .enabled(if: isPresent),
        arguments: [
            "aggregates", "bind", "bindings", "cast", "exists", "grouping", "json-res", "csv-tsv-res", "negation", "syntax-query",
            "construct",
        ])
    func passes(folder: String) throws {
        let tests = try ConformanceManifest(directory: Self.suites + "/" + folder).tests()
        var failures: [String] = []
        for test in tests where Self.exclusions[test.name] == nil {
            if case .failed(let why) = test.run() { failures.append("\(test.name): \(why)") }
        }
        let excluded = tests.count { Self.exclusions[$0.name] != nil }
        print("\(folder): \(tests.count - failures.count - excluded) of \(tests.count) passed, \(excluded) excluded")
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
        #expect(!tests.isEmpty)
    }
}
