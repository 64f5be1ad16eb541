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
        case .start(let event): day(of: event, for: patient) { $0.start }
        case .end(let event): day(of: event, for: patient) { $0.end }
        }
    }

    private func day(of event: EventReference, for patient: Int, _ side: (EventRow) -> DateRange?) -> Day {
        guard let column = columns[event.index] else { return .unknown }
        switch column.resolution(of: patient) {
        case .event(let row): return side(column.table[row]).map { .day($0) } ?? .unknown
        case .none: return .none
        case .unknown, .events: return .unknown
        }
    }

    /// Whether an event lies in the window around the patient's anchor.
    func contains(_ window: Window, _ event: EventRow, for patient: Int) -> Truth {
        switch day(of: window.anchor, for: patient) {
        case .day(let day): PlacedWindow(window, around: day).contains(event)
        case .none: .no
        case .unknown: .unknown
        }
    }

    /// What a selection is for the patient.
    func resolution(of selection: EventSelection, in table: EventTable, for patient: Int) -> AnchorColumn.Resolution {
        let near = selection.pick.anchor.map { day(of: $0, for: patient) } ?? .none
        return candidates(of: selection, in: table, for: patient).resolve(selection.pick, near: near, in: table)
    }

    /// The patient's events of a selection, before its pick.
    func candidates(of selection: EventSelection, in table: EventTable, for patient: Int) -> Candidates {
        let rows = table.rows(of: patient)
        guard !rows.isEmpty else { return Candidates() }
        let windows = selection.windows.map { window in (window, day(of: window.anchor, for: patient)) }
        let placed = windows.map { window, day -> PlacedWindow? in
            if case .day(let anchor) = day { return PlacedWindow(window, around: anchor) }
            return nil
        }
        let isMissing = windows.contains { if case .none = $0.1 { true } else { false } }
        guard !isMissing else { return Candidates() }
        var candidates = Candidates()
        for row in rows {
            let event = table[row]
            let inTime = placed.reduce(Truth.yes) { $0 && ($1?.contains(event) ?? .unknown) }
            candidates.add(row, (event.isCertain ? .yes : .unknown) && inTime)
        }
        return candidates
    }
}
