import AtlasImport
import CohortPlan
import Compiler
import Diagnostics
import Execution
import Foundation
import GRDB
import Hyperontology
import OMOPAdapter
import Testing

/// The golden pairs of Circe's own tests: data in, rows out. Those are run whose definition is used as it stands in its file; the others are
/// changed by the program that runs them.
@Suite(.enabled(if: PhenotypeLibrary.isGoldenPresent, "skipped: ../shared/conformance/circe-be is not here"))
struct GoldenPairTests {
    private static let pairs: [(folder: String, definition: String, name: String)] = [
        ("censorWindow", "censorWindowExpression", "censorWindow"), ("eraDupes", "eraDupesExpression", "eraDupes"),
        ("exits", "fixedOffsetExpression", "fixedOffset"), ("exits", "fixedOffsetCensorExpression", "fixedOffsetCensor"),
        ("exits", "continuousExposureExpression", "continuousExposure"),
        ("exits", "continuousExposureCensorExpression", "continuousExposureCensor"), ("exits", "censorEventExpression", "censorEvent"),
        ("inclusionRules", "simpleInclusionRule", "simpleInclusionRule"),
        ("mixedConceptsets", "mixedConceptsetsExpression", "mixedConceptsets"),
    ]

    private struct Stay: Hashable {
        let subject: String
        let start: String
        let end: String
    }

    @Test(arguments: pairs.map(\.name)) func rowsAreThoseOfCirce(_ name: String) async throws {
        let pair = try #require(GoldenPairTests.pairs.first { $0.name == name })
        let folder = PhenotypeLibrary.golden.appendingPathComponent(pair.folder)
        let definition = try Data(contentsOf: folder.appendingPathComponent("\(pair.definition).json"))
        let found = AtlasImporter.read(SourceText(name: pair.definition, bytes: Array(definition)), name: pair.name)
        #expect(found.isWhole, "\(found.diagnostics.map(\.message))")
        let text = try #require(found.text)
        let compiler = QueryCompiler(hyperontology: try ImportTests.ontology.get())
        let query = try #require(compiler.compile(SourceText(name: name, text: text)).query)
        let tables = try self.tables(folder.appendingPathComponent("\(pair.name)_PREP.json"))
        let wanted = try self.tables(folder.appendingPathComponent("\(pair.name)_VERIFY.json"))["\(pair.name).cohort"] ?? []
        let expected = Set(
            wanted.filter { $0["cohort_definition_id"] as? Int == 1 }.map {
                Stay(subject: "\($0["subject_id"] ?? "")", start: "\($0["cohort_start_date"] ?? "")", end: "\($0["cohort_end_date"] ?? "")")
            })
        guard case .atlas(let cohort) = query.plan.condition else { throw CancellationError() }
        let reference = ReferenceEvaluator(query.expanded, vocabulary: try vocabulary())
        let patients = records(tables)
        let stays = patients.flatMap { patient in
            reference.episodes(of: cohort, patient).map { Stay(subject: patient.id, start: $0.start.description, end: $0.end.description) }
        }
        #expect(Set(stays) == expected && stays.count == expected.count, "\(text)")
        #expect(reference.evaluate(patients).patients == Set(expected.map(\.subject)).sorted())
        #expect(try await subjects(query.expanded, in: tables) == Set(expected.map(\.subject)).count)
    }

    // MARK: The same data as a database

