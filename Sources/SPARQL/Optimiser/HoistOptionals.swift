extension Optimiser {
    /// What is joined to the result of an `OPTIONAL` is joined before it where it shares none of its variables, so that fewer rows look
    /// for the optional part.
    static let hoistOptionals = Rule(name: "hoist optionals") { pattern, _ in
        pattern.rewritten { part in
            guard case .join(.leftJoin(let left, let optional, let condition), let other) = part else { return part }
            let read = optional.mentionedSlots.union(condition?.slots ?? [])
            guard read.intersection(other.possibleSlots).isSubset(of: left.certainSlots) else { return part }
            return .leftJoin(left.joined(other), optional, condition)
        }
    }
}
