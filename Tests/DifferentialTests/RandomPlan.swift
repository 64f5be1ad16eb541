import CohortPlan
import Hyperontology

/// Random plans over the whole of what a plan can say, restricted on request to what a source of images alone can answer.
struct RandomPlan {
    let pool: ConceptPool
    /// Ask for images, sex and age alone.
    let imagingOnly: Bool

    func plan(using random: inout SeededRandom) -> CohortPlan {
        var anchors: [EventSelection] = []
        for _ in 0..<random.number(0...3) {
            let near = Pick.nearest(point(anchors: anchors, using: &random))
            let pick: Pick = random.pick([.first, .last, .first, .last, .nth(2), .nth(-2), near, .all])
            anchors.append(selection(anchors: anchors, pick: pick, using: &random))
        }
        var measures: [Measure] = [.patients]
        for (index, anchor) in anchors.enumerated() where anchor.request.kind.isImaging {
            measures += [.studies(EventReference(index)), .series(EventReference(index))]
        }
        var breakdowns: [Breakdown] = random.oneIn(2) ? [.sex] : []
        if random.oneIn(2) { breakdowns.append(.age(point(anchors: anchors, using: &random), bandWidth: random.pick([5, 10, 20]))) }
        if random.oneIn(4) { breakdowns.append(.cross([.sex, .age(point(anchors: anchors, using: &random), bandWidth: 30)])) }
        let condition = condition(anchors: anchors, depth: random.number(0...3), using: &random)
        let axes = anchors.indices.flatMap { self.axes(of: EventReference($0), anchors[$0].request) }
        if !axes.isEmpty, random.oneIn(2) { breakdowns += [random.pick(axes), .cross([.sex, random.pick(axes)])] }
        measures += anchors.indices.map { .events(EventReference($0)) }
        do {
            return try CohortPlan(
                anchors: anchors, condition: condition,
                report: Report(
                    measures: measures, breakdowns: breakdowns, summaries: summaries(of: anchors, using: &random),
                    funnel: random.oneIn(3) ? steps(of: condition) : [],
                    overlap: random.oneIn(4) ? [self.condition(anchors: anchors, depth: 1, using: &random)] : []))
        } catch {
            preconditionFailure("the generator made an invalid plan: \(error)")
        }
    }

    private func steps(of condition: Condition) -> [Condition] {
        if case .all(let parts) = condition { return parts }
        return [condition]
    }

    private func summaries(of anchors: [EventSelection], using random: inout SeededRandom) -> [Summary] {
        var summaries: [Summary] = random.oneIn(4) ? [.age(point(anchors: anchors, using: &random))] : []
        if random.oneIn(4) {
            summaries.append(.days(from: point(anchors: anchors, using: &random), to: point(anchors: anchors, using: &random)))
        }
        for (index, anchor) in anchors.enumerated() where random.oneIn(2) {
            if case .quantity(let range) = anchor.request.value { summaries.append(.number(EventReference(index), unit: range.unit)) }
        }
        return summaries
    }

    /// What an event can be split by, in the words that the models under test have.
    private func axes(of event: EventReference, _ request: EventRequest) -> [Breakdown] {
        let year = Breakdown.year(event, from: 2020, to: 2021)
        if request.kind.isImaging {
            let modality = ValueAxis(property: ConceptIRI(CoreVocabulary.modality), .concepts(Array(pool.modalities.prefix(4))))
            let bodyPart = ValueAxis(property: ConceptIRI(CoreVocabulary.bodyPart), .concepts(Array(pool.bodyParts.prefix(4))))
            return [year, .value(event, modality), .value(event, bodyPart)]
        }
        guard request.kind == .observation, let concept = request.concepts?.include.first?.concept else { return [year] }
        if let question = pool.coded.first(where: { $0.concept == concept }) {
            return [year, .value(event, ValueAxis(.concepts(question.answers)))]
        }
        guard let question = pool.measured.first(where: { $0.concept == concept }) else { return [year] }
        let bands = NumberBands(start: ExactDecimal(0), width: ExactDecimal(3), count: 4, unit: question.units[0])
        return [year, .value(event, ValueAxis(.bands(bands)))]
    }

