import GRDB

/// The tables that are filled row by row, each with the columns that are.
struct OMOPTables {
    let person, observationPeriod, visit, condition, drug, procedure, measurement, death, image, careSite, source: OMOPInserter

    init(_ database: Database) throws {
        func table(_ name: String, _ columns: String) throws -> OMOPInserter {
            try OMOPInserter(name, columns.split(separator: " ").map(String.init), in: database)
        }
        person = try table(
            "person",
            """
            person_id gender_concept_id year_of_birth month_of_birth day_of_birth race_concept_id ethnicity_concept_id care_site_id \
            person_source_value gender_source_value
            """)
        observationPeriod = try table(
            "observation_period",
            "observation_period_id person_id observation_period_start_date observation_period_end_date period_type_concept_id")
        visit = try table(
            "visit_occurrence",
            "visit_occurrence_id person_id visit_concept_id visit_start_date visit_end_date visit_type_concept_id care_site_id")
        condition = try table(
            "condition_occurrence",
            """
            condition_occurrence_id person_id condition_concept_id condition_start_date condition_end_date condition_type_concept_id \
            visit_occurrence_id condition_source_value
            """)
        drug = try table(
            "drug_exposure",
            """
            drug_exposure_id person_id drug_concept_id drug_exposure_start_date drug_exposure_end_date drug_type_concept_id \
            visit_occurrence_id drug_source_value
            """)
        procedure = try table(
            "procedure_occurrence",
            """
            procedure_occurrence_id person_id procedure_concept_id procedure_date procedure_end_date procedure_type_concept_id \
            visit_occurrence_id procedure_source_value
            """)
        measurement = try table(
            "measurement",
            """
            measurement_id person_id measurement_concept_id measurement_date measurement_type_concept_id operator_concept_id \
            value_as_number value_as_concept_id unit_concept_id visit_occurrence_id measurement_source_value unit_source_value \
            value_source_value
            """)
        death = try table("death", "person_id death_date death_type_concept_id")
        image = try table(
            "image_occurrence",
            """
            image_occurrence_id person_id procedure_occurrence_id visit_occurrence_id anatomic_site_concept_id local_path \
            image_occurrence_date image_study_uid image_series_uid modality_concept_id modality_source_value
            """)
        careSite = try table("care_site", "care_site_id care_site_name place_of_service_concept_id")
        source = try table(
            "cdm_source",
            """
            cdm_source_name cdm_source_abbreviation cdm_holder source_description source_release_date cdm_release_date cdm_version \
            cdm_version_concept_id vocabulary_version
            """)
    }
}
