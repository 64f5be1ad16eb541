import Diagnostics
import Execution
import Foundation
import GRDB
import Synchronization

/// The adapter's own store of an export: made when first needed, and again when the files have changed.
///
/// A connection that failed is let go, so that the next use starts anew.
final class FHIRStore: Sendable {
    private struct Connection {
        let queue: DatabaseQueue
        let fingerprint: String
        let contents: StoreContents
    }

    private struct State {
        var connection: Connection?
        /// What is wrong with a line of an export, by its fingerprint: it need not be read again to say so.
        var refusal: (fingerprint: String, Diagnostic)?
    }

    /// The source's name in the node's configuration.
    private let source: String
    private let directory: String
    private let path: String
    let places: BoundPlaces
    private let codings: FHIRCodingReader
    private let state = Mutex(State())

    init(source: String, directory: String, path: String, places: BoundPlaces, codings: FHIRCodingReader) {
        self.source = source
        self.directory = directory
        self.path = path
        self.places = places
        self.codings = codings
    }

    /// What the export holds; nil when it cannot be read, which every query will then say.
    var contents: StoreContents? { try? connect().contents }

    /// Starts anew, loading the export where it has changed.
    func reopen() throws(SourceFailure) {
        state.withLock { $0 = State() }
        _ = try connect()
    }

    /// The types of which the export holds resources.
    func resourceTypes() throws(SourceFailure) -> Set<String> { try connect().contents.resourceTypes }

    /// What is odd about the export, as far as it does not stop it from being loaded.
    func issues() throws(SourceFailure) -> [LoadIssue] { try connect().contents.issues }

    /// Reads from the store; a connection that fails is let go.
    func read<Value>(_ body: (StoreReading) async throws(SourceFailure) -> Value) async throws(SourceFailure) -> Value {
        let queue = try connect().queue
        do {
            return try await body(StoreReading(queue: queue, source: source))
        } catch {
            state.withLock { $0 = State() }
            throw error
        }
    }

    private func connect() throws(SourceFailure) -> Connection {
        do {
            let files = try SourceFiles(directory: directory, source: source)
            let meaning = "\(StoreSchema.version)\n\(places.description)\n\(codings.description)"
            let fingerprint = "\(files.fingerprint)\n\(meaning)"
            return try state.withLock { state in
                if let connection = state.connection, connection.fingerprint == fingerprint { return connection }
                if let refusal = state.refusal, refusal.fingerprint == fingerprint { throw refusal.1 }
                state = State()
                do {
                    let opened = try open(fingerprint) ?? loadAndOpen(files, fingerprint, meaning)
                    state.connection = opened
                    return opened
                } catch let diagnostic as Diagnostic {
                    // That a file may be read again does not show in the fingerprint.
                    if diagnostic.code != "N0403" { state.refusal = (fingerprint, diagnostic) }
                    throw diagnostic
                }
            }
        } catch {
            throw SourceFailure(source: source, error as? Diagnostic ?? Diagnostic(describing: error, source: source))
        }
    }

    private func loadAndOpen(_ files: SourceFiles, _ fingerprint: String, _ meaning: String) throws -> Connection {
        try StoreLoader(source: source, places: places, codings: codings).load(
            files, fingerprint: fingerprint, meaning: meaning, to: path)
        guard let opened = try open(fingerprint) else { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
        return opened
    }

    /// The store as it is; nil when there is none or it was made of something else.
    private func open(_ fingerprint: String) throws -> Connection? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        // What is no store of ours, or a damaged one, is made again.
        guard let queue = try? DatabaseQueue(path: path, configuration: configuration),
            let stored = try? queue.read({ try String.fetchOne($0, sql: "SELECT fingerprint FROM load") }), stored == fingerprint
        else { return nil }
        return Connection(queue: queue, fingerprint: fingerprint, contents: try queue.read(StoreContents.init(reading:)))
    }
}

/// A statement with the values bound to its parameters; nothing that came with a plan stands in its text.
struct StoreStatement: Hashable, Sendable {
    let text: String
    let parameters: [String]

    /// The same for some patients alone, who stand in the first column.
    func restricted(to patients: PatientRestriction?) -> StoreStatement {
        guard let patients, let names = try? JSONEncoder().encode(patients.ids) else { return self }
        return StoreStatement(
            text: "SELECT * FROM (\(text)) WHERE patient IN (SELECT value FROM json_each(?))",
            parameters: parameters + [String(decoding: names, as: UTF8.self)])
    }
}

extension Diagnostic {
    /// What went wrong with the store, in the words of who runs the node.
    init(describing error: any Error, source: String) {
        switch error {
        case is CancellationError: self.init("N0408", "the query of source `\(source)` was interrupted")
        case let error as DatabaseError where [.SQLITE_INTERRUPT, .SQLITE_ABORT].contains(error.resultCode):
            self.init("N0408", "the query of source `\(source)` was interrupted")
        case let error as DatabaseError:
            self.init(
                "N0407", "the store of source `\(source)` cannot be written or read",
                help: "check that the node may write its state folder and that the disk has room",
                notes: [error.message ?? error.description])
        default:
            self.init(
                "N0407", "the store of source `\(source)` cannot be written or read",
                help: "check that the node may write its state folder and that the disk has room")
        }
    }
}
