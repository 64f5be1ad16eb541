import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// The part of a server that exports everything that it has (FHIR Bulk Data Access 2.0), and can be told to do it badly.
public final class BulkDesk: Sendable {
    public enum Fault: Sendable, Hashable {
        /// Has no exports.
        case refused
        /// Ends an export with an error.
        case fails
        /// Lost something, and says so in a file of errors.
        case loses
        /// Warns of something in a file of errors.
        case warns
        /// Counts more lines than its files have.
        case cutsFiles
        /// Ends a file in the middle of a line.
        case halvesFiles
        /// Has its files on another server.
        case sendsAway
        /// Never ends.
        case neverEnds
        /// Says nothing of what it exported.
        case saysNothing
    }

    private struct State {
        var all: [String]
        var updated: [String] = []
        var deleted: [String] = []
        var polls = 0
        var kickOffs: [String] = []
        var cancelled = 0
        var time = 0
    }

    private let state: Mutex<State>

    public init(_ resources: [String]) { state = Mutex(State(all: resources)) }

    /// What has changed since the last export: resources as JSON, and `Type/id` of those that are gone.
    public func change(_ updated: [String], deleted: [String] = []) {
        state.withLock { state in
            state.updated = updated
            state.deleted = deleted
        }
    }

    /// The addresses by which exports were asked for.
    public var kickOffs: [String] { state.withLock { $0.kickOffs } }
    public var cancelled: Int { state.withLock { $0.cancelled } }

    /// Nil for what is not about exports.
    func respond(_ request: Request, _ parts: [String], _ faults: Set<FaultyServer.Fault>) -> Response? {
        func has(_ fault: Fault) -> Bool { faults.contains(.export(fault)) }
        let host = "http://\(request.head.authority ?? "")/fhir"
        if parts.last == "$export" {
            guard !has(.refused), request.headers[HTTPField.Name("Prefer") ?? .accept] == "respond-async" else {
                return Response(status: .notFound)
            }
            let isChange = request.uri.queryParameters.get("_since") != nil
            state.withLock { state in
                state.kickOffs.append(request.uri.description)
                state.polls = 0
                state.time += 1
            }
            return Response(
                status: .accepted,
                headers: [HTTPField.Name("Content-Location") ?? .location: "\(host)/bulk/\(isChange ? "changes" : "all")"])
        }
        guard parts.count > 2, parts[1] == "bulk" else { return nil }
        if request.method == .delete {
            state.withLock { $0.cancelled += 1 }
            return Response(status: .accepted)
        }
        let isChange = parts[2] == "changes"
        if parts.count == 3 { return status(host, isChange, has) }
        return file(parts[3], isChange, has)
    }

    private func status(_ host: String, _ isChange: Bool, _ has: (Fault) -> Bool) -> Response {
        let (polls, time) = state.withLock { state in
            state.polls += 1
            return (state.polls, state.time)
        }
        if polls < 3 || has(.neverEnds) {
            return Response(status: .accepted, headers: [.retryAfter: "0", HTTPField.Name("X-Progress") ?? .server: "\(polls) of 3"])
        }
        if has(.fails) {
            var response = json(
                #"{"resourceType": "OperationOutcome", "issue": [{"severity": "fatal", "diagnostics": "the disk is full"}]}"#)
            response.status = .internalServerError
            return response
        }
        if has(.saysNothing) { return json("{}") }
        let base = has(.sendsAway) ? "https://elsewhere.example/fhir" : host
        let folder = "\(base)/bulk/\(isChange ? "changes" : "all")"
        let output = lines(isChange).sorted { $0.key < $1.key }.map { type, lines in
            #"{"type": "\#(type)", "url": "\#(folder)/\#(type)", "count": \#(lines.count + (has(.cutsFiles) ? 1 : 0))}"#
        }
        let errors = has(.loses) || has(.warns) ? #"{"type": "OperationOutcome", "url": "\#(folder)/errors"}"# : ""
        let deleted = isChange && state.withLock({ !$0.deleted.isEmpty }) ? #"{"type": "Bundle", "url": "\#(folder)/deleted"}"# : ""
        return json(
            #"{"transactionTime": "2026-01-0\#(time)T00:00:00Z", "request": "\#(host)", "requiresAccessToken": true, "output": [\#(output.joined(separator: ", "))], "deleted": [\#(deleted)], "error": [\#(errors)]}"#
        )
    }

    private func file(_ name: String, _ isChange: Bool, _ has: (Fault) -> Bool) -> Response {
        switch name {
        case "errors":
            let severity = has(.loses) ? "error" : "warning"
            return json(
                #"{"resourceType": "OperationOutcome", "issue": [{"severity": "\#(severity)", "diagnostics": "Observation 7 is broken"}]}"#)
        case "deleted":
            let entries = state.withLock { $0.deleted }.map { #"{"request": {"method": "DELETE", "url": "\#($0)"}}"# }.joined(
                separator: ",")
            return json(#"{"resourceType": "Bundle", "type": "transaction", "entry": [\#(entries)]}"#)
        default:
            let text = (lines(isChange)[name] ?? []).joined(separator: "\n") + "\n"
            return json(has(.halvesFiles) ? String(text.prefix(text.count / 2)) : text)
        }
    }

    /// By type.
    private func lines(_ isChange: Bool) -> [String: [String]] {
        Dictionary(grouping: state.withLock { isChange ? $0.updated : $0.all }) { line in
            let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return object?["resourceType"] as? String ?? ""
        }
    }

    private func json(_ text: String) -> Response {
        Response(status: .ok, headers: [.contentType: "application/fhir+ndjson"], body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
