import CohortPlan
import Execution
import Hyperontology

/// The rows of one table that a request finds, as pieces of a statement in which the table is called `t`.
struct FoundRows {
    let reference: String
    /// The column of the patient.
    let person: String
    let start: String
    /// The column of the end; nil where there is none.
    let end: String?
    /// By which rows of one day are ordered: the table's place among others, and the key in it.
    let ordinal: Int
    let key: String
    /// What a row must be to be looked at.
    let conditions: [String]
    /// By group of tests, what a row says to it; empty where each row matches for certain.
    let truths: [String]
    /// The column of the study, for images.
    let study: String?
    /// By axis of the report that splits by this event: what a row says to each stratum; nil for a stratum that nothing is known of.
    let strata: [Int: [[String]?]]
    /// Whether a study is gathered from its rows.
    let isGathered: Bool
}

extension WholeLowering {
    /// The rows that a request finds, by table that can be searched.
    /// - Parameters:
    ///   - isSearched: whether rows are looked up by their concepts, and not by their patients.
    ///   - needsEnd: whether the end of an event is looked at.
    ///   - axes: the axes of the report that split by what is recorded of these events.
    mutating func rows(
        of request: EventRequest, isSearched: Bool, needsEnd: Bool, needsKey: Bool, axes: [Int] = []
    ) throws(WholeGap) -> [FoundRows] {
        guard request.record == nil else { throw WholeGap("rows of a table are asked for by a cohort with the semantics of ATLAS") }
        let places = (lowering.bindings.events[request.kind.rawValue]?.places ?? []).sorted { $0.container < $1.container }
        var found: [FoundRows] = []
        for (ordinal, place) in places.enumerated() {
            // A table that cannot be searched is left out here as everywhere.
            guard case .success = Result(catching: { () throws(LoweringGap) in try lowering.check(request, in: place) }) else { continue }
            var copy = self
            let rows: FoundRows
            do {
                rows =
                    request.kind.isImaging
                    ? try copy.images(request, in: place, isSearched, axes)
                    : try copy.records(request, in: place, ordinal, isSearched, needsEnd, needsKey, axes)
            } catch let gap as WholeGap { throw gap } catch {
                throw WholeGap((error as? LoweringGap)?.reason ?? "a table cannot be searched")
            }
            self = copy
            found.append(rows)
        }
        guard !found.isEmpty else { throw WholeGap("no table can be searched for \(request.kind.rawValue)") }
        return found
    }

    private mutating func records(
        _ request: EventRequest, in place: Place, _ ordinal: Int, _ isSearched: Bool, _ needsEnd: Bool, _ needsKey: Bool, _ axes: [Int]
    ) throws -> FoundRows {
        let bound = try BoundTable(place, schema: lowering.schema)
        let (person, key, start) = (try bound.column("patientField"), try bound.column("keyField"), try bound.column("startField"))
        let end = try bound.optionalColumn("endField")
        guard person.content.isNumber, key.content.isNumber, words.canBeDays(start.content) else {
            throw WholeGap("the columns of `\(bound.table.name)` have other types than those of OMOP")
        }
        try require(.starts, of: bound)
        if needsKey { try require(.keys, of: bound) }
        if needsEnd, end != nil { try require(.ends, of: bound) }
        if request.concepts != nil, try !bound.column("conceptField").content.isNumber {
            throw WholeGap("the concepts of `\(bound.table.name)` are not numbers")
        }
        let concepts = try lowering.conceptTest(of: request, in: bound, isSearched: isSearched, &parameters)
        var truths: [String] = []
        if let value = request.value { truths.append(try truth(of: value, in: bound)) }
        var strata: [Int: [[String]?]] = [:]
        for axis in axes {
            strata[axis] = try tests(ofAxis: axis).map { test throws -> [String]? in
                guard let test, (try? lowering.valueTest(of: EventRequest(kind: request.kind, value: test), in: bound)) != nil else {
                    return nil
                }
                return [try truth(of: test, in: bound)]
            }
        }
        return FoundRows(
            reference: bound.reference, person: person.of("t").text, start: start.of("t").text, end: end?.of("t").text, ordinal: ordinal,
            key: key.of("t").text, conditions: concepts.map { [$0.condition] } ?? [], truths: truths, study: nil, strata: strata,
            isGathered: false)
    }

