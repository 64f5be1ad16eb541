import CohortPlan

/// What a prostate cancer is like, as its treatment depends on it.
private struct ProstateTumour {
    /// The two Gleason patterns, the commoner first.
    let primary: Int
    let secondary: Int
    let stage: Stage
    /// PSA at diagnosis in ng/mL.
    let antigen: Double

    var gleason: Int { primary + secondary }

    /// ISUP grade group (Epstein et al., Am J Surg Pathol 2016;40:244).
    var gradeGroup: Int {
        switch (primary, secondary) {
        case _ where gleason <= 6: 1
        case (3, 4): 2
        case (4, 3): 3
        case _ where gleason == 8: 4
        default: 5
        }
    }

    init(random: inout SeededGenerator) {
        let patterns: [((Int, Int), Double)] = [
            ((3, 3), 28), ((3, 4), 31), ((4, 3), 16), ((4, 4), 9), ((3, 5), 1), ((4, 5), 10), ((5, 4), 3), ((5, 5), 2),
        ]
        (primary, secondary) = random.choose(patterns) ?? (3, 4)
        let isHigh = primary + secondary >= 8
        stage = random.choose(isHigh ? [(.i, 4), (.ii, 26), (.iii, 36), (.iv, 34)] : [(.i, 38), (.ii, 47), (.iii, 11), (.iv, 4)]) ?? .ii
        // Skewed to the right: a normal value squared.
        let root = max(1.2, random.normal(mean: 2.7, deviation: 0.6))
        antigen = root * root * (stage == .iv ? 5 : isHigh ? 1.8 : 1)
    }
}

extension PatientCourse {
    /// Prostate cancer from the first raised PSA on.
    mutating func prostateCancer(on diagnosis: CalendarDate) {
        let tumour = ProstateTumour(random: &random)
        let laboratory = prostateLaboratory()
        survive(from: diagnosis, yearlyRisk: [.i: 0.012, .ii: 0.018, .iii: 0.035, .iv: 0.14], stage: tumour.stage)
        prostateWorkUp(tumour, diagnosis, unit: laboratory)
        diagnose(random.chance(0.25) ? .prostateAdenocarcinoma : .prostateCarcinoma, on: diagnosis)
        if !random.chance(0.06) { measure(.gleasonScore, "\(tumour.gleason)", "1", on: diagnosis) }
        if !random.chance(0.12) { categorise(.gradeGroup, tumour.gradeGroup, on: diagnosis) }
        stage(tumour.stage, on: diagnosis + random.whole(5...30))

        let start = diagnosis + random.whole(25...90)
        switch tumour.stage {
        case .iv: prostatePalliation(tumour, from: start, unit: laboratory)
        case .i where tumour.gradeGroup == 1 && random.chance(0.75): activeSurveillance(tumour, from: diagnosis, unit: laboratory)
        default:
            if random.chance(tumour.stage == .iii ? 0.4 : 0.58) {
                prostateSurgery(tumour, on: start, unit: laboratory)
            } else {
                prostateRadiotherapy(tumour, from: start, unit: laboratory)
            }
        }
    }

    /// The unit in which the patient's laboratory gives PSA: the two are the same amount.
    mutating func prostateLaboratory() -> String { random.chance(0.9) ? "ng/mL" : "ug/L" }

    mutating func antigen(_ value: Double, unit: String, on day: CalendarDate) {
        guard value >= 0.1 else {
            // Below what the assay can tell.
            return measure(.prostateSpecificAntigen, "0.1", unit, comparator: "<", on: day)
        }
        measure(.prostateSpecificAntigen, Self.digits(value), unit, on: day)
    }

    private mutating func prostateWorkUp(_ tumour: ProstateTumour, _ diagnosis: CalendarDate, unit: String) {
        let tests = random.whole(1...4)
        for index in 0..<tests {
            let before = (tests - index) * random.whole(60...200)
            antigen(tumour.antigen * (0.45 + 0.5 * Double(index + 1) / Double(tests + 1)), unit: unit, on: diagnosis - before - 30)
        }
        if !random.chance(0.06) { antigen(tumour.antigen, unit: unit, on: diagnosis - random.whole(8...45)) }
        if random.chance(0.8) || diagnosis > (CalendarDate(year: 2019, month: 1, day: 1) ?? diagnosis) {
            let scan = diagnosis - random.whole(4...40)
            image(on: scan, protocols.prostateMagneticResonance(&random))
            if !random.chance(0.08) { categorise(.piRads, random.choose([(3, 0.14), (4, 0.46), (5, 0.4)]) ?? 4, on: scan) }
        } else {
            image(on: diagnosis - random.whole(1...20), protocols.prostateUltrasound(&random))
        }
        operate(.prostateBiopsy, on: diagnosis - (random.chance(0.35) ? 0 : random.whole(2...12)))
    }

