/// The meaning of a plan, in the plainest way it can be written: one patient after the other, one record after the other.
///
/// It is the definition. No index, no cleverness; every adapter, the engine and every optimisation is held against it.
public struct ReferenceEvaluator: Sendable {
    let plan: CohortPlan
    private let conceptsOfSet: [ConceptSet: Set<ConceptIRI>]

    private let vocabulary: SiteVocabulary

    /// - Parameter vocabulary: the site's, for cohorts with the semantics of ATLAS.
    public init(_ expanded: ExpandedPlan, vocabulary: SiteVocabulary = SiteVocabulary()) {
        plan = expanded.plan
        self.vocabulary = vocabulary
        conceptsOfSet = Dictionary(expanded.expansions.map { ($0.set, Set($0.concepts)) }, uniquingKeysWith: { first, _ in first })
    }

    /// An event that a request may mean, and whether it does.
    struct Candidate: Hashable {
        let key: String
        let start: DateRange?
        let end: DateRange?
        let truth: Truth
        let study: String?
        let series: [String]
        var value = RecordedValue.absent
        var visit: String?
        var specimen: String?
        /// The place of its coded value in the order that a pick goes by; nil where it has none there, or several.
        var rank: Int?

        func with(_ truth: Truth) -> Candidate {
            Candidate(
                key: key, start: start, end: end, truth: truth, study: study, series: series, value: value, visit: visit,
                specimen: specimen, rank: rank)
        }

        /// What it belongs to; nil where that is not recorded.
        func belongs(to bond: Bond) -> String? {
            switch bond {
            case .visit: visit
            case .study: study
            case .specimen: specimen
            }
        }
    }

    /// What a named event is for one patient.
    enum Resolution: Hashable {
        case event(Candidate)
        case none
        /// Which one it is, is not known; whether there is one may be.
        case unknown(exists: Truth)
    }

    /// One patient's named events: all candidates of each, and what each is.
    struct Resolved {
        var candidates: [[Candidate]] = []
        var resolutions: [Resolution] = []
    }

    /// Whether one patient meets the condition.
    public func truth(for patient: PatientRecord) -> Truth {
        truth(of: plan.condition, patient, resolve(patient))
    }

    // MARK: Conditions

    func truth(of condition: Condition, _ patient: PatientRecord, _ resolved: Resolved) -> Truth {
        switch condition {
        case .all(let parts): return parts.map { truth(of: $0, patient, resolved) }.conjunction
        case .any(let parts): return parts.map { truth(of: $0, patient, resolved) }.disjunction
        case .not(let part): return !truth(of: part, patient, resolved)
        case .count(let selection, let range):
            let candidates = self.candidates(of: selection, patient, resolved)
            guard selection.pick == .all else {
                switch pick(selection.pick, candidates, resolved) {
                case .event: return range.contains(from: 1, to: 1)
                case .none: return range.contains(from: 0, to: 0)
                case .unknown(let exists): return range.contains(from: exists == .yes ? 1 : 0, to: 1)
                }
            }
            return range.contains(from: candidates.filter { $0.truth == .yes }.count, to: candidates.count)
        case .exists(let event):
            if plan.anchors[event.index].pick == .all { return resolved.candidates[event.index].map(\.truth).disjunction }
            switch resolved.resolutions[event.index] {
            case .event: return .yes
            case .none: return .no
            case .unknown(let exists): return exists
            }
        case .relation(let event, let window):
            switch resolved.resolutions[event.index] {
            case .event(let candidate): return truth(of: window, for: candidate, resolved)
            case .none: return .no
            case .unknown: return .unknown
            }
        case .ratio(let event, let other, let range):
            switch (resolved.resolutions[event.index], resolved.resolutions[other.index]) {
            case (.none, _), (_, .none): return .no
            case (.event(let first), .event(let second)): return range.contains(ratioOf: first.value, to: second.value)
            default: return .unknown
            }
        case .change(let event, let other, let change):
            switch (resolved.resolutions[event.index], resolved.resolutions[other.index]) {
            case (.none, _), (_, .none): return .no
            case (.event(let first), .event(let second)):
                return change.holds(from: DatedValue(first.value, on: first.start), to: DatedValue(second.value, on: second.start))
            default: return .unknown
            }
        case .sex(let sex):
            return patient.sex.map { Truth($0 == sex) } ?? .unknown
        case .age(let point, let range): return age(of: patient, at: point, range, resolved) { $0.completedYears(since: $1) }
        case .ageInMonths(let point, let range): return age(of: patient, at: point, range, resolved) { $0.completedMonths(since: $1) }
        case .atlas(let cohort): return Truth(!episodes(of: cohort, patient).isEmpty)
        case .some(let range, let parts):
            let truths = parts.map { truth(of: $0, patient, resolved) }
            return range.contains(from: truths.count { $0 == .yes }, to: truths.count { $0 != .no })
        case .known(let part): return Truth(truth(of: part, patient, resolved) != .unknown)
        case .possible(let part): return Truth(truth(of: part, patient, resolved) != .no)
        case .given(let known, let part): return truth(of: known, patient, resolved) == .yes ? truth(of: part, patient, resolved) : .unknown
        case .chain(let selection, let count, let gap): return chain(of: count, gap, candidates(of: selection, patient, resolved))
        }
    }

