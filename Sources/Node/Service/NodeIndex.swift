public import DICOMAdapter
import Diagnostics
public import Execution
import Foundation
import Logging

/// An index that a node keeps of one of its sources.
public struct NodeIndex: Sendable {
    public let adapter: DICOMAdapter
    let every: Duration

    /// After a pass that did not come to its end the next one is not put off as long.
    private static let patience: Duration = .seconds(300)

    /// The indexes of a configuration's sources, in their order.
    public static func all(_ configuration: NodeConfiguration, _ sources: [any SourceAdapter]) -> [NodeIndex] {
        zip(configuration.sources, sources).compactMap { source, adapter in
            guard let index = source.index, let adapter = adapter.plain as? DICOMAdapter else { return nil }
            return NodeIndex(adapter: adapter, every: index.every)
        }
    }

    /// Brings it in line with its source now and from time to time, until the task is cancelled. What goes wrong stands in the log; that
    /// the index is too old is said in every answer.
    func keep(_ logger: Logger) async throws {
        while true {
            let start = ContinuousClock.now
            var pause = every
            do throws(SourceFailure) {
                let done = try await adapter.refreshIndex()
                logger.notice(
                    "index complete",
                    metadata: [
                        "source": "\(adapter.name)", "listed": "\(done.listed)", "read": "\(done.read)", "removed": "\(done.removed)",
                        "seconds": "\((ContinuousClock.now - start).components.seconds)",
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
