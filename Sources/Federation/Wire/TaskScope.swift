/// Which of a node's data a question is about.
public struct TaskScope: Hashable, Codable, Sendable {
    /// The only collections whose data are used; empty for all.
    public let collections: [String]
    /// The conditions of access that data must be given under, all of them.
    public let access: [String]

    public init(collections: [String], access: [String]) {
        self.collections = collections
        self.access = access
    }
}

/// What a tool needs of a node, and what it is told.
public struct ToolNeeds: Hashable, Codable, Sendable {
    public let gpus: Int
    /// Bytes that each GPU must have; nil where nothing is said.
    public let gpuMemory: Int?
    /// By name.
    public let parameters: [String: String]
    /// The files that the tool is expected to write; empty where nothing is said.
    public let outputs: [String]

    public init(gpus: Int, gpuMemory: Int?, parameters: [String: String], outputs: [String]) {
        self.gpus = gpus
        self.gpuMemory = gpuMemory
        self.parameters = parameters
        self.outputs = outputs
    }

    /// The bounds on what a tool is told.
    public enum Limits {
        public static let parameters = 100
        /// Characters of a value.
        public static let value = 1_000
    }

    /// Whether every parameter can be handed to a program: a plain name, a bounded value without control characters.
    public var isReadable: Bool {
        parameters.count <= Limits.parameters
            && parameters.allSatisfy { name, value in
                name.first?.isLetter == true && name.utf8.count <= 100
                    && name.utf8.allSatisfy { ($0 | 0x20).isBetween("a", "z") || $0.isBetween("0", "9") || $0 == UInt8(ascii: "_") }
                    && value.count <= Limits.value && value.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
            }
    }
}

extension UInt8 {
    fileprivate func isBetween(_ first: Unicode.Scalar, _ last: Unicode.Scalar) -> Bool {
        (UInt8(ascii: first)...UInt8(ascii: last)).contains(self)
    }
}