    private mutating func images(_ request: EventRequest, in place: Place, _ isSearched: Bool, _ axes: [Int]) throws -> FoundRows {
        let bound = try BoundTable(place, schema: lowering.schema)
        let (person, start) = (try bound.column("patientField"), try bound.column("startField"))
        let (study, series) = (try bound.column("studyField"), try bound.column("seriesField"))
        guard person.content.isNumber, words.canBeDays(start.content), study.content == .text, series.content == .text else {
            throw WholeGap("the columns of `\(bound.table.name)` have other types than those of OMOP")
        }
        try require(.studies, of: bound)
        let isOfStudies = request.kind == .imagingStudy
        let groups = isOfStudies ? request.havingSeries : (request.attributes.isEmpty ? [] : [request.attributes])
        var truths: [String] = []
        for group in groups { truths.append(try truth(of: group, in: bound)) }
        var strata: [Int: [[String]?]] = [:]
        for axis in axes {
            guard case .value(_, let values) = plan.report.axes[axis], let property = values.property else { continue }
            strata[axis] = try tests(ofAxis: axis).map { test throws -> [String]? in
                guard let test else { return nil }
                let own = try truth(of: [AttributeTest(property, test)], in: bound)
                return truths.isEmpty ? [own] : truths.map { least([$0, own]) }
            }
        }
        return FoundRows(
            reference: bound.reference, person: person.of("t").text, start: start.of("t").text, end: nil, ordinal: 0,
            key: words.bytes((isOfStudies ? study : series).of("t").text), conditions: [], truths: truths, study: study.of("t").text,
            strata: strata, isGathered: isOfStudies)
    }

    /// By stratum of an axis, its test; nil where it is not known who falls into it.
    private func tests(ofAxis index: Int) throws(WholeGap) -> [ValueTest?] {
        guard case .value(_, let values) = plan.report.axes[index] else { return [] }
        guard values.tests.count <= 40 else { throw WholeGap("a table has more rows than one statement should tell apart") }
        let known = zip(plan.report.breakdowns, whole.strata).flatMap { breakdown, strata in
            breakdown.axes.indices.map { strata?[$0] }
        }
        let evaluable = known[index]
        return zip(values.tests.indices, values.tests).map { place, test in (evaluable?[place] ?? true) ? test : nil }
    }

    // MARK: Values

    /// What a row's value says to a test.
    private mutating func truth(of test: ValueTest, in bound: BoundTable) throws -> String {
        switch test {
        case .coded(let set):
            let column = try bound.column("codedValueField")
            guard column.content.isNumber, bound.place.codeSystems == ["omop"] else {
                throw WholeGap("the coded values of `\(bound.table.name)` are not concepts of OMOP")
            }
            let codes = try CodeSet(set, systems: ["omop"], plan: lowering.plan, bindings: lowering.bindings)
            guard let decided = codes.decided(in: "omop") else { throw WholeGap("the codes of `\(bound.table.name)` are not plain") }
            let value = column.of("t").text
            return "CASE WHEN \(integers(value, decided.yes)) THEN 2 WHEN \(integers(value, decided.no)) THEN 0 ELSE 1 END"
        case .quantity(let range): return try truth(of: range, isAssumed: false, in: bound)
        case .assumed(let range): return try truth(of: range, isAssumed: true, in: bound)
        case .flag, .text: throw WholeGap("a yes-or-no value or a text is tested")
        }
    }

