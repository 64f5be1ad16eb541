import CohortPlan
public import Diagnostics
public import Foundation

/// What a synthetic data set consists of: `manifest.json`.
public struct SyntheticManifest: Hashable, Codable, Sendable {
    /// The version of the generator: another one makes other patients from the same seed.
    public static let currentVersion = 1
    public static let name = "manifest.json"

    public let version: Int
    public let seed: UInt64
    public let patients: Int
    public let mode: ShareMode
    public let nodes: [Node]

    /// One hospital.
    public struct Node: Hashable, Codable, Sendable {
        /// Also its folder, relative to the manifest: `node-1`.
        public let name: String
        public let patients: Int
        /// Events by kind.
        public let events: [String: Int]
        /// What each writer wrote; sorted by model.
        public let reports: [WriterReport]
    }

    init(_ dataset: SyntheticDataset, shares: [[PatientRecord]], reports: [Int: [WriterReport]]) {
        version = Self.currentVersion
        seed = dataset.seed
        patients = dataset.patients
        mode = dataset.mode
        nodes = shares.enumerated().map { index, share in
            var events: [String: Int] = [:]
            for event in share.lazy.flatMap(\.events) { events[event.kind.rawValue, default: 0] += 1 }
            return Node(
                name: Self.nodeName(index), patients: share.count, events: events,
                reports: (reports[index] ?? []).sorted { $0.model < $1.model })
        }
    }

    /// The folder of a hospital, by number from 0.
    public static func nodeName(_ index: Int) -> String { "node-\(index + 1)" }

    /// Reads the manifest of a data set.
    /// - Throws: `U0306` where there is none that can be read.
    public static func read(from folder: URL) throws(Diagnostic) -> SyntheticManifest {
        let file = folder.appending(path: name)
        guard let data = FileManager.default.contents(atPath: file.path),
            let manifest = try? JSONDecoder().decode(SyntheticManifest.self, from: data)
        else {
            throw Diagnostic(
                "U0306", "there is no synthetic data set at `\(folder.path)`", help: "make one with `cohortium synth --out DIR`")
        }
        return manifest
    }

    func write(to folder: URL) throws(Diagnostic) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        let file = folder.appending(path: Self.name)
        do { try encoder.encode(self).write(to: file, options: .atomic) } catch { throw .cannotWrite(file.path, error) }
    }

    /// Makes room: removes an earlier data set, and nothing else.
    /// - Throws: `U0303` where the folder holds something else.
    static func clear(_ folder: URL) throws(Diagnostic) {
        let manager = FileManager.default
        let names = (try? manager.contentsOfDirectory(atPath: folder.path)) ?? []
        // A data set that was never finished has no manifest, but nothing else either.
        let written = Set(SyntheticModel.allCases.map(\.rawValue) + [PopulationFile.name])
        let isOurs = names.allSatisfy { entry in
            if entry.hasPrefix("node-"), let inside = try? manager.contentsOfDirectory(atPath: folder.appending(path: entry).path) {
                return written.isSuperset(of: inside)
            }
            return entry == name || entry == PopulationFile.name
        }
        guard isOurs else {
            throw Diagnostic("U0303", "`\(folder.path)` holds other files", help: "choose an empty folder")
        }
        do {
            for name in names { try manager.removeItem(at: folder.appending(path: name)) }
        } catch {
            throw .cannotWrite(folder.path, error)
        }
    }
}
