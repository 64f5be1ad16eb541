import CohortPlan
import Hyperontology

/// Small random patients, made to be awkward: ties, same-day events, leap days, missing values, odd units, partial birth dates.
struct RandomPopulation {
    let pool: ConceptPool

    func patients(_ count: Int, using random: inout SeededRandom) -> [PatientRecord] {
        (0..<count).map { patient(number: $0, using: &random) }
    }

    private func patient(number: Int, using random: inout SeededRandom) -> PatientRecord {
        var keys = 0
        func key() -> String {
            keys += 1
            let digits = String(number * 1_000 + keys)
            return String(repeating: "0", count: 9 - digits.count) + digits
        }
        var events: [RecordedEvent] = []
        for _ in 0..<random.number(0...7) {
            events.append(event(key: key(), using: &random))
        }
        for study in 0..<random.number(0...3) {
            events.append(imaging(patient: number, study: study, using: &random))
        }
        if random.oneIn(6) { events.append(RecordedEvent(key: "\(number + 1)", kind: .death, start: DateRange(date(using: &random)))) }
        return PatientRecord(id: "\(number + 1)", sex: sex(using: &random), birthDate: birth(using: &random), events: events)
    }

    private func sex(using random: inout SeededRandom) -> Sex? {
        random.oneIn(12) ? nil : random.pick([.female, .male])
    }

    private func birth(using random: inout SeededRandom) -> DateRange? {
        let year = random.number(1940...1985)
        switch random.number(0...11) {
        case 0: return DateRange(partial: "\(year)")
        case 1: return CalendarDate(year: 1960, month: 2, day: 29).map { DateRange($0) }
        default: return CalendarDate(year: year, month: random.number(1...12), day: random.number(1...28)).map { DateRange($0) }
        }
    }

    /// Few days, so that events fall together, with the ends of months and a leap day among them.
    private func date(using random: inout SeededRandom) -> CalendarDate {
        let base = CalendarDate(year: 2020, month: 1, day: 31) ?? CalendarDate(daysSinceEpoch: 0)
        return base.advanced(by: CalendarDistance(random.pick([0, 1, 28, 29, 30, 31, 59, 60, 61, 90, 120, 180, 181, 365, 366, 400]), .day))
    }

    private func event(key: String, using random: inout SeededRandom) -> RecordedEvent {
        let start = DateRange(date(using: &random))
        switch random.number(0...4) {
        case 0, 1:
            return RecordedEvent(key: key, kind: .diagnosis, concept: random.pick(pool.diagnoses), start: start)
        case 2:
            return RecordedEvent(key: key, kind: .medication, concept: random.pick(pool.medications), start: start)
        case 3 where !pool.coded.isEmpty:
            let question = random.pick(pool.coded)
            let answer = random.oneIn(6) ? nil : random.pick(question.answers)
            return RecordedEvent(key: key, kind: .observation, concept: question.concept, start: start, coded: answer)
        default:
            let question = random.pick(pool.measured)
            let tenths = random.number(0...120)
            let value = ExactDecimal("\(tenths / 10).\(tenths % 10)")
            let quantity = random.oneIn(8) ? nil : value.map { Quantity($0, random.oneIn(10) ? nil : random.pick(question.units)) }
            return RecordedEvent(key: key, kind: .observation, concept: question.concept, start: start, quantity: quantity)
        }
    }

    private func imaging(patient: Int, study: Int, using random: inout SeededRandom) -> RecordedEvent {
        let uid = "2.25.\(1_000_000 + patient * 100 + study)"
        let series = (1...random.number(1...3)).map { number in
            var values: [ConceptIRI: SeriesValue] = [:]
            values[ConceptIRI(CoreVocabulary.modality)] = .coded(random.pick(pool.modalities))
            if !random.oneIn(5) { values[ConceptIRI(CoreVocabulary.bodyPart)] = .coded(random.pick(pool.bodyParts)) }
            return RecordedSeries(uid: "\(uid).\(number)", values: values)
        }
        return RecordedEvent(key: uid, kind: .imagingStudy, start: DateRange(date(using: &random)), series: series)
    }
}
