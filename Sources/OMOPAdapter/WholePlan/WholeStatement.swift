import CohortPlan
import Execution
import Hyperontology

/// A whole plan as one statement, and how its rows are read.
struct WholeStatement: Sendable {
    let statement: OMOPStatement
    /// The tables of the database that it reads, whose versions it tells, as statements name them.
    let references: [String]
    private let whole: WholePlan
    private let population: Int

    /// What the rows of a part are.
    private enum Part {
        static let counted = 0
        static let unknown = 1
        static let funnel = 2
        static let cells = 3
        static let others = 4
        static let othersUnknown = 5
        static let patient = 6
        static let version = 7
        /// And above: a breakdown.
        static let tables = 8
    }

    /// - Throws: where the plan cannot be said exactly.
    init(_ whole: WholePlan, _ lowering: RequestLowering, facts: [String: TableFacts]) throws(WholeGap) {
        var words = WholeLowering(whole, lowering, facts: facts)
        self.whole = whole
        // What an event has in common with another is no window in time, which a statement would take it for.
        guard whole.plan.bonds.isEmpty else { throw WholeGap("what events share is asked for") }
        let report = whole.plan.report
        if whole.detail == .images, whole.plan.anchors.contains(where: { $0.request.kind.isImaging }) {
            throw WholeGap("the images of who is counted are asked for")
        }
        guard report.summaries.allSatisfy({ !whole.isEvaluable($0) }) else { throw WholeGap("numbers of patients are described") }
        let person: PersonLowering
        do { person = try lowering.person() } catch { throw WholeGap(error.reason) }
        guard person.key.content.isNumber else { throw WholeGap("persons have no numbers") }
        try words.require(.identity, of: person.bound)
        // Who surely does not meet the condition is looked at no further, unless the report tells of them.
        let conjuncts = WholeLowering.conjuncts(of: whole.condition)
        let first = WholeLowering.conjuncts(of: whole.funnel.first ?? whole.condition)
        let pruning = report.overlap.isEmpty ? first.filter { conjuncts.contains($0) } : []
        words.require(by: pruning)
        try words.requireSelection(by: pruning)
        let steps = try Steps(&words, pruning)
        let verdict = try Verdict(&words, steps)
        words.tables.append(("patients", try WholeStatement.patients(&words, person)))
        words.tables += steps.tables.map { ($0.name, $0.text) }
        words.tables.append(("verdict", verdict.text))
        let parts = try WholeStatement.parts(&words, verdict, person)
        let kept: Set<String> = Set(["patients", "verdict"] + steps.tables.map(\.name))
        let tables = words.tables.map { name, text in
            "\(name) \(kept.contains(name) ? "AS MATERIALIZED" : words.words.shared) (\(text))"
        }
        let text = "WITH \(tables.joined(separator: ",\n"))\n\(parts.joined(separator: "\nUNION ALL "))"
        guard text.utf8.count < 400_000, words.tables.count < 300 else { throw WholeGap("the plan is too large for one statement") }
        // As the end of an event of a kind that has none.
        guard words.parameters.areAllUsed(in: text) else { throw WholeGap("a part of the plan can never be known") }
        statement = OMOPStatement(text: text, parameters: words.parameters.values)
        references = words.references
        population = facts[person.bound.reference]?.count ?? 0
    }

    // MARK: Patients

