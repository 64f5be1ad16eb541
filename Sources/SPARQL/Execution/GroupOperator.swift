import Diagnostics
import RDF

/// `GROUP BY`: one row a group with its keys and aggregates, groups in the order in which they are first met (SPARQL 1.1, section 18.5.1).
final class GroupOperator: Operator {
    private let evaluator: Evaluator
    private let grouping: Grouping
    private let keys: [PreparedExpression]
    private let arguments: [PreparedExpression?]
    private var places: [[TermID]: Int] = [:]
    /// The places where there is one key.
    private var singlePlaces: [TermID: Int] = [:]
    /// Where rows are only counted: by group its key, and one number for each aggregate.
    private var counted: (keys: [TermID], numbers: [Int]) = ([], [])
    private var groups: [(key: [TermID], accumulators: [Accumulator])] = []

    init(_ evaluator: Evaluator, _ grouping: Grouping, keys: [PreparedExpression], arguments: [PreparedExpression?], next: Operator) {
        self.evaluator = evaluator
        self.grouping = grouping
        self.keys = keys
        self.arguments = arguments
        super.init(next: next)
    }

    override var isSatisfied: Bool { false }

    /// The key and the arguments where there is one key and rows are only counted; nil for an argument that counts every row.
    private var counting: (key: Slot, arguments: [Slot?])? {
        guard keys.count == 1, case .variable(let key) = keys[0].expression.bare else { return nil }
        var slots: [Slot?] = []
        for (part, argument) in zip(grouping.aggregates, arguments) {
            guard part.aggregate.function == .count, !part.aggregate.isDistinct else { return nil }
            guard let argument else {
                slots.append(nil)
                continue
            }
            guard case .variable(let slot) = argument.expression.bare else { return nil }
            slots.append(slot)
        }
        return (key, slots)
    }

    /// Counts rows without asking for any value.
    private func count(_ rows: Rows, by key: Slot, _ slots: [Slot?]) throws(DiagnosticList) {
        let width = slots.count
        let before = counted.keys.count
        // Rows of a group often come together.
        var last = (id: TermID.min, place: 0)
        for row in 0..<rows.count {
            let id = rows[row, key]
            if id != last.id {
                if let known = singlePlaces[id] {
                    last = (id, known)
                } else {
                    last = (id, counted.keys.count)
                    singlePlaces[id] = last.place
                    counted.keys.append(id)
                    for _ in 0..<width { counted.numbers.append(0) }
                }
            }
            for index in 0..<width {
                if let slot = slots[index], rows[row, slot] == unbound { continue }
                counted.numbers[last.place * width + index] += 1
            }
        }
        try evaluator.budget.spend(rows.count)
        let fresh = counted.keys.count - before
        try evaluator.budget.hold(rows: fresh, bytes: fresh * (32 + 8 * width))
    }

    /// The groups of ``count(_:by:_:)``.
    private func passCounted() throws(DiagnosticList) {
        let width = grouping.aggregates.count
        var found = Rows(width: evaluator.width)
        // Groups of equally many are many.
        var ids: [Int: TermID] = [:]
        for (place, key) in counted.keys.enumerated() {
            found.appendUnbound()
            found[last: grouping.keys[0].slot] = key
            for (index, part) in grouping.aggregates.enumerated() {
                let number = counted.numbers[place * width + index]
                let id = ids[number] ?? evaluator.terms.id(of: .literal(NumericValue.integer(Int128(number)).literal))
                ids[number] = id
                found[last: part.slot] = id
            }
            if found.count == 1_024 {
                try pass(found)
                found.removeAll()
                if super.isSatisfied { break }
            }
        }
        try pass(found)
    }

    override func receive(_ rows: Rows) throws(DiagnosticList) {
        if let counting { return try count(rows, by: counting.key, counting.arguments) }
        for key in keys { try key.prepare(rows) }
        for argument in arguments { try argument?.prepare(rows) }
        var key: [TermID] = []
        // Rows of a group often come together.
        var last: (key: [TermID], place: Int)?
        for row in 0..<rows.count {
            let solution = Solution(rows: rows, row: row)
            key.removeAll(keepingCapacity: true)
            for part in keys { key.append(try evaluator.id(of: part.expression, solution) ?? unbound) }
            let place: Int
            if let last, last.key == key {
                place = last.place
            } else {
                place = try self.place(of: key)
                last = (groups[place].key, place)
            }
            for (index, argument) in arguments.enumerated() {
                try groups[place].accumulators[index].add(argument?.expression, solution, evaluator)
            }
        }
        try evaluator.budget.spend(rows.count)
    }

