import CohortPlan
import Execution
import Foundation
import Hyperontology

// What a database leaves out. A filter keeps every row that may match and drops those alone that surely do not; what is left is
// compared here, exactly. So a filter can only be too weak, never wrong: a row that it cannot read, it keeps.

extension RequestLowering {
    // MARK: Patients

    /// The table of a statement that holds the patients who have all that a plan requires.
    static let wanted = "wanted"

    /// Whether working out who has all that is required costs less than sending what is of others: where a table is read from end to end
    /// and something else is required. What is looked up by its concepts is sent as quickly as it is joined (Benchmarks/OMOP).
    static func isWorthRestricting(_ order: SourceOrder) -> Bool {
        order.requests.contains { request in
            request.concepts == nil && request.kind != .death && order.required.contains { $0 != request }
        }
    }

    /// Conditions on the patient of a row.
    func restrictions(to patients: Patients, _ person: PersonLowering, _ parameters: inout SQLParameters) -> [String] {
        guard pushdown != .concepts else { return [] }
        switch patients {
        case .all: return []
        case .having(let required): return groups(of: required, person, &parameters).map { "\(person.identifier) IN (\($0))" }
        case .wanted: return ["\(person.identifier) IN (SELECT id FROM \(RequestLowering.wanted))"]
        }
    }

    /// Selections of patients, `id`, each of which must hold a patient for whom each of some requests may find something.
    func groups(of required: [EventRequest], _ person: PersonLowering, _ parameters: inout SQLParameters) -> [String] {
        var selects: [String] = []
        for request in required {
            for tests in groups(of: request) {
                var bound = parameters
                let patients = patients(of: request, tests, person, &bound)
                guard !patients.isEmpty else { continue }
                selects.append(patients.joined(separator: " UNION ALL "))
                parameters = bound
            }
        }
        return selects
    }

    /// The tests of images that must hold together for some row; none for records.
    func groups(of request: EventRequest) -> [[AttributeTest]] {
        request.kind == .imagingStudy && !request.havingSeries.isEmpty ? request.havingSeries : [request.attributes]
    }

    /// By table that can be searched, the patients for whom a request may find something; none where no table can.
    private func patients(
        of request: EventRequest, _ attributes: [AttributeTest], _ person: PersonLowering, _ parameters: inout SQLParameters
    ) -> [String] {
        var selects: [String] = []
        for place in bindings.events[request.kind.rawValue]?.places ?? [] {
            var bound = parameters
            guard let select = try? patients(of: request, attributes, in: place, person, &bound) else { continue }
            selects.append(select)
            parameters = bound
        }
        return selects
    }

    private func patients(
        of request: EventRequest, _ attributes: [AttributeTest], in place: Place, _ person: PersonLowering,
        _ parameters: inout SQLParameters
    ) throws(LoweringGap) -> String {
        let bound = try BoundTable(place, schema: schema)
        let patient = try bound.column("patientField")
        var conditions: [String] = []
        if !request.kind.isImaging, let concepts = try conceptTest(of: request, in: bound, &parameters) {
            conditions.append(concepts.condition)
        }
        conditions += filters(of: request.value, attributes, in: bound, &parameters)
        return "SELECT \(person.identifier) AS id FROM \(bound.reference) AS t \(person.join(on: patient))\(conditions.asClause)"
    }

    /// What drops rows that surely fail; a test that cannot be said drops none.
    private func filters(of value: ValueTest?, _ attributes: [AttributeTest], in bound: BoundTable, _ parameters: inout SQLParameters)
        -> [String]
    {
        var conditions: [String] = []
        var tried = parameters
        if let filter = (try? valueFilter(value, in: bound, &tried)) ?? nil {
            conditions.append(filter)
            parameters = tried
        }
        for attribute in attributes {
            tried = parameters
            guard let filter = (try? attributeFilter(attribute, in: bound, &tried)) ?? nil else { continue }
            conditions.append(filter)
            parameters = tried
        }
        return conditions
    }

