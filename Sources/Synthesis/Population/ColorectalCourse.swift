import CohortPlan

extension PatientCourse {
    /// Cancer of the colon or rectum, followed with CEA and CT.
    mutating func colorectalCancer(on diagnosis: CalendarDate) {
        let isRectal = random.chance(0.33)
        let stage = random.choose([(Stage.i, 22), (.ii, 28), (.iii, 30), (.iv, 20)]) ?? .ii
        survive(from: diagnosis, yearlyRisk: [.i: 0.015, .ii: 0.03, .iii: 0.07, .iv: 0.28], stage: stage)
        var marker = max(0.8, random.normal(mean: 4, deviation: 2.2)) * (stage == .iv ? 9 : 1)

        let endoscopy = diagnosis - (random.chance(0.5) ? 0 : random.whole(1...7))
        operate(.colonoscopy, on: endoscopy)
        operate(.colonBiopsy, on: endoscopy)
        diagnose(isRectal ? .rectalCarcinoma : .colonCarcinoma, on: diagnosis)
        image(on: diagnosis + random.whole(2...18), protocols.staging(&random))
        if isRectal, random.chance(0.9) { image(on: diagnosis + random.whole(4...21), protocols.pelvicMagneticResonance(&random)) }
        if !random.chance(0.1) { measure(.carcinoembryonicAntigen, Self.digits(marker), "ng/mL", on: diagnosis + random.whole(0...12)) }
        if random.chance(0.7) {
            observe(
                .microsatelliteInstability, is: terms[random.chance(0.14) ? .microsatelliteInstabilityHigh : .microsatelliteStable],
                on: diagnosis + random.whole(7...20))
        }
        self.stage(stage, on: diagnosis + random.whole(7...30))

        colorectalTherapy(stage, isRectal: isRectal, from: diagnosis + random.whole(20...50))
        let grows = stage == .iv || (stage == .iii && random.chance(0.25))
        followUp(from: diagnosis + 90, every: 182, times: 9, chance: 0.8) { course, day in
            marker = grows ? min(900, marker * 1.35) : max(0.6, marker * 0.75)
            course.measure(.carcinoembryonicAntigen, Self.digits(marker), "ng/mL", on: day)
            if course.random.chance(0.55) { course.image(on: day, course.protocols.staging(&course.random)) }
        }
    }

    private mutating func colorectalTherapy(_ stage: Stage, isRectal: Bool, from start: CalendarDate) {
        var surgery = start
        if isRectal, stage == .ii || stage == .iii, random.chance(0.8) {
            irradiate(.externalBeam, from: start, fractions: 28)
            medicate(.capecitabine, from: start, until: start + 38)
            surgery = start + random.whole(80...110)
        }
        if stage == .iv {
            metastasise(around: start - 10, to: [(.liverMetastasis, 0.85), (.boneMetastasis, 0.15)])
            image(on: start - random.whole(0...8), protocols.liverMagneticResonance(&random))
            medicate([.oxaliplatin, .capecitabine], cycles: random.whole(4...10), every: 21, from: start)
            guard random.chance(0.3) else { return }
            surgery = start + random.whole(120...240)
        }
        operate(isRectal ? .rectalResection : .colectomy, on: surgery)
        if stage == .iii, random.chance(0.75) {
            medicate([.oxaliplatin, .capecitabine], cycles: 8, every: 21, from: surgery + random.whole(30...55))
        }
    }
}
