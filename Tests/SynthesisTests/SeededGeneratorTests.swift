import Testing

@testable import Synthesis

@Suite("The seeded generator")
struct SeededGeneratorTests {
    @Test("gives the published numbers of SplitMix64")
    func knownSequence() {
        // The reference implementation's first outputs for the seed 1234567 (https://prng.di.unimi.it/splitmix64.c).
        var random = SeededGenerator(seed: 1_234_567)
        let numbers = (0..<5).map { _ in random.next() }
        #expect(
            numbers == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ])
    }

    @Test("makes unique identifiers of one length that are UUIDs of version 4")
    func identifiers() throws {
        var random = SeededGenerator(seed: 7)
        var seen: Set<String> = []
        for _ in 0..<2_000 {
            let uid = random.uid()
            #expect(uid.utf8.count == 44 && uid.hasPrefix("2.25."))
            let number = try #require(UInt128(uid.dropFirst(5)))
            #expect(number >> 76 & 0xF == 4)
            #expect(number >> 62 & 0b11 == 0b10)
            #expect(seen.insert(uid).inserted)
        }
    }

    @Test("keeps streams of one seed apart")
    func streams() {
        let first = (0..<200).map { stream -> UInt64 in
            var random = SeededGenerator(seed: 5, stream: UInt64(stream))
            return random.next()
        }
        #expect(Set(first).count == 200)
    }

    @Test("stays in range and near its mean")
    func distributions() {
        var random = SeededGenerator(seed: 99)
        let wholes = (0..<4_000).map { _ in random.whole(3...9) }
        #expect(Set(wholes) == Set(3...9))
        let normals = (0..<4_000).map { _ in random.normal(mean: 10, deviation: 2) }
        let mean = normals.reduce(0, +) / 4_000
        #expect(abs(mean - 10) < 0.15)
        let spread = normals.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 4_000
        #expect(abs(spread - 4) < 0.5)
        let picks = (0..<4_000).compactMap { _ in random.choose([("often", 9), ("seldom", 1)]) }
        #expect((250...550).contains(picks.filter { $0 == "seldom" }.count))
    }
}
