import CohortPlan
import GRDB
import Hyperontology

/// The vocabulary tables of a synthetic database: the concept ids that its rows use and those above them, with our names and our hierarchy.
///
/// The ids are the OMOP vocabulary's; nothing else of it is known here, so all stand under a vocabulary `Cohortium`.
struct OMOPVocabulary {
    /// What a concept is about, as OMOP names it.
    enum Domain: String {
        case condition = "Condition"
        case drug = "Drug"
        case procedure = "Procedure"
        case measurement = "Measurement"
        case answer = "Meas Value"
        case comparator = "Meas Value Operator"
        case site = "Spec Anatomic Site"
        case modality = "Observation"
        case unit = "Unit"
        case gender = "Gender"
        case visit = "Visit"
        case type = "Type Concept"
        case metadata = "Metadata"
    }

    private struct Entry {
        let name: String
        let code: String
        let domain: Domain
    }

    private let database: Database
    private let hyperontology: Hyperontology
    private let coder: ConceptCoder
    private var entries: [Int: Entry] = [:]
    /// Our concepts behind used ids.
    private var used: [ConceptIRI: Domain] = [:]

    init(_ database: Database, _ hyperontology: Hyperontology) {
        self.database = database
        self.hyperontology = hyperontology
        coder = ConceptCoder(hyperontology)
    }

    /// Notes that rows use an id that stands for a concept of ours.
    mutating func use(_ concept: ConceptIRI, domain: Domain) {
        if used[concept] == nil { used[concept] = domain }
    }

    /// Notes that rows use an id of OMOP's own.
    mutating func use(_ code: Int, named name: String, domain: Domain) {
        if entries[code] == nil { entries[code] = Entry(name: name, code: name, domain: domain) }
    }

    /// Fills the tables; how many rows each has.
    mutating func write() throws -> [String: Int] {
        addAncestors()
        var counts = try writeConcepts()
        counts["concept_ancestor"] = try writeAncestors()
        return counts
    }

    /// What lies above a used concept is there too, so that a query for it finds what lies below.
    private mutating func addAncestors() {
        for (concept, domain) in used.sorted(by: { $0.key < $1.key }) {
            for ancestor in hyperontology.ancestors(of: concept.rawValue) where used[ConceptIRI(ancestor)] == nil {
                used[ConceptIRI(ancestor)] = domain
            }
        }
        for (concept, domain) in used.sorted(by: { $0.key < $1.key }) {
            guard let code = code(of: concept.rawValue), entries[code] == nil else { continue }
            let local = hyperontology.concept(concept.rawValue)?.localName ?? concept.rawValue
            entries[code] = Entry(name: coder.label(of: concept), code: String(local.prefix(50)), domain: domain)
        }
    }

    private func code(of concept: String) -> Int? { coder.exactCode(for: ConceptIRI(concept), in: "omop").flatMap { Int($0) } }

    private func writeConcepts() throws -> [String: Int] {
        func table(_ name: String, _ columns: String) throws -> OMOPInserter {
            try OMOPInserter(name, columns.split(separator: " ").map(String.init), in: database)
        }
        let concepts = try table(
            "concept",
            """
            concept_id concept_name domain_id vocabulary_id concept_class_id standard_concept concept_code valid_start_date valid_end_date
            """)
        for (id, entry) in entries.sorted(by: { $0.key < $1.key }) {
            let standard = id == 0 ? nil : "S"
            try concepts.insert([
                id, String(entry.name.prefix(255)), entry.domain.rawValue, id == 0 ? "None" : "Cohortium", "Undefined", standard,
                entry.code, "1970-01-01",
                "2099-12-31",
            ])
        }
        let domains = Set(entries.values.map(\.domain.rawValue)).sorted()
        let domain = try table("domain", "domain_id domain_name domain_concept_id")
        for name in domains { try domain.insert([name, name, 0]) }
        let vocabulary = try table("vocabulary", "vocabulary_id vocabulary_name vocabulary_reference vocabulary_concept_id")
        try vocabulary.insert([
            "Cohortium", "OMOP concept ids with names and hierarchy of the Cohortium hyperontology", "https://w3id.org/cohortium/core", 0,
        ])
        try vocabulary.insert(["None", "OMOP standardized vocabularies: no concept", nil, 0])
        try table("concept_class", "concept_class_id concept_class_name concept_class_concept_id").insert(["Undefined", "Undefined", 0])
        return ["concept": entries.count, "domain": domains.count, "vocabulary": 2, "concept_class": 1]
    }

    /// Every pair of ids of which one lies above the other, with the fewest and the most steps between them.
    private func writeAncestors() throws -> Int {
        var pairs: [Pair: (least: Int, most: Int)] = [:]
        for concept in used.keys.sorted() {
            guard let descendant = code(of: concept.rawValue) else { continue }
            for (iri, steps) in stepsUp(from: concept.rawValue) {
                guard let ancestor = code(of: iri) else { continue }
                let pair = Pair(ancestor: ancestor, descendant: descendant)
                let known = pairs[pair] ?? steps
                pairs[pair] = (min(known.least, steps.least), max(known.most, steps.most))
            }
        }
        let table = try OMOPInserter(
            "concept_ancestor", ["ancestor_concept_id", "descendant_concept_id", "min_levels_of_separation", "max_levels_of_separation"],
            in: database)
        for (pair, levels) in pairs.sorted(by: { $0.key < $1.key }) {
            try table.insert([pair.ancestor, pair.descendant, levels.least, levels.most])
        }
        return pairs.count
    }

    /// By concept above, itself included: the lengths of the shortest and the longest way up.
    private func stepsUp(from concept: String) -> [String: (least: Int, most: Int)] {
        var steps = [concept: (least: 0, most: 0)]
        var level: Set<String> = [concept]
        // The hierarchy is no deeper than it has concepts: whoever still climbs then is in a cycle.
        for depth in 1...max(1, hyperontology.ancestors(of: concept).count) {
            level = Set(level.flatMap { hyperontology.concept($0)?.parents ?? [] })
            for iri in level { steps[iri] = (steps[iri]?.least ?? depth, depth) }
        }
        return steps
    }

    private struct Pair: Hashable, Comparable {
        let ancestor, descendant: Int

        static func < (left: Pair, right: Pair) -> Bool { (left.ancestor, left.descendant) < (right.ancestor, right.descendant) }
    }
}

extension OMOPRows {
    /// By sex, the concept id that the bindings read as it.
    static func genders(_ hyperontology: Hyperontology) -> [Sex: Int] {
        var genders: [Sex: Int] = [:]
        for (code, name) in hyperontology.bindings(for: "omop").sexCodes.sorted(by: { $0.key < $1.key }) {
            if let sex = Sex(rawValue: name), let id = Int(code), genders[sex] == nil { genders[sex] = id }
        }
        return genders
    }

    /// By UCUM unit, the lowest concept id that means it.
    static func unitConcepts(_ hyperontology: Hyperontology) -> [String: Int] {
        var concepts: [String: Int] = [:]
        for (code, unit) in hyperontology.omopUnits {
            if let id = Int(code) { concepts[unit] = min(concepts[unit] ?? id, id) }
        }
        return concepts
    }
}
