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
}
