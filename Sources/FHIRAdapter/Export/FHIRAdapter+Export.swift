import CohortPlan
import Diagnostics
public import Execution
import Foundation
import HTTPClient
import Hyperontology

/// A server whose bulk exports are read in place of its searches.
public struct ExportSettings: Sendable {
    /// `Patient` for all patients, or a group such as `Group/cancer`.
    public let scope: String
    /// A folder of the node's own for what is exported.
    public let directory: String
    /// After so long without a complete export, answers say that they are not fresh.
    public let staleAfter: Duration

    public init(scope: String = "Patient", directory: String, staleAfter: Duration = .seconds(48 * 3_600)) {
        self.scope = scope
        self.directory = directory
        self.staleAfter = staleAfter
    }
}

/// Where a source's export comes from.
struct ExportOrigin: Sendable {
    let server: FHIRServer
    let settings: ExportSettings

    var folder: ExportFolder { ExportFolder(path: URL(fileURLWithPath: settings.directory)) }

    /// How well what was exported keeps up with the server.
    func held(to assessment: Assessment, now: Date = Date()) -> Assessment {
        guard assessment.coverage != .notEvaluable else { return assessment }
        guard let state = folder.state() else { return .notEvaluable("nothing was exported from this server yet") }
        let age = now.timeIntervalSince(state.begun)
        // A clock that was set back makes no export fresh.
        if age <= TimeInterval(settings.staleAfter.components.seconds), age > -300 { return assessment }
        let day = state.begun.formatted(.iso8601.year().month().day())
        return Assessment(
            assessment.coverage.combined(with: .approximate),
            reasons: assessment.reasons + ["the export of this server is too old: it was last complete on \(day)"])
    }
}

/// What an export brought.
public struct ExportSummary: Sendable, Hashable {
    /// Whether everything was exported, not only what had changed.
    public let isWhole: Bool
    public let files: Int
    public let bytes: Int
}

extension FHIRAdapter {
    /// Whether this source is exported from a server.
    public var isExported: Bool { export != nil }

    /// Exports what has changed since the last time, or everything where there was none, and makes it count when all of it is there.
    ///
    /// - Parameters:
    ///   - fromNothing: whether everything is exported.
    ///   - report: told from time to time how far it is.
    /// - Throws: ``Execution/SourceFailure`` when it did not come to its end; what was exported before stays.
    @concurrent public func refreshExport(
        fromNothing: Bool = false, report: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(SourceFailure) -> ExportSummary {
        guard let export else { return ExportSummary(isWhole: false, files: 0, bytes: 0) }
        let folder = export.folder
        let types = exportedTypes
        let question = "\(export.server.address.url) \(export.settings.scope) \(types.joined(separator: ","))"
        let known = folder.state().flatMap { state in
            state.question == question && state.exports.count <= ExportFolder.mostChanges && !fromNothing ? state : nil
        }
        let begun = Date()
        do {
            let name = try folder.begin(after: folder.state())
            let place = folder.path.appending(path: name)
            let download = try await BulkExport(
                server: export.server, scope: export.settings.scope, types: types, since: known?.transactionTime
            ).run(into: place, report: report)
            try folder.add(name, download, begun: begun, question: question, to: known)
            let bytes = download.files.keys.reduce(0) { sum, file in
                let size = try? FileManager.default.attributesOfItem(atPath: place.appending(path: file).path)[.size]
                return sum + ((size as? NSNumber)?.intValue ?? 0)
            }
            return ExportSummary(isWhole: known == nil, files: download.files.count, bytes: bytes)
        } catch let failure as SourceFailure {
            throw failure
        } catch {
            throw SourceFailure(
                source: self.name,
                Diagnostic(
                    "N0457", "the export of `\(self.name)` cannot be written",
                    help: "check the space and the rights of the node's state folder",
                    notes: [error.localizedDescription]))
        }
    }
}
