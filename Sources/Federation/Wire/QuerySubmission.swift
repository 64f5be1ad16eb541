public import Diagnostics

/// A question for the federation.
public struct QuerySubmission: Hashable, Codable, Sendable {
    /// CohortQL.
    public let text: String
    /// What it is for, as nodes' policies name purposes.
    public let purpose: String
    /// A stricter threshold than the nodes' and the hub's own.
    public let threshold: Int?
    /// How long to wait for nodes; nil for the hub's own time.
    public let deadlineSeconds: Int?

    public init(text: String, purpose: String = "research", threshold: Int? = nil, deadlineSeconds: Int? = nil) {
        self.text = text
        self.purpose = purpose
        self.threshold = threshold
        self.deadlineSeconds = deadlineSeconds
    }
}

/// A computation beside the data, over the images of a cohort.
public struct JobSubmission: Hashable, Codable, Sendable {
    public let query: QuerySubmission
    /// What people call the tool; nil for the one that the text's `dispatch` names.
    public let toolName: String?
    /// `sha256:` and the digest of the tool; nil together with its name.
    public let toolDigest: String?
    /// The name in the query of the imaging event whose series are computed on; nil for the last one that is named.
    public let event: String?

    public init(query: QuerySubmission, toolName: String? = nil, toolDigest: String? = nil, event: String? = nil) {
        self.query = query
        self.toolName = toolName
        self.toolDigest = toolDigest
        self.event = event
    }
}

/// The hub has the question on disk.
public struct SubmissionReceipt: Hashable, Codable, Sendable {
    public let id: String
    /// Warnings about the text.
    public let diagnostics: [Diagnostic]

    public init(id: String, diagnostics: [Diagnostic]) {
        self.id = id
        self.diagnostics = diagnostics
    }
}
