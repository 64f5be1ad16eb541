import CohortPlan

extension PatientCourse {
    /// Somebody who was looked at and has no cancer.
    mutating func screening(around day: CalendarDate) {
        if sex == .female {
            breastScreening(from: day)
        } else if random.chance(0.6) {
            prostateScreening(from: day)
        } else {
            lungScreening(from: day)
        }
    }

    private mutating func breastScreening(from day: CalendarDate) {
        image(on: day, protocols.mammogram(&random))
        let finding = random.choose([(1, 0.45), (2, 0.35), (3, 0.14), (4, 0.06)]) ?? 1
        categorise(.biRads, finding, on: day)
        if finding >= 3 { image(on: day + random.whole(0...14), protocols.breastUltrasound(&random)) }
        // What looked suspicious is found benign.
        if finding == 4 { operate(.breastBiopsy, on: day + random.whole(7...21)) }
        followUp(from: day, every: 730, times: 3, chance: 0.7) { course, visit in
            course.image(on: visit, course.protocols.mammogram(&course.random))
            course.categorise(.biRads, course.random.choose([(1, 0.6), (2, 0.4)]) ?? 1, on: visit)
        }
    }

    private mutating func prostateScreening(from day: CalendarDate) {
        let unit = prostateLaboratory()
        var level = max(0.3, random.normal(mean: 2.2, deviation: 1.3))
        antigen(level, unit: unit, on: day)
        let scan = day + random.whole(3...30)
        image(on: scan, protocols.prostateMagneticResonance(&random))
        categorise(.piRads, random.choose([(1, 0.3), (2, 0.5), (3, 0.2)]) ?? 2, on: scan)
        followUp(from: day, every: 365, times: 5, chance: 0.75) { course, visit in
            level *= 1.04
            course.antigen(level, unit: unit, on: visit)
        }
    }

    private mutating func lungScreening(from day: CalendarDate) {
        image(on: day, protocols.chestTomography(&random, contrast: false))
        followUp(from: day, every: 365, times: 3, chance: 0.7) { course, visit in
            course.image(on: visit, course.protocols.chestTomography(&course.random, contrast: false))
        }
    }
}