    // MARK: Values of records

    /// Drops rows whose value surely fails a test; nil where nothing can be dropped.
    func valueFilter(_ test: ValueTest?, in bound: BoundTable, _ parameters: inout SQLParameters) throws(LoweringGap) -> String? {
        guard pushdown != .concepts else { return nil }
        switch test {
        case nil, .flag, .text: return nil
        case .coded(let set):
            guard let column = try bound.optionalColumn("codedValueField"), column.content.isNumber, bound.place.codeSystems == ["omop"]
            else { return nil }
            let others = try CodeSet(set, systems: ["omop"], plan: plan, bindings: bindings).others(in: "omop")
            return others.isEmpty ? nil : "(\(parameters.isAmong(column.of("t"), others))) IS NOT TRUE"
        case .quantity(let range), .assumed(let range): return try quantityFilter(range, in: bound, &parameters)
        }
    }

    private func quantityFilter(_ range: QuantityRange, in bound: BoundTable, _ parameters: inout SQLParameters) throws(LoweringGap)
        -> String?
    {
        let number = try bound.optionalColumn("numberField")
        let sign = try bound.optionalColumn("operatorField")
        let unit = try bound.optionalColumn("unitField")
        let name = try bound.optionalColumn("unitTextField")
        guard let number, [number, sign, unit].allSatisfy({ $0.map { $0.content.isNumber } ?? true }), unit != nil || name != nil else {
            return nil
        }
        let value = number.of("t").text
        let groups = UnitBounds.groups(range, omopUnits)
        guard !groups.isEmpty else { return nil }
        let failing = groups.map { bounds, units in
            let ends = [
                bounds.lowest.map { "\(value) < CAST(\(parameters.bind("\($0)")) AS NUMERIC)" },
                bounds.highest.map { "\(value) > CAST(\(parameters.bind("\($0)")) AS NUMERIC)" },
            ]
            return "(\(isIn(units, unit, name, &parameters)) AND (\(ends.compactMap(\.self).joined(separator: " OR "))))"
        }
        // A bound is not a number, and what is no finite number says nothing.
        let plain = sign.map { "COALESCE(\($0.of("t").text), 0) IN (0, \(OMOPValue.equalSign)) AND " } ?? ""
        return "(\(plain)\(value) BETWEEN -1e30 AND 1e30 AND (\(failing.joined(separator: " OR ")))) IS NOT TRUE"
    }

    /// Whether a row's unit is one of some: by its concept where one is recorded, else by what the source called it.
    private func isIn(_ units: [(id: String, code: String)], _ unit: BoundColumn?, _ name: BoundColumn?, _ parameters: inout SQLParameters)
        -> String
    {
        let ids = units.map { ListedCode(code: $0.id, isNumber: true) }
        let codes = Set(units.map(\.code)).sorted().map { ListedCode(code: $0, isNumber: false) }
        let byID = unit.map { parameters.isAmong($0.of("t"), ids) }
        let byName = name.map { parameters.isAmong(SQLExpression(text: "TRIM(\(dialect.text($0.of("t"))))", content: .text), codes) }
        guard let unit, let byID else { return byName ?? "FALSE" }
        return "CASE WHEN \(unit.of("t").text) <> 0 THEN \(byID) ELSE \(byName ?? "FALSE") END"
    }

    // MARK: Studies

    /// Drops the rows of studies in which no row may pass the tests of some group. Of every other study all rows are kept, because each may
    /// tell its day; so are rows of which it is not known which study they are of.
    func studyFilters(
        _ groups: [[AttributeTest]], _ study: BoundColumn, in bound: BoundTable, _ parameters: inout SQLParameters
    ) -> [String] {
        guard pushdown != .concepts else { return [] }
        var conditions: [String] = []
        for tests in groups {
            var tried = parameters
            let filters = filters(of: nil, tests, in: bound, &tried)
            guard !filters.isEmpty else { continue }
            let value = study.of("t")
            let uid = "TRIM(\(dialect.text(value)), \(tried.bind(String.blanks)))"
            let found = "SELECT \(uid) FROM \(bound.reference) AS t\(filters.asClause)"
            conditions.append("(\(uid) IN (\(found)) OR COALESCE(\(uid), '') IN ('', '0') OR \(dialect.isUnreadable(value)))")
            parameters = tried
        }
        return conditions
    }

