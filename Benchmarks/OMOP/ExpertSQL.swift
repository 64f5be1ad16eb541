import CohortPlan
import Compiler
import Diagnostics
import Foundation
import Hyperontology

/// A question of the demonstration, and the statement that an expert would write for it: the number of patients, nothing else. It counts
/// whom the question counts: of whom an earlier image of an unknown body part may be the first one, it is not known which one is.
struct Question: Sendable {
    let name: String
    let expert: @Sendable (ExpertWords, CompiledQuery) -> String

    func compiled(_ root: URL, _ hyperontology: Hyperontology) throws -> CompiledQuery {
        let text = try String(contentsOf: root.appendingPathComponent("Questions/\(name).cohort"), encoding: .utf8)
        let compiled = QueryCompiler(hyperontology: hyperontology).compile(SourceText(name: name, text: text))
        guard let query = compiled.query else { throw BenchmarkFailure.notCompiled(compiled.diagnostics.map(\.message)) }
        return query
    }

    static let all = [
        Question(name: "breast-mri") { words, query in
            """
            WITH s AS MATERIALIZED (
              SELECT person_id, MIN(image_occurrence_date) AS day, MIN(\(words.bytes("image_occurrence_date || image_study_uid"))) AS study
              FROM \(words.schema)image_occurrence
              WHERE modality_concept_id IN (\(query.codes("MagneticResonance"))) AND anatomic_site_concept_id IN (\(query.codes("Breast")))
              GROUP BY person_id)
            SELECT COUNT(*) FROM s \(words.join) \(words.schema)person AS p ON p.person_id = s.person_id
            WHERE p.gender_concept_id = 8532 AND \(words.isAged("s.day", 30, 85))
              AND NOT EXISTS (
                SELECT 1 FROM \(words.schema)image_occurrence AS u WHERE u.person_id = s.person_id
                  AND \(words.byPerson)u.modality_concept_id IN (\(query.codes("MagneticResonance")))
                  AND COALESCE(u.anatomic_site_concept_id, 0) = 0
                  AND \(words.bytes("(u.image_occurrence_date || u.image_study_uid)")) < s.study)
            """
        },
        Question(name: "neoadjuvant-mri") { words, query in
            """
            WITH i AS MATERIALIZED (
              SELECT person_id, MIN(condition_start_date) AS day FROM \(words.schema)condition_occurrence
              WHERE condition_concept_id IN (\(query.codes("BreastCarcinoma"))) GROUP BY person_id),
            c AS MATERIALIZED (
              SELECT d.person_id, MIN(d.drug_exposure_start_date) AS day FROM i
              \(words.join) \(words.schema)drug_exposure AS d ON d.person_id = i.person_id AND d.drug_exposure_start_date > i.day
              WHERE \(words.byPerson)d.drug_concept_id IN (\(query.codes("AntineoplasticAgent"))) GROUP BY d.person_id)
            SELECT COUNT(*) FROM c JOIN i ON i.person_id = c.person_id \(words.join) \(words.schema)person AS p ON p.person_id = c.person_id
            WHERE p.gender_concept_id = 8532 AND \(words.isAged("i.day", 30, 80)) AND c.day <= \(words.sixMonthsAfter("i.day"))
              AND EXISTS (
                SELECT 1 FROM \(words.schema)image_occurrence AS m WHERE m.person_id = p.person_id
                  AND \(words.byPerson)m.modality_concept_id IN (\(query.codes("MagneticResonance")))
                  AND \(words.byPerson)m.anatomic_site_concept_id IN (\(query.codes("Breast")))
                  AND m.image_occurrence_date < c.day AND \(words.days("m.image_occurrence_date", "c.day")) <= 90)
            """
        },
        Question(name: "receptor-status") { words, query in
            func measured(_ what: String, _ value: String) -> String {
                """
                EXISTS (
                  SELECT 1 FROM \(words.schema)measurement AS m WHERE m.person_id = p.person_id
                    AND \(words.byPerson)m.measurement_concept_id IN (\(query.codes(what))) AND m.value_as_concept_id IN (\(query.codes(value)))
                    AND \(words.days("m.measurement_date", "i.day")) BETWEEN -90 AND 90)
                """
            }
            return """
                WITH i AS MATERIALIZED (
                  SELECT person_id, MIN(condition_start_date) AS day FROM \(words.schema)condition_occurrence
                  WHERE condition_concept_id IN (\(query.codes("BreastCarcinoma"))) GROUP BY person_id)
                SELECT COUNT(*) FROM i \(words.join) \(words.schema)person AS p ON p.person_id = i.person_id
                WHERE \(words.isAged("i.day", 40, 75))
                  AND \(measured("EstrogenReceptorStatus", "Positive")) AND \(measured("HER2Status", "Negative"))
                  AND NOT EXISTS (
                    SELECT 1 FROM \(words.schema)condition_occurrence AS l WHERE l.person_id = p.person_id
                      AND \(words.byPerson)l.condition_concept_id IN (\(query.codes("LungCarcinoma"))) AND l.condition_start_date < i.day)
                """
        },
    ]
}

