import Diagnostics
import Foundation
import Processes
import TestFederation
import Testing

@Suite struct ChildProcessTests {
    private func start(_ folder: TemporaryFolder, _ script: String) async throws -> ChildProcess {
        try await ChildProcess.start(
            name: "child", executable: "/bin/sh", arguments: ["-c", script], log: folder.path("log"), environment: ["GREETING": "hello"])
    }

    @Test func whatAChildSaysIsKeptAndItEndsWhenItIsAsked() async throws {
        let folder = try TemporaryFolder()
        let child = try await start(folder, "echo $GREETING; echo there >&2; exec sleep 600")
        try await wait(for: "the child's words") { child.lastWords == ["hello", "there"] }
        #expect(child.isRunning)
        await child.stop(grace: .seconds(60))
        #expect(!child.isRunning)
    }

    @Test func aChildThatDoesNotListenIsKilled() async throws {
        let folder = try TemporaryFolder()
        let child = try await start(folder, "trap '' TERM; echo deaf; exec sleep 600")
        try await wait(for: "the child's words") { child.lastWords == ["deaf"] }
        await child.stop(grace: .milliseconds(100))
        try await wait(for: "the child to end") { !child.isRunning }
        await child.stop()
        await child.kill()
    }

    @Test func whatCannotBeStartedIsNamed() async throws {
        let folder = try TemporaryFolder()
        let error = await #expect(throws: Diagnostic.self) {
            try await ChildProcess.start(name: "child", executable: "/bin/true", arguments: [], log: folder.path("none/log"))
        }
        #expect(error?.code == "U0411" && error?.message.contains("none/log") == true)
        let child = try await ChildProcess.start(name: "child", executable: "/nonexistent/program", arguments: [], log: folder.path("log"))
        try await wait(for: "the child to end") { !child.isRunning }
        #expect(child.lastWords.contains { $0.contains("/nonexistent/program") })
    }

    /// The demonstration starts programs of its own: of what it started nothing is left, however it ends.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/sbin/Orthanc"), "skipped: Orthanc is not installed"))
    func whatAKilledProgramStartedEndsWithIt() async throws {
        let folder = try TemporaryFolder()
        let demo = try await ChildProcess.start(
            name: "demo", executable: Project.program("cohortium"),
            arguments: ["demo", "--folder", folder.path("demo"), "--port", "\(try await FreePort.next())"], log: folder.path("log"))
        defer { if demo.isRunning { kill(demo.identifier, SIGKILL) } }
        try await wait(for: "a program that the demonstration starts", atMost: .seconds(120)) {
            if !demo.isRunning { throw NeverCameAbout(description: "a demonstration: \(demo.lastWords)") }
            return ChildProcessTests.children(of: demo.identifier).contains { $0.name == "Orthanc" }
        }
        let children = ChildProcessTests.children(of: demo.identifier)
        await demo.kill()
        try await wait(for: "\(children) to end", atMost: .seconds(60)) { children.allSatisfy { kill($0.identifier, 0) != 0 } }
    }

    private static func children(of parent: Int32) -> [(identifier: Int32, name: String)] {
        let processes = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
        return processes.compactMap { identifier in
            // proc(5): the number, the name in brackets, the state, the parent.
            guard let line = try? String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8), let open = line.firstIndex(of: "("),
                let close = line.lastIndex(of: ")")
            else { return nil }
            let rest = line[line.index(after: close)...].split(separator: " ")
            guard rest.count > 1, Int32(rest[1]) == parent else { return nil }
            return (identifier, String(line[line.index(after: open)..<close]))
        }
    }
}
