import CohortPlan

/// The events of one selection for one patient.
struct Candidates {
    /// Rows of the table that match for certain.
    private(set) var certain: [Int] = []
    /// Rows that may match.
    private(set) var uncertain: [Int] = []

    var isEmpty: Bool { certain.isEmpty && uncertain.isEmpty }
    var possibleCount: Int { certain.count + uncertain.count }

    mutating func add(_ row: Int, _ truth: Truth) {
        switch truth {
        case .yes: certain.append(row)
        case .unknown: uncertain.append(row)
        case .no: break
        }
    }

    /// The one that a pick means.
    ///
    /// The first or last certain event by day and key, unless an event that may match, or whose day is not exactly known, could come before it.
    func resolve(_ pick: Pick, in table: EventTable) -> AnchorColumn.Resolution {
        switch pick {
        case .all: return .events(certain: certain, possible: uncertain.count)
        case .first: return single(in: table) { $0.earliest.daysSinceEpoch }
        case .last: return single(in: table) { -$0.latest.daysSinceEpoch }
        }
    }

    /// - Parameter rank: by which the wanted event comes first; for a range the best that it can be.
    private func single(in table: EventTable, rank: (DateRange) -> Int) -> AnchorColumn.Resolution {
        guard !certain.isEmpty else { return uncertain.isEmpty ? .none : .unknown }
        var chosen: (row: Int, rank: Int, key: String)?
        var rivals = uncertain
        for row in certain {
            let event = table[row]
            guard let start = event.start, start.isExact else {
                rivals.append(row)
                continue
            }
            let place = (rank(start), event.key)
            if let best = chosen, (best.rank, best.key) <= place { continue }
            chosen = (row, place.0, place.1)
        }
        guard let chosen else { return .unknown }
        for row in rivals {
            guard let start = table[row].start else { return .unknown }
            if (rank(start), table[row].key) < (chosen.rank, chosen.key) { return .unknown }
        }
        return .event(chosen.row)
    }
}
