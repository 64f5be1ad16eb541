/// The nearest of the candidates to a word by edit distance, for *did you mean*.
///
/// Letter case does not count; a candidate further away than a third of the word's length is no suggestion.
public func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(word.lowercased())
    let limit = max(1, wanted.count / 3)
    var best: (distance: Int, candidate: String)?
    for candidate in candidates {
        let letters = Array(candidate.lowercased())
        guard abs(letters.count - wanted.count) <= limit else { continue }
        let bound = best.map { $0.distance - 1 } ?? limit
        guard bound >= 0, let distance = editDistance(wanted, letters, atMost: bound) else { continue }
        best = (distance, candidate)
    }
    return best?.candidate
}

/// The optimal string alignment distance (insertions, deletions, substitutions, neighbours swapped), or nil above the bound.
func editDistance(_ left: [Character], _ right: [Character], atMost bound: Int) -> Int? {
    var beforePrevious = [Int](repeating: 0, count: right.count + 1)
    var previous = Array(0...right.count)
    var current = previous
    for row in 0..<left.count {
        current[0] = row + 1
        var smallest = current[0]
        for column in 0..<right.count {
            let substitution = previous[column] + (left[row] == right[column] ? 0 : 1)
            var cost = min(substitution, previous[column + 1] + 1, current[column] + 1)
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