    /// The patients who may meet the condition, with what is known of their events.
    private static func patients(_ words: inout WholeLowering, _ person: PersonLowering) throws(WholeGap) -> String {
        let key = person.key.of("p").text
        var list = ["\(key) AS person"]
        if words.needsSex {
            guard let column = person.sex, column.content.isNumber else { throw WholeGap("the sex is not recorded as a number") }
            let codes = words.lowering.bindings.sexCodes.sorted { $0.key < $1.key }
            var cases: [String] = []
            for (code, name) in codes {
                guard let sex = Sex(rawValue: name).flatMap(Sex.allCases.firstIndex), let number = Int(code) else { continue }
                cases.append("WHEN \(words.integer(number)) THEN \(sex)")
            }
            list.append("CASE \(column.of("p").text) \(cases.joined(separator: " ")) END AS sex")
        }
        if words.needsBirth {
            guard let year = person.births[0] else { throw WholeGap("no year of birth is recorded") }
            guard person.births.allSatisfy({ $0?.content.isNumber ?? true }) else {
                throw WholeGap("birth dates are not recorded as numbers")
            }
            try words.require(.births, of: person.bound)
            let range = BirthWords.range(
                year.of("p").text, person.births[1]?.of("p").text, person.births[2]?.of("p").text,
                isWhole: words.has(.wholeBirths, person.bound))
            list += ["\(range.first) AS born_from", "\(range.last) AS born_to"]
        }
        var before: [String] = []
        var after: [String] = []
        // Of events that are laid around others the last one is there for the fewest.
        for event in words.used.union(words.required).sorted(by: { $0.index > $1.index }) {
            let known = try words.table(for: event)
            let isRequired = words.required.contains(event)
            list += columns("e\(event.index)", known, isRequired: isRequired)
            (isRequired ? { before.append($0) } : { after.append($0) })("\(WholeLowering.table(of: event)) AS e\(event.index)")
        }
        for selection in words.selections {
            list += columns(selection.name, selection.known, isRequired: selection.isRequired)
            (selection.isRequired ? { before.append($0) } : { after.append($0) })(selection.name)
        }
        func name(_ table: String) -> String { table.split(separator: " ").last.map(String.init) ?? table }
        var source = ""
        for table in before {
            source += source.isEmpty ? table : " \(words.words.join) \(table) ON \(name(table)).person = \(name(before[0])).person"
        }
        let persons = "\(person.bound.reference) AS p"
        source += source.isEmpty ? persons : " \(words.words.join) \(persons) ON \(key) = \(name(before[0])).person"
        for table in after { source += " LEFT JOIN \(table) ON \(name(table)).person = \(key)" }
        return "SELECT \(list.joined(separator: ", ")) FROM \(source)"
    }

    private static func columns(_ name: String, _ known: WholeLowering.EventTableWords, isRequired: Bool) -> [String] {
        var list: [String] = []
        if known.isSingle {
            let state =
                known.mayBeUnknown
                ? (isRequired ? "\(name).state" : "COALESCE(\(name).state, 0)")
                : (isRequired ? "3" : "CASE WHEN \(name).person IS NULL THEN 0 ELSE 3 END")
            list += ["\(state) AS \(name)_state", "\(name).day AS \(name)_day"]
        } else {
            list += ["COALESCE(\(name).certain, 0) AS \(name)_certain", "COALESCE(\(name).possible, 0) AS \(name)_possible"]
        }
        for column in known.columns {
            switch column {
            case .end: list.append("\(name).end_day AS \(name)_end_day")
            case .series: list.append("COALESCE(\(name).series, 0) AS \(name)_series")
            case .studies: list.append("COALESCE(\(name).studies, 0) AS \(name)_studies")
            case .stratum(let axis): list.append("\(name).stratum_\(axis) AS \(name)_stratum_\(axis)")
            }
        }
        return list.sorted()
    }

    // MARK: Parts

