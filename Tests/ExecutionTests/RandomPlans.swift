import CohortPlan

/// Concepts that random records and random plans are about.
enum Words {
    static func concept(_ name: String) -> ConceptIRI { ConceptIRI("https://example.org/\(name)") }
    static let diseases = ["A", "B"].map(concept)
    static let answers = ["Positive", "Negative"].map(concept)
    static let modalities = ["MR", "CT"].map(concept)
    static let question = concept("Question")
    static let modality = concept("modality")
    static let thickness = concept("thickness")
    static let contrast = concept("contrast")
}

/// Few days, few events and many gaps, so that ties, overlaps and unknowns are common.
enum RandomRecords {
    static func patients(_ count: Int, _ random: inout SplitMix64) -> [PatientRecord] {
        (0..<count).map { number in
            PatientRecord(
                id: "p\(number)", sex: random.chance(15) ? nil : random.pick(Sex.allCases), birthDate: birthDate(&random),
                events: (0..<Int.random(in: 0...6, using: &random)).map { event("p\(number)", $0, &random) })
        }
    }

    private static func birthDate(_ random: inout SplitMix64) -> DateRange? {
        let year = Int.random(in: 1930...2000, using: &random)
        return random.pick([nil, DateRange(partial: "\(year)"), DateRange(partial: "\(year)-02"), DateRange(partial: "\(year)-02-14")])
    }

    static func date(_ random: inout SplitMix64) -> DateRange? {
        let month = Int.random(in: 1...3, using: &random)
        let day = random.pick([1, 2, 14, 28])
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return nil
        case 1: return DateRange(partial: "2020-0\(month)")
        case 2: return DateRange(partial: "2020")
        default: return CalendarDate(year: 2020, month: month, day: day).map { DateRange($0) }
        }
    }

    private static func event(_ patient: String, _ number: Int, _ random: inout SplitMix64) -> RecordedEvent {
        let key = "\(patient)-\(number)"
        let start = date(&random)
        // Visits and specimens are few, so that events share them; some records name none.
        let visit = random.chance(75) ? "\(patient)-visit-\(Int.random(in: 0...2, using: &random))" : nil
        let specimen = random.chance(60) ? "\(patient)-specimen-\(Int.random(in: 0...2, using: &random))" : nil
        let end = random.chance(40) ? start.map { $0.latest }.map { DateRange($0.advanced(by: CalendarDistance(10, .day))) } : nil
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            return RecordedEvent(key: key, kind: .diagnosis, concept: random.pick(Words.diseases), start: start, end: end, visit: visit)
        case 1:
            let kind = random.pick([EventKind.procedure, .radiotherapy, .visit, .specimen])
            return RecordedEvent(
                key: "\(patient)-\(kind.rawValue)-\(number)", kind: kind,
                concept: random.pick(Words.diseases), start: start, end: end, visit: visit, specimen: specimen)
        case 2:
            let unit = random.pick(["ng/mL", "ug/L", nil])
            return RecordedEvent(
                key: key, kind: .observation, concept: Words.question, start: start, end: end,
                quantity: random.chance(60) ? Quantity(ExactDecimal(Int.random(in: 1...6, using: &random)), unit) : nil,
                comparator: random.chance(20) ? random.pick(["<", ">="]) : nil, coded: random.chance(60) ? random.pick(Words.answers) : nil,
                visit: visit,
                specimen: specimen)
        default:
            let series = (0..<Int.random(in: 0...3, using: &random)).map { self.series("\(key)-\($0)", &random) }
            return RecordedEvent(key: key, kind: .imagingStudy, start: start, series: series, visit: visit)
        }
    }

    private static func series(_ uid: String, _ random: inout SplitMix64) -> RecordedSeries {
        var values: [ConceptIRI: SeriesValue] = [:]
        if random.chance(75) { values[Words.modality] = .coded(random.pick(Words.modalities)) }
        if random.chance(60) { values[Words.contrast] = .flag(random.chance(50)) }
        if random.chance(60) { values[Words.thickness] = .quantity(Quantity(ExactDecimal(Int.random(in: 1...4, using: &random)), "mm")) }
        return RecordedSeries(uid: uid, values: values)
    }
}

/// Plans of every form.
enum RandomPlans {
    static let expansions = (Words.diseases + Words.answers + Words.modalities + [Words.question]).map { concept in
        Expansion(set: set(concept), concepts: [concept], codes: [], gaps: [:])
    }

    private static func set(_ concept: ConceptIRI) -> ConceptSet { ConceptSet(include: [ConceptTerm(concept)]) }

    static func plan(_ random: inout SplitMix64) throws -> CohortPlan {
        var anchors: [EventSelection] = []
        for _ in 0..<Int.random(in: 0...4, using: &random) { anchors.append(selection(anchors, &random)) }
        let condition = condition(anchors, depth: 3, &random)
        return try CohortPlan(anchors: anchors, condition: condition, report: report(anchors, condition, &random))
    }

