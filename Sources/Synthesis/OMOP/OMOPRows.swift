import CohortPlan
import Diagnostics
import GRDB
import Hyperontology

/// The rows of one OMOP database while they are being written.
struct OMOPRows {
    /// OMOP concept ids of the vocabularies `Gender`, `Visit`, `Type Concept` and `Meas Value Operator` that the rows use.
    enum Standard {
        static let noMatch = 0
        static let outpatientVisit = 9202
        static let electronicHealthRecord = 32817
        static let operators = ["<": 4_171_756, "<=": 4_171_754, ">=": 4_171_755, ">": 4_172_704]
    }

    private let tables: OMOPTables
    private let genders: [Sex: Int]
    private let unitConcepts: [String: Int]
    private var coder: ConceptCoder
    private var vocabulary: OMOPVocabulary
    private var report = WriterReport(model: "omop")
    private var visitCount = 0
    private var seriesCount = 0

    private let makesVisits: Bool

    init(_ database: Database, _ hyperontology: Hyperontology, makesVisits: Bool) throws {
        self.makesVisits = makesVisits
        tables = try OMOPTables(database)
        coder = ConceptCoder(hyperontology)
        vocabulary = OMOPVocabulary(database, hyperontology)
        genders = OMOPRows.genders(hyperontology)
        unitConcepts = OMOPRows.unitConcepts(hyperontology)
        try tables.careSite.insert([1, "Synthetic hospital", Standard.noMatch])
    }

    // MARK: One patient

    mutating func add(_ patient: PatientRecord) throws {
        guard let birth = patient.birthDate else { return report.omit("patients without a year of birth, which OMOP demands") }
        let person = try number(patient.id, "patient identifier")
        let days = patient.events.compactMap { $0.start?.isExact == true ? $0.start?.earliest : nil }
        let (year, month, day) = parts(of: birth)
        let gender = patient.sex.flatMap { genders[$0] } ?? Standard.noMatch
        try tables.person.insert([
            person, gender, year, month, day, Standard.noMatch, Standard.noMatch, 1, patient.id,
            patient.sex.map { $0 == .female ? "F" : $0 == .male ? "M" : "O" },
        ])
        report.count("person")
        if let first = days.min(), let last = days.max() {
            try tables.observationPeriod.insert([person, person, first.description, last.description, Standard.electronicHealthRecord])
            report.count("observation_period")
        }
        let visits = try addVisits(person, patient.events, days)
        for event in patient.events { try add(event, of: person, visits) }
    }

    /// The number of the visit in which an event was recorded.
    private enum Visits {
        case byDay([CalendarDate: Int])
        case byName([String: Int])

        subscript(event: RecordedEvent) -> Int? {
            switch self {
            case .byDay(let visits): event.start.flatMap { visits[$0.earliest] }
            case .byName(let visits): event.visit.flatMap { visits[$0] }
            }
        }
    }

    /// The visits that a patient's events name, or one for each day on which something was recorded.
    private mutating func addVisits(_ person: Int, _ events: [RecordedEvent], _ days: [CalendarDate]) throws -> Visits {
        guard makesVisits else {
            let named = Dictionary(grouping: events.filter { $0.visit != nil && $0.start?.isExact == true }) { $0.visit ?? "" }
            var visits: [String: Int] = [:]
            for (name, events) in named.sorted(by: { $0.key < $1.key }) {
                let days = events.compactMap { $0.start?.earliest }.sorted()
                if let first = days.first, let last = days.last { visits[name] = try addVisit(person, first, last) }
            }
            return .byName(visits)
        }
        var visits: [CalendarDate: Int] = [:]
        for day in Set(days).sorted() { visits[day] = try addVisit(person, day, day) }
        return .byDay(visits)
    }

    private mutating func addVisit(_ person: Int, _ first: CalendarDate, _ last: CalendarDate) throws -> Int {
        visitCount += 1
        try tables.visit.insert([
            visitCount, person, Standard.outpatientVisit, first.description, last.description, Standard.electronicHealthRecord, 1,
        ])
        report.count("visit_occurrence", 1)
        return visitCount
    }

    /// The parts of a birth date that are certain.
    private mutating func parts(of birth: DateRange) -> (Int, Int?, Int?) {
        let (first, last) = (birth.earliest.components, birth.latest.components)
        if birth.isExact { return (first.year, first.month, first.day) }
        if (first.year, first.month) == (last.year, last.month) { return (first.year, first.month, nil) }
        if first.year != last.year { report.omit("birth dates that lie in one of several years: the first is written") }
        return (first.year, nil, nil)
    }

    // MARK: One event

    private mutating func add(_ event: RecordedEvent, of person: Int, _ visits: Visits) throws {
        guard let start = event.start, start.isExact else { return report.omit("events without a full date, which OMOP demands") }
        let day = start.earliest.description
        let visit = visits[event]
        switch event.kind {
        case .diagnosis: try addCondition(event, person, day, visit)
        case .medication: try addDrug(event, person, day, visit)
        case .procedure, .radiotherapy: try addProcedure(event, person, day, visit)
        case .observation: try addMeasurement(event, person, day, visit)
        case .imagingStudy: try addImages(event, person, day, visit)
        case .imagingSeries: report.omit("series outside of a study")
        case .visit, .specimen, .observationPeriod, .record: report.omit("visits, specimens and observation periods")
        case .death:
            try tables.death.insert([person, day, Standard.electronicHealthRecord])
            report.count("death")
        }
    }

