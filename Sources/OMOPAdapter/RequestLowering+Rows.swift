import CohortPlan
import Execution
import Hyperontology

extension RequestLowering {
    /// Lowers a request for rows of one table. What their concepts are one of, the site's own vocabulary says.
    func rows(_ request: RecordRequest, of patients: Patients, after number: Int) throws(LoweringGap) -> AssessedQuery {
        let person = try self.person()
        let table = try RowTable(request.table, schema: schema)
        var parameters = SQLParameters(dialect, after: number)
        var assessments: [Assessment] = []
        var codes: [String] = []
        for (set, column) in [(request.codes, table.columns.concept), (request.sourceCodes, table.columns.sourceConcept)] {
            guard let set else { continue }
            codes.append("\(try table.column(column).of("t").text) IN (\(members(of: set, &parameters)))")
            assessments.append(assessment(of: set))
        }
        let (key, start) = (try table.column(table.columns.key), try table.column(table.columns.start))
        let patient = try table.column("person_id")
        var conditions = request.isFirst ? [] : codes
        for test in request.tests { conditions.append(try condition(test, table, &parameters)) }
        var source = "\(table.reference) AS t"
        if request.isFirst {
            let order = "ORDER BY \(start.of("t").text), \(key.of("t").text)"
            let place = "ROW_NUMBER() OVER (PARTITION BY \(patient.of("t").text) \(order)) AS cohortium_place"
            source = "(SELECT t.*, \(place) FROM \(table.reference) AS t\(codes.asClause)) AS t"
            conditions.append("t.cohortium_place = 1")
        }
        conditions += restrictions(to: patients, person, &parameters)
        let columns = [
            key, start, try table.optionalColumn(table.columns.end), try table.optionalColumn(table.columns.concept),
            try table.optionalColumn(table.columns.visit), try table.optionalColumn(table.columns.supply),
        ]
        let select = SQLSelect(
            columns: [person.identity] + columns.map { $0?.of("t") },
            source: "FROM \(source) \(person.join(on: patient))\(conditions.asClause)")
        return AssessedQuery(
            query: LoweredQuery(select: select, parameters: parameters.values, rows: .rows(RowReader(table: request.table))),
            assessment: assessments.combined)
    }

    // MARK: Tests

    private func condition(_ test: RecordTest, _ table: RowTable, _ parameters: inout SQLParameters) throws(LoweringGap) -> String {
        let turned = test.isOpposite ? "NOT " : ""
        switch (test.field, test.test) {
        case (.visitType, .among(let concepts)):
            let other = try RowTable(.visitOccurrence, schema: schema)
            return try isIn(other, "visit_occurrence_id", "visit_concept_id", concepts, turned, table, &parameters)
        case (.providerSpecialty, .among(let concepts)):
            let other = try RowTable(named: "provider", columns: CDMTable(.visitOccurrence), schema: schema)
            return try isIn(other, "provider_id", "specialty_concept_id", concepts, turned, table, &parameters)
        case (.rangeLowRatio, .number(let from, let to)), (.rangeHighRatio, .number(let from, let to)):
            let value = try table.column("value_as_number").of("t").text
            let range = try table.column(test.field == .rangeLowRatio ? "range_low" : "range_high").of("t").text
            // A database's own division of numbers, as OHDSI's.
            let ratio = "(CAST(\(value) AS DOUBLE PRECISION) / NULLIF(\(range), 0))"
            return "\(turned)(\(bounds(ratio, from, to, &parameters)))"
        case (_, .number(let from, let to)):
            let value = try table.column(table.columns.fields[test.field]).of("t").text
            return "\(turned)(\(bounds(value, from, to, &parameters)))"
        case (_, .among(let concepts)):
            let value = try table.column(table.columns.fields[test.field]).of("t").text
            return "\(value) \(turned)IN (\(parameters.members(concepts.listed)))"
        case (_, .day), (_, .sex): throw LoweringGap("`\(test.field.rawValue)` is no column of `\(table.reference)`")
        }
    }

