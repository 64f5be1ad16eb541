import CohortPlan
import Compiler
import Diagnostics
import Federation

extension QueryService {
    /// What is to run over which images: as the job says, else as the text's `dispatch` does.
    func order(_ job: JobSubmission, _ query: CompiledQuery) throws -> DispatchOrder {
        let written = job.toolName == nil ? query.dispatch : nil
        guard let toolName = job.toolName ?? written?.toolName, let toolDigest = job.toolDigest ?? written?.toolDigest,
            toolDigest.hasPrefix("sha256:"), toolDigest.utf8.count == 71, (1...100).contains(toolName.count)
        else {
            throw Problem.badInput(
                Diagnostic(
                    "F0609", "the tool has no name or no digest",
                    help: "name it by `sha256:` and 64 hexadecimal digits, or write `dispatch COHORT to \"tool\"@sha256:…`"))
        }
        let needs = written.map {
            ToolNeeds(gpus: $0.gpus, gpuMemory: $0.gpuMemory, parameters: $0.parameters, outputs: $0.outputs)
        }
        if let needs, !needs.isReadable {
            throw Problem.badInput(
                Diagnostic(
                    "F0628", "a parameter of the tool is too long, or holds what is no text",
                    help: "write at most \(ToolNeeds.Limits.value) characters for each"))
        }
        return DispatchOrder(
            toolName: toolName, toolDigest: toolDigest, event: try images(job.event ?? written?.inputs, query), needs: needs)
    }

    /// The imaging event of a name, or the last one.
    private func images(_ wanted: String?, _ query: CompiledQuery) throws -> EventReference {
        let imaging = query.plan.anchors.indices.filter { query.plan.anchors[$0].request.kind.isImaging }
        guard let last = imaging.last else {
            throw Problem.badInput(
                Diagnostic(
                    "F0608", "the query names no images to compute on", help: "name an imaging event: `baseline = last imaging study …`"))
        }
        guard let wanted else { return EventReference(last) }
        guard let index = imaging.first(where: { query.anchorNames[$0] == wanted }) else {
            let names = imaging.map { query.anchorNames[$0] }
            throw Problem.badInput(
                Diagnostic(
                    "F0608", "the query has no imaging event called `\(wanted)`",
                    help: nearest(to: wanted, among: names).map { "did you mean `\($0)`?" } ?? "write `\(query.anchorNames[last])`"))
        }
        return EventReference(index)
    }
}

extension QueryScope {
    /// So many nodes must be named, where there are as many: a number over fewer would be one hospital's, or two's.
    private static let fewestNodes = 3

    /// The nodes that are asked.
    /// - Throws: ``Problem`` of status 422 for a name that no node has, and for too few names.
    func nodes(among all: [StoredNode]) throws(Problem) -> [StoredNode] {
        guard !nodes.isEmpty else { return all }
        let names = all.map(\.name)
        if let unknown = nodes.first(where: { !names.contains($0) }) {
            throw Problem.badInput(
                Diagnostic(
                    "F0629", "no node is called `\(unknown)`",
                    help: nearest(to: unknown, among: names).map { "did you mean `\($0)`?" } ?? "`cohortium hub nodes` lists them"))
        }
        let fewest = min(QueryScope.fewestNodes, all.count)
        guard nodes.count >= fewest else {
            throw Problem.badInput(
                Diagnostic(
                    "F0630", "a scope of fewer than \(fewest) nodes is not asked",
                    help: "name \(fewest) nodes or more, or ask all of them and write `by node`"))
        }
        return all.filter { nodes.contains($0.name) }
    }

    /// What nodes are told; nil where it is all their data.
    var ofData: TaskScope? { collections.isEmpty && access.isEmpty ? nil : TaskScope(collections: collections, access: access) }
}
