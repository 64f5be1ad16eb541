import CohortPlan

extension PatientCourse {
    /// Lung cancer: staged with CT and PET/CT, and treated by kind, stage and EGFR.
    mutating func lungCancer(on diagnosis: CalendarDate) {
        let isSmallCell = random.chance(0.14)
        let stage =
            random.choose(isSmallCell ? [(.i, 4), (.ii, 4), (.iii, 28), (.iv, 64)] : [(Stage.i, 24), (.ii, 10), (.iii, 25), (.iv, 41)])
            ?? .iv
        let isMutated = !isSmallCell && random.chance(sex == .female ? 0.2 : 0.1)
        let risk: [Stage: Double] = [.i: 0.07, .ii: 0.14, .iii: 0.3, .iv: isMutated ? 0.35 : 0.58]
        survive(from: diagnosis, yearlyRisk: risk, stage: stage)

        image(on: diagnosis - random.whole(5...40), protocols.chestTomography(&random, contrast: true))
        if random.chance(0.72) { image(on: diagnosis + random.whole(-6...14), protocols.positronEmission(&random)) }
        operate(.lungBiopsy, on: diagnosis - (random.chance(0.4) ? 0 : random.whole(2...10)))
        diagnose(lungHistology(isSmallCell: isSmallCell, isMutated: isMutated), on: diagnosis)
        self.stage(stage, on: diagnosis + random.whole(4...25))
        // Small cell tumours and some others are not tested.
        if !isSmallCell, random.chance(0.88) { status(.egfr, isMutated, missing: 0, on: diagnosis + random.whole(6...24)) }

        if !isSmallCell, diagnosis > (CalendarDate(year: 2016, month: 1, day: 1) ?? diagnosis), random.chance(0.7) {
            measure(
                .proportionScore, "\(random.choose([(0, 0.35), (random.whole(1...49), 0.35), (random.whole(50...100), 0.3)]) ?? 0)", "%",
                on: diagnosis + 14)
        }
        lungTherapy(stage, isSmallCell: isSmallCell, isMutated: isMutated, from: diagnosis + random.whole(18...55))
        followUp(from: diagnosis + 60, every: stage == .iv ? 84 : 182, times: 7, chance: 0.82) { course, day in
            course.image(on: day, course.protocols.chestTomography(&course.random, contrast: course.random.chance(0.75)))
        }
    }

    private mutating func lungHistology(isSmallCell: Bool, isMutated: Bool) -> ClinicalTerm {
        if isSmallCell { return .smallCellLungCarcinoma }
        let kinds: [(ClinicalTerm, Double)] =
            isMutated
            ? [(.lungAdenocarcinoma, 85), (.nonSmallCellLungCarcinoma, 15)]
            : [(.lungAdenocarcinoma, 45), (.lungSquamousCellCarcinoma, 32), (.nonSmallCellLungCarcinoma, 23)]
        return random.choose(kinds) ?? .nonSmallCellLungCarcinoma
    }

    private mutating func lungTherapy(_ stage: Stage, isSmallCell: Bool, isMutated: Bool, from start: CalendarDate) {
        if isSmallCell {
            medicate([.carboplatin, .etoposide], cycles: 5, every: 21, from: start)
            if stage != .iv { irradiate(.externalBeam, from: start + 42, fractions: 30) }
            return
        }
        switch stage {
        case .i, .ii:
            guard random.chance(0.82) else { return irradiate(.hypofractionated, from: start, fractions: 5) }
            operate(stage == .i && random.chance(0.25) ? .wedgeResection : .lobectomy, on: start)
            if stage == .ii, random.chance(0.65) {
                medicate([.cisplatin, .pemetrexed], cycles: 4, every: 21, from: start + random.whole(35...56))
            }
            if stage == .ii, isMutated, random.chance(0.6) { targeted(from: start + 130, days: 1_095) }
        case .iii:
            medicate([.cisplatin, .pemetrexed], cycles: 3, every: 21, from: start)
            irradiate(.externalBeam, from: start + random.whole(0...7), fractions: 30)
            if random.chance(0.4) { medicate([.pembrolizumab], cycles: 12, every: 21, from: start + 80) }
        case .iv:
            metastasise(around: start - 12, to: [(.boneMetastasis, 0.55), (.liverMetastasis, 0.45)])
            if isMutated {
                targeted(from: start, days: random.whole(240...1_100))
            } else if start > (CalendarDate(year: 2017, month: 1, day: 1) ?? start), random.chance(0.7) {
                medicate([.pembrolizumab], cycles: random.whole(4...24), every: 21, from: start)
                if random.chance(0.6) { medicate([.carboplatin, .pemetrexed], cycles: 4, every: 21, from: start) }
            } else {
                medicate([.carboplatin, .pemetrexed], cycles: random.whole(3...6), every: 21, from: start)
            }
        }
    }

    /// A tyrosine kinase inhibitor, taken daily.
    private mutating func targeted(from start: CalendarDate, days: Int) {
        let isNewer = start > (CalendarDate(year: 2018, month: 6, day: 1) ?? start)
        medicate(isNewer ? .osimertinib : .gefitinib, from: start, until: start + days)
    }
}
