public import Diagnostics

/// Something that a curator should look at.
public struct LintFinding: Sendable, Hashable {
    /// What is wrong, with a code from `O0101` on.
    public let diagnostic: Diagnostic
    /// The file below the ontologies' directory.
    public let file: String
    /// Counted from one; nil where only the file is known.
    public let line: Int?

    public init(_ diagnostic: Diagnostic, file: String, line: Int? = nil) {
        self.diagnostic = diagnostic
        self.file = file
        self.line = line
    }
}

extension Hyperontology {
    /// Everything that does not make sense, sorted by file, line and code.
    ///
    /// | code | finding |
    /// |---|---|
    /// | `O0101` | a parent or answer that no file defines |
    /// | `O0102` | a concept that is its own ancestor |
    /// | `O0103` | two unrelated uses of one preferred name |
    /// | `O0104`, `O0105`, `O0106` | no preferred name, no definition (a warning), no `co:usedFor` |
    /// | `O0107` | a mapping of a concept that no file defines |
    /// | `O0108` | a mapping into a code system that `vocabularies.ttl` does not have |
    /// | `O0109` | one code mapped exactly to two concepts of which neither is below the other (a warning) |
    /// | `O0110` | a code whose check digit is wrong |
    /// | `O0111` | a concept that two files define (a warning) |
    /// | `O0112` | a `co:usedFor` that the core does not have |
    /// | `O0113` | a quantity without unit (a warning) |
    public func lint() -> [LintFinding] {
        let findings = conceptFindings() + nameFindings() + mappingFindings() + clashFindings()
        return findings.sorted {
            ($0.file, $0.line ?? 0, $0.diagnostic.code.rawValue, $0.diagnostic.message)
                < ($1.file, $1.line ?? 0, $1.diagnostic.code.rawValue, $1.diagnostic.message)
        }
    }
}
