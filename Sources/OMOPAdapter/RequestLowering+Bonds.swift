import CohortPlan
import Execution
import Hyperontology

extension Bond {
    /// The role of the field that says what a record belongs to.
    var role: String {
        switch self {
        case .visit: "visitField"
        case .study: "studyField"
        case .specimen: "specimenField"
        }
    }
}

extension RequestLowering {
    /// Whether every table that a request is looked for in says what its rows belong to.
    func assess(_ bond: Bond, of request: EventRequest) -> Assessment {
        var gaps: [String] = []
        for place in bindings.events[request.kind.rawValue]?.places ?? [] {
            do {
                let bound = try BoundTable(place, schema: schema)
                if try bound.optionalColumn(bond.role) == nil {
                    gaps.append("table `\(bound.table.name)` does not say which \(bond.rawValue) a row belongs to")
                }
            } catch { gaps.append(error.reason) }
        }
        return gaps.isEmpty ? .exact : Assessment(.notEvaluable, reasons: gaps)
    }

    /// The columns that say what a row belongs to; nil where the plan does not ask.
    func bondColumns(of request: EventRequest, in bound: BoundTable) throws(LoweringGap) -> (visit: BoundColumn?, specimen: BoundColumn?)? {
        guard let asked = plan.plan.bonds[request] else { return nil }
        return (
            asked.contains(.visit) ? try bound.optionalColumn(Bond.visit.role) : nil,
            asked.contains(.specimen) ? try bound.optionalColumn(Bond.specimen.role) : nil
        )
    }
}
