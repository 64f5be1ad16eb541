import CohortPlan

/// The events of one request as columns, in the order in which they came.
struct EventColumns: Sendable {
    private(set) var patients: [Int32] = []
    private(set) var starts = DayColumn()
    private(set) var ends = SparseColumn<DateRange?>(absent: nil)
    private(set) var certainties: [Bool] = []
    private(set) var keys = TextColumn()
    /// Nothing where the event is called as its study is, as a study is.
    private var studies = ListColumn()
    private var hasStudies: [Bool] = []
    private(set) var series = ListColumn()
    private(set) var values = SparseColumn<RecordedValue>(absent: .absent)
    private(set) var visits = SparseColumn<String?>(absent: nil)
    private(set) var specimens = SparseColumn<String?>(absent: nil)
    private(set) var rows = SparseColumn<SourceRow?>(absent: nil)

    var count: Int { patients.count }

    /// How much memory it takes, about, in bytes.
    var size: Int {
        6 * patients.count + starts.size + ends.size + keys.size + studies.size + series.size + values.size + visits.size + specimens.size
            + rows.size
    }

    /// - Parameter patient: whose it is.
    mutating func append(_ event: SourceEvent, of patient: Int32) {
        patients.append(patient)
        starts.append(event.start)
        ends.append(event.end.map { $0 })
        certainties.append(event.isCertain)
        keys.append(event.key)
        studies.append(event.study.map { $0 == event.key ? [] : [$0] } ?? [])
        hasStudies.append(event.study != nil)
        series.append(event.series)
        values.append(event.value == .absent ? nil : event.value)
        visits.append(event.visit.map { $0 })
        specimens.append(event.specimen.map { $0 })
        rows.append(event.row.map { $0 })
    }

    func study(_ row: Int) -> String? { hasStudies[row] ? studies[row].first ?? keys[row] : nil }

    /// The rows by patient, each patient's by day and key, and where those of each patient begin.
    ///
    /// A record that came twice, under two identifiers of its patient, is one: it matches if it does under either, and has the series of both.
    func gathered(patients count: Int) -> (columns: EventColumns, offsets: [Int32]) {
        var offsets = [Int32](repeating: 0, count: count + 1)
        for patient in patients { offsets[Int(patient) + 1] += 1 }
        for patient in 0..<count { offsets[patient + 1] += offsets[patient] }
        var next = offsets
        var order = [Int32](repeating: 0, count: self.count)
        for (row, patient) in patients.enumerated() {
            order[Int(next[Int(patient)])] = Int32(row)
            next[Int(patient)] += 1
        }
        var twins: [(kept: Int32, other: Int32)] = []
        for patient in 0..<count where offsets[patient + 1] - offsets[patient] > 1 {
            let rows = Int(offsets[patient])..<Int(offsets[patient + 1])
            order[rows].sort { left, right in
                starts.isOrdered(Int(left), before: Int(right)) ?? keys.isOrdered(Int(left), before: Int(right))
            }
            twins += self.twins(order[rows])
        }
        guard !twins.isEmpty else { return (reordered(order), offsets) }
        return merged(order, twins, patients: count)
    }

    /// The rows with the key of another one; of those the one whose day is known and comes first is kept.
    private func twins(_ rows: ArraySlice<Int32>) -> [(kept: Int32, other: Int32)] {
        // Most patients have few events, and each of them a key of its own.
        if rows.count < 9 {
            var isUnique = true
            for (place, row) in rows.enumerated() {
                for other in rows.dropFirst(place + 1) where keys.areEqual(Int(row), Int(other)) { isUnique = false }
            }
            if isUnique { return [] }
        }
        return Dictionary(grouping: rows) { keys[Int($0)] }.values.filter { $0.count > 1 }.flatMap { same in
            let kept = same.first { starts[Int($0)] != nil } ?? same[0]
            return same.filter { $0 != kept }.map { (kept, $0) }
        }
    }

    private func merged(
        _ order: [Int32], _ twins: [(kept: Int32, other: Int32)], patients count: Int
    ) -> (columns: EventColumns, offsets: [Int32]) {
        var whole = self
        var added: [Int32: [String]] = [:]
        for (kept, other) in twins {
            whole.certainties[Int(kept)] = whole.certainties[Int(kept)] || certainties[Int(other)]
            added[kept, default: []] += series[Int(other)]
        }
        let others = Set(twins.map(\.other))
        let left = order.filter { !others.contains($0) }
        var offsets = [Int32](repeating: 0, count: count + 1)
        for row in left { offsets[Int(patients[Int(row)]) + 1] += 1 }
        for patient in 0..<count { offsets[patient + 1] += offsets[patient] }
        return (whole.reordered(left, added), offsets)
    }

    /// - Parameter added: by row, series that it has as well.
    private func reordered(_ order: [Int32], _ added: [Int32: [String]] = [:]) -> EventColumns {
        var columns = EventColumns()
        columns.patients = order.map { patients[Int($0)] }
        columns.starts = starts.reordered(order)
        columns.ends = ends.reordered(order)
        columns.certainties = order.map { certainties[Int($0)] }
        columns.keys = keys.reordered(order)
        columns.studies = studies.reordered(order)
        columns.hasStudies = order.map { hasStudies[Int($0)] }
        columns.series = series.reordered(order, adding: added)
        columns.values = values.reordered(order)
        columns.visits = visits.reordered(order)
        columns.specimens = specimens.reordered(order)
        columns.rows = rows.reordered(order)
        return columns
    }
}