    private func subjects(_ plan: ExpandedPlan, in tables: [String: [[String: Any]]]) async throws -> Int? {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-golden-\(UUID().uuidString).sqlite").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let queue = try DatabaseQueue(path: path)
        let vocabulary = try self.tables(
            PhenotypeLibrary.golden.deletingLastPathComponent().appendingPathComponent("datasets/vocabulary.json"))
        try await queue.write { [all = Box(tables.merging(vocabulary) { $1 })] database in
            for table in RecordTable.allCases.map(\.rawValue) + ["person", "concept", "concept_ancestor"] {
                let rows = all.value["cdm.\(table)"] ?? []
                let columns = Set(rows.flatMap(\.keys)).union(GoldenPairTests.columns(table)).sorted()
                let types = columns.map {
                    "\"\($0)\" \($0.hasSuffix("_date") || $0.hasSuffix("_name") || $0.hasSuffix("reason") ? "TEXT" : "INTEGER")"
                }
                try database.execute(sql: "CREATE TABLE \"\(table)\" (\(types.joined(separator: ", ")))")
                for row in rows {
                    let names = row.keys.sorted()
                    try database.execute(
                        sql:
                            "INSERT INTO \"\(table)\" (\(names.map { "\"\($0)\"" }.joined(separator: ", "))) VALUES (\(names.map { _ in "?" }.joined(separator: ", ")))",
                        arguments: StatementArguments(
                            names.map { name -> (any DatabaseValueConvertible)? in
                                (row[name] as? Int) ?? (row[name] as? String) ?? (row[name] as? Double)
                            }))
                }
            }
        }
        try queue.close()
        let hyperontology = try ImportTests.ontology.get()
        let adapter = OMOPAdapter(
            name: "omop", path: path, bindings: hyperontology.bindings(for: "omop"), omopUnits: hyperontology.omopUnits)
        try await adapter.probe()
        let result = try await PlanEngine(sources: [adapter]).execute(plan)
        guard case .counted(let counted) = result.outcome, case .count(let count)? = counted.measures.first?.value else { return nil }
        return count.patients
    }

    /// What JSON gave, handed over whole.
    private struct Box: @unchecked Sendable {
        let value: [String: [[String: Any]]]
        init(_ value: [String: [[String: Any]]]) { self.value = value }
    }

    // MARK: The same data in memory

    private func tables(_ file: URL) throws -> [String: [[String: Any]]] {
        let object = try JSONSerialization.jsonObject(with: try Data(contentsOf: file)) as? [String: [[String: Any]]]
        return try #require(object)
    }

    private func vocabulary() throws -> SiteVocabulary {
        let file = PhenotypeLibrary.golden.deletingLastPathComponent().appendingPathComponent("datasets/vocabulary.json")
        var below: [Int: Set<Int>] = [:]
        for row in try tables(file)["cdm.concept_ancestor"] ?? [] {
            guard let ancestor = row["ancestor_concept_id"] as? Int, let descendant = row["descendant_concept_id"] as? Int else { continue }
            below[ancestor, default: []].insert(descendant)
        }
        return SiteVocabulary(descendants: below)
    }

    /// Key, start, end, concept and source concept of a table.
    private static func columns(_ table: String) -> [String] {
        let stem =
            [
                "condition_occurrence": "condition", "drug_exposure": "drug_exposure", "procedure_occurrence": "procedure",
                "visit_occurrence": "visit",
            ][table] ?? table
        let concept =
            [
                "drug_exposure": "drug", "device_exposure": "device", "drug_era": "drug", "dose_era": "drug", "condition_era": "condition",
                "death": "cause",
            ][table] ?? stem
        let days =
            ["procedure_occurrence", "measurement", "observation", "specimen", "death"].contains(table)
            ? ["\(stem)_date"] : ["\(stem)_start_date", "\(stem)_end_date"]
        switch table {
        case "person": return ["person_id", "gender_concept_id", "year_of_birth", "month_of_birth", "day_of_birth", "person_source_value"]
        case "concept": return ["concept_id", "invalid_reason"]
        case "concept_ancestor": return ["ancestor_concept_id", "descendant_concept_id"]
        default:
            return days + [
                "person_id", table == "death" ? "person_id" : "\(table)_id", "\(concept)_concept_id", "\(concept)_source_concept_id",
                "visit_occurrence_id", "days_supply",
            ]
        }
    }

    private func records(_ tables: [String: [[String: Any]]]) -> [PatientRecord] {
        (tables["cdm.person"] ?? []).compactMap { person in
            guard let id = person["person_id"] as? Int else { return nil }
            var rows: [RecordedRow] = []
            for table in RecordTable.allCases {
                for row in tables["cdm.\(table.rawValue)"] ?? [] where row["person_id"] as? Int == id {
                    let columns = GoldenPairTests.columns(table.rawValue)
                    let days = columns.filter { $0.hasSuffix("_date") }
                    guard let start = (row[days[0]] as? String).flatMap({ CalendarDate($0) }) else { continue }
                    let concepts = columns.filter { $0.hasSuffix("_concept_id") }
                    let end = days.count > 1 ? (row[days[1]] as? String).flatMap { CalendarDate($0) } : nil
                    let supply = (row["days_supply"] as? Int).map { [RecordField.daysSupply: ExactDecimal($0)] } ?? [:]
                    rows.append(
                        RecordedRow(
                            table, number: row["\(table.rawValue)_id"] as? Int ?? id, start: start, end: end,
                            concept: row[concepts[0]] as? Int,
                            sourceConcept: row[concepts[1]] as? Int, visit: row["visit_occurrence_id"] as? Int, numbers: supply))
                }
            }
            return PatientRecord(id: "\(id)", sex: nil, birthDate: nil, events: [], rows: rows)
        }
    }
}