    private mutating func activeSurveillance(_ tumour: ProstateTumour, from diagnosis: CalendarDate, unit: String) {
        let growth = random.normal(mean: 1.05, deviation: 0.04)
        var level = tumour.antigen
        followUp(from: diagnosis, every: 182, times: 14, chance: 0.9) { course, day in
            level *= growth
            course.antigen(level, unit: unit, on: day)
        }
        followUp(from: diagnosis, every: 365, times: 4, chance: 0.7) { course, day in
            course.image(on: day, course.protocols.prostateMagneticResonance(&course.random))
            course.categorise(.piRads, course.random.choose([(2, 0.3), (3, 0.4), (4, 0.3)]) ?? 3, on: day)
        }
    }

    private mutating func prostateSurgery(_ tumour: ProstateTumour, on day: CalendarDate, unit: String) {
        operate(.radicalProstatectomy, on: day)
        let recurs = random.chance(tumour.gradeGroup >= 4 ? 0.4 : 0.15)
        let onset = random.whole(3...9)
        var visit = 0
        var level = 0.05
        followUp(from: day, every: 120, times: 12, chance: 0.92) { course, date in
            visit += 1
            if recurs, visit >= onset { level *= 2.1 }
            course.antigen(level, unit: unit, on: date)
        }
        if recurs, random.chance(0.7) { irradiate(.externalBeam, from: day + (onset + 4) * 120, fractions: 33) }
    }

    private mutating func prostateRadiotherapy(_ tumour: ProstateTumour, from start: CalendarDate, unit: String) {
        irradiate(
            random.chance(0.6) ? .intensityModulated : .externalBeam, from: start + random.whole(0...60),
            fractions: random.choose([(20, 0.6), (39, 0.4)]) ?? 20)
        let isHigh = tumour.gradeGroup >= 4 || tumour.stage == .iii
        if isHigh || tumour.gradeGroup == 3 {
            medicate(random.chance(0.6) ? .leuprolide : .goserelin, from: start, until: start + (isHigh ? 730 : 182))
        }
        var level = tumour.antigen
        followUp(from: start, every: 150, times: 10, chance: 0.9) { course, day in
            level = max(0.04, level * 0.45)
            course.antigen(level, unit: unit, on: day)
        }
    }

    private mutating func prostatePalliation(_ tumour: ProstateTumour, from start: CalendarDate, unit: String) {
        metastasise(around: start - 20, to: [(.boneMetastasis, 0.9), (.liverMetastasis, 0.1)])
        image(on: start - random.whole(2...18), protocols.positronEmission(&random))
        medicate(.leuprolide, from: start, until: start + 2_200)
        if random.chance(0.45) { medicate([.docetaxel], cycles: 6, every: 21, from: start + random.whole(14...60)) }
        let resistance = random.whole(3...14)
        if random.chance(0.7) {
            medicate(
                random.chance(0.6) ? .abiraterone : .bicalutamide, from: start + resistance * 90 + 14, until: start + resistance * 90 + 600)
        }
        var visit = 0
        var level = tumour.antigen
        followUp(from: start, every: 90, times: 20, chance: 0.9) { course, day in
            visit += 1
            level = visit < resistance ? max(0.05, level * 0.4) : level * 1.9
            course.antigen(min(level, 4_000), unit: unit, on: day)
        }
        followUp(from: start, every: 270, times: 4, chance: 0.7) { course, day in
            course.image(on: day, course.protocols.staging(&course.random))
        }
    }

    /// A laboratory value as it is printed: two digits after the point below ten, one above.
    static func digits(_ value: Double) -> String {
        let scale = value < 10 ? 100 : 10
        let scaled = Int((value * Double(scale)).rounded())
        let fraction = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: (scale == 100 ? 2 : 1) - fraction.count) + fraction
    }
}
