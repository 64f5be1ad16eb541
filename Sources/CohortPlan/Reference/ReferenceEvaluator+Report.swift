// What a report counts, in the plainest way it can be written.

extension ReferenceEvaluator {
    /// Counts a population.
    public func evaluate(_ patients: [PatientRecord]) -> ReferenceResult {
        let population = patients.map { ($0, resolve($0)) }
        let counted = population.filter { truth(of: plan.condition, $0.0, $0.1) == .yes }.map { Member(patient: $0.0, resolved: $0.1) }
        let unknown = population.count { truth(of: plan.condition, $0.0, $0.1) == .unknown }
        let tables = plan.report.breakdowns.map { table(by: $0, counted) }
        return ReferenceResult(
            patients: counted.map(\.patient.id).sorted(), unknown: unknown, measures: plan.report.measures.map { count($0, counted) },
            tables: tables, summaries: plan.report.summaries.map { values(of: $0, counted) }, funnel: funnel(population),
            overlap: overlap(population))
    }

    /// A counted patient, or one in a row of a table.
    private struct Member {
        let patient: PatientRecord
        let resolved: Resolved
        /// The events that put the patient in the row, where a name stands for several.
        var row: (event: EventReference, candidates: [Candidate])?
    }

    private func count(_ measure: Measure, _ members: [Member]) -> ReferenceCount {
        var contributors: Set<String> = []
        var units: Set<String> = []
        for member in members {
            let found: [String] =
                switch measure {
                case .patients: [member.patient.id]
                case .studies(let event): events(event, member).compactMap(\.study)
                case .series(let event): events(event, member).flatMap(\.series)
                case .events(let event): events(event, member).map(\.key)
                }
            if !found.isEmpty { contributors.insert(member.patient.id) }
            units.formUnion(found)
        }
        return ReferenceCount(patients: contributors.count, units: units.count)
    }

    private func events(_ event: EventReference, _ member: Member) -> [Candidate] {
        if let row = member.row, row.event == event { return row.candidates }
        return bound(event, member.resolved)
    }

    /// The events that a name stands for: the one it resolved to, or all certain ones when all are meant.
    private func bound(_ event: EventReference, _ resolved: Resolved) -> [Candidate] {
        if plan.anchors[event.index].pick == .all { return resolved.candidates[event.index].filter { $0.truth == .yes } }
        if case .event(let candidate) = resolved.resolutions[event.index] { return [candidate] }
        return []
    }

    // MARK: Tables

    private func table(by breakdown: Breakdown, _ counted: [Member]) -> [[ReferenceCount]] {
        var members: [String: [Member]] = [:]
        for member in counted {
            for (stratum, row) in rows(of: member, in: breakdown) { members[stratum, default: []].append(row) }
        }
        return breakdown.strata.map { stratum in plan.report.measures.map { count($0, members[stratum] ?? []) } }
    }

    /// The rows that a patient is in: one, or one for each of the events that a name stands for.
    private func rows(of member: Member, in breakdown: Breakdown) -> [(String, Member)] {
        guard let several = breakdown.axes.compactMap(\.event).first(where: { plan.anchors[$0.index].pick == .all }) else {
            return [(stratum(of: member, breakdown.axes), member)]
        }
        let found = bound(several, member.resolved)
        // Who has none of these events is in the row of those of whom it is unknown.
        let single = found.isEmpty ? [[]] : found.map { [$0] }
        return single.map { candidates in
            var row = member
            row.row = (several, candidates)
            return (stratum(of: row, breakdown.axes), row)
        }
    }

    private func stratum(of member: Member, _ axes: [Breakdown]) -> String {
        axes.map { stratum(of: member, in: $0) ?? Breakdown.unknown }.joined(separator: ", ")
    }

    private func stratum(of member: Member, in axis: Breakdown) -> String? {
        switch axis {
        case .sex: return member.patient.sex?.rawValue
        case .cross: return nil
        case .age(let point, let width):
            guard let age = age(of: member, at: point), let youngest = Breakdown.band(ofAge: age.youngest, width: width),
                let oldest = Breakdown.band(ofAge: age.oldest, width: width), youngest == oldest
            else { return nil }
            return axis.strata[youngest]
        case .year(let event, let first, let last):
            guard let day = events(event, member).first?.start else { return nil }
            return Breakdown.year(of: day, from: first, to: last).map { axis.strata[$0] }
        case .value(let event, let values):
            guard let candidate = events(event, member).first else { return nil }
            let records = values.requests(within: plan.anchors[event.index].request).map { request in
                member.patient.events.flatMap { candidates(of: request, in: $0) }
            }
            // In the one stratum that it falls into for certain; in none when it falls into several.
            let fitting = records.indices.filter { records[$0].contains { $0.key == candidate.key && $0.truth == .yes } }
            return fitting.count == 1 ? axis.strata[fitting[0]] : nil
        }
    }

