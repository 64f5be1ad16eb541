import CohortPlan

/// The named events of a plan, worked out for every patient in the plan's order.
struct NamedEvents {
    /// By anchor, as far as worked out; nil for one that cannot be evaluated.
    private(set) var columns: [AnchorColumn?] = []

    /// What is known of a point in time for one patient.
    enum Day {
        case day(DateRange)
        /// There is no such event.
        case none
        case unknown
    }

    mutating func append(_ column: AnchorColumn?) { columns.append(column) }

    func day(of point: AnchorPoint, for patient: Int) -> Day {
        switch point {
        case .date(let date): .day(DateRange(date))
        case .dates(let range): .day(range)
        case .start(let event): day(of: event, for: patient, \.start)
        case .end(let event): day(of: event, for: patient, \.end)
        }
    }

    private func day(of event: EventReference, for patient: Int, _ side: KeyPath<SourceEvent, DateRange?>) -> Day {
        guard let column = columns[event.index] else { return .unknown }
        switch column.resolutions[patient] {
        case .event(let row): return column.table[row][keyPath: side].map { .day($0) } ?? .unknown
        case .none: return .none
        case .unknown, .events: return .unknown
        }
    }

    /// The patient's anchor as a window is laid around it, or as what an event has something in common with.
    private enum Placed {
        case window(PlacedWindow)
        case bond(Bond, SourceEvent)
        case none
        case unknown

        func contains(_ event: SourceEvent) -> Truth {
            switch self {
            case .window(let window): return window.contains(event)
            case .none: return .no
            case .unknown: return .unknown
            case .bond(let bond, let other):
                guard let own = event.belongs(to: bond), let its = other.belongs(to: bond) else { return .unknown }
                return Truth(own == its)
            }
        }

        var isMissing: Bool { if case .none = self { true } else { false } }
    }

    private func place(_ window: Window, for patient: Int) -> Placed {
        if let bond = window.bond { return place(bond, window.anchor, for: patient) }
        return switch day(of: window.anchor, for: patient) {
        case .day(let day): .window(PlacedWindow(window, around: day))
        case .none: .none
        case .unknown: .unknown
        }
    }

    private func place(_ bond: Bond, _ anchor: AnchorPoint, for patient: Int) -> Placed {
        guard let event = anchor.event, let column = columns[event.index] else { return .unknown }
        return switch column.resolutions[patient] {
        case .event(let row): .bond(bond, column.table[row])
        case .none: .none
        case .unknown, .events: .unknown
        }
    }

    /// Whether an event lies in the window around the patient's anchor.
    func contains(_ window: Window, _ event: SourceEvent, for patient: Int) -> Truth {
        place(window, for: patient).contains(event)
    }

    /// What a selection is for the patient.
    /// - Parameter ranks: the tables of the requests that tell the order which the selection goes by (``CohortPlan/EventSelection/ranks``).
    func resolution(of selection: EventSelection, in table: EventTable, ranks: [EventTable], for patient: Int) -> AnchorColumn.Resolution {
        let near = selection.pick.anchor.map { day(of: $0, for: patient) } ?? .none
        var places: [String: Set<Int>] = [:]
        for (place, ranked) in ranks.enumerated() {
            for row in ranked.rows(of: patient) where ranked[row].isCertain { places[ranked[row].key, default: []].insert(place) }
        }
        func rank(_ row: Int) -> Int? { places[table[row].key].flatMap { $0.count == 1 ? $0.first : nil } }
        return candidates(of: selection, in: table, for: patient).resolve(selection.pick, near: near, rank: rank, in: table)
    }

    /// The patient's events of a selection, before its pick.
    func candidates(of selection: EventSelection, in table: EventTable, for patient: Int) -> Candidates {
        let rows = table.rows(of: patient)
        guard !rows.isEmpty else { return Candidates() }
        let placed = selection.windows.map { place($0, for: patient) }
        guard !placed.contains(where: \.isMissing) else { return Candidates() }
        var candidates = Candidates()
        for row in rows {
            let event = table[row]
            let inTime = placed.reduce(Truth.yes) { $0 && $1.contains(event) }
            candidates.add(row, (event.isCertain ? .yes : .unknown) && inTime)
        }
        return candidates
    }
}
