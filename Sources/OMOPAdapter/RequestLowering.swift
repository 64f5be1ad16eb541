import CohortPlan
import Execution
import Hyperontology

/// Turns requests into statements, by the bindings and the tables that are there.
struct RequestLowering {
    let plan: ExpandedPlan
    let bindings: ModelBindings
    let schema: OMOPSchema?
    let omopUnits: [String: String]

    func lower(_ request: EventRequest) -> LoweredRequest {
        guard let binding = bindings.events[request.kind.rawValue], !binding.places.isEmpty else {
            return LoweredRequest([.failure(LoweringGap("OMOP has no place for \(request.kind.words)"))])
        }
        return LoweredRequest(
            binding.places.map { place in
                Result { () throws(LoweringGap) in
                    let person = try PersonLowering.lower(bindings.patient, schema: schema).get()
                    let bound = try BoundTable(place, schema: schema)
                    return request.kind.isImaging ? try images(request, in: bound, person) : try records(request, in: bound, person)
                }
            })
    }

    private func records(_ request: EventRequest, in bound: BoundTable, _ person: PersonLowering) throws(LoweringGap) -> AssessedQuery {
        let patient = try bound.column("patientField")
        let concepts = try conceptCodes(of: request, in: bound)
        let value = try valueTest(of: request, in: bound)
        let columns = [
            try bound.column("keyField"), try bound.column("startField"), bound.optionalColumn("endField"),
            bound.optionalColumn("numberField"), bound.optionalColumn("operatorField"), bound.optionalColumn("unitField"),
            bound.optionalColumn("unitTextField"), bound.optionalColumn("codedValueField"),
        ]
        let list = columns.map { $0.map { "t.\($0.quoted)" } ?? "NULL" }.joined(separator: ", ")
        var text = "SELECT \(person.identifier), \(list) FROM \(bound.table.quoted) AS t \(person.join(on: patient))"
        if let concepts { text += " WHERE \(concepts.expression) IN (SELECT value FROM json_each(?))" }
        let reader = RecordReader(table: bound.table.name, test: value.test)
        return AssessedQuery(
            query: LoweredQuery(
                statement: OMOPStatement(text: text, parameters: concepts.map { [$0.json] } ?? []), rows: .records(reader)),
            assessment: [concepts?.assessment ?? .exact, value.assessment].combined)
    }

    /// The codes that a record's concept must be among, as one JSON array, and the expression of the concept.
    private func conceptCodes(
        of request: EventRequest, in bound: BoundTable
    ) throws(LoweringGap) -> (expression: String, json: String, assessment: Assessment)? {
        guard let set = request.concepts else {
            // A table of all procedures does not say which of them are radiotherapy; only their concepts do.
            let procedures = bindings.events[EventKind.procedure.rawValue]?.places ?? []
            if request.kind == .radiotherapy, procedures.contains(where: { $0.container == bound.place.container }) {
                throw LoweringGap("table `\(bound.table.name)` does not tell radiotherapy from other procedures without a concept")
            }
            return nil
        }
        let column = try bound.column("conceptField")
        let codes = try CodeSet(set, systems: bound.place.codeSystems, plan: plan, bindings: bindings)
        let isConverted = bound.isNumeric(column) || bound.place.codeSystems != ["omop"]
        return (isConverted ? "t.\(column.quoted)" : "CAST(t.\(column.quoted) AS INTEGER)", codes.json, codes.assessment)
    }

    private func valueTest(
        of request: EventRequest, in bound: BoundTable
    ) throws(LoweringGap) -> (test: RecordReader.Test, assessment: Assessment) {
        switch request.value {
        case nil: return (.none, .exact)
        case .coded(let set):
            _ = try bound.column("codedValueField")
            let codes = try CodeSet(set, systems: bound.place.codeSystems, plan: plan, bindings: bindings)
            return (.coded(codes), codes.assessment)
        case .quantity(let range):
            _ = try bound.column("numberField")
            guard UCUMUnit(range.unit) != nil else { throw LoweringGap("the unit `\(range.unit)` is not known here") }
            guard bound.optionalColumn("unitField") != nil || bound.optionalColumn("unitTextField") != nil else {
                throw LoweringGap("table `\(bound.table.name)` tells no unit")
            }
            return (.quantity(range, omopUnits: omopUnits), .exact)
        case .flag: throw LoweringGap("table `\(bound.table.name)` holds no yes-or-no values")
        }
    }

    private func images(_ request: EventRequest, in bound: BoundTable, _ person: PersonLowering) throws(LoweringGap) -> AssessedQuery {
        let patient = try bound.column("patientField")
        let columns = [try bound.column("studyField"), try bound.column("seriesField"), try bound.column("startField")]
        var tests = SeriesTests(firstColumn: columns.count + 1)
        let groups = request.kind == .imagingSeries ? [request.attributes] : request.havingSeries
        let lowered = try tests.lower(groups, in: bound, plan: plan, bindings: bindings)
        let list = (columns + tests.columns).map { "t.\($0.quoted)" }.joined(separator: ", ")
        let text = "SELECT \(person.identifier), \(list) FROM \(bound.table.quoted) AS t \(person.join(on: patient))"
        let reader = ImageReader(table: bound.table.name, groups: lowered, isOfStudies: request.kind == .imagingStudy)
        return AssessedQuery(
            query: LoweredQuery(statement: OMOPStatement(text: text, parameters: []), rows: .images(reader)),
            assessment: tests.assessments.combined)
    }
}

extension EventKind {
    /// What people call such events.
    fileprivate var words: String {
        switch self {
        case .diagnosis: "diagnoses"
        case .procedure: "procedures"
        case .medication: "medications"
        case .radiotherapy: "radiotherapy"
        case .observation: "observations"
        case .imagingStudy: "imaging studies"
        case .imagingSeries: "imaging series"
        case .death: "deaths"
        case .visit: "visits"
        case .specimen: "specimens"
        case .observationPeriod: "observation periods"
        }
    }
}

extension [Assessment] {
    /// The assessment of a whole whose parts have these.
    var combined: Assessment {
        reduce(.exact) { whole, part in
            Assessment(
                whole.coverage.combined(with: part.coverage), reasons: whole.reasons + part.reasons.filter { !whole.reasons.contains($0) })
        }
    }
}