    /// A report of every sort of part.
    private static func report(_ anchors: [EventSelection], _ condition: Condition, _ random: inout SplitMix64) -> Report {
        let events = anchors.indices.map(EventReference.init)
        let images = events.filter { anchors[$0.index].request.kind.isImaging }
        let axes = events.flatMap { self.axes(of: $0, anchors[$0.index]) }
        var breakdowns: [Breakdown] = [
            .sex, .age(point(anchors, &random), bandWidth: 10), .cross([.age(point(anchors, &random), bandWidth: 30), .sex]),
        ]
        if !axes.isEmpty { breakdowns += [random.pick(axes), .cross([.sex, random.pick(axes)])] }
        let single = axes.filter { $0.event.map { anchors[$0.index].pick.isSingle } ?? false }
        if !single.isEmpty { breakdowns.append(.cross([random.pick(single), random.pick(axes)])) }
        let numbers = events.filter { if case .quantity = anchors[$0.index].request.value { true } else { false } }
        var funnel: [Condition] = []
        if case .all(let parts) = condition { funnel = parts }
        return Report(
            measures: [.patients] + images.flatMap { [Measure.studies($0), .series($0)] } + events.map { .events($0) },
            breakdowns: breakdowns,
            summaries: [.age(point(anchors, &random)), .days(from: point(anchors, &random), to: point(anchors, &random))]
                + numbers.map { .number($0, unit: random.pick(["ng/mL", "ug/L"])) },
            funnel: funnel, overlap: (0..<random.pick([0, 1, 3])).map { _ in self.condition(anchors, depth: 2, &random) })
    }

    /// What an event can be split by.
    private static func axes(of event: EventReference, _ selection: EventSelection) -> [Breakdown] {
        let year = Breakdown.year(event, from: 2019, to: 2021)
        let bands = { (unit: String) in NumberBands(start: ExactDecimal(1), width: ExactDecimal(2), count: 2, unit: unit) }
        if selection.request.kind.isImaging {
            return [
                year, .value(event, ValueAxis(property: Words.modality, .concepts(Words.modalities))),
                .value(event, ValueAxis(property: Words.thickness, .bands(bands("mm")))),
                .value(event, ValueAxis(property: Words.contrast, .flags)),
            ]
        }
        guard selection.request.kind == .observation else { return [year] }
        return [year, .value(event, ValueAxis(.concepts(Words.answers))), .value(event, ValueAxis(.bands(bands("ug/L"))))]
    }

    private static func request(_ random: inout SplitMix64) -> EventRequest {
        let tests = [
            AttributeTest(Words.modality, .coded(set(random.pick(Words.modalities)))),
            AttributeTest(Words.thickness, .quantity(QuantityRange(to: QuantityBound(ExactDecimal(2), inclusive: true), unit: "mm"))),
        ]
        let some = Array(tests.prefix(Int.random(in: 0...2, using: &random)))
        switch Int.random(in: 0..<6, using: &random) {
        case 5: return EventRequest(kind: random.pick([.procedure, .radiotherapy, .visit, .specimen]))
        case 0: return EventRequest(kind: .diagnosis, concepts: random.chance(70) ? set(random.pick(Words.diseases)) : nil)
        case 1: return EventRequest(kind: .observation, concepts: set(Words.question), value: .coded(set(random.pick(Words.answers))))
        case 2:
            let bound = QuantityBound(ExactDecimal(Int.random(in: 2...5, using: &random)), inclusive: random.chance(50))
            let range = QuantityRange(from: bound, unit: "ng/mL")
            return EventRequest(
                kind: .observation, concepts: set(Words.question), value: random.chance(25) ? .assumed(range) : .quantity(range))
        case 3: return EventRequest(kind: .imagingStudy, havingSeries: random.chance(50) ? [some, [tests[0]]] : [])
        default: return EventRequest(kind: .imagingSeries, attributes: some)
        }
    }

    private static func selection(_ anchors: [EventSelection], _ random: inout SplitMix64) -> EventSelection {
        let windows = (0..<random.pick([0, 0, 1, 2])).map { _ in window(anchors, &random) }
        let near = Pick.nearest(point(anchors, &random))
        let pick: Pick = random.pick([.all, .all, .first, .last, .nth(2), .nth(-2), near])
        let request = request(&random)
        if case .quantity = request.value, random.chance(40) {
            return EventSelection(request, windows: windows, pick: random.pick([.lowest, .highest]))
        }
        if case .coded = request.value, random.chance(30) {
            return EventSelection(request, windows: windows, pick: .ranked(Words.answers.shuffled(using: &random)))
        }
        return EventSelection(request, windows: windows, pick: pick)
    }

    private static func window(_ anchors: [EventSelection], _ random: inout SplitMix64) -> Window {
        let single = anchors.indices.filter { anchors[$0].pick.isSingle }.map(EventReference.init)
        if !single.isEmpty, random.chance(25) { return Window(same: random.pick(Bond.allCases), as: random.pick(single)) }
        let lower = random.chance(60) ? bound(-2...1, &random) : nil
        return Window(
            point(anchors, &random), from: lower, to: random.chance(60) || lower == nil ? bound(0...2, &random) : nil,
            side: random.chance(20) ? .end : .start)
    }

