import CohortPlan
import Testing

/// Every node of a plan is made by the generator, so that the engine is held against the reference on all of them.
@Suite struct GeneratorTests {
    /// A new node does not compile here until it has a name, and then fails the test until it has a generator.
    private func names(in condition: Condition) -> Set<String> {
        switch condition {
        case .all(let parts): parts.reduce(into: ["all"]) { $0.formUnion(names(in: $1)) }
        case .any(let parts): parts.reduce(into: ["any"]) { $0.formUnion(names(in: $1)) }
        case .some(_, let parts): parts.reduce(into: ["some"]) { $0.formUnion(names(in: $1)) }
        case .not(let part): names(in: part).union(["not"])
        case .known(let part): names(in: part).union(["known"])
        case .possible(let part): names(in: part).union(["possible"])
        case .given(let known, let part): names(in: known).union(names(in: part)).union(["given"])
        case .count(let selection, _): names(of: selection).union(["count"])
        case .chain(let selection, _, _): names(of: selection).union(["chain"])
        case .exists: ["exists"]
        case .ratio: ["ratio"]
        case .change(_, _, let change): [name(of: change)]
        case .relation(_, let window): names(of: window).union(["relation"])
        // Made and held against the reference beside what is imported (AtlasImportTests).
        case .atlas: []
        case .sex: ["sex"]
        case .age(let point, _): Set(["age", name(of: point)])
        case .ageInMonths: ["ageInMonths"]
        }
    }

    private func names(of selection: EventSelection) -> Set<String> {
        let pick =
            switch selection.pick {
            case .all: "pick all"
            case .first: "pick first"
            case .last: "pick last"
            case .nth(let number): number > 0 ? "pick nth" : "pick nth last"
            case .nearest: "pick nearest"
            case .lowest: "pick lowest"
            case .highest: "pick highest"
            case .ranked: "pick ranked"
            }
        return selection.windows.reduce(into: [pick]) { $0.formUnion(names(of: $1)) }
    }

    private func names(of window: Window) -> Set<String> {
        let anchor = name(of: window.anchor)
        if let bond = window.bond { return ["the same \(bond.rawValue)"] }
        return [anchor, "window on the \(window.side.rawValue)"]
    }

    private func name(of point: AnchorPoint) -> String {
        switch point {
        case .start: "from a start"
        case .end: "from an end"
        case .date: "from a date"
        case .dates: "from one of several days"
        }
    }

    private func name(of change: Change) -> String {
        switch change {
        case .difference(let direction, _): "difference, \(direction.rawValue)"
        case .relative(let direction, _): "relative change, \(direction.rawValue)"
        case .rate(let direction, _): "rate, \(direction.rawValue)"
        case .doublingTime: "doubling time"
        }
    }

    private func name(of axis: Breakdown) -> String {
        switch axis {
        case .sex: "by sex"
        case .age: "by age"
        case .year: "by year"
        case .value(_, let values):
            switch values.strata {
            case .concepts: values.property == nil ? "by value" : "by a coded property"
            case .bands: values.property == nil ? "by number" : "by a number of images"
            case .flags: "by a flag"
            }
        case .cross: "by several"
        }
    }

    private func names(in report: Report) -> Set<String> {
        let measures = report.measures.map { measure in
            switch measure {
            case .patients: "patients"
            case .studies: "studies"
            case .series: "series"
            case .events: "events"
            }
        }
        let summaries = report.summaries.map { summary in
            switch summary {
            case .age: "summary of age"
            case .number: "summary of a number"
            case .days: "summary of days"
            }
        }
        let tables = report.breakdowns.map(name(of:)) + report.axes.map(name(of:))
        let parts = (report.funnel.isEmpty ? [] : ["funnel"]) + (report.overlap.isEmpty ? [] : ["overlap"])
        return Set(measures + summaries + tables + parts)
    }

    @Test func everyPartOfAReportHasAGenerator() throws {
        var random = SplitMix64(seed: 2)
        var found: Set<String> = []
        for _ in 0..<300 { found.formUnion(names(in: try RandomPlans.plan(&random).report)) }
        #expect(
            found == [
                "patients", "studies", "series", "events", "summary of age", "summary of a number", "summary of days", "by sex", "by age",
                "by year", "by value", "by number", "by a coded property", "by a number of images", "by a flag", "by several", "funnel",
                "overlap",
            ])
    }

    @Test func everyNodeHasAGenerator() throws {
        var random = SplitMix64(seed: 1)
        var found: Set<String> = []
        for _ in 0..<2_000 {
            let plan = try RandomPlans.plan(&random)
            found.formUnion(names(in: plan.condition))
            for anchor in plan.anchors { found.formUnion(names(of: anchor)) }
        }
        #expect(
            found
                == Set([
                    "all", "any", "some", "not", "known", "possible", "given", "count", "chain", "exists", "ratio", "relation", "sex",
                    "age",
                    "ageInMonths",
                    "pick all", "pick first", "pick last", "pick nth", "pick nth last", "pick nearest", "pick lowest", "pick highest",
                    "pick ranked",
                    "from a start", "from an end",
                    "from a date", "window on the start", "window on the end", "from one of several days", "the same visit",
                    "the same study",
                    "the same specimen", "doubling time",
                ]).union(
                    Change.Direction.allCases.flatMap { way in ["difference", "relative change", "rate"].map { "\($0), \(way.rawValue)" } })
        )
    }
}
