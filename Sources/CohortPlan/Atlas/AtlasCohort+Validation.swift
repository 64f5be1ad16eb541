extension AtlasCohort {
    /// The bounds on such a cohort, beside those of a plan.
    public enum Limits {
        public static let entries = 1_000
        /// Groups and selections within one another.
        public static let depth = 100
        /// Numbers of all its sets together.
        public static let codes = 2_000_000
    }

    /// - Parameter nodes: how many conditions the plan has already.
    func validate(nodes: inout Int) throws(InvalidPlan) {
        guard !entry.isEmpty else { throw InvalidPlan(reason: "nothing lets a patient in") }
        guard entry.count + rules.count + censoring.count <= Limits.entries else {
            throw InvalidPlan(reason: "more than \(Limits.entries) selections and rules")
        }
        for days in [observedBefore, observedAfter, gap] where !(0...CohortPlan.Limits.distance).contains(days) {
            throw InvalidPlan(reason: "a stretch of \(days) days")
        }
        for selection in entry + censoring { try validate(selection, depth: 0, &nodes) }
        for group in rules + [qualification].compactMap(\.self) { try validate(group, depth: 0, &nodes) }
        switch exit {
        case .observation: break
        case .days(let days, _): try validate(days)
        case .exposure(_, let gap, let more):
            try validate(gap)
            try validate(more)
        }
        let codes = requests.flatMap { [$0.codes, $0.sourceCodes].compactMap(\.self) }.reduce(0) {
            $0 + $1.include.count + $1.exclude.count
        }
        guard codes <= Limits.codes else { throw InvalidPlan(reason: "more than \(Limits.codes) concepts") }
    }

    private func validate(_ group: AtlasGroup, depth: Int, _ nodes: inout Int) throws(InvalidPlan) {
        nodes += 1
        guard depth <= Limits.depth else { throw InvalidPlan(reason: "conditions nested more than \(Limits.depth) deep") }
        guard nodes <= CohortPlan.Limits.nodes else { throw InvalidPlan(reason: "more than \(CohortPlan.Limits.nodes) conditions") }
        try validate(group.range)
        for part in group.parts {
            switch part {
            case .group(let group): try validate(group, depth: depth + 1, &nodes)
            case .event(let tests):
                for test in tests where !test.field.isDerived {
                    throw InvalidPlan(reason: "a test of `\(test.field.rawValue)` of any event")
                }
                try validate(tests)
            case .occurrences(let occurrences):
                try validate(occurrences.range)
                try validate(occurrences.selection, depth: depth + 1, &nodes)
                for window in occurrences.windows {
                    for case .days(let days) in [window.lower, window.upper] { try validate(days) }
                }
            }
        }
    }

    private func validate(_ selection: AtlasSelection, depth: Int, _ nodes: inout Int) throws(InvalidPlan) {
        nodes += 1
        let request = selection.request
        for test in request.tests + selection.tests where !request.table.fields.contains(test.field) {
            throw InvalidPlan(reason: "`\(test.field.rawValue)` of a `\(request.table.rawValue)`")
        }
        guard request.tests.allSatisfy({ !$0.field.isDerived }), selection.tests.allSatisfy(\.field.isDerived) else {
            throw InvalidPlan(reason: "a test where it does not stand")
        }
        try validate(request.tests + selection.tests)
        guard request.codes == nil || request.table.hasConcept, request.sourceCodes == nil || request.table.hasSourceConcept else {
            throw InvalidPlan(reason: "a concept of a `\(request.table.rawValue)`")
        }
        guard selection.period == nil || request.table == .observationPeriod else {
            throw InvalidPlan(reason: "days in place of those of a `\(request.table.rawValue)`")
        }
        if let condition = selection.condition { try validate(condition, depth: depth + 1, &nodes) }
    }

    private func validate(_ tests: [RecordTest]) throws(InvalidPlan) {
        for test in tests {
            switch (test.field.content, test.test) {
            case (.concepts, .among), (.number, .number), (.day, .day), (.sex, .sex): break
            default: throw InvalidPlan(reason: "a test that does not fit `\(test.field.rawValue)`")
            }
        }
    }

    private func validate(_ range: CountRange) throws(InvalidPlan) {
        guard range.lower >= 0, range.upper.map({ $0 >= range.lower }) ?? true else {
            throw InvalidPlan(reason: "an empty range of counts")
        }
    }

    private func validate(_ days: Int) throws(InvalidPlan) {
        guard (-CohortPlan.Limits.distance...CohortPlan.Limits.distance).contains(days) else {
            throw InvalidPlan(reason: "a distance of more than \(CohortPlan.Limits.distance) days")
        }
    }
}
