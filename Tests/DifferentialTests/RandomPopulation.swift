import CohortPlan
import Foundation
import Hyperontology

/// Small random patients, made to be awkward: ties, same-day events, leap days, missing values, odd units, bounds in place of numbers, partial
/// dates, records that stand twice or contradict each other, visits that several events share.
struct RandomPopulation {
    let pool: ConceptPool
    /// Whether events can have a month or a year alone, or no day at all: not every model can record that.
    var hasPartialDates = false

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
        let visits = random.oneIn(3) ? [] : (0..<random.number(1...3)).map { "\(number + 1)\($0)" }
        for _ in 0..<random.number(0...7) {
            let made = event(key: key(), visits, using: &random)
            events.append(made)
            // A record that stands twice, or says something else of the same day.
            if random.oneIn(6) { events.append(again(made, key: key(), using: &random)) }
        }
        for study in 0..<random.number(0...3) {
            events.append(imaging(patient: number, study: study, visits, using: &random))
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

    private func start(using random: inout SeededRandom) -> DateRange? {
        let day = date(using: &random)
        guard hasPartialDates, random.oneIn(5) else { return DateRange(day) }
        return random.pick([
            nil, DateRange(partial: String(day.description.prefix(4))), DateRange(partial: String(day.description.prefix(7))),
        ])
    }

    /// A day on or after another.
    private func end(_ start: DateRange?, using random: inout SeededRandom) -> DateRange? {
        start.map { DateRange($0.latest.advanced(by: CalendarDistance(random.pick([0, 1, 28, 60]), .day))) }
    }

    private func again(_ event: RecordedEvent, key: String, using random: inout SeededRandom) -> RecordedEvent {
        var (quantity, coded) = (event.quantity, event.coded)
        if random.oneIn(2) {
            quantity = quantity.map { Quantity(ExactDecimal($0.value.value + 1), $0.unit) }
            coded = pool.coded.first { $0.concept == event.concept }.map { random.pick($0.answers) } ?? coded
        }
        return RecordedEvent(
            key: key, kind: event.kind, concept: event.concept, start: event.start, end: event.end, quantity: quantity,
            comparator: event.comparator, coded: coded, visit: event.visit, specimen: event.specimen)
    }

    private func event(key: String, _ visits: [String], using random: inout SeededRandom) -> RecordedEvent {
        let start = start(using: &random)
        let visit = visits.isEmpty || random.oneIn(4) ? nil : random.pick(visits)
        switch random.number(0...6) {
        case 0, 1:
            return RecordedEvent(
                key: key, kind: .diagnosis, concept: random.pick(pool.diagnoses), start: start,
                end: random.oneIn(2) ? nil : end(start, using: &random), visit: visit)
        case 2:
            // OMOP demands an end of a medication.
            return RecordedEvent(
                key: key, kind: .medication, concept: random.pick(pool.medications), start: start, end: end(start, using: &random),
                visit: visit)
        case 5, 6:
            let isRadiotherapy = random.oneIn(3) && !pool.radiotherapies.isEmpty
            return RecordedEvent(
                key: key, kind: isRadiotherapy ? .radiotherapy : .procedure,
                concept: random.pick(isRadiotherapy ? pool.radiotherapies : pool.procedures), start: start,
                end: random.oneIn(2) ? nil : end(start, using: &random), visit: visit)
        case 3 where !pool.coded.isEmpty:
            let question = random.pick(pool.coded)
            let answer = random.oneIn(6) ? nil : random.pick(question.answers)
            return RecordedEvent(
                key: key, kind: .observation, concept: question.concept, start: start, coded: answer, visit: visit,
                specimen: visit.map { "\($0)\(random.number(0...1))" })
        default:
            let question = random.pick(pool.measured)
            let tenths = random.number(0...120)
            let value = ExactDecimal("\(tenths / 10).\(tenths % 10)")
            let quantity = random.oneIn(8) ? nil : value.map { Quantity($0, random.oneIn(10) ? nil : random.pick(question.units)) }
            return RecordedEvent(
                key: key, kind: .observation, concept: question.concept, start: start, quantity: quantity,
                comparator: quantity != nil && random.oneIn(6) ? random.pick(["<", "<=", ">", ">="]) : nil, visit: visit,
                specimen: visit.map { "\($0)\(random.number(0...1))" })
        }
    }

    private func imaging(patient: Int, study: Int, _ visits: [String], using random: inout SeededRandom) -> RecordedEvent {
        let uid = "2.25.\(1_000_000 + patient * 100 + study)"
        let series = (1...random.number(1...3)).map { number in
            var values: [ConceptIRI: SeriesValue] = [:]
            values[ConceptIRI(CoreVocabulary.modality)] = .coded(random.pick(pool.modalities))
            if !random.oneIn(5) { values[ConceptIRI(CoreVocabulary.bodyPart)] = .coded(random.pick(pool.bodyParts)) }
            return RecordedSeries(uid: "\(uid).\(number)", values: values)
        }
        return RecordedEvent(
            key: uid, kind: .imagingStudy, start: DateRange(date(using: &random)), series: series,
            visit: visits.isEmpty || random.oneIn(4) ? nil : random.pick(visits))
    }
}