    /// The patient's stays in a cohort with the semantics of ATLAS.
    public func episodes(of cohort: AtlasCohort, _ patient: PatientRecord) -> [AtlasEpisode] {
        // A date of birth that is known in part lies within one year.
        let person = AtlasPerson(birthYear: patient.birthDate?.earliest.components.year, sex: patient.sex)
        return AtlasEvaluator(cohort, person: person) { patient.records($0, vocabulary) }.episodes()
    }

    private func age(
        of patient: PatientRecord, at point: AnchorPoint, _ range: CountRange, _ resolved: Resolved,
        _ completed: (CalendarDate, CalendarDate) -> Int
    ) -> Truth {
        switch day(of: point, resolved) {
        case .none: return .no
        case .unknown: return .unknown
        case .day(let day):
            guard let birth = patient.birthDate else { return .unknown }
            return range.contains(from: completed(day.earliest, birth.latest), to: completed(day.latest, birth.earliest))
        }
    }

    /// Whether so many events follow one another by a gap.
    ///
    /// Certain events of exactly known days decide for yes; no is that there is no chain even with those that may match. Where an event
    /// that may belong to it has no exact day, what they do not decide is unknown, unless there are too few events at all.
    private func chain(of count: Int, _ gap: Gap, _ candidates: [Candidate]) -> Truth {
        if longestChain(candidates.filter { $0.truth == .yes && $0.start?.isExact == true }, gap) >= count { return .yes }
        if candidates.count < count { return .no }
        guard candidates.allSatisfy({ $0.start?.isExact == true }) else { return .unknown }
        return longestChain(candidates, gap) >= count ? .unknown : .no
    }

    /// The number of events of the longest chain, all days being exact. An event follows only earlier ones in the order of day and key.
    private func longestChain(_ events: [Candidate], _ gap: Gap) -> Int {
        let ordered = events.compactMap { event in event.start.map { ($0.earliest, event.key) } }.sorted { $0 < $1 }
        var longest: [Int] = []
        for (place, event) in ordered.enumerated() {
            let before = ordered[..<place].indices.filter { gap.contains(event.0, after: ordered[$0].0) }.map { longest[$0] }
            longest.append((before.max() ?? 0) + 1)
        }
        return longest.max() ?? 0
    }

    // MARK: Events

    func resolve(_ patient: PatientRecord) -> Resolved {
        var resolved = Resolved()
        for anchor in plan.anchors {
            let candidates = candidates(of: anchor, patient, resolved)
            resolved.candidates.append(candidates)
            resolved.resolutions.append(pick(anchor.pick, candidates, resolved))
        }
        return resolved
    }

    private func candidates(of selection: EventSelection, _ patient: PatientRecord, _ resolved: Resolved) -> [Candidate] {
        var found: [Candidate] = []
        for var candidate in patient.events.flatMap({ candidates(of: selection.request, in: $0) }) {
            candidate.rank = rank(of: candidate, among: selection.ranks, patient)
            let inTime = selection.windows.map { truth(of: $0, for: candidate, resolved) }.conjunction
            let certainty = candidate.truth && inTime
            if certainty != .no { found.append(candidate.with(certainty)) }
        }
        return found
    }

    /// The one place where its value is for certain.
    private func rank(of candidate: Candidate, among ranks: [EventRequest], _ patient: PatientRecord) -> Int? {
        let fitting = ranks.indices.filter { place in
            patient.events.flatMap { candidates(of: ranks[place], in: $0) }.contains { $0.key == candidate.key && $0.truth == .yes }
        }
        return fitting.count == 1 ? fitting[0] : nil
    }

