import CohortPlan

/// Makes the records of patients more awkward: days of which only the month or year is known or nothing, several events on one day,
/// records that are there twice, and such that contradict each other.
struct AwkwardRecords {
    /// The kinds of events whose model can say that of a day.
    let partialDates: Set<EventKind>
    /// A key that no event has yet.
    let key: (PatientRecord, Int) -> String

    func made(of patient: PatientRecord, using random: inout SeededRandom) -> PatientRecord {
        var events: [RecordedEvent] = []
        var added = 0
        for event in patient.events {
            let event = partialDates.contains(event.kind) ? blurred(event, using: &random) : event
            events.append(event)
            guard !event.kind.isImaging, event.kind != .death, random.oneIn(8) else { continue }
            added += 1
            events.append(again(event, key: key(patient, added), using: &random))
        }
        return PatientRecord(id: patient.id, sex: patient.sex, birthDate: patient.birthDate, events: events)
    }

    private func blurred(_ event: RecordedEvent, using random: inout SeededRandom) -> RecordedEvent {
        guard let day = event.start, day.isExact else { return event }
        let text = day.earliest.description
        switch random.number(0...9) {
        case 0: return event.starting(DateRange(partial: String(text.prefix(7))))
        case 1: return event.starting(DateRange(partial: String(text.prefix(4))))
        case 2: return event.starting(nil)
        default: return event
        }
    }

    /// The same record once more, now and then with another value or on another day.
    private func again(_ event: RecordedEvent, key: String, using random: inout SeededRandom) -> RecordedEvent {
        let isOtherDay = random.oneIn(4)
        let start = isOtherDay ? event.start.map { DateRange($0.earliest.advanced(by: CalendarDistance(1, .day))) } : event.start
        let isOtherValue = random.oneIn(3)
        let quantity = event.quantity.map { isOtherValue ? Quantity(ExactDecimal(random.number(0...12)), $0.unit) : $0 }
        return RecordedEvent(
            key: key, kind: event.kind, concept: event.concept, start: start, end: event.end, quantity: quantity,
            comparator: event.comparator, coded: event.coded, series: event.series)
    }
}

extension RecordedEvent {
    fileprivate func starting(_ start: DateRange?) -> RecordedEvent {
        RecordedEvent(
            key: key, kind: kind, concept: concept, start: start, end: end, quantity: quantity, comparator: comparator, coded: coded,
            series: series)
    }
}
