import CohortDispatch
import Diagnostics
import Federation
import Foundation

/// The tools that a node has installed, by name, each with the digest of its executable as it lies there now.
struct ToolShelf: Sendable {
    private let executables: [String: String]
    private let taken: [String: Set<String>]

    init(_ tools: [NodeConfiguration.Tool]) {
        executables = Dictionary(tools.map { ($0.name, $0.executable) }, uniquingKeysWith: { first, _ in first })
        taken = Dictionary(tools.map { ($0.name, Set($0.parameters)) }, uniquingKeysWith: { first, _ in first })
    }

    /// The parameters that a tool takes.
    func parameters(of name: String) -> Set<String> { taken[name] ?? [] }

    /// Why a tool cannot be had here.
    enum Absence: Error {
        /// It is not installed, or not this version of it.
        case refused(String)
        case failed(Diagnostic)
    }

    /// The tool of this name, when it is the very one that is meant. The digest is taken anew each time: the file may have changed.
    func tool(_ name: String, digest: String) throws(Absence) -> ProcessingTool {
        guard let executable = executables[name] else { throw .refused("the tool `\(name)` is not installed at this node") }
        guard let bytes = FileManager.default.contents(atPath: executable) else {
            throw .failed(
                Diagnostic(
                    "N0303", "the tool `\(name)` cannot be read", help: "check `tools` in the node's configuration", notes: [executable]))
        }
        let found = Digest.name(of: Array(bytes))
        guard found == digest else {
            throw .refused("the tool `\(name)` at this node is \(found), which is not the one that was asked for")
        }
        return ProcessingTool(name: name, digest: found, executable: executable)
    }
}
