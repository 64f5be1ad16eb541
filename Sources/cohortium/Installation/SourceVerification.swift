import CohortPlan
import Execution
import Hyperontology
import Node

/// What must hold of every source, whatever it holds: held against the site's own data. It tells which law is broken and by what question,
/// and never how many patients there are.
struct SourceVerification {
    /// A law that does not hold.
    struct Breach: Hashable {
        let law: String
        let question: String
    }

    let source: any SourceAdapter
    /// The same source asked in another way, which must answer alike; nil where there is none.
    let twin: (any SourceAdapter)?

    /// The laws, in the words of a report.
    static let laws = [
        "every patient comes once", "events are of patients of the source", "no event ends before it begins",
        "the same question has the same answer", "a concept finds what its parts find", "yes, no and unknown make up everybody",
        "index and archive agree",
    ]

    /// Asks some questions of each area that the source can evaluate exactly.
    func breaches(_ questions: [CoverageSurvey.Question], report: (String) -> Void) async throws -> Set<Breach> {
        var breaches: Set<Breach> = []
        let patients = try await source.patients()
        let ids = Set(patients.map(\.id))
        if ids.count != patients.count { breaches.insert(Breach(law: Self.laws[0], question: "all patients")) }
        for question in questions {
            let name = question.concept.map { "\(question.area) \"\($0.prefLabel)\"" } ?? question.area
            report(name)
            let events = try await source.events(matching: question.request, in: question.plan)
            func hold(_ law: Int, _ holds: Bool) { if !holds { breaches.insert(Breach(law: Self.laws[law], question: name)) } }
            hold(1, events.allSatisfy { ids.contains($0.patient) })
            hold(2, events.allSatisfy { event in zip(event.start, event.end).map { $0.earliest <= $1.latest } ?? true })
            hold(3, Set(try await source.events(matching: question.request, in: question.plan)) == Set(events))
            if let twin { hold(6, Set(try await twin.events(matching: question.request, in: question.plan)) == Set(events)) }
            hold(5, try await addsUp(question, ids.count))
            for parent in questions where question.isPart(of: parent) {
                let all = try await source.events(matching: parent.request, in: parent.plan)
                hold(4, Set(events.filter(\.isCertain).map(\.key)).isSubset(of: all.map(\.key)))
            }
        }
        return breaches
    }

    private func addsUp(_ question: CoverageSurvey.Question, _ population: Int) async throws -> Bool {
        let plan = question.plan.plan
        let negated = ExpandedPlan(
            plan: try CohortPlan(anchors: [], condition: .not(plan.condition), report: plan.report), expansions: question.plan.expansions)
        let engine = PlanEngine(sources: [source])
        guard let one = try await engine.execute(question.plan).counted, let other = try await engine.execute(negated).counted else {
            return true
        }
        let (yes, no) = (one.selection.patients.count, other.selection.patients.count)
        return yes + no + one.unknown.patients == population && one.unknown == other.unknown
    }

    private func zip(_ start: DateRange?, _ end: DateRange?) -> (DateRange, DateRange)? {
        guard let start, let end else { return nil }
        return (start, end)
    }
}

extension CoverageSurvey.Question {
    /// Whether its concept stands right below the other's, in the same place.
    func isPart(of other: CoverageSurvey.Question) -> Bool {
        guard area == other.area, let concept, let above = other.concept else { return false }
        return concept.parents.contains(above.iri)
    }
}
