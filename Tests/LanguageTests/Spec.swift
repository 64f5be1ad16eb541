import CohortPlan
import Compiler
import Diagnostics
import Foundation
import Hyperontology
import Testing

/// One row of a table of meaning: patients, a query, and who meets it.
struct Spec: Sendable, CustomTestStringConvertible {
    let title: String
    /// A patient a line (``SpecData``).
    let data: String
    /// The body of a cohort, or whole definitions.
    let query: String
    /// Who is counted, and for whom it is unknown.
    let yes: [String]
    let unknown: [String]
    /// A unit's warnings that belong to the example.
    let warnings: [String]

    init(_ title: String, _ data: String, _ query: String, yes: [String], unknown: [String] = [], warnings: [String] = []) {
        self.title = title
        self.data = data
        self.query = query
        self.yes = yes
        self.unknown = unknown
        self.warnings = warnings
    }

    var testDescription: String { title }

    var text: String { query.contains("cohort ") ? query : "cohort C {\n\(query)\n}\n" }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let ontology = Result { try Hyperontology(directory: root.appendingPathComponent("Ontologies").path) }

    func compile() throws -> CompiledQuery { try compiled(warnings) }

    /// - Parameter warnings: those that are expected; nil for any.
    func compiled(_ warnings: [String]? = nil) throws -> CompiledQuery {
        let source = SourceText(name: "q", text: text)
        let result = QueryCompiler(hyperontology: try Spec.ontology.get()).compile(source)
        let rendered = DiagnosticRenderer().render(result.diagnostics, in: source)
        if let warnings { #expect(result.diagnostics.map(\.code.rawValue) == warnings, "\(title): \(rendered)") }
        return try #require(result.query, "\(title): \(rendered)")
    }
}

/// Patients as text, one a line: `a female 1970-05: diagnosis BreastCarcinoma 2020-01-05, observation TStage = T2 2020`.
///
/// An event is its kind, its concept, `=` and a value (a concept, or a number and a unit), its day or `start..end`; a study is followed by
/// its series in brackets: `study 2020-01-01 [MR Breast 2mm contrast ~t2_tse] [SEG Liver]`, a description behind `~`, a sequence type behind `=`.
/// `@v1` is the visit in which it was recorded, `%s1` the specimen in which it was found.
enum SpecData {
    struct Unreadable: Error { let text: String }

    static func patients(_ text: String) throws -> [PatientRecord] {
        try text.split(separator: "\n").map { line in
            let halves = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let words = halves[0].split(separator: " ").map(String.init)
            let events = halves.count > 1 ? halves[1].split(separator: ",").map(String.init) : []
            return PatientRecord(
                id: words[0], sex: words.lazy.compactMap(Sex.init).first,
                birthDate: words.dropFirst().lazy.compactMap(DateRange.init(partial:)).first,
                events: try events.enumerated().map { try event($1, key: "\(words[0])\($0)") })
        }
    }

    private static func event(_ text: String, key: String) throws -> RecordedEvent {
        let parts = text.split(separator: "[").map(String.init)
        var words = parts[0].split(separator: " ").map(String.init)
        let kinds: [String: EventKind] = ["study": .imagingStudy, "period": .observationPeriod]
        guard let word = words.first, let kind = kinds[word] ?? EventKind(rawValue: word) else { throw Unreadable(text: text) }
        words.removeFirst()
        let visit = words.first { $0.hasPrefix("@") }
        let specimen = words.first { $0.hasPrefix("%") && $0.count > 1 }
        words.removeAll { $0 == visit || $0 == specimen }
        var start: DateRange?
        var end: DateRange?
        if let last = words.last, last.first?.isNumber == true, last.utf8.count >= 4 || last.contains("..") {
            let days = last.components(separatedBy: "..")
            start = DateRange(partial: days[0])
            if days.count > 1 { end = DateRange(partial: days[1]) }
            words.removeLast()
        }
        let concept = words.first.flatMap { $0 == "=" ? nil : iri($0) }
        var quantity: Quantity?
        var coded: ConceptIRI?
        if let place = words.firstIndex(of: "="), place + 1 < words.count {
            if let number = ExactDecimal(words[place + 1]) {
                quantity = Quantity(number, place + 2 < words.count ? words[place + 2] : nil)
            } else {
                coded = iri(words[place + 1])
            }
        }
        let series = parts.dropFirst().enumerated().map { RecordedSeries(uid: "\(key)-\($0)", values: values($1)) }
        return RecordedEvent(
            key: key, kind: kind, concept: concept, start: start, end: end, quantity: quantity, coded: coded, series: series,
            visit: visit, specimen: specimen)
    }

    private static func values(_ text: String) -> [ConceptIRI: SeriesValue] {
        let modalities = [
            "MR": "MagneticResonance", "CT": "ComputedTomography", "MG": "Mammography", "SEG": "Segmentation",
            "PT": "PositronEmissionTomography",
        ]
        var values: [ConceptIRI: SeriesValue] = [:]
        var isSegmentation = false
        for word in text.replacing("]", with: "").split(separator: " ").map(String.init) {
            if let modality = modalities[word] {
                values[ConceptIRI(CoreVocabulary.modality)] = .coded(iri(modality))
                isSegmentation = word == "SEG"
            } else if word.hasPrefix("~") {
                values[ConceptIRI(CoreVocabulary.core + "seriesDescription")] = .text(String(word.dropFirst()))
            } else if word.hasPrefix("=") {
                values[ConceptIRI(CoreVocabulary.core + "sequenceType")] = .coded(iri(String(word.dropFirst())))
            } else if word == "contrast" || word == "plain" {
                values[ConceptIRI(CoreVocabulary.contrast)] = .flag(word == "contrast")
            } else if word.hasSuffix("mm"), let number = ExactDecimal(word.dropLast(2)) {
                values[ConceptIRI(CoreVocabulary.sliceThickness)] = .quantity(Quantity(number, "mm"))
            } else {
                values[ConceptIRI(isSegmentation ? CoreVocabulary.segmentedStructure : CoreVocabulary.bodyPart)] = .coded(iri(word))
            }
        }
        return values
    }

    static func iri(_ name: String) -> ConceptIRI { ConceptIRI(CoreVocabulary.concept + name) }
}
