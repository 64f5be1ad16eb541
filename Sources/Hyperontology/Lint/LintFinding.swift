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
    /// | `O0103` | one name of two concepts that may stand for the same class |
    /// | `O0104`, `O0105`, `O0106` | no preferred name, no definition (a warning), no `co:usedFor` |
    /// | `O0107` | a mapping of a concept that no file defines |
    /// | `O0108` | a mapping into a code system that `vocabularies.ttl` does not have |
    /// | `O0109` | one code mapped exactly to two concepts of which neither is below the other (a warning) |
    /// | `O0110` | a code whose check digit or form is wrong |
    /// | `O0111` | a concept that two files define |
    /// | `O0112` | a `co:usedFor` that the core does not have |
    /// | `O0113` | a quantity without unit (a warning) |
    /// | `O0114` | a leaf without any code, and without a `co:withoutCode` that says why (a warning) |
    /// | `O0115` | a name or definition without a language or with a wrong one; two preferred names in one language |
    /// | `O0116` | an IRI that breaks the scheme |
    /// | `O0117` | a binding that does not say what absence means |
    /// | `O0118` | a binding of a number without its unit |
    /// | `O0119` | a mapping that does not say where its code was looked up (a warning) |
    /// | `O0120` | one mapping twice (a warning) |
    /// | `O0121` | a class or property of the language that a model neither binds nor says why not (a warning) |
    public func lint() -> [LintFinding] {
        let places = SubjectPlaces(directory: directory, files: turtleFiles)
        let findings =
            conceptFindings(places) + textFindings(places) + nameFindings(places) + leafFindings(places) + bindingFindings(places)
            + unboundFindings()
            + mappingFindings() + clashFindings() + repetitionFindings()
        return findings.sorted {
            ($0.file, $0.line ?? 0, $0.diagnostic.code.rawValue, $0.diagnostic.message)
                < ($1.file, $1.line ?? 0, $1.diagnostic.code.rawValue, $1.diagnostic.message)
        }
    }

    /// A finding in what a file says of a concept, at a text of it.
    func finding(_ diagnostic: Diagnostic, of concept: Concept, at text: String? = nil, _ places: SubjectPlaces) -> LintFinding {
        let file = origins[concept.iri]?.first ?? "core.ttl"
        return LintFinding(diagnostic, file: file, line: places.line(of: concept.iri, in: file, at: text))
    }
}
