import CohortPlan

/// What a breast cancer is like, as its treatment depends on it.
private struct BreastTumour {
    let estrogen: Bool
    let progesterone: Bool
    let her2: Bool
    /// Per cent of cells that stain for Ki-67.
    let ki67: Int
    let stage: Stage

    var isHormoneSensitive: Bool { estrogen || progesterone }
    var isTripleNegative: Bool { !isHormoneSensitive && !her2 }
    /// Chemotherapy before surgery is offered from stage II on for these, from stage III on for all.
    var isNeoadjuvantCandidate: Bool { stage == .iii || (stage == .ii && (her2 || isTripleNegative)) }

    init(random: inout SeededGenerator) {
        let estrogen = random.chance(0.78)
        self.estrogen = estrogen
        progesterone = estrogen ? random.chance(0.86) : random.chance(0.04)
        her2 = random.chance(estrogen ? 0.12 : 0.28)
        let isAggressive = !estrogen || her2
        ki67 = min(95, max(1, Int(random.normal(mean: isAggressive ? 42 : 18, deviation: isAggressive ? 16 : 9))))
        let spread: [(Stage, Double)] =
            isAggressive ? [(.i, 33), (.ii, 39), (.iii, 19), (.iv, 9)] : [(.i, 50), (.ii, 31), (.iii, 13), (.iv, 6)]
        stage = random.choose(spread) ?? .ii
    }
}

extension PatientCourse {
    /// Invasive breast cancer from the first mammogram on.
    mutating func breastCancer(on diagnosis: CalendarDate) {
        let tumour = BreastTumour(random: &random)
        survive(from: diagnosis, yearlyRisk: [.i: 0.008, .ii: 0.02, .iii: 0.06, .iv: 0.24], stage: tumour.stage)
        breastWorkUp(diagnosis)
        diagnose(breastHistology(), on: diagnosis)
        breastPathology(tumour, on: diagnosis + random.whole(0...9))
        stage(tumour.stage, on: diagnosis + random.whole(3...21))

        let surgery: CalendarDate
        if tumour.stage == .iv {
            breastPalliation(tumour, from: diagnosis + random.whole(14...40))
            return
        } else if tumour.isNeoadjuvantCandidate, random.chance(0.74) {
            let end = neoadjuvantTherapy(tumour, from: diagnosis + random.whole(18...48))
            if random.chance(0.8) { breastMagneticResonance(on: end + random.whole(3...14)) }
            surgery = end + random.whole(20...38)
        } else {
            if random.chance(0.38) { breastMagneticResonance(on: diagnosis + random.whole(2...16)) }
            surgery = diagnosis + random.whole(18...62)
        }
        let after = breastSurgery(tumour, on: surgery)
        if tumour.isHormoneSensitive, random.chance(0.93) { endocrineTherapy(from: after + random.whole(14...45)) }
        breastFollowUp(from: surgery, stage: tumour.stage)
    }

    /// Cancer that has not left the ducts: removed, irradiated and watched.
    mutating func ductalCarcinomaInSitu(on diagnosis: CalendarDate) {
        breastWorkUp(diagnosis)
        diagnose(.ductalCarcinomaInSitu, on: diagnosis)
        if random.chance(0.8) { status(.estrogenReceptor, random.chance(0.8), missing: 0.05, on: diagnosis + random.whole(0...9)) }
        let surgery = diagnosis + random.whole(20...60)
        operate(random.chance(0.75) ? .lumpectomy : .mastectomy, on: surgery)
        if random.chance(0.7) { irradiate(.hypofractionated, from: surgery + random.whole(28...50), fractions: 15) }
        breastFollowUp(from: surgery, stage: .i)
    }

    private mutating func breastHistology() -> ClinicalTerm {
        random.choose([(.invasiveDuctalBreastCarcinoma, 76), (.invasiveLobularBreastCarcinoma, 13), (.invasiveBreastCarcinoma, 11)])
            ?? .invasiveBreastCarcinoma
    }

    private mutating func breastWorkUp(_ diagnosis: CalendarDate) {
        // Biopsy and report often fall on one day.
        let biopsy = diagnosis - (random.choose([(0, 0.45), (3, 0.25), (7, 0.2), (12, 0.1)]) ?? 0)
        let mammogram = biopsy - random.whole(2...24)
        if random.chance(0.9) {
            image(on: mammogram, protocols.mammogram(&random))
            categorise(.biRads, random.choose([(4, 0.4), (5, 0.55), (0, 0.05)]) ?? 4, on: mammogram)
        }
        if random.chance(0.6) || events(of: .imagingStudy) == 0 {
            image(on: mammogram + random.whole(0...3), protocols.breastUltrasound(&random))
        }
        operate(.breastBiopsy, on: biopsy)
    }

    private mutating func breastPathology(_ tumour: BreastTumour, on day: CalendarDate) {
        guard !random.chance(0.04) else { return }
        status(.estrogenReceptor, tumour.estrogen, missing: 0.05, on: day)
        status(.progesteroneReceptor, tumour.progesterone, missing: 0.07, on: day)
        // A doubtful HER2 stain is settled by a second test some days later.
        let isDoubtful = random.chance(0.13)
        if isDoubtful { observe(.her2, is: terms[.equivocal], on: day) }
        status(.her2, tumour.her2, missing: isDoubtful ? 0.02 : 0.08, on: day + (isDoubtful ? random.whole(5...12) : 0))
        if random.chance(0.8) {
            // Millimetres, or centimetres where the pathologist prefers them.
            let size = tumour.stage.rawValue * 9 + random.whole(3...16)
            if random.chance(0.7) {
                measure(.tumorSize, "\(size)", "mm", on: day)
            } else {
                measure(.tumorSize, "\(size / 10).\(size % 10)", "cm", on: day)
            }
        }
        if random.chance(0.85) { measure(.ki67, "\(tumour.ki67)", "%", on: day) }
    }