    private func age(of member: Member, at point: AnchorPoint) -> (youngest: Int, oldest: Int)? {
        guard let birth = member.patient.birthDate, case .day(let day) = self.day(of: point, member.resolved) else { return nil }
        return (day.earliest.completedYears(since: birth.latest), day.latest.completedYears(since: birth.earliest))
    }

    // MARK: Distributions

    /// By patient who has some.
    private func values(of summary: Summary, _ counted: [Member]) -> [String: [ExactDecimal]] {
        var values: [String: [ExactDecimal]] = [:]
        for member in counted {
            let found = self.values(of: summary, member)
            if !found.isEmpty { values[member.patient.id] = found }
        }
        return values
    }

    private func values(of summary: Summary, _ member: Member) -> [ExactDecimal] {
        switch summary {
        case .age(let point):
            guard let age = age(of: member, at: point), age.youngest == age.oldest, age.youngest >= 0 else { return [] }
            return [ExactDecimal(age.youngest)]
        case .days(let first, let last):
            guard case .day(let from) = day(of: first, member.resolved), case .day(let to) = day(of: last, member.resolved), from.isExact,
                to.isExact
            else { return [] }
            return [ExactDecimal(to.earliest.daysSinceEpoch - from.earliest.daysSinceEpoch)]
        case .number(let event, let unit): return events(event, member).compactMap { $0.value.number(in: unit) }
        }
    }

    // MARK: Funnels and overlaps

    private func funnel(_ population: [(PatientRecord, Resolved)]) -> [Int] {
        plan.report.funnel.indices.map { last in
            population.count { patient, resolved in
                plan.report.funnel[...last].allSatisfy { truth(of: $0, patient, resolved) == .yes }
            }
        }
    }

    private func overlap(_ population: [(PatientRecord, Resolved)]) -> ReferenceOverlap? {
        guard !plan.report.overlap.isEmpty else { return nil }
        let others = plan.report.overlap
        let cohorts = [plan.condition] + others
        let memberships = population.map { patient, resolved in
            cohorts.indices.reduce(0) { $0 | (truth(of: cohorts[$1], patient, resolved) == .yes ? 1 << $1 : 0) }
        }
        return ReferenceOverlap(
            cells: plan.report.overlapCells.map { cell in memberships.count { $0 == cell } },
            cohorts: others.map { cohort in population.count { truth(of: cohort, $0.0, $0.1) == .yes } },
            unknown: others.map { cohort in population.count { truth(of: cohort, $0.0, $0.1) == .unknown } })
    }
}

/// An exact answer. It never leaves the machine that holds the data; only the reference evaluator makes one.
public struct ReferenceResult: Hashable, Sendable {
    /// The identifiers of the counted patients, sorted.
    public let patients: [String]
    /// The number of patients for whom the condition is unknown.
    public let unknown: Int
    /// By the report's measures.
    public let measures: [ReferenceCount]
    /// By breakdown, stratum and measure.
    public let tables: [[[ReferenceCount]]]
    /// By summary and patient, their numbers.
    public let summaries: [[String: [ExactDecimal]]]
    /// By step, who is left.
    public let funnel: [Int]
    /// Nil where the report asks for none.
    public let overlap: ReferenceOverlap?
}

/// How many patients are in which of several cohorts.
public struct ReferenceOverlap: Hashable, Sendable {
    /// By ``Report/overlapCells``.
    public let cells: [Int]
    /// By other cohort, who is in it.
    public let cohorts: [Int]
    /// By other cohort, for whom that is unknown.
    public let unknown: [Int]

    public init(cells: [Int], cohorts: [Int], unknown: [Int]) {
        self.cells = cells
        self.cohorts = cohorts
        self.unknown = unknown
    }
}

/// How many units there are, and how many patients they come from.
public struct ReferenceCount: Hashable, Sendable {
    public let patients: Int
    public let units: Int

    public init(patients: Int, units: Int) {
        self.patients = patients
        self.units = units
    }
}
