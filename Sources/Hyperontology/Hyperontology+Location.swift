public import Diagnostics
import Foundation

extension Hyperontology {
    /// The directory of the ontologies.
    ///
    /// In this order: the one named explicitly; the environment's `COHORTIUM_ONTOLOGIES`; `Ontologies` in the working directory or
    /// one above it; `share/cohortium/Ontologies` beside the executable's directory; `Ontologies` in one of the directories above the executable.
    ///
    /// - Throws: `O0004` when a named one is none, or when none is found.
    public static func locate(explicit: String?) throws(DiagnosticList) -> String {
        let environment = ProcessInfo.processInfo.environment["COHORTIUM_ONTOLOGIES"].flatMap { $0.isEmpty ? nil : $0 }
        if let named = explicit ?? environment {
            if holdsOntologies(named) { return named }
            let origin = explicit == nil ? " (from `COHORTIUM_ONTOLOGIES`)" : ""
            throw DiagnosticList([Diagnostic("O0004", "`\(named)`\(origin) holds no `core.ttl`, so it is no ontologies' directory")])
        }
        let candidates = candidates(workingDirectory: FileManager.default.currentDirectoryPath, executable: executablePath)
        if let found = candidates.first(where: holdsOntologies) { return found }
        throw DiagnosticList([
            Diagnostic("O0004", "the directory `Ontologies` is not found", help: "name it with `--ontologies` or in `COHORTIUM_ONTOLOGIES`")
        ])
    }

    /// Where to look when nobody says, most preferred first.
    static func candidates(workingDirectory: String, executable: String?) -> [String] {
        var candidates = selfAndAbove(workingDirectory).map { $0 + "/Ontologies" }
        if let executable {
            let folder = URL(fileURLWithPath: executable).deletingLastPathComponent()
            candidates.append(folder.deletingLastPathComponent().appendingPathComponent("share/cohortium/Ontologies").path)
            candidates += selfAndAbove(folder.path).map { $0 + "/Ontologies" }
        }
        return candidates
    }

    private static func selfAndAbove(_ directory: String) -> [String] {
        var parts = directory.split(separator: "/")
        var result = ["/" + parts.joined(separator: "/")]
        while parts.popLast() != nil { result.append(parts.isEmpty ? "" : "/" + parts.joined(separator: "/")) }
        return result
    }

    private static func holdsOntologies(_ directory: String) -> Bool {
        FileManager.default.isReadableFile(atPath: directory + "/core.ttl")
    }

    private static var executablePath: String? { try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") }
}
