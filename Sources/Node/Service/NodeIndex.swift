import DICOMAdapter
import Diagnostics
public import Execution
import FHIRAdapter
import Foundation
import Logging

/// What a node keeps of one of its sources to answer from: an index of images, or a server's exports.
public struct NodeIndex: Sendable {
    public let adapter: any SourceAdapter
    let every: Duration

    /// After a pass that did not come to its end the next one is not put off as long.
    private static let patience: Duration = .seconds(300)

    /// Those of a configuration's sources, in their order.
    public static func all(_ configuration: NodeConfiguration, _ sources: [any SourceAdapter]) -> [NodeIndex] {
        zip(configuration.sources, sources).compactMap { source, adapter in
            guard let index = source.index else { return nil }
            let adapter = adapter.plain
            let isKept = (adapter as? DICOMAdapter)?.index != nil || (adapter as? FHIRAdapter)?.isExported == true
            return isKept ? NodeIndex(adapter: adapter, every: index.every) : nil
        }
    }

    /// Brings it in line with its source.
    /// - Parameters:
    ///   - fromNothing: whether everything is read again.
    ///   - report: told from time to time how far it is.
    /// - Returns: what was done, in words.
    /// - Throws: ``Execution/SourceFailure`` when it did not come to its end.
    public func refresh(
        fromNothing: Bool = false, report: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(SourceFailure) -> String {
        if let images = adapter as? DICOMAdapter {
            let start = ContinuousClock.now
            let done = try await images.refreshIndex(fromNothing: fromNothing) { progress in
                let seconds = max(1, (ContinuousClock.now - start).components.seconds)
                report("\(progress.listed) seen, \(progress.read) read, \(Int64(progress.listed) / seconds) a second")
            }
            return "\(done.listed) seen, \(done.read) new or changed, \(done.removed) gone"
        }
        guard let export = adapter as? FHIRAdapter else { return "nothing to do" }
        let done = try await export.refreshExport(fromNothing: fromNothing, report: report)
        // Loaded now, not with the first question.
        try await export.probe()
        return "\(done.isWhole ? "everything" : "what had changed") exported: \(done.files) files, \(done.bytes / 1_048_576) MiB"
    }

    /// Brings it in line with its source now and from time to time, until the task is cancelled. What goes wrong stands in the log; that
    /// the index is too old is said in every answer.
    func keep(_ logger: Logger) async throws {
        while true {
            let start = ContinuousClock.now
            var pause = every
            do throws(SourceFailure) {
                let done = try await refresh()
                logger.notice(
                    "index complete",
                    metadata: [
                        "source": "\(adapter.name)", "done": "\(done)", "seconds": "\((ContinuousClock.now - start).components.seconds)",
                    ])
            } catch {
                try Task.checkCancellation()
                pause = min(every, NodeIndex.patience)
                logger.error(
                    "index not complete",
                    metadata: [
                        "source": "\(adapter.name)", "code": "\(error.diagnostic.code)", "reason": "\(error.diagnostic.message)",
                        "help": "\(error.diagnostic.help ?? "try `cohortium node index`")",
                    ])
            }
            try await Task.sleep(for: pause)
        }
    }
}
