import Diagnostics
import Federation
import Foundation

/// What a node keeps between runs: its key, its enrolment, and answers that the hub has not taken yet.
struct NodeState: Sendable {
    private let folder: URL

    /// - Throws: `N0109` when the folder cannot be made.
    init(folder path: String) throws(Diagnostic) {
        folder = URL(fileURLWithPath: path)
        do {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent("outbox"), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Diagnostic("N0109", "the folder `\(path)` cannot be made", help: "name one under `state` that this account may write")
        }
    }

    /// The node's key; made where there is none.
    func key() throws(Diagnostic) -> SigningKey { try SigningKey.load(orMakeAt: folder.appendingPathComponent("node.pem").path) }

    // MARK: Enrolment

    private var enrolmentFile: URL { folder.appendingPathComponent("enrolment.json") }

    /// Nil for a node that was not enrolled.
    /// - Throws: `N0112` when the file is there and broken.
    func enrolment() throws(Diagnostic) -> Enrolment? {
        guard let data = FileManager.default.contents(atPath: enrolmentFile.path) else { return nil }
        do {
            return try CanonicalJSON.decode(Enrolment.self, from: Array(data))
        } catch {
            throw Diagnostic(
                "N0112", "`\(enrolmentFile.path)` is broken", help: "enrol the node again with a new token", notes: error.notes)
        }
    }

    func save(_ enrolment: Enrolment) throws(Diagnostic) { try write(try CanonicalJSON.encode(enrolment), to: enrolmentFile) }

    // MARK: Answers that wait

    /// Keeps a sealed answer until the hub has it.
    func keep(_ answer: SignedEnvelope, id: String) throws(Diagnostic) {
        try write(try CanonicalJSON.encode(answer), to: outbox.appendingPathComponent(NodeState.file(of: id)))
    }

    /// The hub has it, or never will.
    func drop(file name: String) { try? FileManager.default.removeItem(at: outbox.appendingPathComponent(name)) }

    /// The kept answer to a task, should there be one.
    func kept(file name: String) -> SignedEnvelope? {
        let file = outbox.appendingPathComponent(name)
        guard let data = FileManager.default.contents(atPath: file.path) else { return nil }
        if let answer = try? CanonicalJSON.decode(SignedEnvelope.self, from: Array(data)) { return answer }
        // A file that is broken is taken away: its task is handed out again.
        try? FileManager.default.removeItem(at: file)
        return nil
    }

    /// The files of all answers that are kept.
    var keptFiles: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: outbox.path)) ?? []).filter { $0.hasSuffix(".json") }.sorted()
    }

    /// The file of the answer to a task: by the digest of its id, so that whatever the hub calls its tasks, it is a plain name.
    static func file(of id: String) -> String { Digest.hexadecimal(Digest.sha256(Array(id.utf8))) + ".json" }

    private var outbox: URL { folder.appendingPathComponent("outbox") }

    private func write(_ bytes: [UInt8], to file: URL) throws(Diagnostic) {
        do {
            try Data(bytes).write(to: file, options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        } catch {
            throw Diagnostic(
                "N0113", "`\(file.path)` cannot be written", help: "check the space and the rights of the state folder", notes: ["\(error)"]
            )
        }
    }
}
