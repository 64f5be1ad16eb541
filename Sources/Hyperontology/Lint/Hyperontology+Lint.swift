import Diagnostics
import RDF

extension Hyperontology {
    /// What is wrong with single concepts.
    func conceptFindings() -> [LintFinding] {
        let classes = Set(
            graph.subjects(with: RDFVocabulary.type, .iri("http://www.w3.org/2002/07/owl#Class")).compactMap(\.iri)
                .filter { $0.hasPrefix(CoreVocabulary.core) }.map { String($0.dropFirst(CoreVocabulary.core.count)) })
        return concepts.flatMap { concept in
            let file = origins[concept.iri]?.first ?? "core.ttl"
            return (completeness(of: concept) + references(of: concept, classes)).map { LintFinding($0, file: file) }
        }
    }

    private func completeness(of concept: Concept) -> [Diagnostic] {
        let name = "`\(concept.localName)`"
        var found: [Diagnostic] = []
        if concept.prefLabels.isEmpty { found.append(Diagnostic("O0104", "\(name) has no preferred name", help: "add `skos:prefLabel`")) }
        if concept.definition == nil {
            found.append(Diagnostic("O0105", .warning, "\(name) has no definition", help: "add `skos:definition`"))
        }
        if concept.usedFor.isEmpty {
            found.append(Diagnostic("O0106", "\(name) does not say what it is used for", help: "add `co:usedFor`"))
        }
        if concept.valueKind == .quantity, concept.unit == nil {
            found.append(
                Diagnostic("O0113", .warning, "\(name) is a quantity without a unit", help: "add `co:unit`, \"1\" where there is none"))
        }
        if let files = origins[concept.iri], files.count > 1 {
            found.append(Diagnostic("O0111", .warning, "\(name) is defined in \(files.map { "`\($0)`" }.joined(separator: " and "))"))
        }
        return found
    }

    private func references(of concept: Concept, _ classes: Set<String>) -> [Diagnostic] {
        let name = "`\(concept.localName)`"
        var found: [Diagnostic] = []
        for (target, role) in concept.parents.map({ ($0, "parent") }) + concept.answers.map({ ($0, "answer") })
        where self.concept(target) == nil {
            let suggestion = nearest(to: shortened(target), among: concepts.map(\.localName))
            found.append(
                Diagnostic(
                    "O0101", "the \(role) `\(shortened(target))` of \(name) is defined nowhere",
                    help: suggestion.map { "did you mean `\($0)`?" }))
        }
        if concept.parents.contains(where: { isSubclass($0, of: concept.iri) }) {
            found.append(Diagnostic("O0102", "\(name) is above itself"))
        }
        for used in concept.usedFor.sorted() where !classes.contains(used) {
            let suggestion = nearest(to: used, among: classes.sorted()).map { "did you mean `co:\($0)`?" }
            found.append(Diagnostic("O0112", "\(name) is used for `\(used)`, which the core does not have", help: suggestion))
        }
        return found
    }

    /// Concepts that cannot be told apart by their preferred names.
    func nameFindings() -> [LintFinding] {
        let byName = Dictionary(grouping: concepts.filter { !$0.prefLabels.isEmpty }) { ConceptNames.normalised($0.prefLabel) }
        return byName.values.filter { $0.count > 1 }.flatMap { same in
            same.dropFirst().map { concept in
                let message = "`\(concept.localName)` has the preferred name \"\(concept.prefLabel)\" of `\(same[0].localName)`"
                return LintFinding(Diagnostic("O0103", message), file: origins[concept.iri]?.first ?? "core.ttl")
            }
        }
    }

    /// What is wrong with single mappings.
    func mappingFindings() -> [LintFinding] {
        mappings.flatMap { mapping -> [LintFinding] in
            var found: [Diagnostic] = []
            let code = "`\(mapping.system):\(mapping.code)`"
            if concept(mapping.concept) == nil {
                let suggestion = nearest(to: shortened(mapping.concept), among: concepts.map(\.localName)).map { "did you mean `\($0)`?" }
                found.append(
                    Diagnostic(
                        "O0107", "\(code) is mapped from `\(shortened(mapping.concept))`, which is defined nowhere", help: suggestion))
            }
            if codeSystem(mapping.system) == nil {
                found.append(Diagnostic("O0108", "\(code) is of a system that `vocabularies.ttl` does not have"))
            }
            if !CheckDigits.holds(for: mapping.code, in: mapping.system) {
                found.append(Diagnostic("O0110", "the check digit of \(code) is wrong, so there is no such code"))
            }
            return found.map { LintFinding($0, file: mapping.file, line: mapping.line) }
        }
    }

    /// Codes that mean exactly two concepts of which neither is below the other.
    func clashFindings() -> [LintFinding] {
        let exact = Dictionary(grouping: mappings.filter { $0.match == .exact }) { CodeKey(system: $0.system, code: $0.code) }
        return exact.values.flatMap { same -> [LintFinding] in
            same.indices.dropFirst().compactMap { index in
                let mapping = same[index]
                let clash = same[..<index].first {
                    !isSubclass($0.concept, of: mapping.concept) && !isSubclass(mapping.concept, of: $0.concept)
                }
                guard let clash, concept(clash.concept) != nil, concept(mapping.concept) != nil else { return nil }
                let message =
                    "`\(mapping.system):\(mapping.code)` is exactly `\(shortened(mapping.concept))` and exactly `\(shortened(clash.concept))`, neither of which is below the other"
                return LintFinding(Diagnostic("O0109", .warning, message), file: mapping.file, line: mapping.line)
            }
        }
    }

    private func shortened(_ iri: String) -> String {
        iri.hasPrefix(CoreVocabulary.concept) ? String(iri.dropFirst(CoreVocabulary.concept.count)) : iri
    }
}
