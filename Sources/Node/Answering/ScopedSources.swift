public import Execution
import Federation

/// The sources of a node, each with the terms under which its operator lets it be used.
public struct ScopedSources: Sendable {
    let all: [any SourceAdapter]
    private let terms: [String: NodeConfiguration.Terms]

    /// - Parameter terms: by the source's name; one without is of no collection and given under no condition.
    public init(_ sources: [any SourceAdapter], terms: [String: NodeConfiguration.Terms] = [:]) {
        all = sources
        self.terms = terms
    }

    /// The sources that a scope takes in: of one of its collections, and given under all of its conditions.
    func within(_ scope: TaskScope?) -> [any SourceAdapter] {
        guard let scope else { return all }
        return all.filter { source in
            let known = terms[source.name] ?? NodeConfiguration.Terms(collections: [], access: [])
            let isOfCollection = scope.collections.isEmpty || scope.collections.contains(where: known.collections.contains)
            return isOfCollection && scope.access.allSatisfy(known.access.contains)
        }
    }

    /// Why a scope takes nothing in. It names the scope's own words alone.
    static func reasons(_ scope: TaskScope?) -> [String] {
        guard let scope else { return ["the node has no source for it"] }
        let collections = scope.collections.isEmpty ? "" : " of the collections \(scope.collections.joined(separator: ", "))"
        let access = scope.access.isEmpty ? "" : " under the conditions \(scope.access.joined(separator: ", "))"
        return ["this node gives no data\(collections)\(access)"]
    }
}