    private mutating func truth(of range: QuantityRange, isAssumed: Bool, in bound: BoundTable) throws -> String {
        let number = try bound.column("numberField").of("t")
        let sign = try bound.optionalColumn("operatorField")
        let unit = try bound.optionalColumn("unitField")
        let name = try bound.optionalColumn("unitTextField")
        guard number.content.isNumber, [sign, unit].allSatisfy({ $0?.content.isNumber ?? true }) else {
            throw WholeGap("the numbers of `\(bound.table.name)` are not stored as numbers")
        }
        try require(.numbers, of: bound)
        let isDecimal = number.content == .decimal
        var cases = ["WHEN \(number.text) IS NULL THEN 1"]
        if let unit {
            var groups: [NumberTruth: [ListedCode]] = [:]
            for (id, code) in lowering.omopUnits.sorted(by: { $0.key < $1.key }) {
                guard Int32(id) != nil, NumberTruth.isComparable(code, range) else { continue }
                guard let steps = NumberTruth(range, unit: code, isDecimal: isDecimal) else {
                    throw WholeGap("an end of a range of numbers cannot be said exactly in `\(code)`")
                }
                groups[steps, default: []].append(ListedCode(code: id, isNumber: true))
            }
            let sorted = groups.sorted { ($0.value.first?.code ?? "") < ($1.value.first?.code ?? "") }
            for (steps, ids) in sorted {
                cases.append(
                    "WHEN \(integers(unit.of("t").text, ids)) THEN \(truth(of: steps, number.text, sign?.of("t").text, isDecimal))")
            }
            // A unit that is coded and not known here.
            cases.append("WHEN \(unit.of("t").text) <> 0 THEN 1")
        }
        if let name {
            guard name.content == .text, let written = facts[bound.reference]?.unitTexts else {
                throw WholeGap("the units of `\(bound.table.name)` are written in more ways than one statement should tell apart")
            }
            var groups: [NumberTruth?: [String]] = [:]
            for text in written {
                // What is nothing but blanks or 0 is no unit.
                guard let code = OMOPValue.code(.text(text)) else { continue }
                guard NumberTruth.isComparable(code, range) else {
                    groups[nil, default: []].append(text)
                    continue
                }
                guard let steps = NumberTruth(range, unit: code, isDecimal: isDecimal) else {
                    throw WholeGap("an end of a range of numbers cannot be said exactly in another unit")
                }
                groups[steps, default: []].append(text)
            }
            for (steps, found) in groups.sorted(by: { ($0.value.first ?? "") < ($1.value.first ?? "") }) {
                var truth = "1"
                if let steps { truth = self.truth(of: steps, number.text, sign?.of("t").text, isDecimal) }
                cases.append("WHEN \(texts(name.of("t").text, found)) THEN \(truth)")
            }
        }
        guard isAssumed else { return "CASE \(cases.joined(separator: " ")) ELSE 1 END" }
        guard let steps = NumberTruth(range, unit: range.unit, isDecimal: isDecimal) else {
            throw WholeGap("an end of a range of numbers cannot be said exactly")
        }
        return "CASE \(cases.joined(separator: " ")) ELSE \(truth(of: steps, number.text, sign?.of("t").text, isDecimal)) END"
    }

