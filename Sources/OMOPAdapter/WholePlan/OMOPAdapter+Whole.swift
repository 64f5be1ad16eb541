import CohortPlan
import Diagnostics
public import Execution
import Hyperontology

extension OMOPAdapter {
    public func offer(for whole: WholePlan) -> WholeOffer {
        guard pushdown == .all else { return .declined(reason: "the database is asked criterion by criterion") }
        let lowering = lowering(whole.expanded)
        do {
            let supposed = try FactsOfPlan(whole, lowering).supposed
            let statement = try WholeStatement(whole, lowering, facts: supposed).statement
            return .queries([NativeQuery(language: "SQL", text: statement.text, parameters: statement.parameters)])
        } catch { return .declined(reason: error.reason) }
    }

    public func answer(_ whole: WholePlan) async throws(SourceFailure) -> WholeAnswer? {
        guard pushdown == .all else { return nil }
        // The rows may become others between the look at them and the statement; then they are looked at once more.
        for _ in 0..<2 {
            let lowering = lowering(whole.expanded)
            guard let needed = try? FactsOfPlan(whole, lowering) else { return nil }
            guard (try? WholeStatement(whole, lowering, facts: needed.supposed)) != nil else { return nil }
            guard let facts = try await facts(needed) else { return nil }
            let lowered: WholeStatement
            do { lowered = try WholeStatement(whole, lowering, facts: facts) } catch { return nil }
            let pieces = try await database.rows(of: lowered.statement) { lowered.piece($0) }
            let versions = lowered.versions(pieces)
            let stale = lowered.references.filter { facts[$0]?.version != versions[$0] }
            guard !stale.isEmpty else { return lowered.answer(pieces) }
            for reference in stale { await seen.forget(reference) }
        }
        return nil
    }

    /// What the tables of a plan are like, looked at where that is not known yet; nil where the database does not tell when they become others.
    private func facts(_ needed: FactsOfPlan) async throws(SourceFailure) -> [String: TableFacts]? {
        var facts: [String: TableFacts] = [:]
        for look in needed.looks {
            if await seen.isUnversioned(look.reference) { return nil }
            if let known = await seen.facts(of: look.reference) {
                facts[look.reference] = known
                continue
            }
            var texts: [String] = []
            if let units = look.unitTexts {
                texts = try await database.rows(of: OMOPStatement(text: units, parameters: [])) { OMOPValue.text($0[0]) }
            }
            let units = texts
            guard let found = try await database.rows(of: look.statement, { look.facts(of: $0, unitTexts: units) }).first else {
                await seen.noteUnversioned(look.reference)
                return nil
            }
            await seen.note(found, of: look.reference)
            facts[look.reference] = found
        }
        return facts
    }
}

/// The looks at the tables that a plan needs.
struct FactsOfPlan: Sendable {
    /// Each table once.
    let looks: [FactsLowering]

    init(_ whole: WholePlan, _ lowering: RequestLowering) throws(WholeGap) {
        var looks: [String: FactsLowering] = [:]
        do {
            let person = try lowering.person()
            var look = FactsLowering(person.bound.reference, lowering.dialect)
            let births = person.births.map { $0?.of("p") }
            look.addPersons(identifier: person.identifier, key: person.key.of("p"), births: births)
            looks[person.bound.reference] = look
        } catch { throw WholeGap(error.reason) }
        for request in whole.plan.requests {
            for place in lowering.bindings.events[request.kind.rawValue]?.places ?? [] {
                guard let bound = try? BoundTable(place, schema: lowering.schema), looks[bound.reference] == nil,
                    let look = try? FactsOfPlan.look(at: bound, request.kind, lowering)
                else { continue }
                looks[bound.reference] = look
            }
        }
        self.looks = looks.sorted { $0.key < $1.key }.map(\.value)
    }

    private static func look(at bound: BoundTable, _ kind: EventKind, _ lowering: RequestLowering) throws(LoweringGap) -> FactsLowering {
        var look = FactsLowering(bound.reference, lowering.dialect)
        let start = try bound.column("startField").of("t")
        guard !kind.isImaging else {
            look.addImages(
                person: try bound.column("patientField").of("t"), study: try bound.column("studyField").of("t"),
                series: try bound.column("seriesField").of("t"), start: start)
            for field in lowering.bindings.properties.values.flatMap(\.fields) where field.codeSystem != "omop" {
                if let column = (try? bound.column(named: field.name)) ?? nil { look.add(word: column.of("t")) }
            }
            return look
        }
        look.add(start: start)
        if let end = try bound.optionalColumn("endField") { look.add(end: end.of("t")) }
        let name = lowering.dialect.words.namesVersions ? bound.reference : bound.table.name
        look.add(key: try bound.column("keyField"), table: name)
        if let number = try bound.optionalColumn("numberField") { look.add(number: number.of("t")) }
        if let text = try bound.optionalColumn("unitTextField") {
            look.add(unit: try bound.optionalColumn("unitField")?.of("t"), name: text.of("t"))
        }
        return look
    }

    /// What is supposed of the tables before anybody looks: that all of it is plain.
    var supposed: [String: TableFacts] {
        let plain = TableFacts(version: "", count: 0, plain: Set(TableFacts.Trait.allCases), unitTexts: [])
        return Dictionary(uniqueKeysWithValues: looks.map { ($0.reference, plain) })
    }
}