    /// Whether a row points at one of another table whose concept is one of some.
    private func isIn(
        _ other: RowTable, _ key: String, _ concept: String, _ concepts: [Int], _ turned: String, _ table: RowTable,
        _ parameters: inout SQLParameters
    ) throws(LoweringGap) -> String {
        let pointer = try table.column(key).of("t").text
        let test = "\(try other.column(concept).of("o").text) \(turned)IN (\(parameters.members(concepts.listed)))"
        return "\(pointer) IN (SELECT \(try other.column(key).of("o").text) FROM \(other.reference) AS o WHERE \(test))"
    }

    private func bounds(_ value: String, _ from: QuantityBound?, _ to: QuantityBound?, _ parameters: inout SQLParameters) -> String {
        var ends: [String] = []
        for (bound, sign) in [(from, ">"), (to, "<")] {
            guard let bound else { continue }
            ends.append("\(value) \(sign)\(bound.isInclusive ? "=" : "") CAST(\(parameters.bind(bound.value.description)) AS NUMERIC)")
        }
        return ends.isEmpty ? "\(value) IS NOT NULL" : ends.joined(separator: " AND ")
    }

    // MARK: Concepts

    /// Whether a table of the vocabulary is there and this node's account may not read some of its columns.
    private func isForbidden(_ table: String, _ columns: [String]) -> Bool {
        guard let found = SQLIdentifier(table).flatMap({ schema?[$0] }) else { return false }
        return columns.contains { SQLIdentifier($0).flatMap { found[$0] }.map { !$0.isReadable } ?? false }
    }

    /// A selection of the concepts that a set stands for in the site's vocabulary.
    private func members(of set: VocabularySet, _ parameters: inout SQLParameters) -> String {
        let included = selections(of: set.include, &parameters).joined(separator: " UNION ")
        guard !set.exclude.isEmpty else { return included }
        let excluded = selections(of: set.exclude, &parameters).joined(separator: " UNION ")
        return "SELECT id FROM (\(included)) AS included EXCEPT SELECT id FROM (\(excluded)) AS excluded"
    }

    private func selections(of terms: [VocabularySet.Term], _ parameters: inout SQLParameters) -> [String] {
        func list(_ terms: [VocabularySet.Term]) -> String { parameters.members(terms.map(\.concept).listed) }
        var selections = ["SELECT m.id FROM (\(dialect.named(list(terms)))) AS m"]
        let deep = terms.filter(\.descendants)
        // Nothing is bound that does not stand in the text: a database refuses that.
        let ancestry = schema?.ancestry
        if !deep.isEmpty, let ancestry { selections.append(below(list(deep), ancestry)) }
        let mapped = terms.filter(\.mapped)
        guard !mapped.isEmpty, let table = try? relationships() else { return selections }
        selections.append(mapping(to: list(mapped), in: table))
        let both = mapped.filter(\.descendants)
        if !both.isEmpty, let ancestry { selections.append(mapping(to: below(list(both), ancestry), in: table)) }
        return selections
    }

    /// The valid concepts below those of a selection.
    private func below(_ selection: String, _ ancestry: OMOPSchema.Ancestry) -> String {
        var text = """
            SELECT a.\(ancestry.descendant.quoted) AS id FROM \(ancestry.reference) AS a WHERE a.\(ancestry.ancestor.quoted) IN (\(selection))
            """
        if let invalid = try? invalidConcepts() { text += " AND a.\(ancestry.descendant.quoted) NOT IN (\(invalid))" }
        return text
    }

    /// A selection of the concepts that the site's vocabulary took back.
    private func invalidConcepts() throws(LoweringGap) -> String {
        let concepts = try RowTable(named: "concept", columns: CDMTable(.death), schema: schema)
        let (id, reason) = (try concepts.column("concept_id"), try concepts.column("invalid_reason"))
        return "SELECT c.\(id.name.quoted) FROM \(concepts.reference) AS c WHERE c.\(reason.name.quoted) IN ('D', 'U')"
    }

    /// The concepts that are mapped to those of a selection.
    private func mapping(to selection: String, in table: RowTable) -> String {
        """
        SELECT r.concept_id_1 AS id FROM \(table.reference) AS r WHERE r.relationship_id = 'Maps to' \
        AND (r.invalid_reason IS NULL OR r.invalid_reason = '') AND r.concept_id_2 IN (\(selection))
        """
    }

