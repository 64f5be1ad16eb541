import CohortPlan
import Execution
import Hyperontology

/// Turns requests into statements over the store, by the bindings and what the export holds.
struct RequestLowering {
    let plan: ExpandedPlan
    let bindings: ModelBindings
    let places: BoundPlaces
    /// Nil when the export could not be read: then everything is taken to be there.
    let contents: StoreContents?

    func lower(_ request: EventRequest) -> LoweredRequest {
        guard let bound = bindings.events[request.kind.rawValue]?.places, !bound.isEmpty else {
            return LoweredRequest(LoweringGap("FHIR has no place for \(request.kind.words)"))
        }
        let exported = bound.filter { contents?.resourceTypes.contains($0.container) ?? true }
        guard !exported.isEmpty else {
            let types = Set(bound.map(\.container)).sorted().joined(separator: " or ")
            return LoweredRequest(LoweringGap("the source holds no \(types)"))
        }
        return LoweredRequest(
            exported.map { place in
                Result { () throws(LoweringGap) in request.kind.isImaging ? try images(request, in: place) : try records(request, in: place)
                }
            })
    }

    /// Whether every resource type that a request is looked for in says what its resources belong to.
    func assess(_ bond: Bond, of request: EventRequest) -> Assessment {
        let role =
            switch bond {
            case .visit: "visitField"
            case .study: "studyField"
            case .specimen: "specimenField"
            }
        let silent = (bindings.events[request.kind.rawValue]?.places ?? []).filter { place in
            place.field(role) == nil && (contents?.resourceTypes.contains(place.container) ?? true)
        }
        guard let first = silent.first else { return .exact }
        return .notEvaluable("`\(first.container)` does not say which \(bond.rawValue) it belongs to")
    }

    /// The columns of what events belong to, where the plan asks for it.
    private func bondColumns(of request: EventRequest) -> String {
        plan.plan.bonds[request] == nil ? "" : ", e.visit AS \(RecordReader.visit), e.specimen AS \(RecordReader.specimen)"
    }

    private func records(_ request: EventRequest, in place: Place) throws(LoweringGap) -> AssessedQuery {
        let name = places.name(of: place)
        let value = try valueTest(of: request, in: place)
        var text = "SELECT \(RecordReader.columns)"
        if case .coded = value.test {
            text += ", (SELECT \(CodingList.gathered("v")) FROM coding AS v WHERE v.event = e.id AND v.role = 'value')"
        }
        text += "\(bondColumns(of: request)) FROM event AS e WHERE e.container = ?"
        var parameters = [name]
        var assessments = [value.assessment]
        if let set = request.concepts {
            guard place.field("conceptField") != nil else { throw LoweringGap("no conceptField is bound for `\(place.container)`") }
            let codes = try CodeSet(set, systems: place.codeSystems, plan: plan, bindings: bindings)
            text += """
                 AND e.id IN (SELECT c.event FROM json_each(?) AS wanted CROSS JOIN coding AS c ON c.role = 'concept' \
                AND c.system = json_extract(wanted.value, '$[0]') AND c.code = json_extract(wanted.value, '$[1]'))
                """
            parameters.append(codes.json)
            assessments += [codes.assessment, medicationAssessment(of: name)]
        }
        return AssessedQuery(
            query: LoweredQuery(
                statement: StoreStatement(text: text, parameters: parameters), rows: .records(RecordReader(test: value.test))),
            assessment: assessments.combined)
    }

    /// A record whose Medication is not there cannot be told from one of something else.
    private func medicationAssessment(of name: String) -> Assessment {
        guard contents?.placesWithUnresolvedMedications.contains(name) ?? false else { return .exact }
        return Assessment(.narrower, reasons: ["some of \(name) refer to a Medication that was not exported"])
    }

    private func valueTest(
        of request: EventRequest, in place: Place
    ) throws(LoweringGap) -> (test: RecordReader.Test, assessment: Assessment) {
        switch request.value {
        case nil: return (.none, .exact)
        case .coded(let set):
            guard place.field("codedValueField") != nil else { throw LoweringGap("no codedValueField is bound for `\(place.container)`") }
            let codes = try CodeSet(set, systems: place.codeSystems, plan: plan, bindings: bindings)
            return (.coded(codes), codes.assessment)
        case .quantity(let range), .assumed(let range):
            guard place.field("numberField") != nil else { throw LoweringGap("no numberField is bound for `\(place.container)`") }
            guard UCUMUnit(range.unit) != nil else { throw LoweringGap("the unit `\(range.unit)` is not known here") }
            if case .assumed = request.value { return (.quantity(range, assumesUnit: true), .exact) }
            return (.quantity(range, assumesUnit: false), .exact)
        case .text: throw LoweringGap("the texts of `\(place.container)` are not looked into")
        case .flag: throw LoweringGap("`\(place.container)` holds no yes-or-no values")
        }
    }

    private func images(_ request: EventRequest, in place: Place) throws(LoweringGap) -> AssessedQuery {
        for role in ["studyField", "seriesField"] where place.field(role) == nil {
            throw LoweringGap("no \(role) is bound for `\(place.container)`")
        }
        var tests = SeriesTests()
        let groups = request.kind == .imagingSeries ? [request.attributes] : request.havingSeries
        let lowered = try tests.lower(groups, plan: plan, bindings: bindings)
        let gathered = tests.elements.map { _ in
            ", (SELECT \(CodingList.gathered("c")) FROM series_coding AS c WHERE c.series = s.id AND c.field = ?)"
        }
        let text = """
            SELECT \(ImageReader.columns)\(gathered.joined())\(bondColumns(of: request)) FROM event AS e LEFT JOIN series AS s ON s.event = e.id \
            WHERE e.container = ?
            """
        let reader = ImageReader(groups: lowered, isOfStudies: request.kind == .imagingStudy)
        return AssessedQuery(
            query: LoweredQuery(
                statement: StoreStatement(text: text, parameters: tests.elements + [places.name(of: place)]), rows: .images(reader)),
            assessment: tests.assessments.combined)
    }
}