    private mutating func breastMagneticResonance(on day: CalendarDate) { image(on: day, protocols.breastMagneticResonance(&random)) }

    /// Chemotherapy before surgery, after a baseline study for most; the day on which it ended.
    private mutating func neoadjuvantTherapy(_ tumour: BreastTumour, from start: CalendarDate) -> CalendarDate {
        if random.chance(0.88) { breastMagneticResonance(on: start - random.whole(1...35)) }
        if tumour.her2 {
            medicate([.docetaxel, .carboplatin, .trastuzumab, .pertuzumab], cycles: 6, every: 21, from: start)
            medicate([.trastuzumab], cycles: 11, every: 21, from: start + 6 * 21)
            return start + 5 * 21
        }
        medicate([.doxorubicin, .cyclophosphamide], cycles: 4, every: 14, from: start)
        medicate([.paclitaxel], cycles: 4, every: 14, from: start + 4 * 14)
        if tumour.isTripleNegative, start > (CalendarDate(year: 2020, month: 7, day: 1) ?? start), random.chance(0.6) {
            medicate([.pembrolizumab], cycles: 6, every: 21, from: start)
        }
        return start + 7 * 14
    }

    /// Surgery and what follows it up to endocrine therapy; the day from which that can start.
    private mutating func breastSurgery(_ tumour: BreastTumour, on surgery: CalendarDate) -> CalendarDate {
        let conserving = random.chance(tumour.stage == .iii ? 0.35 : 0.7)
        operate(conserving ? .lumpectomy : .mastectomy, on: surgery)
        if tumour.stage != .iii, random.chance(0.8) { operate(.sentinelLymphNodeBiopsy, on: surgery) }
        var free = surgery + random.whole(20...40)
        let hadChemotherapy = tumour.isNeoadjuvantCandidate && events(of: .medication) > 0
        let adjuvant = !hadChemotherapy && (tumour.stage == .iii || (tumour.stage == .ii && (tumour.ki67 >= 20 || !tumour.estrogen)))
        if adjuvant, random.chance(0.7) {
            medicate([.docetaxel, .cyclophosphamide], cycles: 4, every: 21, from: free)
            if tumour.her2 { medicate([.trastuzumab], cycles: 17, every: 21, from: free) }
            free = free + 4 * 21 + 10
        }
        if conserving || tumour.stage == .iii, random.chance(0.9) {
            let fractions = random.choose([(15, 0.55), (25, 0.45)]) ?? 15
            irradiate(fractions == 15 ? .hypofractionated : .externalBeam, from: free, fractions: fractions)
            free = free + fractions * 7 / 5
        }
        return free
    }

    private mutating func endocrineTherapy(from start: CalendarDate) {
        let age = start.completedYears(since: birth)
        let inhibitor: ClinicalTerm = random.chance(0.65) ? .anastrozole : .letrozole
        let drug: ClinicalTerm = sex == .male || age < 51 ? .tamoxifen : inhibitor
        // Five years are meant; one in five stops early.
        let days = random.chance(0.2) ? random.whole(60...1_400) : 1_826
        medicate(drug, from: start, until: start + days)
    }

    private mutating func breastPalliation(_ tumour: BreastTumour, from start: CalendarDate) {
        metastasise(around: start - 10, to: [(.boneMetastasis, 0.55), (.liverMetastasis, 0.25), (.lungMetastasis, 0.2)])
        image(on: start - random.whole(2...20), protocols.positronEmission(&random))
        if tumour.her2 { medicate([.trastuzumab], cycles: random.whole(8...24), every: 21, from: start) }
        if tumour.isHormoneSensitive, !tumour.her2 {
            medicate(sex == .male ? .tamoxifen : .anastrozole, from: start, until: start + random.whole(200...1_500))
        } else {
            medicate([.paclitaxel], cycles: random.whole(4...9), every: 21, from: start)
        }
        followUp(from: start, every: 90, times: random.whole(2...8), chance: 0.85) { course, day in
            course.image(on: day, course.protocols.staging(&course.random))
        }
    }

    private mutating func breastFollowUp(from surgery: CalendarDate, stage: Stage) {
        followUp(from: surgery, every: 365, times: 5, chance: 0.8) { course, day in
            course.image(on: day, course.protocols.mammogram(&course.random))
            course.categorise(.biRads, course.random.choose([(1, 0.45), (2, 0.48), (3, 0.07)]) ?? 2, on: day)
            if course.random.chance(0.1) { course.breastMagneticResonance(on: day + course.random.whole(5...30)) }
        }
        if stage == .iii, random.chance(0.22) {
            let relapse = surgery + random.whole(300...1_800)
            metastasise(around: relapse, to: [(.boneMetastasis, 0.55), (.liverMetastasis, 0.25), (.lungMetastasis, 0.2)])
            image(on: relapse - random.whole(1...10), protocols.staging(&random))
        }
    }
}