/// How a database says what experts write differently in each.
struct ExpertWords: Sendable {
    /// Before a table's name.
    let schema: String
    /// A join whose left side comes first: SQLite has no statistics here and would guess.
    let join: String
    /// Before a column by which rows of one person are told apart, not looked up: SQLite would look up the whole concept for each person.
    let byPerson: String
    /// A day as a number: 20200131.
    let number: @Sendable (String) -> String
    let sixMonthsAfter: @Sendable (String) -> String
    /// A text to be ordered byte by byte.
    let bytes: @Sendable (String) -> String
    /// How many days from one to the other.
    let days: @Sendable (String, String) -> String

    /// Whether a person `p` has so many completed years on a day, on whichever day of a year or month they were born where that is not known.
    func isAged(_ day: String, _ least: Int, _ most: Int) -> String {
        let first = "(p.year_of_birth * 10000 + COALESCE(p.month_of_birth * 100 + COALESCE(p.day_of_birth, 1), 101))"
        let last = "(p.year_of_birth * 10000 + COALESCE(p.month_of_birth * 100 + COALESCE(p.day_of_birth, 31), 1231))"
        return "(\(number(day)) - \(last)) / 10000 >= \(least) AND (\(number(day)) - \(first)) / 10000 <= \(most)"
    }

    static let sqlite = ExpertWords(
        schema: "", join: "CROSS JOIN", byPerson: "+", number: { "CAST(strftime('%Y%m%d', \($0)) AS INTEGER)" },
        // SQLite runs over the end of a short month.
        sixMonthsAfter: { "MIN(date(\($0), '+6 months'), date(\($0), 'start of month', '+7 months', '-1 day'))" },
        bytes: { $0 },
        days: { "(julianday(\($1)) - julianday(\($0)))" })

    static let postgres = ExpertWords(
        schema: "cdm.", join: "JOIN", byPerson: "", number: { "CAST(to_char(\($0), 'YYYYMMDD') AS integer)" },
        sixMonthsAfter: { "\($0) + interval '6 months'" }, bytes: { "\($0) COLLATE \"C\"" }, days: { "(\($1) - \($0))" })
}

extension CompiledQuery {
    /// The concept ids that a concept of the question stands for, as an expert's list would hold them.
    fileprivate func codes(_ concept: String) -> String {
        let found = expanded.expansions.filter {
            $0.set.include.contains { $0.concept.rawValue.hasSuffix("/\(concept)") || $0.concept.rawValue.hasSuffix("#\(concept)") }
        }
        return Set(found.flatMap(\.codes).filter { $0.system == "omop" }.map(\.code)).sorted().joined(separator: ", ")
    }
}
