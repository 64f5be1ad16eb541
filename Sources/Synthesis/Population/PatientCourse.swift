import CohortPlan

/// One patient's record while it is being made: who they are, what has happened so far, and the dice.
///
/// The diseases' courses (`BreastCourse.swift` and so on) are extensions of this. Nothing that they add counts once the patient
/// has died or recording has ended.
struct PatientCourse {
    /// The last day on which anything is recorded.
    static let cutOff = CalendarDate(year: 2025, month: 6, day: 30) ?? CalendarDate(daysSinceEpoch: 0)

    let terms: ClinicalTerms
    /// From 0; decides the patient's identifier and the keys of their events.
    let number: Int
    let sex: Sex
    let birth: CalendarDate
    var random: SeededGenerator
    private(set) var death: CalendarDate?
    /// How many events of each kind were added so far.
    private(set) var eventCounts: [EventKind: Int] = [:]
    private var events: [RecordedEvent] = []
    private var used: [KeySpace: Int] = [:]

    init(terms: ClinicalTerms, number: Int, sex: Sex, birth: CalendarDate, random: SeededGenerator) {
        self.terms = terms
        self.number = number
        self.sex = sex
        self.birth = birth
        self.random = random
    }

    /// The last day on which something can happen to the patient.
    var lastDay: CalendarDate { min(death ?? Self.cutOff, Self.cutOff) }

    /// Death on a day, where it is the earliest one said and recording has not ended.
    mutating func dies(on day: CalendarDate) {
        guard day <= Self.cutOff else { return }
        death = min(death ?? day, day)
    }

    // MARK: What happens

    mutating func diagnose(_ term: ClinicalTerm, on day: CalendarDate, until end: CalendarDate? = nil) {
        add(.diagnosis, term, day, end: end)
    }

    /// Something done on one day.
    mutating func operate(_ term: ClinicalTerm, on day: CalendarDate) { add(.procedure, term, day, end: day) }

    mutating func irradiate(_ term: ClinicalTerm, from day: CalendarDate, fractions: Int) {
        // Five fractions a week.
        add(.radiotherapy, term, day, end: day + fractions * 7 / 5)
    }

    /// A drug given over a stretch of days.
    mutating func medicate(_ term: ClinicalTerm, from day: CalendarDate, until end: CalendarDate) { add(.medication, term, day, end: end) }

    /// Drugs given together on the first day of each cycle.
    mutating func medicate(_ drugs: [ClinicalTerm], cycles: Int, every days: Int, from day: CalendarDate) {
        for cycle in 0..<max(0, cycles) {
            for drug in drugs { medicate(drug, from: day + cycle * days, until: day + cycle * days) }
        }
    }

    /// An answer from a list; nil where the question was asked and the answer is not recorded.
    mutating func observe(_ term: ClinicalTerm, is answer: ConceptIRI?, on day: CalendarDate) {
        add(.observation, term, day, coded: answer)
    }

    /// A number; nil where the question was asked and the answer is not recorded.
    mutating func observe(_ term: ClinicalTerm, is quantity: Quantity?, comparator: String? = nil, on day: CalendarDate) {
        add(.observation, term, day, quantity: quantity, comparator: comparator)
    }

    mutating func image(on day: CalendarDate, _ series: [RecordedSeries]) {
        let key = random.uid()
        guard day <= lastDay else { return }
        keep(RecordedEvent(key: key, kind: .imagingStudy, start: DateRange(day), series: series))
    }

    private mutating func add(
        _ kind: EventKind, _ term: ClinicalTerm, _ day: CalendarDate, end: CalendarDate? = nil, quantity: Quantity? = nil,
        comparator: String? = nil, coded: ConceptIRI? = nil
    ) {
        keep(
            RecordedEvent(
                key: key(kind), kind: kind, concept: terms[term], start: DateRange(day), end: end.map { DateRange($0) }, quantity: quantity,
                comparator: comparator, coded: coded))
    }

    private mutating func keep(_ event: RecordedEvent) {
        events.append(event)
        eventCounts[event.kind, default: 0] += 1
    }

    // MARK: The record

    /// The finished record, in order of time.
    func record(options: PopulationOptions) -> PatientRecord {
        var dice = random
        let last = lastDay
        var kept = events.compactMap { $0.ended(by: last) }
        if let death {
            kept.append(RecordedEvent(key: identifier, kind: .death, start: DateRange(death)))
        }
        kept.sort {
            ($0.start?.earliest.daysSinceEpoch ?? 0, $0.kind.rawValue, $0.key) < (
                $1.start?.earliest.daysSinceEpoch ?? 0, $1.kind.rawValue, $1.key
            )
        }
        let yearOnly = dice.chance(options.yearOnlyBirths)
        let sexMissing = dice.chance(options.missingSex)
        let year = birth.components.year
        let birthDate = yearOnly ? DateRange(partial: String(year)) : DateRange(birth)
        return PatientRecord(id: identifier, sex: sexMissing ? nil : sex, birthDate: birthDate, events: kept)
    }

    /// Seven digits, so that text and number sort alike; also the OMOP `person_id`.
    var identifier: String { String(KeySpace.firstPatient + number) }

    /// Ten digits: the patient's number and a running one. Unique within the table or resource type that the kind is written to.
    private mutating func key(_ kind: EventKind) -> String {
        let space = KeySpace(kind)
        let ordinal = used[space, default: 0]
        used[space] = ordinal + 1
        return String((KeySpace.firstPatient + number) * KeySpace.eventsPerPatient + ordinal)
    }
}

/// Where keys must be unique: radiotherapy is written among the procedures.
enum KeySpace: Hashable {
    case diagnosis, procedure, medication, observation

    /// Identifiers start here, so that they have as many digits as each other without leading zeros.
    static let firstPatient = 1_000_000
    static let eventsPerPatient = 1_000
    /// As many patients as a signed 32-bit key has room for (OMOP's `integer`).
    static let maximumPatients = 1_000_000

    init(_ kind: EventKind) {
        self =
            switch kind {
            case .diagnosis, .death, .imagingStudy, .imagingSeries, .visit, .specimen, .observationPeriod, .record: .diagnosis
            case .procedure, .radiotherapy: .procedure
            case .medication: .medication
            case .observation: .observation
            }
    }
}

extension RecordedEvent {
    /// The event as known on a day: nil when it begins later, its end no later than that day.
    fileprivate func ended(by last: CalendarDate) -> RecordedEvent? {
        guard let start, start.earliest <= last else { return nil }
        guard let end, end.latest > last else { return self }
        return RecordedEvent(
            key: key, kind: kind, concept: concept, start: start, end: DateRange(last), quantity: quantity, comparator: comparator,
            coded: coded, series: series)
    }
}

extension CalendarDate {
    static func + (day: CalendarDate, days: Int) -> CalendarDate { CalendarDate(daysSinceEpoch: day.daysSinceEpoch + days) }
    static func - (day: CalendarDate, days: Int) -> CalendarDate { CalendarDate(daysSinceEpoch: day.daysSinceEpoch - days) }
}
