public import CohortPlan
public import Foundation

/// What a hub asks of one node. The hub signs it; it holds no query text and nothing that a source would execute.
public struct FederationTask: Hashable, Codable, Sendable, Identifiable {
    /// The version of the form that this code writes and reads.
    public static let currentVersion = 1

    public let version: Int
    /// Made by the hub; unique.
    public let id: String
    /// The query or job that it is part of.
    public let queryID: String
    /// The name of the one node that it is for.
    public let node: String
    public let kind: Kind
    public let expanded: ExpandedPlan
    /// By ``CohortPlan/Criterion/id``: the words of the query, for the node's own log and screens.
    public let labels: [String: String]
    /// Who asks, as the hub knows them.
    public let requester: String
    /// What they say it is for.
    public let purpose: String
    /// A stricter threshold than the node's own, when one was asked for.
    public let requestedThreshold: Int?
    /// Which of the node's data it is about; nil for all.
    public let scope: TaskScope?
    public let issuedAt: Date
    /// The node does not begin it after this.
    public let expiresAt: Date

    /// What is to be done with the patients who are found.
    public enum Kind: Hashable, Codable, Sendable {
        case count
        case dispatch(DispatchOrder)
    }

    public init(
        id: String, queryID: String, node: String, kind: Kind, expanded: ExpandedPlan, labels: [String: String], requester: String,
        purpose: String, requestedThreshold: Int?, scope: TaskScope? = nil, issuedAt: Date, expiresAt: Date
    ) {
        version = FederationTask.currentVersion
        self.id = id
        self.queryID = queryID
        self.node = node
        self.kind = kind
        self.expanded = expanded
        self.labels = labels
        self.requester = requester
        self.purpose = purpose
        self.requestedThreshold = requestedThreshold
        self.scope = scope
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }
}

/// Which tool is to run over which images. What the tool runs as is each node's own affair.
public struct DispatchOrder: Hashable, Codable, Sendable {
    /// What people call the tool.
    public let toolName: String
    /// `sha256:` and the digest of the very tool that is meant, in lower-case hexadecimal.
    public let toolDigest: String
    /// The imaging event of the plan whose series are the tool's input.
    public let event: EventReference
    /// What the tool needs and is told; nil where nothing was said.
    public let needs: ToolNeeds?

    public init(toolName: String, toolDigest: String, event: EventReference, needs: ToolNeeds? = nil) {
        self.needs = needs
        self.toolName = toolName
        self.toolDigest = toolDigest
        self.event = event
    }
}