    private mutating func addCondition(_ event: RecordedEvent, _ person: Int, _ day: String, _ visit: Int?) throws {
        let (code, label) = concept(event.concept, domain: .condition)
        try tables.condition.insert([
            try number(event.key, "key"), person, code, day, exactEnd(event), Standard.electronicHealthRecord, visit, label,
        ])
        report.count("condition_occurrence")
    }

    private mutating func addDrug(_ event: RecordedEvent, _ person: Int, _ day: String, _ visit: Int?) throws {
        // An end is demanded; where none is recorded, the exposure is that of the one day (CDM 5.4 conventions, DRUG_EXPOSURE).
        if event.end == nil { report.omit("ends of drug exposures that are not recorded: the first day is written, as OMOP demands one") }
        let (code, label) = concept(event.concept, domain: .drug)
        try tables.drug.insert([
            try number(event.key, "key"), person, code, day, exactEnd(event) ?? day, Standard.electronicHealthRecord, visit, label,
        ])
        report.count("drug_exposure")
    }

    private mutating func addProcedure(_ event: RecordedEvent, _ person: Int, _ day: String, _ visit: Int?) throws {
        let (code, label) = concept(event.concept, domain: .procedure)
        try tables.procedure.insert([
            try number(event.key, "key"), person, code, day, exactEnd(event), Standard.electronicHealthRecord, visit, label,
        ])
        report.count("procedure_occurrence")
    }

    private mutating func addMeasurement(_ event: RecordedEvent, _ person: Int, _ day: String, _ visit: Int?) throws {
        let (code, label) = concept(event.concept, domain: .measurement)
        let answer = event.coded.map { concept($0, domain: .answer) }
        let unit = event.quantity?.unit
        let comparator = event.comparator.flatMap { Standard.operators[$0] }
        if let comparator { vocabulary.use(comparator, named: event.comparator ?? "", domain: .comparator) }
        let unitConcept = unit.flatMap { unitConcepts[$0] }
        if let unit, let unitConcept { vocabulary.use(unitConcept, named: unit, domain: .unit) }
        let source = answer?.label ?? event.quantity.map { (event.comparator ?? "") + $0.value.description }
        try tables.measurement.insert([
            try number(event.key, "key"), person, code, day, Standard.electronicHealthRecord, comparator,
            event.quantity.flatMap { Double($0.value.description) }, answer?.code, unitConcept, visit, label, unit, source,
        ])
        report.count("measurement")
    }

    private mutating func addImages(_ event: RecordedEvent, _ person: Int, _ day: String, _ visit: Int?) throws {
        if event.series.isEmpty { report.omit("studies without series") }
        for series in event.series {
            seriesCount += 1
            var modality: (code: Int, source: String?) = (Standard.noMatch, nil)
            if case .coded(let kind) = series.values[ConceptIRI(CoreVocabulary.modality)] {
                // Most modalities have no standard concept: the DICOM code stands beside it, as the extension provides.
                modality.code = coder.exactCode(for: kind, in: "omop").flatMap { Int($0) } ?? Standard.noMatch
                modality.source = coder.chosen(for: kind, in: ["dicom-modality"])?.code
                if modality.code != Standard.noMatch { vocabulary.use(kind, domain: .modality) }
            }
            var site: Int?
            if case .coded(let part) = series.values[ConceptIRI(CoreVocabulary.bodyPart)] { site = concept(part, domain: .site).code }
            try tables.image.insert([
                seriesCount, person, 0, visit, site ?? Standard.noMatch,
                DICOMPath.series(person: String(person), study: event.key, series: series.uid), day,
                event.key, series.uid, modality.code, modality.source,
            ])
        }
        report.count("image_occurrence", event.series.count)
    }

    // MARK: The rest

    mutating func finish() throws -> WriterReport {
        for (sex, gender) in genders.sorted(by: { $0.value < $1.value }) {
            vocabulary.use(gender, named: sex.rawValue.uppercased(), domain: .gender)
        }
        vocabulary.use(Standard.noMatch, named: "No matching concept", domain: .metadata)
        vocabulary.use(Standard.outpatientVisit, named: "Outpatient Visit", domain: .visit)
        vocabulary.use(Standard.electronicHealthRecord, named: "EHR", domain: .type)
        for (name, count) in try vocabulary.write() { report.count(name, count) }
        let release = PatientCourse.cutOff.description
        try tables.source.insert([
            "Cohortium synthetic population", "COHORTIUM-SYNTH", "nobody: the patients are made up",
            "Made by cohortium synth; concept names and hierarchy are those of its hyperontology.", release, release, "5.4",
            Standard.noMatch, "cohortium",
        ])
        report.count("cdm_source")
        report.count("care_site")
        coder.describe(in: &report)
        return report
    }

    /// The concept id of one of our concepts and its label as the source's text.
    private mutating func concept(_ concept: ConceptIRI?, domain: OMOPVocabulary.Domain) -> (code: Int, label: String?) {
        guard let concept else { return (Standard.noMatch, nil) }
        let label = String(coder.label(of: concept).prefix(50))
        guard let chosen = coder.chosen(for: concept, in: ["omop"]), let code = Int(chosen.code) else { return (Standard.noMatch, label) }
        vocabulary.use(chosen.concept, domain: domain)
        return (code, label)
    }

    private mutating func exactEnd(_ event: RecordedEvent) -> String? {
        guard let end = event.end else { return nil }
        guard end.isExact else {
            report.omit("ends that are not known to the day")
            return nil
        }
        return end.earliest.description
    }

    private func number(_ text: String, _ what: String) throws(Diagnostic) -> Int {
        guard let number = Int(text) else {
            throw Diagnostic("U0305", "`\(text)` cannot be an OMOP \(what)", help: "use whole numbers for identifiers and keys")
        }
        return number
    }
}
