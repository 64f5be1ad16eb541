import CohortPlan
import Compiler
import Testing

/// Laws of the canonical form: what is rewritten without a change of meaning has the same hash.
@Suite struct CanonicalFormTests {
    /// SplitMix64.
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
        mutating func oneIn(_ number: Int) -> Bool { Int.random(in: 0..<number, using: &self) == 0 }
    }

    private let anchors = [
        EventSelection(EventRequest(kind: .diagnosis), pick: .first),
        EventSelection(
            EventRequest(kind: .imagingStudy), windows: [Window(.start(EventReference(0)), from: WindowBound(.zero, inclusive: true))],
            pick: .nth(2)),
        EventSelection(EventRequest(kind: .death), pick: .nearest(.start(EventReference(1)))),
    ]

    private func plan(_ condition: Condition, _ anchors: [EventSelection]? = nil) throws -> CohortPlan {
        try CohortPlan(anchors: anchors ?? self.anchors, condition: condition, report: Report(measures: [.patients]))
    }

    private func condition(_ depth: Int, _ random: inout Seeded) -> Condition {
        if depth > 0, !random.oneIn(4) {
            let parts = (0..<Int.random(in: 1...3, using: &random)).map { _ in condition(depth - 1, &random) }
            switch Int.random(in: 0..<7, using: &random) {
            case 0: return .all(parts)
            case 1: return .any(parts)
            case 2: return .not(parts[0])
            case 3: return .known(parts[0])
            case 4: return .possible(parts[0])
            case 5: return .given(parts[0], parts[parts.count - 1])
            default: return .some(CountRange(Int.random(in: 0...2, using: &random), nil), parts)
            }
        }
        let event = EventReference(Int.random(in: 0..<anchors.count, using: &random))
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return .sex(.female)
        case 1: return .sex(.male)
        case 2: return .exists(event)
        case 3: return .age(.start(event), CountRange(40, 60))
        case 4: return .chain(EventSelection(EventRequest(kind: .procedure)), count: 2, Gap(from: CalendarDistance(3, .day)))
        default:
            return .relation(event, Window(.date(CalendarDate(daysSinceEpoch: 0)), to: WindowBound(.zero, inclusive: false), side: .end))
        }
    }

    /// The same meaning in other words.
    private func rewritten(_ condition: Condition, _ random: inout Seeded) -> Condition {
        var result: Condition
        switch condition {
        case .all(let parts): result = .all(rearranged(parts, isAnd: true, &random))
        case .any(let parts): result = .any(rearranged(parts, isAnd: false, &random))
        case .not(let part): result = .not(rewritten(part, &random))
        case .known(let part): result = .known(random.oneIn(2) ? .not(rewritten(part, &random)) : rewritten(part, &random))
        case .possible(let part): result = .possible(rewritten(part, &random))
        case .given(let known, let part): result = .given(rewritten(known, &random), rewritten(part, &random))
        case .some(let range, let parts): result = .some(range, parts.map { rewritten($0, &random) }.shuffled(using: &random))
        default: result = condition
        }
        if random.oneIn(4) { result = .not(.not(result)) }
        if random.oneIn(4) { result = random.oneIn(2) ? .all([result]) : .any([result, result]) }
        if random.oneIn(6) { result = .some(.atLeastOne, [result]) }
        return result
    }

    private func rearranged(_ parts: [Condition], isAnd: Bool, _ random: inout Seeded) -> [Condition] {
        var result = parts.map { rewritten($0, &random) }.shuffled(using: &random)
        if random.oneIn(2) { result.append(result[0]) }
        if result.count > 1, random.oneIn(2) {
            let nested = Array(result.suffix(2))
            result = result.dropLast(2) + [isAnd ? .all(nested) : .any(nested)]
        }
        return result
    }

    @Test(arguments: 0..<20) func rewritingKeepsTheHash(seed: Int) throws {
        var random = Seeded(state: UInt64(seed))
        for _ in 0..<40 {
            let original = try plan(condition(4, &random))
            let other = try plan(rewritten(original.condition, &random))
            #expect(other.canonicalHash == original.canonicalHash, "seed \(seed): \(original.condition)")
        }
    }

    /// Events in another order, and one more that nothing uses.
    @Test func renumberingKeepsTheHash() throws {
        let condition = Condition.all([.exists(EventReference(2)), .age(.start(EventReference(0)), CountRange(40, nil))])
        let unused = EventSelection(EventRequest(kind: .medication))
        let moved = [
            unused, anchors[0],
            EventSelection(
                anchors[1].request, windows: [Window(.start(EventReference(1)), from: WindowBound(.zero, inclusive: true))], pick: .nth(2)),
            EventSelection(EventRequest(kind: .death), pick: .nearest(.start(EventReference(2)))),
        ]
        let renamed = Condition.all([.age(.start(EventReference(1)), CountRange(40, nil)), .exists(EventReference(3))])
        #expect(try plan(renamed, moved).canonicalHash == plan(condition).canonicalHash)
    }

    @Test func whatDiffersHasAnotherHash() throws {
        let conditions: [Condition] = [
            .sex(.male), .not(.sex(.male)), .known(.sex(.male)), .possible(.sex(.male)), .given(.sex(.male), .sex(.female)),
            .given(.sex(.female), .sex(.male)), .some(CountRange(2, nil), [.sex(.male), .sex(.male), .sex(.female)]),
            .some(CountRange(2, nil), [.sex(.male), .sex(.female), .sex(.female)]), .age(.start(EventReference(0)), CountRange(18, nil)),
            .ageInMonths(.start(EventReference(0)), CountRange(18, nil)), .age(.end(EventReference(0)), CountRange(18, nil)),
            .relation(EventReference(0), Window(.date(CalendarDate(daysSinceEpoch: 0)), to: WindowBound(.zero, inclusive: true))),
            .relation(
                EventReference(0), Window(.date(CalendarDate(daysSinceEpoch: 0)), to: WindowBound(.zero, inclusive: true), side: .end)),
            .chain(EventSelection(EventRequest(kind: .death)), count: 2, Gap(from: .zero)),
            .chain(EventSelection(EventRequest(kind: .death)), count: 3, Gap(from: .zero)),
            .chain(EventSelection(EventRequest(kind: .death)), count: 2, Gap(from: .zero, to: .zero)),
            .relation(EventReference(1), Window(same: .visit, as: EventReference(0))),
            .relation(EventReference(1), Window(same: .study, as: EventReference(0))),
            .relation(EventReference(0), Window(same: .visit, as: EventReference(1))),
            .age(.dates(DateRange(CalendarDate(daysSinceEpoch: 0), CalendarDate(daysSinceEpoch: 364))), CountRange(18, nil)),
            .count(EventSelection(EventRequest(kind: .death), pick: .nth(2)), .atLeastOne),
            .count(EventSelection(EventRequest(kind: .death), pick: .nth(-2)), .atLeastOne),
        ]
        #expect(Set(try conditions.map { try plan($0).canonicalHash }).count == conditions.count)
    }

    /// The words that put parts in order are Swift's own, so that hashes stay.
    @Test func wordsAreThoseOfTheValues() throws {
        var requests = try Specs.sections.flatMap(\.specs).flatMap { try $0.compiled().plan.requests }
        let bound = QuantityBound(try #require(ExactDecimal("-0.50")), inclusive: false)
        for text in ["t2", "a \"quoted\" \\ one", "été\n", "頭"] {
            requests.append(
                EventRequest(
                    kind: .imagingStudy,
                    havingSeries: [
                        [AttributeTest(ConceptIRI("https://example.org/a"), .text(text))],
                        [
                            AttributeTest(ConceptIRI("https://example.org/b"), .flag(true)),
                            AttributeTest(ConceptIRI("https://example.org/c"), .assumed(QuantityRange(to: bound, unit: text))),
                        ],
                    ]))
        }
        #expect(requests.count > 50)
        for request in requests {
            #expect(PlanWords.of(request) == "\(request)".replacing(", record: nil)", with: ")"))
            #expect(request.havingSeries.map { PlanWords.of($0) } == request.havingSeries.map { "\($0)" })
            for test in request.attributes + request.havingSeries.joined() { #expect(PlanWords.of(test) == "\(test)") }
        }
        for unit in CalendarDistance.Unit.allCases {
            let bound: WindowBound? = WindowBound(CalendarDistance(-3, unit), inclusive: unit == .day)
            #expect(PlanWords.of(bound) == String(describing: bound))
        }
        let none: WindowBound? = nil
        #expect(PlanWords.of(none) == String(describing: none))
    }

    /// 200 levels of every operator: the plan is as long as its query, and its form is worked out soon.
    @Test func depthDoesNotMultiply() throws {
        var condition = Condition.sex(.female)
        for level in 0..<200 {
            let other = Condition.exists(EventReference(level % 3))
            switch level % 6 {
            case 0: condition = .all([condition, other])
            case 1: condition = .any([other, condition])
            case 2: condition = .not(condition)
            case 3: condition = .known(condition)
            case 4: condition = .given(other, condition)
            default: condition = .some(CountRange(1, 1), [condition, other])
            }
        }
        let plan = try plan(condition)
        let clock = ContinuousClock()
        var hash = ""
        let time = clock.measure { hash = plan.canonicalHash }
        #expect(hash.count == 64)
        #expect(time < .seconds(5))
        #expect(plan.criteria.count <= 2 + anchors.count)
    }

    @Test func textOfDepthDoesNotMultiply() throws {
        var text = "any observation of \"T Stage\" >= T2"
        for level in 0..<60 {
            switch level % 3 {
            case 0: text = "(\(text)) is known"
            case 1: text = "(\(text) or unknown)"
            default: text = "(\(text) and any observation of \"N Stage\" is N1) is unknown"
            }
        }
        let query = try Spec("", "", "  patients where \(text)", yes: []).compile()
        #expect(query.plan.criteria.count < 200)
    }

    /// Plans that no compiler makes are refused before anything looks at them.
    @Test func impossiblePlansAreRefused() {
        let death = EventRequest(kind: .death)
        let gap = Gap(from: .zero)
        let conditions: [Condition] = [
            .some(CountRange(2, 1), [.sex(.male)]), .some(.atLeastOne, []), .count(EventSelection(death, pick: .nth(0)), .atLeastOne),
            .count(EventSelection(death, pick: .nth(1)), .atLeastOne), .count(EventSelection(death, pick: .nth(1_001)), .atLeastOne),
            .count(EventSelection(death, pick: .nearest(.start(EventReference(9)))), .atLeastOne),
            .chain(EventSelection(death), count: 1, gap), .chain(EventSelection(death), count: 1_001, gap),
            .chain(EventSelection(death, pick: .first), count: 2, gap),
            .chain(EventSelection(death), count: 2, Gap(from: CalendarDistance(-1, .day))),
            .chain(EventSelection(death), count: 2, Gap(from: .zero, to: CalendarDistance(1_000_000, .year))),
            .ratio(EventReference(0), to: EventReference(0), QuantityRange(unit: "1")),
            .change(from: EventReference(0), to: EventReference(0), .relative(.increase, QuantityRange(unit: "1"))),
            .relation(EventReference(0), Window(same: .visit, as: EventReference(9))),
            .count(EventSelection(death, windows: [Window(same: .visit, as: EventReference(9))]), .atLeastOne),
            .ageInMonths(.start(EventReference(7)), CountRange(1, 2)), .given(.sex(.male), .exists(EventReference(5))),
        ]
        for condition in conditions { #expect(throws: InvalidPlan.self, "\(condition)") { try plan(condition) } }
        // A near event that refers to itself.
        let circle = EventSelection(death, pick: .nearest(.start(EventReference(0))))
        #expect(throws: InvalidPlan.self) { try plan(.sex(.male), [circle]) }
    }
}
