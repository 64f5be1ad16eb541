import CohortPlan
import Execution
import Hyperontology

/// Turns requests into statements, by the bindings and the tables that are there.
struct RequestLowering {
    let plan: ExpandedPlan
    let bindings: ModelBindings
    let schema: OMOPSchema?
    let omopUnits: [String: String]
    let dialect: any SQLDialect
    let pushdown: OMOPPushdown

    /// Of which patients the rows of a request are wanted.
    enum Patients {
        case all
        /// Those for whom each of some requests may find something.
        case having([EventRequest])
        /// Those of the table that the statement has already made.
        case wanted
    }

    /// Lowers a request to one selection for each table that can be searched.
    /// - Parameter number: how many parameters stand before those of the first selection; nil where each is a statement of its own.
    func lower(_ request: EventRequest, of patients: Patients = .all, after number: Int? = nil) -> LoweredRequest {
        if let record = request.record {
            return LoweredRequest([Result { () throws(LoweringGap) in try rows(record, of: patients, after: number ?? 0) }])
        }
        guard let binding = bindings.events[request.kind.rawValue], !binding.places.isEmpty else {
            return LoweredRequest([.failure(LoweringGap("OMOP has no place for \(request.kind.words)"))])
        }
        var count = number ?? 0
        return LoweredRequest(
            binding.places.map { place in
                let lowered = Result { () throws(LoweringGap) in
                    try lower(request, in: place, of: patients, SQLParameters(dialect, after: count))
                }
                if number != nil, case .success(let query) = lowered { count += query.query.parameters.count }
                return lowered
            })
    }

    private func lower(_ request: EventRequest, in place: Place, of patients: Patients, _ parameters: SQLParameters) throws(LoweringGap)
        -> AssessedQuery
    {
        let person = try self.person()
        let bound = try BoundTable(place, schema: schema)
        return request.kind.isImaging
            ? try images(request, in: bound, person, patients, parameters) : try records(request, in: bound, person, patients, parameters)
    }

    func person() throws(LoweringGap) -> PersonLowering {
        try PersonLowering.lower(bindings.patient, schema: schema, dialect: dialect).get()
    }

    private func records(
        _ request: EventRequest, in bound: BoundTable, _ person: PersonLowering, _ patients: Patients, _ unbound: SQLParameters
    ) throws(LoweringGap) -> AssessedQuery {
        let patient = try bound.column("patientField")
        var parameters = unbound
        let concepts = try conceptTest(of: request, in: bound, &parameters)
        let value = try valueTest(of: request, in: bound)
        var columns = [
            try bound.column("keyField"), try bound.column("startField"), try bound.optionalColumn("endField"),
            try bound.optionalColumn("numberField"), try bound.optionalColumn("operatorField"), try bound.optionalColumn("unitField"),
            try bound.optionalColumn("unitTextField"), try bound.optionalColumn("codedValueField"),
        ]
        let bonds = try bondColumns(of: request, in: bound)
        if let bonds { columns += [bonds.visit, bonds.specimen] }
        var conditions = concepts.map { [$0.condition] } ?? []
        if let filter = try valueFilter(request.value, in: bound, &parameters) { conditions.append(filter) }
        conditions += restrictions(to: patients, person, &parameters)
        let source = "FROM \(bound.reference) AS t \(person.join(on: patient))\(conditions.asClause)"
        let select = SQLSelect(columns: [person.identity] + columns.map { $0?.of("t") }, source: source)
        let reader = RecordReader(table: bound.table.name, test: value.test, readsBonds: bonds != nil)
        return AssessedQuery(
            query: LoweredQuery(select: select, parameters: parameters.values, rows: .records(reader)),
            assessment: [concepts?.assessment ?? .exact, value.assessment].combined)
    }

    /// The test of a record's concept.
    func conceptTest(of request: EventRequest, in bound: BoundTable, _ parameters: inout SQLParameters) throws(LoweringGap) -> (
        condition: String, assessment: Assessment
    )? {
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
        let condition = descendants(of: set, codes, column, in: bound, &parameters) ?? parameters.isAmong(column.of("t"), codes.listed)
        return (condition, codes.assessment)
    }