    /// What a number says by its comparator.
    private mutating func truth(of steps: NumberTruth, _ number: String, _ sign: String?, _ isDecimal: Bool) -> String {
        var parts: [String?: String] = [:]
        for (comparator, _) in NumberTruth.comparators where comparator == nil || sign != nil {
            var ends: [String] = []
            for end in steps.ends {
                guard let truths = end.truths[comparator], truths.count == 3 else { continue }
                let from = words.number(parameter: parameters.bind(end.from), isExact: isDecimal)
                let to = end.from == end.to ? from : words.number(parameter: parameters.bind(end.to), isExact: isDecimal)
                let (below, on, above) = (truths[0].rawValue, truths[1].rawValue, truths[2].rawValue)
                if on == above || (end.from != end.to && Double(end.from) ?? 0 > Double(end.to) ?? 0) {
                    ends.append("CASE WHEN \(number) < \(from) THEN \(below) ELSE \(above) END")
                } else if on == below {
                    ends.append("CASE WHEN \(number) <= \(to) THEN \(below) ELSE \(above) END")
                } else {
                    ends.append("CASE WHEN \(number) < \(from) THEN \(below) WHEN \(number) <= \(to) THEN \(on) ELSE \(above) END")
                }
            }
            parts[comparator] = least(ends)
        }
        let plain = parts[nil] ?? "1"
        guard let sign else { return plain }
        let signs = NumberTruth.comparators.compactMap { comparator, concept in
            concept.map { "WHEN \($0) THEN \(parts[comparator] ?? "1")" }
        }
        return
            "CASE COALESCE(\(sign), 0) WHEN 0 THEN \(plain) WHEN \(OMOPValue.equalSign) THEN \(plain) \(signs.joined(separator: " ")) ELSE 1 END"
    }

    // MARK: Images

    /// What a series says to tests that must all hold.
    private mutating func truth(of group: [AttributeTest], in bound: BoundTable) throws -> String {
        var truths: [String] = []
        for attribute in group {
            guard case .coded(let set) = attribute.test else { throw WholeGap("a property of images is tested that is no code") }
            var columns: [(column: BoundColumn, system: CodeSystem)] = []
            for field in lowering.bindings.properties[attribute.property.rawValue]?.fields ?? [] {
                guard let system = field.codeSystem, let column = try bound.column(named: field.name) else { continue }
                columns.append((column, system))
            }
            guard !columns.isEmpty else { throw WholeGap("a property of images has no column") }
            let codes = try CodeSet(set, systems: columns.map(\.system).sorted(), plan: lowering.plan, bindings: lowering.bindings)
            var cases: [String] = []
            for (column, system) in columns {
                guard let decided = codes.decided(in: system) else { throw WholeGap("the codes of images are not plain") }
                if system == "omop" {
                    guard column.content.isNumber else { throw WholeGap("the concepts of `\(bound.table.name)` are not numbers") }
                    let value = column.of("t").text
                    cases.append("WHEN \(integers(value, decided.yes)) THEN 2 WHEN \(integers(value, decided.no)) THEN 0")
                    cases.append("WHEN \(value) <> 0 THEN 1")
                } else {
                    guard column.content == .text else { throw WholeGap("the codes of `\(bound.table.name)` are not texts") }
                    try require(.words, of: bound)
                    let value = "UPPER(TRIM(\(column.of("t").text)))"
                    cases.append(
                        "WHEN \(texts(value, decided.yes.map(\.code))) THEN 2 WHEN \(texts(value, decided.no.map(\.code))) THEN 0")
                    cases.append("WHEN \(value) NOT IN ('', '0') THEN 1")
                }
            }
            truths.append("CASE \(cases.joined(separator: " ")) ELSE 1 END")
        }
        return least(truths)
    }
}

extension RequestLowering {
    /// - Throws: where a table is not searched for a request.
    func check(_ request: EventRequest, in place: Place) throws(LoweringGap) {
        var parameters = SQLParameters(dialect)
        let bound = try BoundTable(place, schema: schema)
        let roles =
            request.kind.isImaging
            ? ["patientField", "studyField", "seriesField", "startField"] : ["patientField", "keyField", "startField"]
        for role in roles { _ = try bound.column(role) }
        if request.kind.isImaging {
            var tests = SeriesTests(firstColumn: 0)
            let groups = request.kind == .imagingSeries ? [request.attributes] : request.havingSeries
            _ = try tests.lower(groups, in: bound, plan: plan, bindings: bindings)
        } else {
            _ = try conceptTest(of: request, in: bound, &parameters)
            _ = try valueTest(of: request, in: bound)
            for role in ["endField", "numberField", "operatorField", "unitField", "unitTextField", "codedValueField"] {
                _ = try bound.optionalColumn(role)
            }
        }
    }
}
