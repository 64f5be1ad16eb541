import Diagnostics
import Foundation

/// Folders that come with the program: beside it, above it (a build folder), or where one stands.
enum ProjectFolder {
    /// - Throws: `U0206` when it is in none of these places.
    static func locate(_ name: String) throws(CommandFailure) -> String {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        var folder = URL(fileURLWithPath: program).resolvingSymlinksInPath().deletingLastPathComponent()
        var candidates = [URL(fileURLWithPath: FileManager.default.currentDirectoryPath)]
        while folder.path != "/", candidates.count < 8 {
            candidates.append(folder)
            candidates.append(folder.appendingPathComponent("share/cohortium"))
            folder = folder.deletingLastPathComponent()
        }
        for candidate in candidates.map({ $0.appendingPathComponent(name).path }) where FileManager.default.fileExists(atPath: candidate) {
            return candidate
        }
        throw CommandFailure(
            Diagnostic(
                "U0206", "the folder `\(name)` that comes with the program is not there", help: "run the program from the project's folder")
        )
    }
}
