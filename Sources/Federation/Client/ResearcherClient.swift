import Foundation
import HTTPClient

/// A researcher's side of the conversation with a hub.
public struct ResearcherClient: Sendable {
    private let hub: HubClient
    private let headers: HTTPHeaders

    /// - Parameter token: the one that the hub's operator gave.
    public init(_ hub: HubClient, token: String) {
        self.hub = hub
        headers = ["Authorization": "Bearer \(token)"]
    }

    /// Asks a question.
    /// - Throws: ``HubFailure`` with the text's mistakes when it has any.
    public func submit(_ query: QuerySubmission) async throws(HubFailure) -> SubmissionReceipt {
        try await hub.exchange(.post, "/v1/queries", body: try hub.encode(query), headers: headers, as: SubmissionReceipt.self)
    }

    /// Asks for a computation beside the data.
    public func submit(_ job: JobSubmission) async throws(HubFailure) -> SubmissionReceipt {
        try await hub.exchange(.post, "/v1/jobs", body: try hub.encode(job), headers: headers, as: SubmissionReceipt.self)
    }

    /// Where a question, or a computation, stands.
    public func status(of id: String, isJob: Bool = false) async throws(HubFailure) -> QueryStatus {
        try await hub.exchange(.get, path(id, isJob), headers: headers, as: QueryStatus.self)
    }

    /// As much of the answer as there is.
    public func result(of id: String, isJob: Bool = false) async throws(HubFailure) -> QueryResult {
        try await hub.exchange(.get, path(id, isJob) + "/result", headers: headers, as: QueryResult.self)
    }

    private func path(_ id: String, _ isJob: Bool) -> String { "/v1/\(isJob ? "jobs" : "queries")/\(id)" }

    /// The federation's nodes.
    public func nodes() async throws(HubFailure) -> [NodeListing] {
        try await hub.exchange(.get, "/v1/nodes", headers: headers, as: [NodeListing].self)
    }

    /// What each node covers of a concept.
    /// - Parameter concept: the last part of its IRI, a code, or a name.
    public func coverage(of concept: String) async throws(HubFailure) -> [NodeCoverage] {
        let name = concept.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? concept
        return try await hub.exchange(.get, "/v1/ontology/concepts/\(name)/coverage", headers: headers, as: [NodeCoverage].self)
    }

    /// Follows a question, or a computation, until it is closed.
    /// - Parameters:
    ///   - patience: how long the hub may be away in between; it has the question, so a restart of the hub ends nothing.
    ///   - progress: is given every state that differs from the one before.
    public func follow(_ id: String, isJob: Bool = false, patience: Duration = .seconds(30), progress: (QueryStatus) -> Void)
        async throws(HubFailure) -> QueryStatus
    {
        var last: QueryStatus?
        var heard = ContinuousClock.now
        var backoff = Backoff(first: .milliseconds(100), largest: .seconds(1))
        while true {
            do throws(HubFailure) {
                let status = try await status(of: id, isJob: isJob)
                heard = .now
                if status != last {
                    progress(status)
                    backoff = Backoff(first: .milliseconds(100), largest: .seconds(1))
                }
                last = status
                if status.state == .closed { return status }
            } catch {
                guard error.isTemporary, heard + patience > .now else { throw error }
            }
            do { try await Task.sleep(for: backoff.next()) } catch { throw HubFailure(error) }
        }
    }
}
