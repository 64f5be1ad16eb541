import Foundation
import Testing

/// The rooms and their floors. An arrow, a target's dependency on another, goes downwards only.
private let floors: [String: Int] = [
    "CRaptor2": -1, "CCurl": -1, "COpenSSL": -1, "CPostgres": -1, "CZlib": -1,
    "Diagnostics": 0, "RDF": 0, "HTTPClient": 0, "PostgresClient": 0, "DICOMFile": 0,
    "Processes": 1, "CohortQL": 1, "CohortPlan": 1, "Hyperontology": 1,
    "Compiler": 2, "Execution": 2, "SPARQL": 2, "AtlasImport": 2,
    "OMOPAdapter": 3, "FederatedSPARQL": 3, "FHIRAdapter": 3, "DICOMAdapter": 3, "Disclosure": 3, "OrthancServer": 3, "Synthesis": 3,
    "Federation": 4, "CohortDispatch": 4,
    "Hub": 5, "Node": 5,
    "cohortium": 6, "cohortium-intensity": 6, "cohortium-rdf-reader": 6,
]

@Suite struct ArchitectureTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private struct Description: Decodable {
        struct Target: Decodable {
            let name: String
            let type: String
            /// Where it is not in the folder of its name: what tests share is below `Tests`, what measures below `Benchmarks`.
            let path: String?
            let dependencies: [Dependency]
        }

        /// `{"byName": ["Diagnostics", null]}`; products of other packages come as `{"product": [...]}`.
        struct Dependency: Decodable {
            let byName: [String?]?
            let target: [String?]?
            var room: String? { (byName?.first ?? target?.first) ?? nil }
        }

        let targets: [Target]
    }

    private static func describe() throws -> Description {
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-architecture-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // A scratch folder of its own: the package's is locked while the tests run.
        process.arguments = ["swift", "package", "--package-path", root.path, "--scratch-path", scratch.path, "dump-package"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return try JSONDecoder().decode(Description.self, from: data)
    }

    @Test func everyArrowGoesDown() throws {
        let description = try ArchitectureTests.describe()
        let rooms = description.targets.filter {
            $0.type != "test" && !["Tests/", "Benchmarks/"].contains(where: ($0.path ?? "").hasPrefix)
        }
        #expect(Set(rooms.map(\.name)) == Set(floors.keys), "every target has a floor, every floor's room exists")
        for room in rooms {
            for below in room.dependencies.compactMap(\.room) {
                guard let lower = floors[below], let upper = floors[room.name] else { continue }
                #expect(lower < upper, "\(room.name) (floor \(upper)) depends on \(below) (floor \(lower))")
            }
        }
    }

    @Test func importsAreDeclared() throws {
        let description = try ArchitectureTests.describe()
        for target in description.targets where target.type != "test" && target.type != "system" {
            let declared = Set(target.dependencies.compactMap(\.room))
            let folder = ArchitectureTests.root.appendingPathComponent("Sources/\(target.name)")
            let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
            for file in files where file.pathExtension == "swift" {
                for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") where line.contains("import ") {
                    let words = line.split(separator: " ")
                    guard let position = words.firstIndex(of: "import"), position <= 1, position + 1 < words.count else { continue }
                    let module = String(words[position + 1])
                    guard floors[module] != nil else { continue }
                    #expect(declared.contains(module), "\(file.lastPathComponent) imports \(module), which \(target.name) does not declare")
                }
            }
        }
    }
}
