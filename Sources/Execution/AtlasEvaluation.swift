import CohortPlan

extension AtlasCohort {
    var needsBirthYear: Bool { !fields.isDisjoint(with: [.age, .ageAtEnd]) }
    var needsSex: Bool { fields.contains(.sex) }
}

extension LeafAssessments {
    /// How well a cohort with the semantics of ATLAS can be evaluated: events that are found too often or too seldom bound nothing, because
    /// they count on both sides of it.
    func assessment(of cohort: AtlasCohort) -> Assessment {
        let requests = cohort.requests.map { (choices[EventRequest($0)] ?? .none).assessment }
        var whole = requests.reduce(Assessment.exact) { $0.combined(with: $1) }
        if cohort.needsBirthYear { whole = whole.combined(with: birthDate) }
        if cohort.needsSex { whole = whole.combined(with: sex) }
        return whole.coverage == .broader || whole.coverage == .narrower ? Assessment(.approximate, reasons: whole.reasons) : whole
    }
}

extension PlanEvaluation {
    /// For whom there is a stay in a cohort with the semantics of ATLAS.
    func atlas(_ cohort: AtlasCohort) -> TruthSets {
        guard cohort.requests.allSatisfy({ tables[EventRequest($0)] != nil }) else { return .allUnknown(count: patients.count) }
        return TruthSets(count: patients.count) { Truth(!episodes(of: cohort, for: $0).isEmpty) }
    }

    /// A patient's stays in it.
    func episodes(of cohort: AtlasCohort, for patient: Int) -> [AtlasEpisode] {
        let person = AtlasPerson(birthYear: patients.birthDates[patient]?.earliest.components.year, sex: patients.sexes[patient])
        return AtlasEvaluator(cohort, person: person) { request in
            guard let table = tables[EventRequest(request)] else { return [] }
            return table.rows(of: patient).compactMap { table[$0].atlasRecord }
        }.episodes()
    }
}

extension EventRow {
    /// The row that it is; nil where its day is not known, for it is then found by no window.
    fileprivate var atlasRecord: AtlasRecord? {
        guard let row = sourceRow, let start, start.isExact else { return nil }
        return AtlasRecord(start: start.earliest, end: end?.earliest, number: row.number, concept: row.concept, visit: row.visit)
    }
}
