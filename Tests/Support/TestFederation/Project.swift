public import Foundation
public import Hyperontology

/// The folder of the package, and what lies in it.
public enum Project {
    public static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    public static let ontologies = root.appendingPathComponent("Ontologies").path

    /// The project's hyperontology, read once for all tests of a process.
    public static func hyperontology() throws -> Hyperontology { try read.get() }
    private static let read = Result { try Hyperontology(directory: ontologies) }

    /// A program of the package, where its products are built: beside the tests.
    public static func program(_ name: String) -> String {
        let running = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        let candidates = [running, CommandLine.arguments[0]].map {
            URL(fileURLWithPath: $0).deletingLastPathComponent().appendingPathComponent(name).path
        }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? candidates[0]
    }
}
