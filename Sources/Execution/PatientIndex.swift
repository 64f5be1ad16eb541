import CohortPlan

/// The patients of a node as dense indexes, with what their sources say of them.
struct PatientIndex {
    /// Sorted; a patient's index is the position here.
    let ids: [String]
    let sexes: [Sex?]
    let birthDates: [DateRange?]
    private let positions: [String: Int]

    var count: Int { ids.count }

    /// - Parameters:
    ///   - patients: each source's patients, by source.
    ///   - others: patients of whom only events are known; none may be lost on the way.
    ///   - sexSource: who is asked for the sex.
    ///   - birthDateSource: who is asked for the birth date.
    init(patients: [Int: [SourcePatient]], others: some Sequence<String>, sexSource: Int?, birthDateSource: Int?) {
        var all = Set(others)
        for source in patients.values { all.formUnion(source.lazy.map(\.id)) }
        let ids = all.sorted()
        let positions = Dictionary(uniqueKeysWithValues: zip(ids, ids.indices))
        var sexes = [Sex?](repeating: nil, count: ids.count)
        var birthDates = [DateRange?](repeating: nil, count: ids.count)
        for patient in sexSource.flatMap({ patients[$0] }) ?? [] {
            if let position = positions[patient.id] { sexes[position] = patient.sex }
        }
        for patient in birthDateSource.flatMap({ patients[$0] }) ?? [] {
            if let position = positions[patient.id] { birthDates[position] = patient.birthDate }
        }
        self.ids = ids
        self.positions = positions
        self.sexes = sexes
        self.birthDates = birthDates
    }

    func position(of id: String) -> Int? { positions[id] }
}
