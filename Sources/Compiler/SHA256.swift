/// SHA-256 (FIPS 180-4, sections 5 and 6), for naming plans. Keys and signatures are OpenSSL's.
enum SHA256 {
    /// The digest of a message in lower-case hexadecimal.
    static func hexadecimal(of message: [UInt8]) -> String {
        var state: [UInt32] = [
            0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
        ]
        var padded = message + [0x80]
        while padded.count % 64 != 56 { padded.append(0) }
        let bits = UInt64(message.count) * 8
        for shift in stride(from: 56, through: 0, by: -8) { padded.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift))) }
        for start in stride(from: 0, to: padded.count, by: 64) { compress(padded[start..<start + 64], into: &state) }
        return state.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    private static func compress(_ block: ArraySlice<UInt8>, into state: inout [UInt32]) {
        var words = stride(from: block.startIndex, to: block.endIndex, by: 4).map { place in
            (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(block[place + $1]) }
        }
        for index in 16..<64 {
            let first = rotate(words[index - 15], 7) ^ rotate(words[index - 15], 18) ^ (words[index - 15] >> 3)
            let second = rotate(words[index - 2], 17) ^ rotate(words[index - 2], 19) ^ (words[index - 2] >> 10)
            words.append(words[index - 16] &+ first &+ words[index - 7] &+ second)
        }
        var work = state
        for index in 0..<64 {
            let choice = (work[4] & work[5]) ^ (~work[4] & work[6])
            let upper = rotate(work[4], 6) ^ rotate(work[4], 11) ^ rotate(work[4], 25)
            let first = work[7] &+ upper &+ choice &+ constants[index] &+ words[index]
            let majority = (work[0] & work[1]) ^ (work[0] & work[2]) ^ (work[1] & work[2])
            let lower = rotate(work[0], 2) ^ rotate(work[0], 13) ^ rotate(work[0], 22)
            work = [first &+ lower &+ majority, work[0], work[1], work[2], work[3] &+ first, work[4], work[5], work[6]]
        }
        for index in state.indices { state[index] &+= work[index] }
    }

    private static func rotate(_ word: UInt32, _ places: UInt32) -> UInt32 { word >> places | word << (32 - places) }

    /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes, computed exactly in integers.
    private static let constants: [UInt32] = {
        var primes: [UInt64] = []
        var candidate: UInt64 = 2
        while primes.count < 64 {
            if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
            candidate += 1
        }
        return primes.map { prime in
            // The largest r with r³ ≤ prime · 2⁹⁶; its low 32 bits are the fraction's.
            var low: UInt64 = 0
            var high: UInt64 = 1 << 36
            let target = UInt128(prime) << 96
            while high - low > 1 {
                let middle = (low + high) / 2
                let cube = UInt128(middle) * UInt128(middle) * UInt128(middle)
                if cube <= target { low = middle } else { high = middle }
            }
            return UInt32(truncatingIfNeeded: low)
        }
    }()
}
