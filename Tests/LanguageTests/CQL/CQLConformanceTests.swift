import CohortPlan
import Compiler
import Foundation
import Testing

/// HL7's tests of the Clinical Quality Language as an outside oracle: intervals, days and partly known days, Kleene's logic, nulls, units.
///
/// Every test whose construct CohortQL has becomes a query over one patient; every other stands with its reason in `not-matched.txt`.
/// Whole numbers stand for days, which follow one another as they do.
@Suite struct CQLConformanceTests {
    /// Where CohortQL answers otherwise on purpose.
    private static let differences: [String: String] = {
        let intervals = "CqlIntervalOperatorsTest"
        let nowhere = "CQL takes a stretch without both ends for no stretch; here its closed ends lie before and after every day"
        return [
            "\(intervals)/Contains/TestNullElement1": "CQL has a stretch that is null contain nothing; here nothing is known of it",
            "\(intervals)/In/TestInNullBoundaries": nowhere,
            "\(intervals)/Overlaps/TestOverlapsNull": nowhere,
            "\(intervals)/OverlapsBefore/TestOverlapsBeforeNull": nowhere,
            "\(intervals)/OverlapsAfter/TestOverlapsAfterNull": nowhere,
            "\(intervals)/Starts/TestStartsNull": nowhere,
            "\(intervals)/MeetsAfter/TestMeetsAfterNull":
                "CQL concludes from an end that the start lies before it; here the start is not known",
        ]
    }()

    @Test(.enabled(if: CQLCase.isPresent, "skipped: the tests of CQL are not here"), arguments: CQLCase.all)
    func agrees(_ test: CQLCase) throws {
        guard let question = try? CQLQuestion(test) else { return }
        let answers = try CQLConformanceTests.answers(question)
        let agrees = answers.allSatisfy { $0.found == $0.wanted }
        if let reason = CQLConformanceTests.differences[test.id] {
            #expect(!agrees, "\(test.id) is no difference any more: \(reason)")
        } else {
            #expect(agrees, "\(test.id): \(test.expression) = \(test.output ?? "") but \(answers)")
        }
    }

    private static func answers(_ question: CQLQuestion) throws -> [(condition: String, found: Truth, wanted: Truth)] {
        if let (quantity, range, truth) = question.number { return [("\(range)", range.contains(quantity), truth)] }
        return try question.expected.map { condition, wanted in
            let query = try Spec(
                condition, "",
                """
                  y = first diagnosis of "Breast Carcinoma"
                  x = first medication of "Paclitaxel"
                  patients where \(condition)
                """, yes: []
            ).compiled()
            return (condition, ReferenceEvaluator(query.expanded).truth(for: patient(question)), wanted)
        }
    }

    private static func patient(_ question: CQLQuestion) -> PatientRecord {
        func event(_ kind: EventKind, _ concept: String, _ operand: CQLOperand) -> RecordedEvent {
            let (start, end): (DateRange?, DateRange?) =
                switch operand {
                case .point(let day): (day, day)
                case .interval(let start, let end): (start, end)
                default: (nil, nil)
                }
            return RecordedEvent(key: concept, kind: kind, concept: SpecData.iri(concept), start: start, end: end)
        }
        return PatientRecord(
            id: "1", sex: .female, birthDate: question.birth,
            events: [
                event(.diagnosis, "BreastCarcinoma", question.y), event(.medication, "Paclitaxel", question.x),
                RecordedEvent(
                    key: "status", kind: .observation, concept: SpecData.iri("EstrogenReceptorStatus"),
                    start: DateRange(partial: "2020-01-01")),
            ])
    }

    /// Which tests say nothing about CohortQL, and why. `COHORTIUM_UPDATE=1` writes it anew.
    @Test(.enabled(if: CQLCase.isPresent)) func whatIsNotMatchedIsListed() throws {
        var reasons: [String: [String]] = [:]
        var matched: [String: Int] = [:]
        for test in CQLCase.all {
            do {
                _ = try CQLQuestion(test)
                matched[test.file, default: 0] += 1
            } catch {
                reasons["\(error)", default: []].append(test.id)
            }
        }
        var text = "Tests of the Clinical Quality Language that run here\n"
        for (file, count) in matched.sorted(by: { $0.key < $1.key }) {
            text += "  \(file): \(count) of \(CQLCase.all.count { $0.file == file })\n"
        }
        for (reason, tests) in reasons.sorted(by: { $0.key < $1.key }) {
            text += "\n\(reason)\n" + tests.sorted().map { "  \($0)\n" }.joined()
        }
        try Stale.check(text, "Tests/LanguageTests/CQL/not-matched.txt")
        #expect(matched.values.reduce(0, +) > 250)
    }
}
