import Foundation

/// A row of an OMOP table in memory: what the reference evaluator looks at for cohorts with the semantics of ATLAS.
public struct RecordedRow: Hashable, Codable, Sendable {
    public let table: RecordTable
    /// Unique within its table.
    public let number: Int
    public let start: CalendarDate
    /// Nil where none is recorded, also where the table has none.
    public let end: CalendarDate?
    public let concept: Int?
    public let sourceConcept: Int?
    public let visit: Int?
    /// The concepts that its fields hold.
    public let concepts: [RecordField: Int]
    /// The numbers that its fields hold; ratios follow from them.
    public let numbers: [RecordField: ExactDecimal]

    public init(
        _ table: RecordTable, number: Int, start: CalendarDate, end: CalendarDate? = nil, concept: Int? = nil, sourceConcept: Int? = nil,
        visit: Int? = nil, concepts: [RecordField: Int] = [:], numbers: [RecordField: ExactDecimal] = [:]
    ) {
        self.table = table
        self.number = number
        self.start = start
        self.end = end
        self.concept = concept
        self.sourceConcept = sourceConcept
        self.visit = visit
        self.concepts = concepts
        self.numbers = numbers
    }

    /// Its end by the rule of its table: see ``RecordTable/end(_:start:supply:)``.
    var countedEnd: CalendarDate? {
        table.end(end, start: start, supply: numbers[.daysSupply].flatMap { Int($0.description) })
    }

    func passes(_ test: RecordTest) -> Bool {
        switch test.field {
        case .rangeLowRatio: test.passes(ratio(to: .rangeLow))
        case .rangeHighRatio: test.passes(ratio(to: .rangeHigh))
        default: test.field.content == .concepts ? test.passes(concepts[test.field]) : test.passes(numbers[test.field])
        }
    }

    private func ratio(to field: RecordField) -> ExactDecimal? {
        guard let value = numbers[.valueAsNumber], let range = numbers[field], range != ExactDecimal(0) else { return nil }
        return ExactDecimal(value.value / range.value)
    }
}

extension RecordField: CodingKeyRepresentable {}

extension RecordTable {
    /// When a row ends, as Circe has it: what lasts a while and has no end lasts one day, or as long as the supply of a drug; what happens
    /// on a day ends on the next one; stays and eras end when they are said to, or never.
    public func end(_ recorded: CalendarDate?, start: CalendarDate, supply: Int?) -> CalendarDate? {
        let nextDay = start.advanced(by: CalendarDistance(1, .day))
        switch self {
        case .conditionOccurrence, .deviceExposure: return recorded ?? nextDay
        case .drugExposure: return recorded ?? supply.map { start.advanced(by: CalendarDistance($0, .day)) } ?? nextDay
        case .procedureOccurrence, .measurement, .observation, .specimen, .death: return nextDay
        case .visitOccurrence, .visitDetail, .conditionEra, .drugEra, .doseEra, .observationPeriod, .payerPlanPeriod: return recorded
        }
    }
}

/// What a site's vocabulary says, in memory.
public struct SiteVocabulary: Hashable, Sendable {
    /// By concept, the valid concepts below it, itself among them where the vocabulary says so; of a concept that is none of the keys nothing
    /// is below.
    public let descendants: [Int: Set<Int>]
    /// By concept, those that map to it.
    public let mappedTo: [Int: Set<Int>]

    public init(descendants: [Int: Set<Int>] = [:], mappedTo: [Int: Set<Int>] = [:]) {
        self.descendants = descendants
        self.mappedTo = mappedTo
    }

    /// All concepts that a set stands for.
    public func members(of set: VocabularySet) -> Set<Int> {
        members(of: set.include).subtracting(members(of: set.exclude))
    }

    private func members(of terms: [VocabularySet.Term]) -> Set<Int> {
        var all: Set<Int> = []
        for term in terms {
            var own: Set<Int> = [term.concept]
            if term.descendants { own.formUnion(descendants[term.concept] ?? []) }
            if term.mapped { own.formUnion(own.flatMap { mappedTo[$0] ?? [] }) }
            all.formUnion(own)
        }
        return all
    }
}

extension PatientRecord {
    /// The patient's rows of a request.
    func records(_ request: RecordRequest, _ vocabulary: SiteVocabulary) -> [AtlasRecord] {
        var found = (rows ?? []).filter { $0.table == request.table }
        if let codes = request.codes.map(vocabulary.members) { found = found.filter { $0.concept.map(codes.contains) ?? false } }
        if let codes = request.sourceCodes.map(vocabulary.members) {
            found = found.filter { $0.sourceConcept.map(codes.contains) ?? false }
        }
        found.sort { ($0.start, $0.number) < ($1.start, $1.number) }
        if request.isFirst { found = Array(found.prefix(1)) }
        return found.filter { row in request.tests.allSatisfy(row.passes) }.map { row in
            AtlasRecord(start: row.start, end: row.countedEnd, number: row.number, concept: row.concept, visit: row.visit)
        }
    }
}