    private static func bound(_ amounts: ClosedRange<Int>, _ random: inout SplitMix64) -> WindowBound {
        let distance = CalendarDistance(Int.random(in: amounts, using: &random), random.pick([.day, .week, .month]))
        return WindowBound(distance, inclusive: random.chance(50))
    }

    private static func point(_ anchors: [EventSelection], _ random: inout SplitMix64) -> AnchorPoint {
        let single = anchors.indices.filter { anchors[$0].pick.isSingle }.map(EventReference.init)
        guard !single.isEmpty, random.chance(85) else { return .date(CalendarDate(daysSinceEpoch: 18_300)) }
        return random.chance(75) ? .start(random.pick(single)) : .end(random.pick(single))
    }

    /// A year alone.
    private static let oneOfSeveralDays = AnchorPoint.dates(
        DateRange(CalendarDate(daysSinceEpoch: 18_262), CalendarDate(daysSinceEpoch: 18_627)))

    private static func change(_ random: inout SplitMix64) -> Change {
        let direction = random.pick(Change.Direction.allCases)
        func range(_ units: [String]) -> QuantityRange {
            let bound = QuantityBound(ExactDecimal(Int.random(in: 0...3, using: &random)), inclusive: random.chance(50))
            let unit = random.pick(units)
            return random.chance(50) ? QuantityRange(from: bound, unit: unit) : QuantityRange(to: bound, unit: unit)
        }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return .difference(direction, range(["ng/mL", "ug/L"]))
        case 1: return .relative(direction, range(["1", "%"]))
        case 2: return .rate(direction, range(["ng/mL/a", "ug/L/mo", "ng/mL/d"]))
        default:
            let bound = WindowBound(CalendarDistance(Int.random(in: 0...60, using: &random), .day), inclusive: random.chance(50))
            return random.chance(50) ? .doublingTime(from: bound, to: nil) : .doublingTime(from: nil, to: bound)
        }
    }

    private static func condition(_ anchors: [EventSelection], depth: Int, _ random: inout SplitMix64) -> Condition {
        let references = anchors.indices.map(EventReference.init)
        let single = references.filter { anchors[$0.index].pick.isSingle }
        if depth > 0, random.chance(55) {
            switch Int.random(in: 0..<7, using: &random) {
            case 0: return .all((0..<2).map { _ in condition(anchors, depth: depth - 1, &random) })
            case 1: return .any((0..<2).map { _ in condition(anchors, depth: depth - 1, &random) })
            case 2:
                let range = random.pick([CountRange(1, nil), CountRange(2, nil), CountRange(0, 1), CountRange(1, 2)])
                return .some(range, (0..<3).map { _ in condition(anchors, depth: depth - 1, &random) })
            case 3: return .known(condition(anchors, depth: depth - 1, &random))
            case 4: return .possible(condition(anchors, depth: depth - 1, &random))
            case 5: return .given(condition(anchors, depth: depth - 1, &random), condition(anchors, depth: depth - 1, &random))
            default: return .not(condition(anchors, depth: depth - 1, &random))
            }
        }
        let numbers = single.filter { if case .quantity = anchors[$0.index].request.value { true } else { false } }
        switch Int.random(in: 0..<9, using: &random) {
        case 8 where !numbers.isEmpty: return .change(from: random.pick(numbers), to: random.pick(numbers), change(&random))
        case 7 where !numbers.isEmpty:
            let bound = QuantityBound(ExactDecimal(random.pick([1, 2])), inclusive: random.chance(50))
            let range = random.chance(50) ? QuantityRange(from: bound, unit: "1") : QuantityRange(to: bound, unit: "1")
            return .ratio(random.pick(numbers), to: random.pick(numbers), range)
        case 0 where !references.isEmpty: return .exists(random.pick(references))
        case 1 where !single.isEmpty: return .relation(random.pick(single), window(anchors, &random))
        case 2: return .sex(random.pick(Sex.allCases))
        case 3: return .age(random.chance(20) ? oneOfSeveralDays : point(anchors, &random), CountRange(30, random.chance(50) ? 60 : nil))
        case 4: return .ageInMonths(point(anchors, &random), CountRange(361, random.chance(50) ? 730 : nil))
        case 5:
            let wide = EventSelection(random.chance(60) ? EventRequest(kind: .diagnosis) : request(&random))
            let lower = CalendarDistance(random.pick([0, 1, 12]), .day)
            let gap = Gap(from: lower, to: random.chance(50) ? CalendarDistance(Int.random(in: 0...2, using: &random), .month) : nil)
            return .chain(wide, count: Int.random(in: 2...3, using: &random), gap)
        default:
            let range = random.pick([CountRange.atLeastOne, .zero, CountRange(2, nil), CountRange(0, 1), CountRange(1, 1)])
            return .count(selection(anchors, &random), range)
        }
    }
}
