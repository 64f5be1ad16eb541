import CohortPlan

/// The events of one request, gathered by patient; those of one patient by day and key.
final class EventTable: Sendable {
    private let columns: EventColumns
    /// Where each patient's events begin; one more than there are patients.
    private let offsets: [Int32]
    /// Who has one at all.
    let owners: PatientSet

    /// - Parameter patients: how many there are.
    init(_ columns: EventColumns, patients: Int) {
        let owners = PatientSet(columns.patients, below: patients)
        let (gathered, offsets) = columns.gathered(patients: patients)
        self.columns = gathered
        self.offsets = offsets
        self.owners = owners
    }

    /// The rows of one patient.
    func rows(of patient: Int) -> Range<Int> { Int(offsets[patient])..<Int(offsets[patient + 1]) }

    subscript(row: Int) -> EventRow { EventRow(columns: self, row: row) }

    fileprivate func start(_ row: Int) -> DateRange? { columns.starts[row] }
    fileprivate func end(_ row: Int) -> DateRange? { columns.ends[row] }
    fileprivate func isCertain(_ row: Int) -> Bool { columns.certainties[row] }
    fileprivate func key(_ row: Int) -> String { columns.keys[row] }
    fileprivate func study(_ row: Int) -> String? { columns.study(row) }
    fileprivate func series(_ row: Int) -> [String] { columns.series[row] }
    fileprivate func value(_ row: Int) -> RecordedValue { columns.values[row] }
    fileprivate func visit(_ row: Int) -> String? { columns.visits[row] }
    fileprivate func specimen(_ row: Int) -> String? { columns.specimens[row] }
    fileprivate func sourceRow(_ row: Int) -> SourceRow? { columns.rows[row] }
}

/// One event of a table; what it says is looked up when it is asked (``SourceEvent``).
struct EventRow {
    fileprivate let columns: EventTable
    fileprivate let row: Int

    var start: DateRange? { columns.start(row) }
    var end: DateRange? { columns.end(row) }
    var isCertain: Bool { columns.isCertain(row) }
    var key: String { columns.key(row) }
    var study: String? { columns.study(row) }
    var series: [String] { columns.series(row) }
    var value: RecordedValue { columns.value(row) }
    /// What it belongs to; nil where that is not recorded.
    func belongs(to bond: Bond) -> String? {
        switch bond {
        case .visit: columns.visit(row)
        case .study: study
        case .specimen: columns.specimen(row)
        }
    }
    /// What else a row of an OMOP table has.
    var sourceRow: SourceRow? { columns.sourceRow(row) }
}