    /// What one record contributes to a request: nothing, itself, or the series of a study.
    func candidates(of request: EventRequest, in event: RecordedEvent) -> [Candidate] {
        switch request.kind {
        case .imagingSeries:
            guard event.kind == .imagingStudy else { return [] }
            return event.series.map { series in
                Candidate(
                    key: series.uid, start: event.start, end: event.end, truth: truth(of: request.attributes, in: series), study: event.key,
                    series: [series.uid], visit: event.visit)
            }
        case .imagingStudy:
            guard event.kind == .imagingStudy else { return [] }
            let truth = request.havingSeries.map { group in event.series.map { self.truth(of: group, in: $0) }.disjunction }.conjunction
            let series = event.series.filter { series in
                request.havingSeries.isEmpty || request.havingSeries.contains { self.truth(of: $0, in: series) == .yes }
            }
            return [
                Candidate(
                    key: event.key, start: event.start, end: event.end, truth: truth, study: event.key, series: series.map(\.uid),
                    visit: event.visit)
            ]
        default:
            // Radiotherapy is a procedure (core.ttl), so who asks for procedures means it too.
            guard event.kind == request.kind || (request.kind == .procedure && event.kind == .radiotherapy) else { return [] }
            var truth = Truth.yes
            if let set = request.concepts { truth = Truth(event.concept.map { expand(set).contains($0) } ?? false) }
            if let test = request.value { truth = truth && test.evaluate(recordedValue(of: event, for: test), expand: expand) }
            let value = event.quantity.map { RecordedValue.quantity($0, comparator: event.comparator) } ?? .absent
            return [
                Candidate(
                    key: event.key, start: event.start, end: event.end, truth: truth, study: nil, series: [], value: value,
                    visit: event.kind == .visit ? event.key : event.visit,
                    specimen: event.kind == .specimen ? event.key : event.specimen)
            ]
        }
    }

    private func recordedValue(of event: RecordedEvent, for test: ValueTest) -> RecordedValue {
        switch test {
        case .coded: event.coded.map { .concepts([$0]) } ?? .absent
        case .quantity, .assumed: event.quantity.map { .quantity($0, comparator: event.comparator) } ?? .absent
        case .flag, .text: .absent
        }
    }

    private func truth(of tests: [AttributeTest], in series: RecordedSeries) -> Truth {
        tests.map { test in
            let recorded: RecordedValue =
                switch series.values[test.property] {
                case .coded(let concept): .concepts([concept])
                case .quantity(let quantity): .quantity(quantity, comparator: nil)
                case .flag(let flag): .flag(flag)
                case .text(let text): .text(text)
                case nil: .absent
                }
            return test.test.evaluate(recorded, expand: expand)
        }.conjunction
    }

    private func expand(_ set: ConceptSet) -> Set<ConceptIRI> { conceptsOfSet[set] ?? [] }

    /// Where an event stands among others: by distance, day and key.
    private typealias Place = (distance: Int, day: Int, key: String)

    /// The places that an event can have whose day lies in a range.
    private typealias Places = (best: Place, worst: Place)

    /// The event that is meant, unless another one may come before it.
    private func pick(_ pick: Pick, _ candidates: [Candidate], _ resolved: Resolved) -> Resolution {
        switch pick {
        case .all: return .unknown(exists: .unknown)
        case .first: return position(1, candidates, forwards)
        case .last: return position(1, candidates, backwards)
        case .nth(let number): return number > 0 ? position(number, candidates, forwards) : position(-number, candidates, backwards)
        case .nearest(let point):
            switch day(of: point, resolved) {
            case .none: return .none
            case .day(let day) where day.isExact: return position(1, candidates) { nearest($0, day.earliest, $1) }
            case .day, .unknown: return position(1, candidates) { _, _ in nil }
            }
        case .ranked: return ranked(candidates)
        case .lowest: return extreme(candidates) { $0.isSmaller(than: $1) }
        case .highest: return extreme(candidates) { $1.isSmaller(than: $0) }
        }
    }

    /// The event whose number comes before all others, unless one may match or has no number.
    private func extreme(_ candidates: [Candidate], _ isBefore: (RecordedValue, RecordedValue) -> Bool) -> Resolution {
        guard candidates.allSatisfy({ $0.truth == .yes && $0.value.isPlainNumber }) else {
            return .unknown(exists: candidates.contains { $0.truth == .yes } ? .yes : .unknown)
        }
        let best = candidates.filter { one in !candidates.contains { isBefore($0.value, one.value) } }
        let chosen = best.min { one, other in
            (one.start?.earliest.daysSinceEpoch ?? .max, one.key) < (other.start?.earliest.daysSinceEpoch ?? .max, other.key)
        }
        return chosen.map { .event($0) } ?? .none
    }

    /// The event whose value comes first, unless one may match or has no place in the order.
    private func ranked(_ candidates: [Candidate]) -> Resolution {
        guard candidates.allSatisfy({ $0.truth == .yes && $0.rank != nil }) else {
            return .unknown(exists: candidates.contains { $0.truth == .yes } ? .yes : .unknown)
        }
        func place(_ candidate: Candidate) -> Place {
            (candidate.rank ?? .max, candidate.start?.earliest.daysSinceEpoch ?? .max, candidate.key)
        }
        return candidates.min { place($0) < place($1) }.map { .event($0) } ?? .none
    }

