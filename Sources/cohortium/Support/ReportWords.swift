import CohortPlan

/// What people call the parts of a report.
struct ReportWords {
    let report: Report
    /// `table 0`, `summary 0`, `step 0`, `cohort 0`, `measure 0`, and a concept's row by its IRI.
    private let names: [String: String]

    init(_ report: Report, _ names: [String: String]) {
        self.report = report
        self.names = names
    }

    /// The measures by their units; by the query's words where two have the same.
    var measures: [String] {
        let labels = report.measures.map(\.label)
        guard Set(labels).count < labels.count else { return labels }
        return labels.enumerated().map { names["measure \($0)"] ?? $1 }
    }

    func table(_ index: Int) -> String {
        let breakdown = report.breakdowns[index]
        return breakdown.axes.allSatisfy { $0.event == nil } ? breakdown.label : names["table \(index)"] ?? breakdown.label
    }

    /// The name of a row, which is told by concepts where it is of some.
    func row(_ stratum: String) -> String {
        if let name = names[stratum] { return name }
        return stratum.split(separator: ", ").map { names[String($0)] ?? String($0) }.joined(separator: ", ")
    }

    func summary(_ index: Int) -> String {
        let name = names["summary \(index)"] ?? "summary \(index + 1)"
        switch report.summaries[index] {
        case .age: return "\(name), years"
        case .days: return name
        case .number(_, let unit): return unit == "1" || name.hasSuffix(" in \(unit)") ? name : "\(name), \(unit)"
        }
    }

    /// The steps of the funnel, each with what it adds.
    var steps: [String] { report.funnel.indices.map { ($0 == 0 ? "" : "and ") + (names["step \($0)"] ?? "part \($0 + 1)") } }

    /// The other cohorts of the overlap.
    var cohorts: [String] { report.overlap.indices.map { names["cohort \($0)"] ?? "cohort \($0 + 2)" } }

    /// The cells of the overlap.
    /// - Parameter counted: what the counted cohort is called.
    func cells(counted: String) -> [String] {
        let all = [counted] + cohorts
        return report.overlapCells.map { cell in
            let inside = all.indices.filter { cell & (1 << $0) != 0 }.map { all[$0] }
            return inside.count == 1 ? "\(inside[0]) alone" : inside.joined(separator: " and ")
        }
    }
}

extension Measure {
    /// What a table calls it.
    var label: String {
        switch self {
        case .patients: "patients"
        case .studies: "studies"
        case .series: "series"
        case .events: "events"
        }
    }
}

extension Breakdown {
    /// What a table calls it.
    var label: String {
        switch self {
        case .sex: "sex"
        case .age: "age"
        case .year: "year"
        case .value: "value"
        case .cross(let axes): axes.map(\.label).joined(separator: ", ")
        }
    }
}
