extension OMOPDataDefinition {
    /// The vocabulary tables.
    static let vocabularyTables = """
        CREATE TABLE concept (
            concept_id INTEGER PRIMARY KEY, concept_name VARCHAR(255) NOT NULL, domain_id VARCHAR(20) NOT NULL REFERENCES domain,
            vocabulary_id VARCHAR(20) NOT NULL REFERENCES vocabulary,
            concept_class_id VARCHAR(20) NOT NULL REFERENCES concept_class, standard_concept VARCHAR(1),
            concept_code VARCHAR(50) NOT NULL, valid_start_date DATE NOT NULL, valid_end_date DATE NOT NULL,
            invalid_reason VARCHAR(1)
        );
        CREATE TABLE vocabulary (
            vocabulary_id VARCHAR(20) PRIMARY KEY NOT NULL, vocabulary_name VARCHAR(255) NOT NULL,
            vocabulary_reference VARCHAR(255), vocabulary_version VARCHAR(255),
            vocabulary_concept_id INTEGER NOT NULL REFERENCES concept
        );
        CREATE TABLE domain (
            domain_id VARCHAR(20) PRIMARY KEY NOT NULL, domain_name VARCHAR(255) NOT NULL,
            domain_concept_id INTEGER NOT NULL REFERENCES concept
        );
        CREATE TABLE concept_class (
            concept_class_id VARCHAR(20) PRIMARY KEY NOT NULL, concept_class_name VARCHAR(255) NOT NULL,
            concept_class_concept_id INTEGER NOT NULL REFERENCES concept
        );
        CREATE TABLE relationship (
            relationship_id VARCHAR(20) PRIMARY KEY NOT NULL, relationship_name VARCHAR(255) NOT NULL,
            is_hierarchical VARCHAR(1) NOT NULL, defines_ancestry VARCHAR(1) NOT NULL,
            reverse_relationship_id VARCHAR(20) NOT NULL, relationship_concept_id INTEGER NOT NULL REFERENCES concept
        );
        CREATE TABLE concept_relationship (
            concept_id_1 INTEGER NOT NULL REFERENCES concept, concept_id_2 INTEGER NOT NULL REFERENCES concept,
            relationship_id VARCHAR(20) NOT NULL REFERENCES relationship, valid_start_date DATE NOT NULL,
            valid_end_date DATE NOT NULL, invalid_reason VARCHAR(1)
        );
        CREATE TABLE concept_synonym (
            concept_id INTEGER NOT NULL REFERENCES concept, concept_synonym_name VARCHAR(1000) NOT NULL,
            language_concept_id INTEGER NOT NULL REFERENCES concept
        );
        CREATE TABLE concept_ancestor (
            ancestor_concept_id INTEGER NOT NULL REFERENCES concept, descendant_concept_id INTEGER NOT NULL REFERENCES concept,
            min_levels_of_separation INTEGER NOT NULL, max_levels_of_separation INTEGER NOT NULL
        );
        CREATE TABLE source_to_concept_map (
            source_code VARCHAR(50) NOT NULL, source_concept_id INTEGER NOT NULL REFERENCES concept,
            source_vocabulary_id VARCHAR(20) NOT NULL, source_code_description VARCHAR(255),
            target_concept_id INTEGER NOT NULL REFERENCES concept, target_vocabulary_id VARCHAR(20) NOT NULL,
            valid_start_date DATE NOT NULL, valid_end_date DATE NOT NULL, invalid_reason VARCHAR(1)
        );
        CREATE TABLE drug_strength (
            drug_concept_id INTEGER NOT NULL REFERENCES concept, ingredient_concept_id INTEGER NOT NULL REFERENCES concept,
            amount_value NUMERIC, amount_unit_concept_id INTEGER REFERENCES concept, numerator_value NUMERIC,
            numerator_unit_concept_id INTEGER REFERENCES concept, denominator_value NUMERIC,
            denominator_unit_concept_id INTEGER REFERENCES concept, box_size INTEGER, valid_start_date DATE NOT NULL,
            valid_end_date DATE NOT NULL, invalid_reason VARCHAR(1)
        );
        """
}