    private func forwards(_ start: DateRange, _ key: String) -> Places? {
        ((0, start.earliest.daysSinceEpoch, key), (0, start.latest.daysSinceEpoch, key))
    }

    private func backwards(_ start: DateRange, _ key: String) -> Places? {
        ((0, -start.latest.daysSinceEpoch, key), (0, -start.earliest.daysSinceEpoch, key))
    }

    private func nearest(_ start: DateRange, _ day: CalendarDate, _ key: String) -> Places? {
        func place(_ other: CalendarDate) -> Place { (abs(other.daysSinceEpoch - day.daysSinceEpoch), other.daysSinceEpoch, key) }
        let closest = min(max(day, start.earliest), start.latest)
        let ends = [place(start.earliest), place(start.latest)]
        return (place(closest), ends[0] > ends[1] ? ends[0] : ends[1])
    }

    /// The n-th event: it matches for certain, so do those before it, and every other one stands before it or behind it wherever in their
    /// ranges their days lie.
    private func position(_ number: Int, _ candidates: [Candidate], _ places: (DateRange, String) -> Places?) -> Resolution {
        guard candidates.count >= number else { return .none }
        func precedes(_ left: Candidate, _ right: Candidate) -> Bool {
            guard let leftStart = left.start, let rightStart = right.start, let first = places(leftStart, left.key),
                let second = places(rightStart, right.key)
            else { return false }
            return first.worst < second.best
        }
        for candidate in candidates where candidate.truth == .yes {
            let others = candidates.filter { $0 != candidate }
            let before = others.filter { precedes($0, candidate) }
            let behind = others.filter { precedes(candidate, $0) }
            if before.count == number - 1, before.allSatisfy({ $0.truth == .yes }), before.count + behind.count == others.count {
                return .event(candidate)
            }
        }
        return .unknown(exists: candidates.count { $0.truth == .yes } >= number ? .yes : .unknown)
    }

    // MARK: Time

    enum AnchorDay {
        case day(DateRange)
        case none
        case unknown
    }

    func day(of point: AnchorPoint, _ resolved: Resolved) -> AnchorDay {
        guard let event = point.event else {
            switch point {
            case .date(let date): return .day(DateRange(date))
            case .dates(let range): return .day(range)
            case .start, .end: return .unknown
            }
        }
        switch resolved.resolutions[event.index] {
        case .none: return .none
        case .unknown: return .unknown
        case .event(let candidate):
            if case .end = point { return candidate.end.map { .day($0) } ?? .unknown }
            return candidate.start.map { .day($0) } ?? .unknown
        }
    }

    private func truth(of window: Window, for candidate: Candidate, _ resolved: Resolved) -> Truth {
        if let bond = window.bond { return truth(of: bond, with: window.anchor, for: candidate, resolved) }
        switch day(of: window.anchor, resolved) {
        case .none: return .no
        case .unknown: return .unknown
        case .day(let anchor):
            guard let start = window.side == .start ? candidate.start : candidate.end else { return .unknown }
            let after = window.lower.map { bound in
                let limit = DateRange(anchor.earliest.advanced(by: bound.distance), anchor.latest.advanced(by: bound.distance))
                return bound.isInclusive ? isAtLeast(start, limit) : !isAtLeast(limit, start)
            }
            let before = window.upper.map { bound in
                let limit = DateRange(anchor.earliest.advanced(by: bound.distance), anchor.latest.advanced(by: bound.distance))
                return bound.isInclusive ? isAtLeast(limit, start) : !isAtLeast(start, limit)
            }
            return (after ?? .yes) && (before ?? .yes)
        }
    }

    /// Whether an event has something in common with another one: unknown where one of the two does not say what it belongs to.
    private func truth(of bond: Bond, with anchor: AnchorPoint, for candidate: Candidate, _ resolved: Resolved) -> Truth {
        guard let event = anchor.event else { return .unknown }
        switch resolved.resolutions[event.index] {
        case .none: return .no
        case .unknown: return .unknown
        case .event(let other):
            guard let own = candidate.belongs(to: bond), let its = other.belongs(to: bond) else { return .unknown }
            return Truth(own == its)
        }
    }

    /// Whether a day is on or after another, each known only to lie in a range.
    private func isAtLeast(_ left: DateRange, _ right: DateRange) -> Truth {
        if left.earliest >= right.latest { return .yes }
        return left.latest < right.earliest ? .no : .unknown
    }
}
