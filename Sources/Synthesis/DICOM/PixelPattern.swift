/// A picture that a viewer shows something in: a bright disc on a dark ground, with noise.
///
/// The brightness depends on the series, so that statistics of different series differ and those of one repeat.
struct PixelPattern {
    /// Pixels along each side.
    static let side = 64

    /// The brightness of the disc; the ground has a tenth of it.
    let level: Int
    private let seed: UInt64
    private let radius: Int

    /// - Parameter seed: tells the series apart; the number of the instance makes the disc smaller or larger.
    init(seed: UInt64, instance: Int) {
        var random = SeededGenerator(seed: seed)
        level = 400 + random.whole(0...1_600)
        radius = 14 + (random.whole(0...10) + instance) % 14
        self.seed = seed &+ UInt64(instance)
    }

    /// The pixels row by row, 16 bits each, the low byte first.
    func words() -> [UInt8] {
        var bytes = [UInt8]()
        bytes.reserveCapacity(Self.side * Self.side * 2)
        for value in values(limit: 4_095) {
            bytes.append(UInt8(truncatingIfNeeded: value))
            bytes.append(UInt8(truncatingIfNeeded: value >> 8))
        }
        return bytes
    }

    /// The pixels row by row, 8 bits each.
    func bytes() -> [UInt8] { values(limit: 4_095).map { UInt8(truncatingIfNeeded: $0 >> 4) } }

    private func values(limit: Int) -> [Int] {
        var random = SeededGenerator(seed: seed)
        let centre = Self.side / 2
        var values = [Int]()
        values.reserveCapacity(Self.side * Self.side)
        for row in 0..<Self.side {
            for column in 0..<Self.side {
                let distance = (row - centre) * (row - centre) + (column - centre) * (column - centre)
                let signal = distance < radius * radius ? level : level / 10
                let noise = Int(random.next() >> 58)
                values.append(min(limit, signal + noise))
            }
        }
        return values
    }
}