    private func condition(anchors: [EventSelection], depth: Int, using random: inout SeededRandom) -> Condition {
        if depth > 0 {
            let parts = (0..<random.number(1...3)).map { _ in condition(anchors: anchors, depth: depth - 1, using: &random) }
            switch random.number(0...8) {
            case 0, 1: return .all(parts)
            case 2: return .any(parts)
            case 3: return .not(parts[0])
            case 4: return .some(random.pick([CountRange(1, nil), CountRange(2, nil), CountRange(0, 1), CountRange(1, 2)]), parts)
            case 5: return .known(parts[0])
            case 6: return .possible(parts[0])
            case 7: return .given(parts[0], parts[parts.count - 1])
            default: break
            }
        }
        let single = anchors.indices.filter { anchors[$0].pick.isSingle }
        let numbers = single.filter { if case .quantity = anchors[$0].request.value { true } else { false } }
        switch random.number(0...10) {
        case 9 where !numbers.isEmpty:
            let bound = QuantityBound(ExactDecimal(random.number(0...3)), inclusive: random.oneIn(2))
            return .ratio(
                EventReference(random.pick(numbers)), to: EventReference(random.pick(numbers)),
                random.oneIn(2) ? QuantityRange(from: bound, unit: "1") : QuantityRange(to: bound, unit: "1"))
        case 10 where !numbers.isEmpty:
            return .change(
                from: EventReference(random.pick(numbers)), to: EventReference(random.pick(numbers)), change(using: &random))
        case 0: return .sex(random.pick([.female, .male]))
        case 1:
            let lower = random.number(0...70)
            return .age(
                random.oneIn(6) ? year : point(anchors: anchors, using: &random),
                CountRange(lower, random.oneIn(2) ? nil : lower + random.number(0...30)))
        case 7:
            let months = random.number(0...900)
            return .ageInMonths(point(anchors: anchors, using: &random), CountRange(months, random.oneIn(2) ? nil : months + 200))
        case 8:
            let gap = Gap(
                from: CalendarDistance(random.pick([0, 1, 30]), .day),
                to: random.oneIn(2) ? CalendarDistance(random.number(1...12), .month) : nil)
            return .chain(selection(anchors: anchors, pick: .all, using: &random), count: random.number(2...3), gap)
        case 2 where !anchors.isEmpty: return .exists(EventReference(random.number(0...anchors.count - 1)))
        case 3 where !single.isEmpty:
            let event = random.pick(single)
            let window = window(anchors: anchors, using: &random)
            guard random.oneIn(3) else { return .relation(EventReference(event), window) }
            return .relation(EventReference(event), bond(of: anchors[event].request, anchors, using: &random) ?? window)
        default:
            let range = random.pick([
                CountRange.atLeastOne, .zero, CountRange(2, nil), CountRange(0, 1), CountRange(1, 1), CountRange(2, 3),
            ])
            return .count(selection(anchors: anchors, pick: random.oneIn(6) ? .first : .all, using: &random), range)
        }
    }

    /// A year alone.
    private var year: AnchorPoint { .dates(DateRange(CalendarDate(daysSinceEpoch: 18_262), CalendarDate(daysSinceEpoch: 18_627))) }

    private func change(using random: inout SeededRandom) -> Change {
        let direction = random.pick(Change.Direction.allCases)
        func range(_ units: [String]) -> QuantityRange {
            let bound = QuantityBound(ExactDecimal(random.number(0...40)), inclusive: random.oneIn(2))
            return random.oneIn(2)
                ? QuantityRange(from: bound, unit: random.pick(units)) : QuantityRange(to: bound, unit: random.pick(units))
        }
        switch random.number(0...3) {
        case 0: return .difference(direction, range(["ng/mL", "ug/L", "%"]))
        case 1: return .relative(direction, range(["1", "%"]))
        case 2: return .rate(direction, range(["ng/mL/a", "ug/L/mo"]))
        default:
            let bound = WindowBound(CalendarDistance(random.number(0...120), .day), inclusive: random.oneIn(2))
            return random.oneIn(2) ? .doublingTime(from: bound, to: nil) : .doublingTime(from: nil, to: bound)
        }
    }

    private func selection(anchors: [EventSelection], pick: Pick, using random: inout SeededRandom) -> EventSelection {
        var windows = (0..<random.pick([0, 0, 1, 1, 2])).map { _ in window(anchors: anchors, using: &random) }
        let request = request(using: &random)
        if random.oneIn(4), let bond = bond(of: request, anchors, using: &random) { windows.append(bond) }
        if pick.isSingle, case .quantity = request.value, random.oneIn(3) {
            return EventSelection(request, windows: windows, pick: random.pick([.lowest, .highest]))
        }
        if pick.isSingle, case .coded = request.value, random.oneIn(3),
            let question = pool.coded.first(where: { $0.concept == request.concepts?.include.first?.concept })
        {
            return EventSelection(request, windows: windows, pick: .ranked(question.answers.shuffled(using: &random)))
        }
        return EventSelection(request, windows: windows, pick: pick)
    }

    private func window(anchors: [EventSelection], using random: inout SeededRandom) -> Window {
        let unit = random.pick([CalendarDistance.Unit.day, .day, .week, .month, .year])
        let reach = unit == .day ? random.pick([0, 1, 30, 60, 90]) : random.number(0...3)
        let low = WindowBound(CalendarDistance(-reach, unit), inclusive: random.oneIn(2))
        let high = WindowBound(CalendarDistance(random.oneIn(2) ? reach : 0, unit), inclusive: random.oneIn(2))
        let point = point(anchors: anchors, using: &random)
        let side = random.oneIn(6) ? Window.Side.end : .start
        switch random.number(0...2) {
        case 0: return Window(point, from: low, side: side)
        case 1: return Window(point, to: high, side: side)
        default: return Window(point, from: low, to: high, side: side)
        }
    }