    private func relationships() throws(LoweringGap) -> RowTable {
        let table = try RowTable(named: "concept_relationship", columns: CDMTable(.death), schema: schema)
        for column in ["concept_id_1", "concept_id_2", "relationship_id", "invalid_reason"] { _ = try table.column(column) }
        return table
    }

    /// Where the site's vocabulary lacks what a set needs, records are missed, or those of what is left out are found.
    private func assessment(of set: VocabularySet) -> Assessment {
        guard schema != nil else { return .exact }
        var reasons: [String] = []
        let terms = set.include + set.exclude
        if schema?.ancestry == nil, terms.contains(where: \.descendants) {
            let lack =
                isForbidden("concept_ancestor", ["ancestor_concept_id", "descendant_concept_id"])
                ? "this node's account may not read `concept_ancestor`" : "the database's `concept_ancestor` is not there or empty"
            reasons.append("\(lack), so nothing is found below a code")
        }
        if terms.contains(where: \.mapped), case .failure(let gap) = Result(catching: { () throws(LoweringGap) in try relationships() }) {
            let lack =
                gap.isForbidden
                ? "this node's account may not read `concept_relationship`" : "the database has no whole `concept_relationship`"
            reasons.append("\(lack), so nothing is found that is mapped to a code")
        }
        if schema?.ancestry != nil, terms.contains(where: \.descendants),
            case .failure(let gap) = Result(catching: { () throws(LoweringGap) in try invalidConcepts() })
        {
            let lack = gap.isForbidden ? "this node's account may not read" : "the database does not say"
            let reason = "\(lack) which concepts are invalid (`concept.invalid_reason`), so those below a code are found too"
            return Assessment(.approximate, reasons: reasons + [reason])
        }
        return reasons.isEmpty ? .exact : Assessment(set.exclude.isEmpty ? .narrower : .approximate, reasons: reasons)
    }
}

/// A table of the CDM by its name there, with the columns that a site has of it.
private struct RowTable {
    let reference: String
    let columns: CDMTable
    private let name: String
    private let found: OMOPSchema.Table?

    init(_ table: RecordTable, schema: OMOPSchema?) throws(LoweringGap) {
        try self.init(named: table.rawValue, columns: CDMTable(table), schema: schema)
    }

    init(named name: String, columns: CDMTable, schema: OMOPSchema?) throws(LoweringGap) {
        guard let table = SQLIdentifier(name) else { throw LoweringGap("`\(name)` is no name of a table") }
        found = schema?[table]
        guard schema == nil || found != nil else { throw LoweringGap("the database has no table `\(name)`") }
        self.name = name
        self.columns = columns
        reference = found?.reference ?? table.quoted
    }

    /// - Throws: for one that is not there or may not be read.
    func column(_ name: String?) throws(LoweringGap) -> BoundColumn {
        guard let column = try optionalColumn(name) else {
            throw LoweringGap("table `\(self.name)` has no column `\(name ?? "")`")
        }
        return column
    }

    func optionalColumn(_ name: String?) throws(LoweringGap) -> BoundColumn? {
        guard let name, let identifier = SQLIdentifier(name) else { return nil }
        guard let found else { return BoundColumn(name: identifier, content: .number) }
        guard let column = found[identifier] else { return nil }
        guard column.isReadable else {
            throw LoweringGap("this node's account may not read the column `\(name)` of table `\(self.name)`", isForbidden: true)
        }
        return BoundColumn(name: column.name, content: column.content)
    }
}

/// Reads rows of patient, key, start, end, concept, visit and supply.
struct RowReader: Sendable {
    let table: RecordTable

    func event(in row: any SQLRow) -> SourceEvent? {
        guard let patient = OMOPValue.text(row[0]), let number = OMOPValue.integer(row[1]), let start = OMOPValue.date(row[2]) else {
            return nil
        }
        let end = table.end(OMOPValue.date(row[3])?.earliest, start: start.earliest, supply: OMOPValue.integer(row[6]))
        return SourceEvent(
            patient: patient, key: "\(table.rawValue)/\(number)", start: start, end: end.map { DateRange($0) },
            row: SourceRow(number: number, concept: OMOPValue.integer(row[4]), visit: OMOPValue.integer(row[5])))
    }
}

extension [Int] {
    fileprivate var listed: [ListedCode] { map { ListedCode(code: String($0), isNumber: true) } }
}
