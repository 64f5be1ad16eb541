import CohortPlan
import CohortQL
import Compiler
import Diagnostics
import Foundation
import Testing

/// The questions and the examples, mutated at random and given to every tool of the language.
///
/// A budget in the tests; `make fuzz` runs longer (`COHORTIUM_SENTENCES`). What stops the program names its seed.
@Suite struct FuzzTests {
    private static let environment = ProcessInfo.processInfo.environment

    @Test func noToolStops() throws {
        let seed = Self.environment["COHORTIUM_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1_000_000)
        let count = (Self.environment["COHORTIUM_SENTENCES"].flatMap { Int($0) } ?? 3_000) / 10
        print("fuzz: \(count) texts, seed \(seed)")
        let corpus = try Self.corpus()
        var random = Mutations(state: seed)
        let hyperontology = try Spec.ontology.get()
        let (compiler, completer) = (QueryCompiler(hyperontology: hyperontology), Completer(hyperontology: hyperontology))
        for number in 0..<count {
            let bytes = random.mutated(corpus)
            let source = SourceText(name: "q", bytes: bytes)
            let result = compiler.compile(source)
            for diagnostic in result.diagnostics where (diagnostic.span?.upperBound ?? 0) > bytes.count {
                Issue.record("seed \(seed), text \(number): \(diagnostic) lies outside")
            }
            _ = DiagnosticRenderer().render(result.diagnostics, in: source)
            if let formatted = Formatter.format(source) {
                let again = SourceText(name: "q", text: formatted)
                #expect(Formatter.format(again) == formatted, "seed \(seed), text \(number)")
                #expect(compiler.compile(again).query?.planHash == result.query?.planHash, "seed \(seed), text \(number): \(formatted)")
            }
            if let query = result.query {
                let decoded = try JSONDecoder().decode(CohortPlan.self, from: JSONEncoder().encode(query.plan))
                #expect(decoded.canonicalHash == query.planHash, "seed \(seed), text \(number)")
            }
            _ = completer.complete(source, at: Int.random(in: 0...bytes.count, using: &random), limit: 5)
        }
    }

    private static func corpus() throws -> [[UInt8]] {
        let folder = Spec.root.appendingPathComponent("Questions")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil).filter {
            $0.pathExtension == "cohort"
        }
        return try files.sorted { $0.path < $1.path }.map { Array(try Data(contentsOf: $0)) }
            + Specs.sections.flatMap(\.specs).map { Array($0.text.utf8) }
    }
}

/// SplitMix64, with what fuzzers do to texts.
private struct Mutations: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private static let strange: [[UInt8]] = [
        [0], [0xFF], Array("\u{202E}".utf8), Array("99999999999999999999".utf8), Array("9999-99-99".utf8), Array("$".utf8),
        Array("\"".utf8),
        Array("(".utf8), Array("}".utf8), Array(" not ".utf8), Array(" or unknown ".utf8), Array(" is known ".utf8), Array(" 80 % ".utf8),
    ]

    mutating func mutated(_ corpus: [[UInt8]]) -> [UInt8] {
        var text = corpus[Int.random(in: 0..<corpus.count, using: &self)]
        for _ in 0..<Int.random(in: 1...5, using: &self) where !text.isEmpty {
            let place = Int.random(in: 0..<text.count, using: &self)
            let end = min(text.count, place + Int.random(in: 1...40, using: &self))
            switch Int.random(in: 0..<7, using: &self) {
            case 0: text[place] = UInt8.random(in: 0...255, using: &self)
            case 1: text.removeSubrange(place..<end)
            case 2: text.insert(contentsOf: text[place..<end], at: Int.random(in: 0...text.count, using: &self))
            case 3: text.insert(contentsOf: Self.strange[Int.random(in: 0..<Self.strange.count, using: &self)], at: place)
            case 4: text[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            default:
                // A piece of another text.
                let other = corpus[Int.random(in: 0..<corpus.count, using: &self)]
                let from = Int.random(in: 0..<other.count, using: &self)
                text.insert(contentsOf: other[from..<min(other.count, from + 60)], at: place)
            }
        }
        return text
    }
}
