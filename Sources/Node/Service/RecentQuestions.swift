public import CohortPlan
import Foundation

/// The concepts of the last questions that a node was asked, so that its operator sees how well those are covered that are in use.
///
/// Concepts alone: neither who asked nor what was answered.
public struct RecentQuestions: Sendable {
    /// How many questions are remembered.
    static let most = 200

    private struct Entry: Codable {
        let date: Date
        let concepts: [ConceptIRI]
    }

    private let file: URL

    /// - Parameter state: the node's state folder.
    public init(state: String) { file = URL(fileURLWithPath: state).appendingPathComponent("questions.json") }

    /// Remembers a question; one that cannot be written down is forgotten, which changes no answer.
    func note(_ plan: CohortPlan, at date: Date = Date()) {
        let concepts = Set(plan.requests.flatMap(\.conceptSets).flatMap { $0.include + $0.exclude }.map(\.concept)).sorted()
        guard !concepts.isEmpty else { return }
        let entries = (entries + [Entry(date: date, concepts: concepts)]).suffix(RecentQuestions.most)
        guard let data = try? JSONEncoder().encode(Array(entries)) else { return }
        try? data.write(to: file, options: .atomic)
    }

    /// The concepts with the number of questions that named them, the most asked for first.
    public func concepts() -> [(concept: ConceptIRI, questions: Int)] {
        let counts = entries.flatMap(\.concepts).reduce(into: [:]) { $0[$1, default: 0] += 1 }
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    }

    private var entries: [Entry] {
        FileManager.default.contents(atPath: file.path).flatMap { try? JSONDecoder().decode([Entry].self, from: $0) } ?? []
    }
}
