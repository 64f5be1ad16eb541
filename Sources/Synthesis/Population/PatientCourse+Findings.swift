import CohortPlan

/// The stage group at diagnosis.
enum Stage: Int, CaseIterable {
    case i = 1, ii, iii, iv

    var term: ClinicalTerm {
        switch self {
        case .i: .stageI
        case .ii: .stageII
        case .iii: .stageIII
        case .iv: .stageIV
        }
    }
}

/// Steps that several courses take.
extension PatientCourse {
    var protocols: ImagingProtocols { ImagingProtocols(terms: terms) }

    /// How many events of a kind there are so far.
    func events(of kind: EventKind) -> Int { eventCounts[kind, default: 0] }

    /// Decides the day of death from a yearly risk that depends on the stage; nobody dies in the first three weeks after diagnosis.
    mutating func survive(from diagnosis: CalendarDate, yearlyRisk: [Stage: Double], stage: Stage) {
        guard let risk = yearlyRisk[stage] else { return }
        for year in 0..<14 where random.chance(risk) {
            return dies(on: diagnosis + max(21, year * 365 + random.whole(0...364)))
        }
    }

    /// The stage group; some are not recorded, and a few are recorded without an answer.
    mutating func stage(_ stage: Stage, on day: CalendarDate) {
        guard !random.chance(0.07) else { return }
        observe(.stageGroup, is: random.chance(0.015) ? nil : terms[stage.term], on: day)
    }

    /// A marker that is positive or negative; some are not recorded, and a few are recorded without an answer.
    mutating func status(_ marker: ClinicalTerm, _ isPositive: Bool, missing: Double, on day: CalendarDate) {
        guard !random.chance(missing) else { return }
        observe(marker, is: random.chance(0.02) ? nil : terms[isPositive ? .positive : .negative], on: day)
    }

    /// A number in a unit; a few are recorded without one or without a unit.
    mutating func measure(_ term: ClinicalTerm, _ digits: String, _ unit: String, comparator: String? = nil, on day: CalendarDate) {
        let isLost = random.chance(0.01)
        let isUnitLost = random.chance(0.01)
        guard !isLost, let value = ExactDecimal(digits) else { return observe(term, is: nil as Quantity?, on: day) }
        observe(term, is: Quantity(value, isUnitLost ? nil : unit), comparator: comparator, on: day)
    }

    /// A numbered category of a scheme: BI-RADS 4.
    mutating func categorise(_ scheme: ClinicalTerm, _ number: Int, on day: CalendarDate) {
        observe(scheme, is: terms[scheme, number], on: day)
    }

    /// Metastases at one or two sites within a week.
    mutating func metastasise(around day: CalendarDate, to sites: [(ClinicalTerm, Double)]) {
        guard let first = random.choose(sites) else { return }
        diagnose(first, on: day)
        if let second = random.choose(sites), second != first, random.chance(0.5) { diagnose(second, on: day + random.whole(0...7)) }
    }

    /// Visits at about equal distances after a day, some of them missed.
    mutating func followUp(
        from day: CalendarDate, every days: Int, times: Int, chance: Double, _ visit: (inout PatientCourse, CalendarDate) -> Void
    ) {
        for index in 1...max(1, times) {
            let jitter = random.whole(-days / 8...days / 8)
            let date = day + index * days + jitter
            guard date <= lastDay else { return }
            if random.chance(chance) { visit(&self, date) }
        }
    }
}
