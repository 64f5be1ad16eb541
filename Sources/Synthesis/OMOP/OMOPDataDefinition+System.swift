extension OMOPDataDefinition {
    /// The health system, derived and metadata tables, and the medical imaging extension.
    static let systemTables = """
        CREATE TABLE location (
            location_id INTEGER PRIMARY KEY, address_1 VARCHAR(50), address_2 VARCHAR(50), city VARCHAR(50), state VARCHAR(2),
            zip VARCHAR(9), county VARCHAR(20), location_source_value VARCHAR(50), country_concept_id INTEGER REFERENCES concept,
            country_source_value VARCHAR(80), latitude NUMERIC, longitude NUMERIC
        );
        CREATE TABLE care_site (
            care_site_id INTEGER PRIMARY KEY, care_site_name VARCHAR(255), place_of_service_concept_id INTEGER REFERENCES concept,
            location_id INTEGER REFERENCES location, care_site_source_value VARCHAR(50), place_of_service_source_value VARCHAR(50)
        );
        CREATE TABLE provider (
            provider_id INTEGER PRIMARY KEY, provider_name VARCHAR(255), npi VARCHAR(20), dea VARCHAR(20),
            specialty_concept_id INTEGER REFERENCES concept, care_site_id INTEGER REFERENCES care_site, year_of_birth INTEGER,
            gender_concept_id INTEGER REFERENCES concept, provider_source_value VARCHAR(50), specialty_source_value VARCHAR(50),
            specialty_source_concept_id INTEGER REFERENCES concept, gender_source_value VARCHAR(50),
            gender_source_concept_id INTEGER REFERENCES concept
        );
        CREATE TABLE condition_era (
            condition_era_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person,
            condition_concept_id INTEGER NOT NULL REFERENCES concept, condition_era_start_date DATE NOT NULL,
            condition_era_end_date DATE NOT NULL, condition_occurrence_count INTEGER
        );
        CREATE TABLE drug_era (
            drug_era_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person,
            drug_concept_id INTEGER NOT NULL REFERENCES concept, drug_era_start_date DATE NOT NULL,
            drug_era_end_date DATE NOT NULL, drug_exposure_count INTEGER, gap_days INTEGER
        );
        CREATE TABLE dose_era (
            dose_era_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person,
            drug_concept_id INTEGER NOT NULL REFERENCES concept, unit_concept_id INTEGER NOT NULL REFERENCES concept,
            dose_value NUMERIC NOT NULL, dose_era_start_date DATE NOT NULL, dose_era_end_date DATE NOT NULL
        );
        CREATE TABLE cdm_source (
            cdm_source_name VARCHAR(255) NOT NULL, cdm_source_abbreviation VARCHAR(25) NOT NULL, cdm_holder VARCHAR(255) NOT NULL,
            source_description TEXT, source_documentation_reference VARCHAR(255), cdm_etl_reference VARCHAR(255),
            source_release_date DATE NOT NULL, cdm_release_date DATE NOT NULL, cdm_version VARCHAR(10),
            cdm_version_concept_id INTEGER NOT NULL REFERENCES concept, vocabulary_version VARCHAR(20) NOT NULL
        );
        CREATE TABLE metadata (
            metadata_id INTEGER PRIMARY KEY, metadata_concept_id INTEGER NOT NULL REFERENCES concept,
            metadata_type_concept_id INTEGER NOT NULL REFERENCES concept, name VARCHAR(250) NOT NULL,
            value_as_string VARCHAR(250), value_as_concept_id INTEGER REFERENCES concept, value_as_number NUMERIC,
            metadata_date DATE, metadata_datetime TIMESTAMP
        );
        CREATE TABLE image_occurrence (
            image_occurrence_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person,
            procedure_occurrence_id INTEGER NOT NULL, visit_occurrence_id INTEGER REFERENCES visit_occurrence,
            anatomic_site_concept_id INTEGER REFERENCES concept, wadors_uri TEXT, local_path TEXT,
            image_occurrence_date DATE NOT NULL, image_study_uid TEXT NOT NULL, image_series_uid TEXT NOT NULL,
            modality_concept_id INTEGER NOT NULL REFERENCES concept, modality_source_value TEXT
        );
        CREATE TABLE image_feature (
            image_feature_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person,
            image_occurrence_id INTEGER NOT NULL REFERENCES image_occurrence,
            image_feature_event_field_concept_id INTEGER REFERENCES concept, image_feature_event_id INTEGER,
            image_feature_concept_id INTEGER NOT NULL REFERENCES concept,
            image_feature_type_concept_id INTEGER NOT NULL REFERENCES concept,
            image_finding_concept_id INTEGER REFERENCES concept, image_finding_id INTEGER,
            anatomic_site_concept_id INTEGER REFERENCES concept, alg_system TEXT, alg_datetime TIMESTAMP
        );
        """
}