    private func place(of key: [TermID]) throws(DiagnosticList) -> Int {
        if let place = key.count == 1 ? singlePlaces[key[0]] : places[key] { return place }
        if key.count == 1 { singlePlaces[key[0]] = groups.count } else { places[key] = groups.count }
        groups.append((key, grouping.aggregates.map { Accumulator($0.aggregate, visible: grouping.visible) }))
        try evaluator.budget.hold(rows: 1, bytes: 64 * (1 + grouping.aggregates.count))
        return groups.count - 1
    }

    override func finish() throws(DiagnosticList) {
        if keys.isEmpty { _ = try place(of: []) }
        if !counted.keys.isEmpty { try passCounted() }
        var found = Rows(width: evaluator.width)
        for group in groups {
            found.appendUnbound()
            for (part, id) in zip(grouping.keys, group.key) { found[last: part.slot] = id }
            for (part, accumulator) in zip(grouping.aggregates, group.accumulators) {
                guard let value = accumulator.value(evaluator) else { continue }
                found[last: part.slot] = evaluator.terms.id(of: value)
            }
            if found.count == 1_024 {
                try pass(found)
                found.removeAll()
                if super.isSatisfied { break }
            }
        }
        try pass(found)
        try super.finish()
    }
}

extension Evaluator {
    /// The number of an expression's value; nil for an error.
    func id(of expression: Expression, _ solution: Solution) throws(DiagnosticList) -> TermID? {
        if case .variable(let slot) = expression { return solution[slot] == unbound ? nil : solution[slot] }
        return try value(of: expression, solution).map { terms.id(of: $0) }
    }
}

/// One aggregate of one group (section 18.5.1.2 and following).
struct Accumulator {
    private let aggregate: Aggregate
    private var count = 0
    private var hasError = false
    private var seen: Set<TermID> = []
    private var seenRows: RowSet?
    private var total = NumericValue.integer(0)
    private var best: (order: TermOrder, term: Term)?
    private var text = ""

    init(_ aggregate: Aggregate, visible: [Slot]) {
        self.aggregate = aggregate
        if aggregate.expression == nil, aggregate.isDistinct { seenRows = RowSet(visible) }
    }

    mutating func add(_ expression: Expression?, _ solution: Solution, _ evaluator: Evaluator) throws(DiagnosticList) {
        guard let expression else {
            if seenRows?.insert(solution.rows, solution.row) == false { return }
            if aggregate.isDistinct { try evaluator.budget.hold(rows: 1, bytes: 32) }
            count += 1
            return
        }
        if aggregate.function == .sample, best != nil { return }
        if !aggregate.isDistinct, aggregate.function != .count || !expression.isVariable {
            guard let value = try evaluator.value(of: expression, solution) else {
                hasError = true
                return
            }
            return try add(value, evaluator)
        }
        guard let id = try evaluator.id(of: expression, solution) else {
            hasError = true
            return
        }
        if aggregate.isDistinct {
            guard seen.insert(id).inserted else { return }
            try evaluator.budget.hold(rows: 1, bytes: 8)
        }
        if aggregate.function == .count { count += 1 } else { try add(evaluator.terms[id], evaluator) }
    }

    private mutating func add(_ value: Term, _ evaluator: Evaluator) throws(DiagnosticList) {
        count += 1
        switch aggregate.function {
        case .count: break
        case .sample: best = (TermOrder(nil), value)
        case .minimum, .maximum:
            let order = TermOrder(value)
            guard let best else {
                self.best = (order, value)
                return
            }
            if aggregate.function == .minimum ? order < best.order : best.order < order { self.best = (order, value) }
        case .sum, .average:
            guard let number = value.literal.flatMap(NumericValue.init), let sum = NumericValue.compute(.add, total, number) else {
                hasError = true
                return
            }
            total = sum
        case .groupConcat:
            guard let part = value.literal?.lexicalForm ?? value.iri else {
                hasError = true
                return
            }
            if count > 1 { text += aggregate.separator }
            text += part
            try evaluator.budget.hold(rows: 0, bytes: part.utf8.count)
        }
    }

    /// Nil when there is none: nothing to choose from, or a value that does not take part in the aggregate.
    func value(_ evaluator: Evaluator) -> Term? {
        switch aggregate.function {
        case .count: .literal(NumericValue.integer(Int128(count)).literal)
        case .sample: best?.term
        case .minimum, .maximum: hasError ? nil : best?.term
        case .sum: hasError ? nil : .literal(total.literal)
        case .average: hasError ? nil : average.map { .literal($0.literal) }
        case .groupConcat: hasError ? nil : .string(text)
        }
    }

    /// The average of nothing is zero.
    private var average: NumericValue? {
        count == 0 ? .integer(0) : NumericValue.compute(.divide, total, .integer(Int128(count)))
    }
}

extension Expression {
    fileprivate var isVariable: Bool { if case .variable = self { true } else { false } }
}
