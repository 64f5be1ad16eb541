/// How many slips of the pen lie between two words: insertions, deletions, substitutions and neighbours swapped.
enum EditDistance {
    /// A word to be compared with many.
    ///
    /// Up to 64 bytes, all cells of a column of the distance table are worked out at once in the bits of a number (Hyyrö, "A bit-vector
    /// algorithm for computing Levenshtein and Damerau edit distances", Nordic Journal of Computing 10, 2003).
    struct Pattern {
        private let word: [UInt8]
        /// By byte, the places of the word where it stands.
        private let places: [UInt64]

        init(_ word: [UInt8]) {
            self.word = word
            var places = [UInt64](repeating: 0, count: 256)
            for (place, byte) in word.prefix(64).enumerated() { places[Int(byte)] |= 1 << UInt64(place) }
            self.places = places
        }

        /// The distance to another word, or nil above the bound.
        func distance(to other: [UInt8], atMost bound: Int) -> Int? {
            unsafe other.withUnsafeBufferPointer { unsafe distance(to: $0, atMost: bound) }
        }

        /// The distance to another word, or nil above the bound.
        func distance(to other: UnsafeBufferPointer<UInt8>, atMost bound: Int) -> Int? {
            guard abs(word.count - other.count) <= bound else { return nil }
            guard !word.isEmpty, word.count <= 64 else { return unsafe EditDistance.between(word, Array(other), atMost: bound) }
            let last: UInt64 = 1 << UInt64(word.count - 1)
            var (positive, negative, diagonal, before) = (UInt64.max, UInt64(0), UInt64(0), UInt64(0))
            var distance = word.count
            for column in 0..<other.count {
                let equal = unsafe places[Int(other[column])]
                let swapped = ((~diagonal & equal) << 1) & before
                diagonal = (((equal & positive) &+ positive) ^ positive) | equal | negative | swapped
                var up = negative | ~(diagonal | positive)
                var down = diagonal & positive
                if up & last != 0 { distance += 1 }
                if down & last != 0 { distance -= 1 }
                // What is left can lower the distance by one a column.
                if distance - (other.count - column - 1) > bound { return nil }
                up = up << 1 | 1
                down <<= 1
                positive = down | ~(diagonal | up)
                negative = diagonal & up
                before = equal
            }
            return distance <= bound ? distance : nil
        }
    }

    /// The optimal string alignment distance by the table of all its cells, or nil above the bound.
    static func between(_ left: [UInt8], _ right: [UInt8], atMost bound: Int) -> Int? {
        guard abs(left.count - right.count) <= bound else { return nil }
        var beforePrevious = [Int](repeating: 0, count: right.count + 1)
        var previous = Array(0...right.count)
        var current = previous
        for row in left.indices {
            current[0] = row + 1
            var smallest = current[0]
            for column in right.indices {
                var cost = min(
                    previous[column] + (left[row] == right[column] ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    cost = min(cost, beforePrevious[column - 1] + 1)
                }
                current[column + 1] = cost
                smallest = min(smallest, cost)
            }
            if smallest > bound { return nil }
            (beforePrevious, previous, current) = (previous, current, beforePrevious)
        }
        return previous[right.count] <= bound ? previous[right.count] : nil
    }
}
