/// The tables of the OMOP Common Data Model 5.4 and of its medical imaging extension, as SQLite takes them.
///
/// Names, types and order of columns are the standard's (https://ohdsi.github.io/CommonDataModel/cdm54.html; `image_occurrence` and
/// `image_feature` after Park et al., "Development of Medical Imaging Data Standardization for Imaging-Based Observational
/// Research: OMOP Common Data Model Extension", 2024, with the column `modality_source_value` that sites add).
/// Dates are ISO 8601 text. `image_occurrence.procedure_occurrence_id` is 0 where the procedure is not recorded and refers to nothing then.
enum OMOPDataDefinition {
    /// Every table, in statements that can be run as one script.
    static let tables = [clinicalTables, vocabularyTables, systemTables].joined(separator: "\n")

    /// The indices that the standard recommends and queries by code and value need; made after the rows are in.
    static let indices: String = {
        let columns: [(table: String, columns: [String])] = [
            ("observation_period", ["person_id"]),
            ("visit_occurrence", ["person_id", "visit_concept_id"]),
            ("condition_occurrence", ["person_id", "condition_concept_id", "visit_occurrence_id"]),
            ("drug_exposure", ["person_id", "drug_concept_id", "visit_occurrence_id"]),
            ("procedure_occurrence", ["person_id", "procedure_concept_id", "visit_occurrence_id"]),
            ("measurement", ["person_id", "measurement_concept_id", "visit_occurrence_id"]),
            ("observation", ["person_id", "observation_concept_id", "visit_occurrence_id"]),
            ("device_exposure", ["person_id", "device_concept_id"]),
            ("specimen", ["person_id", "specimen_concept_id"]),
            ("note", ["person_id"]),
            ("episode", ["person_id", "episode_concept_id"]),
            ("image_occurrence", ["person_id", "modality_concept_id", "anatomic_site_concept_id", "image_study_uid", "image_series_uid"]),
            ("image_feature", ["person_id", "image_occurrence_id", "image_feature_concept_id"]),
            ("concept", ["concept_code", "vocabulary_id", "domain_id"]),
            ("concept_relationship", ["concept_id_1", "concept_id_2"]),
            ("concept_ancestor", ["ancestor_concept_id", "descendant_concept_id"]),
            ("concept_synonym", ["concept_id"]),
        ]
        return columns.flatMap { table, columns in
            columns.map { "CREATE INDEX idx_\(table)_\($0) ON \(table) (\($0));" }
        }.joined(separator: "\n")
    }()
}
