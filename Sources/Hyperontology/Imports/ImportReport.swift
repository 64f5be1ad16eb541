import Diagnostics

/// What an import used of a source, what it skipped, and why.
public struct ImportReport: Sendable, Hashable, Codable {
    /// A reason for skipping, how often it held, and a few of the lines or terms.
    public struct Skipped: Sendable, Hashable, Codable {
        public let reason: String
        public internal(set) var count: Int
        public internal(set) var examples: [String]
    }

    /// A file of the source.
    public struct File: Sendable, Hashable, Codable {
        /// Below the folder of the release, or the file itself.
        public let path: String
        /// How many records were read of it; nil when it was not read.
        public let records: Int?
        /// Why it was not read; nil when it was.
        public let unreadBecause: String?
    }

    /// A code that a mapping of ours names and the source does not have: it was never there, or it was taken back.
    public struct MissingCode: Sendable, Hashable, Codable {
        /// The local name of the concept.
        public let concept: String
        public let system: String
        public let code: String
        /// Whether the source says that it once had it.
        public let isRetired: Bool
        /// The mapping's place below the ontologies' directory.
        public let file: String
        public let line: Int

        /// What a curator should know of it, at its place.
        public var finding: LintFinding {
            let fate = isRetired ? "was retired without a successor" : "does not exist in the source"
            let help = "look the code up again, and change the mapping or take it out"
            return LintFinding(
                Diagnostic("O0205", .warning, "`\(system):\(code)`, a code of `\(concept)`, \(fate)", help: help), file: file, line: line)
        }
    }

    public let format: String
    /// Those that were read in their order, then the others by name.
    public internal(set) var files: [File] = []
    public internal(set) var records = 0
    public internal(set) var terms = 0
    public internal(set) var links = 0
    /// Rows that were written: codes that our concepts gained.
    public internal(set) var mappings = 0
    /// Whether what was written before is the same.
    public internal(set) var isUnchanged = false
    public internal(set) var skipped: [Skipped] = []
    /// The codes of ours that the source does not have, by their places.
    public internal(set) var missing: [MissingCode] = []

    init(format: String) { self.format = format }

    mutating func skip(_ reason: String, _ example: @autoclosure () -> String) {
        if let known = skipped.firstIndex(where: { $0.reason == reason }) {
            skipped[known].count += 1
            if skipped[known].examples.count < 5 { skipped[known].examples.append(example()) }
        } else {
            skipped.append(Skipped(reason: reason, count: 1, examples: [example()]))
        }
    }

    /// Notes a file that was read.
    mutating func use(_ path: String, rows: Int) {
        records += rows
        files.append(File(path: path, records: rows, unreadBecause: nil))
    }

    /// Notes a file that was not read.
    mutating func leave(_ path: String, _ reason: String) { files.append(File(path: path, records: nil, unreadBecause: reason)) }
}
