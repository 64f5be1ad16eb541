import CohortPlan
import Execution
import Foundation
import GRDB
import Hyperontology
import OMOPAdapter
import Testing

/// Random cohorts over random rows: what a database answers is what the reference evaluator says of the same rows in memory.
@Suite struct RandomCohortTests {
    /// Concepts 1 to 9; 10 is above 1, 2 and 3, and 11 above 10. 4 maps to 1.
    private static let vocabulary = SiteVocabulary(
        descendants: [10: [10, 1, 2, 3], 11: [11, 10, 1, 2, 3]], mappedTo: [1: [4]])

    @Test func theDatabaseAnswersAsTheReferenceDoes() async throws {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["COHORTIUM_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1_000_000)
        let cases = environment["COHORTIUM_CASES"].flatMap { Int($0) } ?? 150
        print("atlas: \(cases) random cohorts, seed \(seed)")
        var random = SplitMix(state: seed)
        let patients = (1...40).map { patient(number: $0, &random) }
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-random-\(UUID().uuidString).sqlite").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await write(patients, to: path)
        let hyperontology = try ImportTests.ontology.get()
        let adapter = OMOPAdapter(
            name: "omop", path: path, bindings: hyperontology.bindings(for: "omop"), omopUnits: hyperontology.omopUnits)
        try await adapter.probe()
        let engine = PlanEngine(sources: [adapter])
        var found = 0
        for number in 0..<cases {
            let cohort = self.cohort(&random)
            let plan = try CohortPlan(anchors: [], condition: .atlas(cohort), report: Report(measures: [.patients]))
            let again = try JSONDecoder().decode(CohortPlan.self, from: try JSONEncoder().encode(plan))
            #expect(again == plan)
            let expanded = ExpandedPlan(plan: plan, expansions: [])
            let expected = ReferenceEvaluator(expanded, vocabulary: RandomCohortTests.vocabulary).evaluate(patients)
            let result = try await engine.execute(expanded)
            guard case .counted(let counted) = result.outcome else {
                Issue.record("seed \(seed), cohort \(number): \(result.outcome)")
                return
            }
            #expect(counted.selection.patients == expected.patients && expected.unknown == 0, "seed \(seed), cohort \(number): \(cohort)")
            found += expected.patients.isEmpty ? 0 : 1
        }
        #expect(found * 5 > cases, "most cohorts are empty, so the test says little")
    }

    // MARK: Rows

    private func patient(number: Int, _ random: inout SplitMix) -> PatientRecord {
        var rows: [RecordedRow] = []
        var next = number * 1_000
        func day() -> CalendarDate { CalendarDate(daysSinceEpoch: 18_000 + Int(random.next() % 400)) }
        let first = CalendarDate(daysSinceEpoch: 18_000)
        rows.append(RecordedRow(.observationPeriod, number: next, start: first, end: CalendarDate(daysSinceEpoch: 18_000 + 150 + number)))
        if number % 2 == 0 {
            rows.append(
                RecordedRow(
                    .observationPeriod, number: next + 1, start: CalendarDate(daysSinceEpoch: 18_250),
                    end: CalendarDate(daysSinceEpoch: 18_400)))
        }
        for table in [RecordTable.conditionOccurrence, .drugExposure, .measurement, .visitOccurrence] {
            for _ in 0..<(random.next() % 7) {
                next += 2
                let start = day()
                let isLong = table != .measurement && random.next() % 3 > 0
                let end = isLong ? CalendarDate(daysSinceEpoch: start.daysSinceEpoch + Int(random.next() % 30)) : nil
                var numbers: [RecordField: ExactDecimal] = [:]
                var concepts: [RecordField: Int] = [:]
                if table == .measurement, random.next() % 4 > 0 {
                    numbers = [.valueAsNumber: ExactDecimal(Int(random.next() % 10)), .rangeHigh: ExactDecimal(4)]
                    concepts = [.unit: 20 + Int(random.next() % 2)]
                }
                if table == .drugExposure, random.next() % 2 == 0 { numbers = [.daysSupply: ExactDecimal(Int(random.next() % 40))] }
                rows.append(
                    RecordedRow(
                        table, number: next, start: start, end: end, concept: 1 + Int(random.next() % 9),
                        sourceConcept: 1 + Int(random.next() % 9), visit: table == .visitOccurrence ? next : 1 + Int(random.next() % 3),
                        concepts: concepts, numbers: numbers))
            }
        }
        let birth = CalendarDate(year: 1940 + Int(random.next() % 60), month: 6, day: 15)
        return PatientRecord(
            id: "\(number)", sex: random.next() % 2 == 0 ? .female : .male, birthDate: birth.map { DateRange($0) }, events: [], rows: rows)
    }

    // MARK: Cohorts

    private func codes(_ random: inout SplitMix) -> VocabularySet {
        func term() -> VocabularySet.Term {
            VocabularySet.Term(1 + Int(random.next() % 11), descendants: random.next() % 2 == 0, mapped: random.next() % 4 == 0)
        }
        let include = (0...(random.next() % 3)).map { _ in term() }
        return VocabularySet(include: include, exclude: random.next() % 3 == 0 ? [term()] : [])
    }

    private func selection(_ random: inout SplitMix, depth: Int) -> AtlasSelection {
        let table = [RecordTable.conditionOccurrence, .drugExposure, .measurement, .visitOccurrence][Int(random.next() % 4)]
        var (own, derived): ([RecordTest], [RecordTest]) = ([], [])
        if table == .measurement, random.next() % 2 == 0 {
            let bound = QuantityBound(ExactDecimal(Int(random.next() % 8)), inclusive: random.next() % 2 == 0)
            own.append(RecordTest(.valueAsNumber, .number(from: bound, to: nil), isOpposite: random.next() % 4 == 0))
            if random.next() % 3 == 0 { own.append(RecordTest(.unit, .among([20]), isOpposite: random.next() % 2 == 0)) }
            if random.next() % 3 == 0 {
                own.append(RecordTest(.rangeHighRatio, .number(from: nil, to: QuantityBound(ExactDecimal(1), inclusive: true))))
            }
        }
        if random.next() % 4 == 0 {
            derived.append(RecordTest(.age, .number(from: QuantityBound(ExactDecimal(40), inclusive: true), to: nil)))
        }
        if random.next() % 6 == 0 { derived.append(RecordTest(.sex, .sex(.female), isOpposite: random.next() % 2 == 0)) }
        if random.next() % 6 == 0 {
            derived.append(RecordTest(.length, .number(from: nil, to: QuantityBound(ExactDecimal(9), inclusive: false))))
        }
        let request = RecordRequest(
            table, codes: random.next() % 5 > 0 ? codes(&random) : nil, sourceCodes: random.next() % 8 == 0 ? codes(&random) : nil,
            isFirst: random.next() % 4 == 0, tests: own)
        return AtlasSelection(
            request, tests: derived, condition: depth > 0 && random.next() % 3 == 0 ? group(&random, depth: depth - 1) : nil)
    }

    private func group(_ random: inout SplitMix, depth: Int) -> AtlasGroup {
        let parts = (0...(random.next() % 2)).map { _ -> AtlasCondition in
            if depth > 0, random.next() % 4 == 0 { return .group(group(&random, depth: depth - 1)) }
            if random.next() % 6 == 0 { return .event([RecordTest(.sex, .sex(.male))]) }
            return .occurrences(occurrences(&random, depth: depth))
        }
        let range = [CountRange(parts.count, nil), CountRange(1, nil), CountRange(0, 1), CountRange(0, 0)][Int(random.next() % 4)]
        return AtlasGroup(range, parts)
    }

    private func occurrences(_ random: inout SplitMix, depth: Int) -> AtlasOccurrences {
        func side() -> Window.Side { random.next() % 4 == 0 ? .end : .start }
        func bound(_ usual: AtlasWindow.Bound) -> AtlasWindow.Bound {
            random.next() % 3 == 0 ? usual : .days(Int(random.next() % 200) - 100)
        }
        let windows = (0..<(random.next() % 3)).map { _ in
            AtlasWindow(side(), from: bound(.earliest), to: bound(.latest), of: side())
        }
        let ranges = [CountRange(1, nil), CountRange(0, 0), CountRange(2, nil), CountRange(0, 1), CountRange(1, 1)]
        let distinct: [AtlasOccurrences.Distinct?] = [nil, nil, nil, .concepts, .days, .visits]
        return AtlasOccurrences(
            ranges[Int(random.next() % 5)], distinct: distinct[Int(random.next() % 6)], of: selection(&random, depth: depth - 1),
            windows: windows, isInVisit: random.next() % 6 == 0, isInAnyPeriod: random.next() % 3 == 0)
    }

    private func cohort(_ random: inout SplitMix) -> AtlasCohort {
        let limits = AtlasCohort.Limit.allCases
        let exits: [AtlasCohort.Exit] = [
            .observation, .days(Int(random.next() % 90), after: random.next() % 2 == 0 ? .start : .end),
            .exposure(codes(&random), gap: Int(random.next() % 40), more: Int(random.next() % 10)),
        ]
        return AtlasCohort(
            entry: (0...(random.next() % 2)).map { _ in selection(&random, depth: 2) }, observedBefore: Int(random.next() % 60),
            observedAfter: Int(random.next() % 20), entryLimit: limits[Int(random.next() % 3)],
            qualification: random.next() % 3 == 0 ? group(&random, depth: 2) : nil, qualificationLimit: limits[Int(random.next() % 3)],
            rules: (0..<(random.next() % 3)).map { _ in group(&random, depth: 2) }, limit: limits[Int(random.next() % 3)],
            exit: exits[Int(random.next() % 3)], censoring: random.next() % 4 == 0 ? [selection(&random, depth: 1)] : [],
            gap: Int(random.next() % 30), from: random.next() % 5 == 0 ? CalendarDate(daysSinceEpoch: 18_100) : nil,
            to: random.next() % 5 == 0 ? CalendarDate(daysSinceEpoch: 18_300) : nil)
    }

    // MARK: The same rows as a database

    private func write(_ patients: [PatientRecord], to path: String) async throws {
        let queue = try DatabaseQueue(path: path)
        try await queue.write { database in
            try database.execute(
                sql: """
                    CREATE TABLE person (person_id INTEGER, gender_concept_id INTEGER, year_of_birth INTEGER, month_of_birth INTEGER,
                      day_of_birth INTEGER, person_source_value TEXT);
                    CREATE TABLE concept (concept_id INTEGER, invalid_reason TEXT);
                    CREATE TABLE concept_ancestor (ancestor_concept_id INTEGER, descendant_concept_id INTEGER);
                    CREATE TABLE concept_relationship (concept_id_1 INTEGER, concept_id_2 INTEGER, relationship_id TEXT, invalid_reason TEXT);
                    CREATE TABLE observation_period (observation_period_id INTEGER, person_id INTEGER, observation_period_start_date TEXT,
                      observation_period_end_date TEXT);
                    """)
            for (table, stem, concept, more) in [
                ("condition_occurrence", "condition", "condition", ""),
                ("drug_exposure", "drug_exposure", "drug", ", days_supply INTEGER"), ("visit_occurrence", "visit", "visit", ""),
            ] {
                try database.execute(
                    sql: """
                        CREATE TABLE \(table) (\(table)_id INTEGER, person_id INTEGER, \(stem)_start_date TEXT, \(stem)_end_date TEXT,
                          \(concept)_concept_id INTEGER, \(concept)_source_concept_id INTEGER\(table.hasPrefix("visit") ? "" : ", visit_occurrence_id INTEGER")\(more))
                        """)
            }
            try database.execute(
                sql: """
                    CREATE TABLE measurement (measurement_id INTEGER, person_id INTEGER, measurement_date TEXT, measurement_concept_id INTEGER,
                      measurement_source_concept_id INTEGER, visit_occurrence_id INTEGER, value_as_number REAL, range_high REAL,
                      unit_concept_id INTEGER)
                    """)
            for (ancestor, below) in RandomCohortTests.vocabulary.descendants {
                for concept in below {
                    try database.execute(sql: "INSERT INTO concept_ancestor VALUES (?, ?)", arguments: [ancestor, concept])
                }
            }
            for concept in 1...11 { try database.execute(sql: "INSERT INTO concept VALUES (?, NULL)", arguments: [concept]) }
            for (concept, others) in RandomCohortTests.vocabulary.mappedTo {
                for other in others {
                    try database.execute(
                        sql: "INSERT INTO concept_relationship VALUES (?, ?, 'Maps to', NULL)", arguments: [other, concept])
                }
            }
            for patient in patients { try insert(patient, database) }
        }
        try queue.close()
    }

    private func insert(_ patient: PatientRecord, _ database: Database) throws {
        try database.execute(
            sql: "INSERT INTO person VALUES (?, ?, ?, 6, 15, NULL)",
            arguments: [Int(patient.id), patient.sex == .female ? 8532 : 8507, patient.birthDate?.earliest.components.year])
        for row in patient.rows ?? [] {
            let head: [(any DatabaseValueConvertible)?] = [row.number, Int(patient.id), row.start.description]
            let tail: [(any DatabaseValueConvertible)?] =
                switch row.table {
                case .observationPeriod: [row.end?.description]
                case .visitOccurrence: [row.end?.description, row.concept, row.sourceConcept]
                case .drugExposure:
                    [
                        row.end?.description, row.concept, row.sourceConcept, row.visit,
                        row.numbers[.daysSupply].flatMap { Int($0.description) },
                    ]
                case .measurement:
                    [
                        row.concept, row.sourceConcept, row.visit, row.numbers[.valueAsNumber].flatMap { Double($0.description) },
                        row.numbers[.rangeHigh].flatMap { Double($0.description) }, row.concepts[.unit],
                    ]
                default: [row.end?.description, row.concept, row.sourceConcept, row.visit]
                }
            let values = head + tail
            try database.execute(
                sql: "INSERT INTO \(row.table.rawValue) VALUES (\(values.map { _ in "?" }.joined(separator: ", ")))",
                arguments: StatementArguments(values))
        }
    }
}
