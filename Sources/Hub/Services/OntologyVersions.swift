import Diagnostics
import Foundation
import Hyperontology
import Logging
import RDF
import ServiceLifecycle
import Synchronization

/// The hyperontology that the hub answers with, replaced while it serves when the files of its folder have changed.
///
/// Whoever answers takes a snapshot and reads it without locks; the next version is read beside it. A folder that cannot be read, or in
/// which lint finds an error, changes nothing: the hub keeps the version that it has and says what is wrong.
final class OntologyVersions: Sendable {
    /// A version, and since when the hub answers with it.
    struct Version: Sendable {
        let hyperontology: Hyperontology
        let since: Date
    }

    private struct Watch {
        /// The folder as it was when it was read last.
        var read: FolderState
        /// As it was when it was last looked at.
        var seen: FolderState
        var trouble: [Diagnostic] = []
    }

    private let versions: VersionStore<Version>
    private let watch: Mutex<Watch>
    private let directory: String

    init(_ hyperontology: Hyperontology) {
        directory = hyperontology.directory
        versions = VersionStore(Version(hyperontology: hyperontology, since: Date()))
        let state = FolderState(of: hyperontology.directory)
        watch = Mutex(Watch(read: state, seen: state))
    }

    var current: Version { versions.snapshot }

    /// Why the folder as it is now is not what the hub answers with; empty when it is.
    var trouble: [Diagnostic] { watch.withLock { $0.trouble } }

    /// Looks at the folder, and reads it when it has changed since it was read and has not since it was last looked at: who writes several
    /// files is waited for.
    /// - Returns: whether it was read.
    func refresh() -> Bool {
        let state = FolderState(of: directory)
        let isDue = watch.withLock { watch in
            defer { watch.seen = state }
            return state != watch.read && state == watch.seen
        }
        guard isDue else { return false }
        let trouble: [Diagnostic]
        do throws(DiagnosticList) {
            let next = try checked()
            versions.update { _ in Version(hyperontology: next, since: Date()) }
            trouble = []
        } catch {
            trouble = error.diagnostics
        }
        watch.withLock { watch in
            watch.read = state
            watch.trouble = trouble
        }
        return true
    }

    /// The folder's hyperontology.
    /// - Throws: what is wrong with it, with files and lines.
    private func checked() throws(DiagnosticList) -> Hyperontology {
        let hyperontology = try Hyperontology(directory: directory)
        let errors = hyperontology.lint().filter { $0.diagnostic.severity == .error }.map { finding in
            let place = finding.file + (finding.line.map { ":\($0)" } ?? "")
            return Diagnostic(
                finding.diagnostic.code, "\(place): \(finding.diagnostic.message)",
                help: finding.diagnostic.help ?? "run `cohortium ontology lint`")
        }
        guard errors.isEmpty else { throw DiagnosticList(errors) }
        return hyperontology
    }
}

/// Looks at the ontologies' folder from time to time, as long as the hub serves.
struct OntologyWatch: Service {
    let versions: OntologyVersions
    let workers: WorkerPool
    let logger: Logger

    /// How long a change may go unnoticed, twice.
    static let pause: Duration = .seconds(2)

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: OntologyWatch.pause)
                let versions = versions
                guard try await workers.run({ versions.refresh() }) else { continue }
                let trouble = versions.trouble
                guard !trouble.isEmpty else {
                    logger.notice("the hyperontology was read anew", metadata: ["version": "\(versions.current.hyperontology.version)"])
                    continue
                }
                for diagnostic in trouble.prefix(20) {
                    logger.error(
                        "the changed hyperontology is not taken; the hub keeps the one it has",
                        metadata: ["code": "\(diagnostic.code)", "reason": "\(diagnostic.message)"])
                }
            }
        }
    }
}
