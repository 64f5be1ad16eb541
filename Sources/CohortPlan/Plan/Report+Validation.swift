extension CohortPlan {
    /// A report is held to its bounds before a stratum of it is listed.
    func validate(_ report: Report, nodes: inout Int) throws(InvalidPlan) {
        guard !report.measures.isEmpty else { throw InvalidPlan(reason: "the report counts nothing") }
        for measure in report.measures {
            guard let event = measure.event else { continue }
            try validate(event, before: anchors.count)
            guard !measure.isOfImages || anchors[event.index].request.kind.isImaging else {
                throw InvalidPlan(reason: "images are counted of an event that is no image")
            }
        }
        for breakdown in report.breakdowns { try validate(breakdown) }
        for summary in report.summaries { try validate(summary) }
        for step in report.funnel { try validate(step, depth: 0, nodes: &nodes) }
        guard report.overlap.count <= Limits.overlap else {
            throw InvalidPlan(reason: "an overlap with more than \(Limits.overlap) cohorts")
        }
        for cohort in report.overlap { try validate(cohort, depth: 0, nodes: &nodes) }
    }

    private func validate(_ breakdown: Breakdown) throws(InvalidPlan) {
        switch breakdown {
        case .sex: break
        case .age(let point, let width):
            guard (1...100).contains(width) else { throw InvalidPlan(reason: "an age band of \(width) years") }
            try validate(point, before: anchors.count)
        case .year(let event, let first, let last):
            guard 1 <= first, first <= last, last <= 9_999, last - first < NumberBands.largestCount else {
                throw InvalidPlan(reason: "years from \(first) to \(last)")
            }
            try validate(event, before: anchors.count)
        case .value(let event, let axis): try validate(axis, of: event)
        case .cross(let axes): try validateCross(axes)
        }
    }

    private func validateCross(_ axes: [Breakdown]) throws(InvalidPlan) {
        guard (2...3).contains(axes.count) else { throw InvalidPlan(reason: "a table by \(axes.count) things at once") }
        for axis in axes {
            if case .cross = axis { throw InvalidPlan(reason: "a table within a table") }
            try validate(axis)
        }
        guard axes.map(\.strata.count).reduce(1, *) <= Limits.strata else {
            throw InvalidPlan(reason: "a table of more than \(Limits.strata) rows")
        }
        let several = Set(axes.compactMap(\.event).filter { !anchors[$0.index].pick.isSingle })
        guard several.count <= 1 else { throw InvalidPlan(reason: "a table by two events of which a patient can have several") }
    }

    private func validate(_ axis: ValueAxis, of event: EventReference) throws(InvalidPlan) {
        try validate(event, before: anchors.count)
        let kind = anchors[event.index].request.kind
        guard axis.property == nil ? kind == .observation : kind.isImaging else {
            throw InvalidPlan(reason: "a table by what an event does not have")
        }
        switch axis.strata {
        case .flags:
            guard axis.property != nil else { throw InvalidPlan(reason: "a yes-or-no value of an observation") }
        case .concepts(let concepts):
            guard (1...Limits.strata).contains(concepts.count), Set(concepts).count == concepts.count else {
                throw InvalidPlan(reason: "a table by \(concepts.count) values")
            }
        case .bands(let bands):
            guard (1...NumberBands.largestCount).contains(bands.count), bands.width > ExactDecimal(0) else {
                throw InvalidPlan(reason: "a table by \(bands.count) bands of \(bands.width)")
            }
        }
    }

    private func validate(_ summary: Summary) throws(InvalidPlan) {
        switch summary {
        case .age(let point): try validate(point, before: anchors.count)
        case .days(let first, let last): for point in [first, last] { try validate(point, before: anchors.count) }
        case .number(let event, let unit):
            try validate(event, before: anchors.count)
            guard case .quantity = anchors[event.index].request.value else {
                throw InvalidPlan(reason: "a number of an event that is not tested for one")
            }
            guard UCUMUnit(unit) != nil else { throw InvalidPlan(reason: "a summary in an unknown unit") }
        }
    }
}