    // MARK: Properties of images

    /// Drops rows whose property surely fails a test; nil where nothing can be dropped. The first column that is filled in counts.
    private func attributeFilter(_ attribute: AttributeTest, in bound: BoundTable, _ parameters: inout SQLParameters) throws(LoweringGap)
        -> String?
    {
        guard pushdown != .concepts, case .coded(let set) = attribute.test else { return nil }
        var columns: [(column: BoundColumn, system: CodeSystem)] = []
        for field in bindings.properties[attribute.property.rawValue]?.fields ?? [] {
            guard let system = field.codeSystem, let column = try bound.column(named: field.name) else { continue }
            guard system != "omop" || column.content.isNumber else { return nil }
            columns.append((column, system))
        }
        guard !columns.isEmpty else { return nil }
        let codes = try CodeSet(set, systems: columns.map(\.system).sorted(), plan: plan, bindings: bindings)
        let cases = columns.map { column, system in
            let others = codes.others(in: system)
            let value = column.of("t")
            guard system != "omop" else { return "WHEN \(value.text) <> 0 THEN \(parameters.isAmong(value, others))" }
            let filled = dialect.filledText(value)
            let capitals = SQLExpression(text: "UPPER(\(filled))", content: .text)
            return "WHEN \(filled) IS NOT NULL THEN \(parameters.isAmong(capitals, others))"
        }
        return "(CASE \(cases.joined(separator: " ")) ELSE FALSE END) IS NOT TRUE"
    }
}

/// Between which numbers a recorded value must lie, in one unit or in several of the same size.
private struct UnitBounds: Hashable {
    let lowest: Double?
    let highest: Double?

    /// A little wider than the range: what lies on the edge is decided where numbers are exact.
    private static let slack = 1e-9

    init?(_ range: QuantityRange, wanted: UCUMUnit, recorded: UCUMUnit) {
        func converted(_ bound: QuantityBound) -> Double {
            wanted.converted(bound.value.value, to: recorded).map { NSDecimalNumber(decimal: $0).doubleValue } ?? .nan
        }
        let lower = range.lower.map(converted)
        let upper = range.upper.map(converted)
        let ends = [lower, upper].compactMap(\.self)
        guard !ends.isEmpty, ends.allSatisfy({ $0.isFinite && abs($0) < 1e29 }) else { return nil }
        // Near the zero of a temperature a part of the number itself is nothing.
        let least = wanted.isProportional && recorded.isProportional ? 0 : UnitBounds.slack
        lowest = lower.map { $0 - max(abs($0) * UnitBounds.slack, least) }
        highest = upper.map { $0 + max(abs($0) * UnitBounds.slack, least) }
    }

    /// The units in which the range can be said, by the bounds that they make of it; in a fixed order.
    static func groups(_ range: QuantityRange, _ omopUnits: [String: String]) -> [(UnitBounds, [(id: String, code: String)])] {
        guard let wanted = UCUMUnit(range.unit) else { return [] }
        var groups: [UnitBounds: [(id: String, code: String)]] = [:]
        for (id, code) in omopUnits.sorted(by: { $0.key < $1.key }) {
            guard Int64(id) != nil, let recorded = UCUMUnit(code), recorded.isCommensurable(with: wanted),
                let bounds = UnitBounds(range, wanted: wanted, recorded: recorded)
            else { continue }
            groups[bounds, default: []].append((id, code))
        }
        return groups.sorted { ($0.value.first?.id ?? "") < ($1.value.first?.id ?? "") }.map { ($0.key, $0.value) }
    }
}