    /// The test with what the site's own vocabulary has below the codes; nil where that would not be the same question.
    ///
    /// What a set leaves out stands in the plan by our concepts alone, so a set that leaves something out is taken by its codes alone.
    private func descendants(
        of set: ConceptSet, _ codes: CodeSet, _ column: BoundColumn, in bound: BoundTable, _ parameters: inout SQLParameters
    ) -> String? {
        guard let ancestry = schema?.ancestry, column.content.isNumber, bound.place.codeSystems == ["omop"], set.exclude.isEmpty,
            set.include.allSatisfy(\.descendants), !codes.roots.isEmpty
        else { return nil }
        let all = parameters.members(codes.listed)
        let roots = parameters.members(codes.roots)
        return """
            \(column.of("t").text) IN (\(all) UNION ALL SELECT a.\(ancestry.descendant.quoted) FROM \(ancestry.reference) AS a \
            WHERE a.\(ancestry.ancestor.quoted) IN (\(roots)))
            """
    }

    private func valueTest(of request: EventRequest, in bound: BoundTable) throws(LoweringGap) -> (
        test: RecordReader.Test, assessment: Assessment
    ) {
        switch request.value {
        case nil: return (.none, .exact)
        case .coded(let set):
            _ = try bound.column("codedValueField")
            let codes = try CodeSet(set, systems: bound.place.codeSystems, plan: plan, bindings: bindings)
            return (.coded(codes), codes.assessment)
        case .quantity(let range), .assumed(let range):
            _ = try bound.column("numberField")
            guard UCUMUnit(range.unit) != nil else { throw LoweringGap("the unit `\(range.unit)` is not known here") }
            let units = [try bound.optionalColumn("unitField"), try bound.optionalColumn("unitTextField")]
            let isAssumed = if case .assumed = request.value { true } else { false }
            guard isAssumed || units.contains(where: { $0 != nil }) else {
                throw LoweringGap("table `\(bound.table.name)` tells no unit")
            }
            return (.quantity(range, omopUnits: omopUnits, assumesUnit: isAssumed), .exact)
        case .text: throw LoweringGap("the texts of table `\(bound.table.name)` are not looked into")
        case .flag: throw LoweringGap("table `\(bound.table.name)` holds no yes-or-no values")
        }
    }

    private func images(
        _ request: EventRequest, in bound: BoundTable, _ person: PersonLowering, _ patients: Patients, _ unbound: SQLParameters
    ) throws(LoweringGap) -> AssessedQuery {
        let patient = try bound.column("patientField")
        let columns = [try bound.column("studyField"), try bound.column("seriesField"), try bound.column("startField")]
        var tests = SeriesTests(firstColumn: columns.count + 1)
        let groups = request.kind == .imagingSeries ? [request.attributes] : request.havingSeries
        let lowered = try tests.lower(groups, in: bound, plan: plan, bindings: bindings)
        var parameters = unbound
        let conditions =
            studyFilters(groups, columns[0], in: bound, &parameters) + restrictions(to: patients, person, &parameters)
        let source = "FROM \(bound.reference) AS t \(person.join(on: patient))\(conditions.asClause)"
        let visit = try bondColumns(of: request, in: bound)?.visit
        let select = SQLSelect(
            columns: [person.identity] + (columns + tests.columns + [visit].compactMap(\.self)).map { $0.of("t") }, source: source)
        let reader = ImageReader(
            table: bound.table.name, groups: lowered, isOfStudies: request.kind == .imagingStudy,
            visitColumn: visit.map { _ in columns.count + tests.columns.count + 1 })
        return AssessedQuery(
            query: LoweredQuery(select: select, parameters: parameters.values, rows: .images(reader)),
            assessment: tests.assessments.combined)
    }
}

extension [String] {
    /// All of them as the end of a statement.
    var asClause: String { isEmpty ? "" : " WHERE " + joined(separator: " AND ") }
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