    private static func parts(_ words: inout WholeLowering, _ verdict: Verdict, _ person: PersonLowering) throws(WholeGap) -> [String] {
        let report = words.plan.report
        // The number of rows, then of patients and of units, by measure.
        let counts =
            ["COUNT(*)"]
            + report.measures.indices.flatMap { index -> [String] in
                guard let units = verdict.units[index] else { return ["COUNT(*)", "COUNT(*)"] }
                return ["COALESCE(SUM(CASE WHEN \(units) > 0 THEN 1 ELSE 0 END), 0)", "COALESCE(SUM(\(units)), 0)"]
            }
        let width = counts.count
        let note = "CAST(NULL AS TEXT)"
        func row(_ part: String, _ place: String, _ numbers: [String], _ note: String, _ rest: String) -> String {
            let padded = numbers + [String](repeating: "0", count: width - numbers.count)
            return "SELECT \(([part, place] + padded + [note]).joined(separator: ", ")) \(rest)"
        }
        let isCounted = "CASE truth WHEN 2 THEN \(Part.counted) ELSE \(Part.unknown) END"
        var parts = [row(isCounted, "0", counts, note, "FROM verdict WHERE truth > 0 GROUP BY truth")]
        for (index, place) in verdict.places.enumerated() {
            guard let place else { continue }
            parts.append(row("\(Part.tables + index)", place, counts, note, "FROM verdict WHERE truth = 2 GROUP BY \(place)"))
        }
        for index in words.whole.funnel.indices {
            let left = (0...index).map { "step_\($0) = 2" }.joined(separator: " AND ")
            parts.append(row("\(Part.funnel)", "\(index)", ["COALESCE(SUM(CASE WHEN \(left) THEN 1 ELSE 0 END), 0)"], note, "FROM verdict"))
        }
        if !words.whole.overlap.isEmpty {
            let bits =
                ["CASE WHEN truth = 2 THEN 1 ELSE 0 END"]
                + words.whole.overlap.indices.map { "CASE WHEN other_\($0) = 2 THEN \(1 << ($0 + 1)) ELSE 0 END" }
            let cell = bits.joined(separator: " + ")
            parts.append(row("\(Part.cells)", cell, ["COUNT(*)"], note, "FROM verdict GROUP BY \(cell)"))
            for index in words.whole.overlap.indices {
                for (part, truth) in [(Part.others, 2), (Part.othersUnknown, 1)] {
                    parts.append(row("\(part)", "\(index)", ["COUNT(*)"], note, "FROM verdict WHERE other_\(index) = \(truth)"))
                }
            }
        }
        if words.whole.detail != .counts {
            let key = person.key.of("p").text
            parts.append(
                row(
                    "\(Part.patient)", "0", [], person.identifier,
                    "FROM verdict JOIN \(person.bound.reference) AS p ON \(key) = verdict.person WHERE verdict.truth = 2"))
        }
        for (index, reference) in words.references.enumerated() {
            let name = words.words.namesVersions ? words.parameters.bind(reference) : ""
            parts.append(row("\(Part.version)", "\(index)", [], "(\(words.words.version(parameter: name)))", ""))
        }
        return parts
    }

    // MARK: Reading

    /// One row of the answer.
    struct Piece: Sendable {
        let part: Int
        let place: Int
        let numbers: [Int]
        let note: String?
    }

    func piece(_ row: any SQLRow) -> Piece? {
        let width = 2 * whole.plan.report.measures.count + 1
        guard let part = OMOPValue.integer(row[0]), let place = OMOPValue.integer(row[1]) else { return nil }
        return Piece(
            part: part, place: place, numbers: (0..<width).map { OMOPValue.integer(row[$0 + 2]) ?? 0 }, note: OMOPValue.text(row[width + 2])
        )
    }

    /// By table of the database, the version of which the answer is.
    func versions(_ pieces: [Piece]) -> [String: String] {
        var versions: [String: String] = [:]
        for piece in pieces where piece.part == Part.version && references.indices.contains(piece.place) {
            versions[references[piece.place]] = piece.note
        }
        return versions
    }

    func answer(_ pieces: [Piece]) -> WholeAnswer {
        var answer = WholeAnswer(whole)
        answer.population = population
        let measures = whole.plan.report.measures.indices
        func counts(_ numbers: [Int]) -> [RawCount] { measures.map { RawCount(patients: numbers[2 * $0 + 1], units: numbers[2 * $0 + 2]) } }
        for piece in pieces {
            switch piece.part {
            case Part.counted: answer.measures = counts(piece.numbers)
            case Part.unknown: answer.unknown = piece.numbers[0]
            case Part.funnel: answer.funnel[piece.place] = piece.numbers[0]
            case Part.cells: answer.cells[piece.place] = piece.numbers[0]
            case Part.others: answer.others[piece.place] = piece.numbers[0]
            case Part.othersUnknown: answer.othersUnknown[piece.place] = piece.numbers[0]
            case Part.patient: if let id = piece.note { answer.patients.append(id) }
            case Part.version: break
            default:
                let table = piece.part - Part.tables
                guard answer.tables.indices.contains(table), answer.tables[table].indices.contains(piece.place) else { continue }
                answer.tables[table][piece.place] = counts(piece.numbers)
            }
        }
        answer.patients.sort()
        return answer
    }
}
