public import Diagnostics
public import Federation
import Foundation

/// What a hub's operator does beside the running hub, on the same store: invite and shut out nodes, give tokens, look.
public struct HubAdministration: Sendable {
    private let store: HubStore
    private let configuration: HubConfiguration

    /// - Throws: `F0511` when the store cannot be opened.
    public init(_ configuration: HubConfiguration) throws(Diagnostic) {
        self.configuration = configuration
        store = try HubStore(path: configuration.store)
    }

    /// Invites a node.
    /// - Returns: a token with which a node of this name can enrol, once. The hub keeps its digest alone.
    public func invite(_ node: String) async throws(Diagnostic) -> String {
        guard HubConfiguration.isName(node) else {
            throw Diagnostic("F0508", "`\(node)` is no name of a node", help: "use letters, digits, `-`, `_` and `.`, at most 64 of them")
        }
        let token = Secret.make()
        try await inStore { try await store.invite(node, tokenHash: Digest.name(of: token)) }
        return token
    }

    /// Lets somebody ask.
    /// - Returns: their token. The hub keeps its digest alone.
    public func addResearcher(_ name: String) async throws(Diagnostic) -> String {
        guard !name.isEmpty, name.isReadable(atMost: 200) else {
            throw Diagnostic("F0516", "a researcher's name is one line of 1 to 200 characters", help: "give them another name")
        }
        let token = Secret.make()
        try await inStore { try await store.addResearcher(name, tokenHash: Digest.name(of: token), now: Date()) }
        return token
    }

    /// Shuts a node out, from its next request on.
    public func revoke(_ node: String) async throws(Diagnostic) {
        guard try await inStore({ try await store.revoke(node, now: Date()) }) else {
            let names = try await inStore { try await store.nodes() }.map(\.name)
            throw Diagnostic(
                "F0517", "no node is enrolled as `\(node)`",
                help: nearest(to: node, among: names).map { "did you mean `\($0)`?" } ?? "see `cohortium hub nodes`")
        }
    }

    /// The nodes and their states, sorted by name.
    public func nodes() async throws(Diagnostic) -> [NodeListing] {
        try await inStore { try await NodeListing.all(in: store, configuration) }
    }

    private func inStore<Value>(_ work: () async throws -> Value) async throws(Diagnostic) -> Value {
        do {
            return try await work()
        } catch {
            throw Diagnostic(
                "F0520", "the hub's store `\(configuration.store)` cannot be read or written",
                help: "check the space on its disk and the rights on it", notes: ["\(error)"])
        }
    }
}
