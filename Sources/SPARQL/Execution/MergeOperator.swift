import Diagnostics
import RDF

/// Joins patterns of one and the same open variable, whose terms the index keeps sorted, by walking along all the lists at once: a merge
/// join. The longer lists are jumped through, so that it never looks at more than the shortest asks for.
final class MergeOperator: Operator {
    private let evaluator: Evaluator
    private let slot: Slot
    private let lists: [SortedTerms]
    private var size = BatchSize()

    init(_ evaluator: Evaluator, _ slot: Slot, _ lists: [SortedTerms], next: Operator) {
        self.evaluator = evaluator
        self.slot = slot
        self.lists = lists.sorted { $0.count < $1.count }
        super.init(next: next)
    }

    override func receive(_ rows: Rows) throws(DiagnosticList) {
        var found = Rows(width: rows.width)
        for row in 0..<rows.count {
            let known = rows[row, slot]
            if known != unbound {
                try evaluator.budget.spend(lists.count)
                if lists.allSatisfy({ $0.contains(known) }) { found.append(rows, row) }
                continue
            }
            var places = [Int](repeating: 0, count: lists.count)
            var steps = 1
            while let term = next(&places, &steps) {
                found.append(rows, row)
                found[last: slot] = term
                if found.count >= size.current {
                    try evaluator.budget.spend(steps)
                    steps = 0
                    try pass(found)
                    if isSatisfied { return }
                    found.removeAll()
                    size.grow()
                }
            }
            try evaluator.budget.spend(steps)
        }
        try pass(found)
    }

    /// The next term that all lists have, behind which the places are then; nil at the end of one of them.
    private func next(_ places: inout [Int], _ steps: inout Int) -> TermID? {
        guard places[0] < lists[0].count else { return nil }
        var term = lists[0][places[0]]
        var agreeing = 0
        var index = 0
        while agreeing < lists.count {
            steps += 1
            let place = lists[index].place(of: term, from: places[index])
            places[index] = place
            guard place < lists[index].count else { return nil }
            let seen = lists[index][place]
            if seen == term {
                agreeing += 1
            } else {
                (term, agreeing) = (seen, 1)
            }
            index = index + 1 == lists.count ? 0 : index + 1
        }
        places[0] += 1
        return term
    }
}
