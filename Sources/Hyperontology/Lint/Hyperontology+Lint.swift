import Diagnostics
import RDF

extension Hyperontology {
    /// What is wrong with single concepts.
    func conceptFindings(_ places: SubjectPlaces) -> [LintFinding] {
        let classes = Set(
            graph.subjects(with: RDFVocabulary.type, .iri("http://www.w3.org/2002/07/owl#Class")).compactMap(\.iri)
                .filter { $0.hasPrefix(CoreVocabulary.core) }.map { String($0.dropFirst(CoreVocabulary.core.count)) })
        return concepts.flatMap { completeness(of: $0, places) + references(of: $0, classes, places) }
    }

    private func completeness(of concept: Concept, _ places: SubjectPlaces) -> [LintFinding] {
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
            found.append(Diagnostic("O0111", "\(name) is defined in \(files.map { "`\($0)`" }.joined(separator: " and "))"))
        }
        if !followsScheme(concept.iri) {
            let help = "write the English label in CamelCase, with letters and digits alone, after `\(CoreVocabulary.concept)`"
            found.append(Diagnostic("O0116", "the IRI `\(concept.iri)` breaks the scheme", help: help))
        }
        return found.map { finding($0, of: concept, places) }
    }

    private func followsScheme(_ iri: String) -> Bool {
        guard iri.hasPrefix(CoreVocabulary.concept) else { return false }
        let local = iri.dropFirst(CoreVocabulary.concept.count)
        return !local.isEmpty && local.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }

    private func references(of concept: Concept, _ classes: Set<String>, _ places: SubjectPlaces) -> [LintFinding] {
        let name = "`\(concept.localName)`"
        var found: [LintFinding] = []
        for (target, role) in concept.parents.map({ ($0, "parent") }) + concept.answers.map({ ($0, "answer") })
        where self.concept(target) == nil {
            let suggestion = nearest(to: shortened(target), among: concepts.map(\.localName))
            let diagnostic = Diagnostic(
                "O0101", "the \(role) `\(shortened(target))` of \(name) is defined nowhere",
                help: suggestion.map { "did you mean `\($0)`?" })
            found.append(finding(diagnostic, of: concept, at: shortened(target), places))
        }
        if let parent = concept.parents.first(where: { isSubclass($0, of: concept.iri) }) {
            found.append(finding(Diagnostic("O0102", "\(name) is above itself"), of: concept, at: shortened(parent), places))
        }
        for used in concept.usedFor.sorted() where !classes.contains(used) {
            let suggestion = nearest(to: used, among: classes.sorted()).map { "did you mean `co:\($0)`?" }
            let diagnostic = Diagnostic("O0112", "\(name) is used for `\(used)`, which the core does not have", help: suggestion)
            found.append(finding(diagnostic, of: concept, at: used, places))
        }
        return found
    }

    /// Concepts that cannot be told apart by a name: the same text, in whatever language, for the same class.
    func nameFindings(_ places: SubjectPlaces) -> [LintFinding] {
        var owners: [String: [(concept: Concept, name: String)]] = [:]
        for concept in concepts where !concept.prefLabels.isEmpty {
            var seen: Set<String> = []
            for name in concept.names where seen.insert(ConceptNames.normalised(name)).inserted {
                owners[ConceptNames.normalised(name), default: []].append((concept, name))
            }
        }
        return owners.values.filter { $0.count > 1 }.flatMap { same in
            same.indices.dropFirst().compactMap { index in
                let (concept, name) = same[index]
                guard let other = same[..<index].first(where: { !$0.concept.usedFor.isDisjoint(with: concept.usedFor) }) else { return nil }
                let message = "`\(concept.localName)` has the name \"\(name)\" of `\(other.concept.localName)`"
                return finding(Diagnostic("O0103", message), of: concept, at: "\"\(name)\"", places)
            }
        }
    }

    /// Concepts with nothing below them that no source can find, because no code means them.
    func leafFindings(_ places: SubjectPlaces) -> [LintFinding] {
        let parents = Set(concepts.flatMap(\.parents))
        return concepts.compactMap { concept in
            guard !parents.contains(concept.iri), mappings(of: concept.iri).isEmpty, !hasReason(concept) else { return nil }
            let diagnostic = Diagnostic(
                "O0114", .warning, "no code means `\(concept.localName)`, so no source can find it",
                help: "add a mapping, or say in `co:withoutCode` where it was looked for")
            return finding(diagnostic, of: concept, places)
        }
    }

    private func hasReason(_ concept: Concept) -> Bool {
        !graph.objects(of: .iri(concept.iri), CoreVocabulary.core + "withoutCode").isEmpty
    }

    func shortened(_ iri: String) -> String {
        iri.hasPrefix(CoreVocabulary.concept) ? String(iri.dropFirst(CoreVocabulary.concept.count)) : iri
    }
}
