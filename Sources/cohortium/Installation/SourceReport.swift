import CohortPlan
import DICOMAdapter
import Disclosure
import Execution
import Federation
import Foundation
import Hyperontology
import Node

/// What can be asked of a node's sources, and what of their values nobody has mapped, for who runs the node.
struct SourceReport {
    let hyperontology: Hyperontology
    let sources: [any SourceAdapter]
    let gate: DisclosureGate
    let console: Console

    func show(recent: RecentQuestions) async throws(SourceFailure) {
        for source in sources { await source.prepare() }
        let survey = CoverageSurvey(hyperontology: hyperontology, sources: sources)
        showAreas(survey)
        showRecent(survey, recent)
        for source in sources { try await showValues(of: source) }
    }

    private func showAreas(_ survey: CoverageSurvey) {
        var table = TextTable([
            ("what can be asked", .left), ("exact", .right), ("bounded", .right), ("not evaluable", .right), ("most often, because", .left),
        ])
        for area in survey.areas(of: survey.questions()) {
            let reason = area.reasons.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? ""
            table.add([area.name, "\(area.exact)", "\(area.bounded)", "\(area.notEvaluable)", String(reason.prefix(70))])
        }
        console.output("Of the hyperontology, in concepts:\n" + table.lines().joined(separator: "\n"))
    }

    /// Those that are in use stand one by one.
    private func showRecent(_ survey: CoverageSurvey, _ recent: RecentQuestions) {
        let used = recent.concepts()
        guard !used.isEmpty else { return console.output("\nNo question has been asked here yet.") }
        var table = TextTable([
            ("concept of the last questions", .left), ("questions", .right), ("asked for as", .left), ("coverage", .left),
            ("because", .left),
        ])
        for (name, count) in used {
            guard let concept = survey.concepts([name]).first else {
                table.add([name.rawValue, "\(count)", "", "notEvaluable", "this hyperontology does not have it"])
                continue
            }
            for use in survey.coverage(of: concept) {
                table.add([
                    concept.prefLabel, "\(count)", use.kind.rawValue, use.coverage.rawValue, String((use.reasons.first ?? "").prefix(70)),
                ])
            }
        }
        console.output("\n" + table.lines().joined(separator: "\n"))
    }

    private func showValues(of source: any SourceAdapter) async throws(SourceFailure) {
        let isLiveArchive = (source.plain as? DICOMAdapter).map { $0.index == nil } ?? false
        guard let source = source.plain as? any ValueSource, !isLiveArchive else {
            let key = isLiveArchive ? "index" : "export"
            return console.output("\n\(source.name) is searched, and its values are not looked through; with `\(key):` they would be.")
        }
        let values = try await source.unmappedValues()
        guard !values.isEmpty else { return console.output("\nEvery coded value of \(source.name) is mapped.") }
        var table = TextTable([("where", .left), ("value that nobody mapped", .left), ("patients", .right)])
        var hidden = 0
        for value in values {
            // A value of few patients could name one of them: it stands in no list.
            guard let shown = gate.protect(RawCount(patients: value.patients)).value else {
                hidden += 1
                continue
            }
            let place = hyperontology.seriesProperties.first { $0.iri == value.place }?.label ?? value.place
            table.add([place, value.value, "\(shown)"])
        }
        console.output(
            "\nRecorded values of \(source.name) that read as unknown, of enough patients to be named:\n"
                + table.lines().joined(separator: "\n") + (hidden == 0 ? "" : "\nThere are others, each of too few patients to be named."))
    }
}