    /// Something in common with an earlier event; nil where there is none.
    private func bond(of request: EventRequest, _ anchors: [EventSelection], using random: inout SeededRandom) -> Window? {
        let single = anchors.indices.filter { anchors[$0].pick.isSingle }
        guard !single.isEmpty else { return nil }
        let other = random.pick(single)
        let isOfImages = request.kind.isImaging && anchors[other].request.kind.isImaging
        guard !imagingOnly || isOfImages else { return nil }
        return Window(
            same: isOfImages && (imagingOnly || random.oneIn(2)) ? .study : random.oneIn(4) ? .specimen : .visit, as: EventReference(other))
    }

    private func point(anchors: [EventSelection], using random: inout SeededRandom) -> AnchorPoint {
        let single = anchors.indices.filter { anchors[$0].pick.isSingle }
        guard !single.isEmpty, !random.oneIn(4) else {
            return .date(CalendarDate(daysSinceEpoch: 18_292 + random.pick([0, 29, 60, 181, 366])))
        }
        return random.oneIn(6) ? .end(EventReference(random.pick(single))) : .start(EventReference(random.pick(single)))
    }

    private func request(using random: inout SeededRandom) -> EventRequest {
        switch imagingOnly ? random.number(4...5) : random.number(0...8) {
        case 7: return EventRequest(kind: .procedure, concepts: random.oneIn(6) ? nil : set(pool.procedures, using: &random))
        case 8 where !pool.radiotherapies.isEmpty:
            return EventRequest(kind: .radiotherapy, concepts: set(pool.radiotherapies, using: &random))
        case 0, 1: return EventRequest(kind: .diagnosis, concepts: random.oneIn(8) ? nil : set(pool.diagnoses, using: &random))
        case 2: return EventRequest(kind: .medication, concepts: set(pool.medications, using: &random))
        case 3:
            if random.oneIn(2), !pool.coded.isEmpty {
                let question = random.pick(pool.coded)
                let value: ValueTest? = random.oneIn(4) ? nil : .coded(ConceptSet(include: [ConceptTerm(random.pick(question.answers))]))
                return EventRequest(kind: .observation, concepts: ConceptSet(include: [ConceptTerm(question.concept)]), value: value)
            }
            let question = random.pick(pool.measured)
            return EventRequest(
                kind: .observation, concepts: ConceptSet(include: [ConceptTerm(question.concept)]),
                value: random.oneIn(4) ? nil : number(range(unit: random.pick(question.units), using: &random), using: &random))
        case 4: return EventRequest(kind: .imagingStudy, havingSeries: (0..<random.number(0...2)).map { _ in tests(using: &random) })
        case 5: return EventRequest(kind: .imagingSeries, attributes: random.oneIn(4) ? [] : tests(using: &random))
        default: return EventRequest(kind: .death)
        }
    }

    private func number(_ range: QuantityRange, using random: inout SeededRandom) -> ValueTest {
        random.oneIn(4) ? .assumed(range) : .quantity(range)
    }

    private func range(unit: String, using random: inout SeededRandom) -> QuantityRange {
        let low = QuantityBound(ExactDecimal(random.number(0...8)), inclusive: random.oneIn(2))
        let high = QuantityBound(ExactDecimal(random.number(4...12)), inclusive: random.oneIn(2))
        switch random.number(0...2) {
        case 0: return QuantityRange(from: low, unit: unit)
        case 1: return QuantityRange(to: high, unit: unit)
        default: return QuantityRange(from: low, to: high, unit: unit)
        }
    }

    private func tests(using random: inout SeededRandom) -> [AttributeTest] {
        let modality = AttributeTest(
            ConceptIRI(CoreVocabulary.modality), .coded(ConceptSet(include: [ConceptTerm(random.pick(pool.modalities))])))
        let bodyPart = AttributeTest(
            ConceptIRI(CoreVocabulary.bodyPart), .coded(ConceptSet(include: [ConceptTerm(random.pick(pool.bodyParts))])))
        return random.pick([[modality], [bodyPart], [modality, bodyPart]])
    }

    /// A concept, what lies above it, or a set with an exclusion.
    private func set(_ concepts: [ConceptIRI], using random: inout SeededRandom) -> ConceptSet {
        let concept = random.pick(concepts)
        switch random.number(0...3) {
        case 0:
            return ConceptSet(include: [ConceptTerm(random.pick([concept] + (pool.ancestors[concept] ?? [])))])
        case 1: return ConceptSet(include: [ConceptTerm(concept, descendants: false)])
        case 2:
            let other = random.pick(concepts)
            return ConceptSet(
                include: [ConceptTerm(random.pick([concept] + (pool.ancestors[concept] ?? [])))], exclude: [ConceptTerm(other)])
        default: return ConceptSet(include: [ConceptTerm(concept), ConceptTerm(random.pick(concepts))])
        }
    }
}
