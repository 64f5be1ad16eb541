import CohortPlan
import Hyperontology

/// Says concepts in a model's code systems, and remembers where it could not.
///
/// A concept's exact code is written; of several the first in sort order. Where it has none, that of the nearest concept above it
/// is, which says less than the record does: the report names each such concept.
struct ConceptCoder {
    /// A code for a concept.
    struct Chosen: Hashable {
        let system: CodeSystem
        let code: String
        /// The concept that the code means exactly: the one asked for or one above it.
        let concept: ConceptIRI
    }

    private struct Key: Hashable {
        let concept: ConceptIRI
        let systems: [CodeSystem]
    }

    private let hyperontology: Hyperontology
    private var known: [Key: [Chosen]] = [:]
    private var substitutions: Set<WriterReport.Substitution> = []
    private var unmapped: Set<ConceptIRI> = []

    init(_ hyperontology: Hyperontology) { self.hyperontology = hyperontology }

    /// The first code in order of the systems; nil when nothing from the concept upwards has one.
    mutating func chosen(for concept: ConceptIRI, in systems: [CodeSystem]) -> Chosen? { codings(for: concept, in: systems).first }

    /// One code in each of the systems that has one, all of the same concept.
    mutating func codings(for concept: ConceptIRI, in systems: [CodeSystem]) -> [Chosen] {
        let key = Key(concept: concept, systems: systems)
        if let codings = known[key] { return codings }
        let codings = search(from: concept, in: systems)
        if let first = codings.first {
            if first.concept != concept { substitutions.insert(WriterReport.Substitution(concept: concept, writtenAs: first.concept)) }
        } else {
            unmapped.insert(concept)
        }
        known[key] = codings
        return codings
    }

    /// The concept's own exact code in one system; of several the first in sort order.
    func exactCode(for concept: ConceptIRI, in system: CodeSystem) -> String? { exactCodes(for: concept, in: system).first }

    /// All of the concept's own exact codes in one system, sorted.
    func exactCodes(for concept: ConceptIRI, in system: CodeSystem) -> [String] {
        hyperontology.mappings(of: concept.rawValue).filter { $0.system == system && $0.match == .exact }.map(\.code).sorted()
    }

    /// The preferred name; the IRI where the hyperontology does not know the concept.
    func label(of concept: ConceptIRI) -> String { hyperontology.concept(concept.rawValue)?.prefLabel ?? concept.rawValue }

    /// Enters what could not be said into a report.
    func describe(in report: inout WriterReport) {
        report.substitutions = substitutions.sorted()
        report.unmapped = unmapped.sorted()
    }

    /// Breadth first, so that the nearest concept wins, and of equally near ones the first in sort order.
    private func search(from concept: ConceptIRI, in systems: [CodeSystem]) -> [Chosen] {
        var level = [concept.rawValue]
        var seen = Set(level)
        while !level.isEmpty {
            for iri in level.sorted() {
                let candidate = ConceptIRI(iri)
                let codings = systems.compactMap { system in
                    exactCode(for: candidate, in: system).map { Chosen(system: system, code: $0, concept: candidate) }
                }
                if !codings.isEmpty { return codings }
            }
            level = level.flatMap { hyperontology.concept($0)?.parents ?? [] }.filter { seen.insert($0).inserted }
        }
        return []
    }
}
