extension OMOPDataDefinition {
    /// The clinical tables.
    static let clinicalTables = """
        CREATE TABLE person (
            person_id INTEGER PRIMARY KEY, gender_concept_id INTEGER NOT NULL REFERENCES concept, year_of_birth INTEGER NOT NULL,
            month_of_birth INTEGER, day_of_birth INTEGER, birth_datetime TIMESTAMP,
            race_concept_id INTEGER NOT NULL REFERENCES concept, ethnicity_concept_id INTEGER NOT NULL REFERENCES concept,
            location_id INTEGER REFERENCES location, provider_id INTEGER REFERENCES provider,
            care_site_id INTEGER REFERENCES care_site, person_source_value VARCHAR(50), gender_source_value VARCHAR(50),
            gender_source_concept_id INTEGER REFERENCES concept, race_source_value VARCHAR(50),
            race_source_concept_id INTEGER REFERENCES concept, ethnicity_source_value VARCHAR(50),
            ethnicity_source_concept_id INTEGER REFERENCES concept
        );
        CREATE TABLE observation_period (
            observation_period_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person,
            observation_period_start_date DATE NOT NULL, observation_period_end_date DATE NOT NULL,
            period_type_concept_id INTEGER NOT NULL REFERENCES concept
        );
        CREATE TABLE visit_occurrence (
            visit_occurrence_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person,
            visit_concept_id INTEGER NOT NULL REFERENCES concept, visit_start_date DATE NOT NULL, visit_start_datetime TIMESTAMP,
            visit_end_date DATE NOT NULL, visit_end_datetime TIMESTAMP, visit_type_concept_id INTEGER NOT NULL REFERENCES concept,
            provider_id INTEGER REFERENCES provider, care_site_id INTEGER REFERENCES care_site, visit_source_value VARCHAR(50),
            visit_source_concept_id INTEGER REFERENCES concept, admitted_from_concept_id INTEGER REFERENCES concept,
            admitted_from_source_value VARCHAR(50), discharged_to_concept_id INTEGER REFERENCES concept,
            discharged_to_source_value VARCHAR(50), preceding_visit_occurrence_id INTEGER REFERENCES visit_occurrence
        );
        CREATE TABLE visit_detail (
            visit_detail_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person,
            visit_detail_concept_id INTEGER NOT NULL REFERENCES concept, visit_detail_start_date DATE NOT NULL,
            visit_detail_start_datetime TIMESTAMP, visit_detail_end_date DATE NOT NULL, visit_detail_end_datetime TIMESTAMP,
            visit_detail_type_concept_id INTEGER NOT NULL REFERENCES concept, provider_id INTEGER REFERENCES provider,
            care_site_id INTEGER REFERENCES care_site, visit_detail_source_value VARCHAR(50),
            visit_detail_source_concept_id INTEGER REFERENCES concept, admitted_from_concept_id INTEGER REFERENCES concept,
            admitted_from_source_value VARCHAR(50), discharged_to_source_value VARCHAR(50),
            discharged_to_concept_id INTEGER REFERENCES concept, preceding_visit_detail_id INTEGER,
            parent_visit_detail_id INTEGER, visit_occurrence_id INTEGER NOT NULL REFERENCES visit_occurrence
        );
        CREATE TABLE condition_occurrence (
            condition_occurrence_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person,
            condition_concept_id INTEGER NOT NULL REFERENCES concept, condition_start_date DATE NOT NULL,
            condition_start_datetime TIMESTAMP, condition_end_date DATE, condition_end_datetime TIMESTAMP,
            condition_type_concept_id INTEGER NOT NULL REFERENCES concept, condition_status_concept_id INTEGER REFERENCES concept,
            stop_reason VARCHAR(20), provider_id INTEGER REFERENCES provider,
            visit_occurrence_id INTEGER REFERENCES visit_occurrence, visit_detail_id INTEGER REFERENCES visit_detail,
            condition_source_value VARCHAR(50), condition_source_concept_id INTEGER REFERENCES concept,
            condition_status_source_value VARCHAR(50)
        );
        CREATE TABLE drug_exposure (
            drug_exposure_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person,
            drug_concept_id INTEGER NOT NULL REFERENCES concept, drug_exposure_start_date DATE NOT NULL,
            drug_exposure_start_datetime TIMESTAMP, drug_exposure_end_date DATE NOT NULL, drug_exposure_end_datetime TIMESTAMP,
            verbatim_end_date DATE, drug_type_concept_id INTEGER NOT NULL REFERENCES concept, stop_reason VARCHAR(20),
            refills INTEGER, quantity NUMERIC, days_supply INTEGER, sig TEXT, route_concept_id INTEGER REFERENCES concept,
            lot_number VARCHAR(50), provider_id INTEGER REFERENCES provider,
            visit_occurrence_id INTEGER REFERENCES visit_occurrence, visit_detail_id INTEGER REFERENCES visit_detail,
            drug_source_value VARCHAR(50), drug_source_concept_id INTEGER REFERENCES concept, route_source_value VARCHAR(50),
            dose_unit_source_value VARCHAR(50)
        );
        CREATE TABLE procedure_occurrence (
            procedure_occurrence_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person,
            procedure_concept_id INTEGER NOT NULL REFERENCES concept, procedure_date DATE NOT NULL, procedure_datetime TIMESTAMP,
            procedure_end_date DATE, procedure_end_datetime TIMESTAMP,
            procedure_type_concept_id INTEGER NOT NULL REFERENCES concept, modifier_concept_id INTEGER REFERENCES concept,
            quantity INTEGER, provider_id INTEGER REFERENCES provider, visit_occurrence_id INTEGER REFERENCES visit_occurrence,
            visit_detail_id INTEGER REFERENCES visit_detail, procedure_source_value VARCHAR(50),
            procedure_source_concept_id INTEGER REFERENCES concept, modifier_source_value VARCHAR(50)
        );
        CREATE TABLE device_exposure (
            device_exposure_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person,
            device_concept_id INTEGER NOT NULL REFERENCES concept, device_exposure_start_date DATE NOT NULL,
            device_exposure_start_datetime TIMESTAMP, device_exposure_end_date DATE, device_exposure_end_datetime TIMESTAMP,
            device_type_concept_id INTEGER NOT NULL REFERENCES concept, unique_device_id VARCHAR(255), production_id VARCHAR(255),
            quantity INTEGER, provider_id INTEGER REFERENCES provider, visit_occurrence_id INTEGER REFERENCES visit_occurrence,
            visit_detail_id INTEGER REFERENCES visit_detail, device_source_value VARCHAR(50),
            device_source_concept_id INTEGER REFERENCES concept, unit_concept_id INTEGER REFERENCES concept,
            unit_source_value VARCHAR(50), unit_source_concept_id INTEGER REFERENCES concept
        );
        CREATE TABLE measurement (
            measurement_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person,
            measurement_concept_id INTEGER NOT NULL REFERENCES concept, measurement_date DATE NOT NULL,
            measurement_datetime TIMESTAMP, measurement_time VARCHAR(10),
            measurement_type_concept_id INTEGER NOT NULL REFERENCES concept, operator_concept_id INTEGER REFERENCES concept,
            value_as_number NUMERIC, value_as_concept_id INTEGER REFERENCES concept, unit_concept_id INTEGER REFERENCES concept,
            range_low NUMERIC, range_high NUMERIC, provider_id INTEGER REFERENCES provider,
            visit_occurrence_id INTEGER REFERENCES visit_occurrence, visit_detail_id INTEGER REFERENCES visit_detail,
            measurement_source_value VARCHAR(50), measurement_source_concept_id INTEGER REFERENCES concept,
            unit_source_value VARCHAR(50), unit_source_concept_id INTEGER REFERENCES concept, value_source_value VARCHAR(50),
            measurement_event_id INTEGER, meas_event_field_concept_id INTEGER REFERENCES concept
        );
        CREATE TABLE observation (
            observation_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person,
            observation_concept_id INTEGER NOT NULL REFERENCES concept, observation_date DATE NOT NULL,
            observation_datetime TIMESTAMP, observation_type_concept_id INTEGER NOT NULL REFERENCES concept,
            value_as_number NUMERIC, value_as_string VARCHAR(60), value_as_concept_id INTEGER REFERENCES concept,
            qualifier_concept_id INTEGER REFERENCES concept, unit_concept_id INTEGER REFERENCES concept,
            provider_id INTEGER REFERENCES provider, visit_occurrence_id INTEGER REFERENCES visit_occurrence,
            visit_detail_id INTEGER REFERENCES visit_detail, observation_source_value VARCHAR(50),
            observation_source_concept_id INTEGER REFERENCES concept, unit_source_value VARCHAR(50),
            qualifier_source_value VARCHAR(50), value_source_value VARCHAR(50), observation_event_id INTEGER,
            obs_event_field_concept_id INTEGER REFERENCES concept
        );
        CREATE TABLE death (
            person_id INTEGER PRIMARY KEY REFERENCES person, death_date DATE NOT NULL, death_datetime TIMESTAMP,
            death_type_concept_id INTEGER REFERENCES concept, cause_concept_id INTEGER REFERENCES concept,
            cause_source_value VARCHAR(50), cause_source_concept_id INTEGER REFERENCES concept
        );
        CREATE TABLE note (
            note_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person, note_date DATE NOT NULL,
            note_datetime TIMESTAMP, note_type_concept_id INTEGER NOT NULL REFERENCES concept,
            note_class_concept_id INTEGER NOT NULL REFERENCES concept, note_title VARCHAR(250), note_text TEXT NOT NULL,
            encoding_concept_id INTEGER NOT NULL REFERENCES concept, language_concept_id INTEGER NOT NULL REFERENCES concept,
            provider_id INTEGER REFERENCES provider, visit_occurrence_id INTEGER REFERENCES visit_occurrence,
            visit_detail_id INTEGER REFERENCES visit_detail, note_source_value VARCHAR(50), note_event_id INTEGER,
            note_event_field_concept_id INTEGER REFERENCES concept
        );
        CREATE TABLE specimen (
            specimen_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person,
            specimen_concept_id INTEGER NOT NULL REFERENCES concept, specimen_type_concept_id INTEGER NOT NULL REFERENCES concept,
            specimen_date DATE NOT NULL, specimen_datetime TIMESTAMP, quantity NUMERIC,
            unit_concept_id INTEGER REFERENCES concept, anatomic_site_concept_id INTEGER REFERENCES concept,
            disease_status_concept_id INTEGER REFERENCES concept, specimen_source_id VARCHAR(50),
            specimen_source_value VARCHAR(50), unit_source_value VARCHAR(50), anatomic_site_source_value VARCHAR(50),
            disease_status_source_value VARCHAR(50)
        );
        CREATE TABLE fact_relationship (
            domain_concept_id_1 INTEGER NOT NULL REFERENCES concept, fact_id_1 INTEGER NOT NULL,
            domain_concept_id_2 INTEGER NOT NULL REFERENCES concept, fact_id_2 INTEGER NOT NULL,
            relationship_concept_id INTEGER NOT NULL REFERENCES concept
        );
        CREATE TABLE episode (
            episode_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person,
            episode_concept_id INTEGER NOT NULL REFERENCES concept, episode_start_date DATE NOT NULL,
            episode_start_datetime TIMESTAMP, episode_end_date DATE, episode_end_datetime TIMESTAMP, episode_parent_id INTEGER,
            episode_number INTEGER, episode_object_concept_id INTEGER NOT NULL REFERENCES concept,
            episode_type_concept_id INTEGER NOT NULL REFERENCES concept, episode_source_value VARCHAR(50),
            episode_source_concept_id INTEGER REFERENCES concept
        );
        CREATE TABLE episode_event (
            episode_id INTEGER NOT NULL REFERENCES episode, event_id INTEGER NOT NULL,
            episode_event_field_concept_id INTEGER NOT NULL REFERENCES concept
        );
        """
}
