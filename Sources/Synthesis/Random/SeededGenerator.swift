/// A random number generator that repeats itself: the same seed gives the same numbers on every machine.
///
/// SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014). Nothing here may draw
/// from the system's generator, or two runs of `synth` would differ.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { self.state = seed }

    /// A generator whose numbers depend on a text alone (FNV-1a; `Hasher` differs from run to run).
    init(text: String) {
        self.init(seed: text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
    }

    /// A generator for one of many independent streams of a seed: one a patient, so that a patient does not depend on how many are made.
    public init(seed: UInt64, stream: UInt64) {
        var mixer = SeededGenerator(seed: seed)
        let first = mixer.next()
        var second = SeededGenerator(seed: first ^ (stream &* 0xD1B5_4A32_D192_ED03))
        self.state = second.next()
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension SeededGenerator {
    /// A number from 0 up to, not including, 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Yes with a probability.
    mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    /// A whole number of a closed range, evenly spread.
    mutating func whole(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(unit() * Double(range.upperBound - range.lowerBound + 1))
    }

    /// About normally distributed: twelve even draws summed (Irwin–Hall), so never further than six deviations from the mean.
    ///
    /// Sums of doubles are the same everywhere; a logarithm or cosine of the C library need not be.
    mutating func normal(mean: Double, deviation: Double) -> Double {
        var sum = 0.0
        for _ in 0..<12 { sum += unit() }
        return mean + (sum - 6) * deviation
    }

    /// One of some choices by weight; the weights need not sum to one.
    mutating func choose<Choice>(_ choices: [(Choice, Double)]) -> Choice? {
        var point = unit() * choices.reduce(0) { $0 + $1.1 }
        for (choice, weight) in choices {
            point -= weight
            if point < 0 { return choice }
        }
        return choices.last?.0
    }

    /// One of some choices, evenly.
    mutating func pick<Choice>(_ choices: [Choice]) -> Choice? {
        choices.isEmpty ? nil : choices[whole(0...(choices.count - 1))]
    }

    /// A universally unique identifier as a DICOM UID, `2.25.` and the identifier as a decimal (PS3.5, B.2), always 44 characters long.
    ///
    /// Version 4 after RFC 9562, with the highest bit set so that the decimal always has 39 digits.
    mutating func uid() -> String {
        let high = (next() | 0x8000_0000_0000_0000) & ~0xF000 | 0x4000
        let low = next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return "2.25.\(UInt128(high) << 64 | UInt128(low))"
    }
}
