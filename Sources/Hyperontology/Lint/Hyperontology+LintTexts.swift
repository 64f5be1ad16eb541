import Diagnostics
import RDF

extension Hyperontology {
    /// Names and definitions without a language, with one that is none, or preferred twice in one.
    func textFindings(_ places: SubjectPlaces) -> [LintFinding] {
        concepts.flatMap { concept -> [LintFinding] in
            var found: [LintFinding] = []
            for property in [SKOS.prefLabel, SKOS.altLabel, SKOS.definition] {
                for literal in graph.objects(of: .iri(concept.iri), property).compactMap(\.literal) {
                    guard let problem = languageProblem(literal) else { continue }
                    let message = "\"\(literal.lexicalForm.prefix(60))\" of `\(concept.localName)` \(problem)"
                    let diagnostic = Diagnostic("O0115", .warning, message, help: "write it as `\"…\"@en`")
                    found.append(finding(diagnostic, of: concept, at: "\"\(literal.lexicalForm)\"", places))
                }
            }
            let byLanguage = Dictionary(grouping: concept.prefLabels) { $0.language?.lowercased() ?? "" }
            for (language, names) in byLanguage.sorted(by: { $0.key < $1.key }) where names.count > 1 {
                let message = "`\(concept.localName)` has \(names.count) preferred names in `\(language)`"
                let diagnostic = Diagnostic("O0115", .warning, message, help: "make all but one `skos:altLabel`")
                found.append(finding(diagnostic, of: concept, at: "\"\(names[1].text)\"", places))
            }
            return found
        }
    }

    private func languageProblem(_ literal: Literal) -> String? {
        guard let language = literal.language else { return "has no language" }
        return isLanguageTag(language) ? nil : "has the language `\(language)`, which is none"
    }

    /// The form of RFC 5646: two or three letters, then parts of up to eight letters and digits.
    private func isLanguageTag(_ tag: String) -> Bool {
        let parts = tag.split(separator: "-", omittingEmptySubsequences: false)
        guard let first = parts.first, (2...3).contains(first.count), first.allSatisfy({ $0.isASCII && $0.isLetter }) else { return false }
        return parts.dropFirst().allSatisfy { (1...8).contains($0.count) && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) } }
    }

    /// Bindings that leave open what absence means, or in which unit a number is.
    func bindingFindings(_ places: SubjectPlaces) -> [LintFinding] {
        ["Binding", "PropertyBinding"].flatMap { type in
            graph.subjects(with: RDFVocabulary.type, .iri(CoreVocabulary.core + type)).sorted().flatMap { bindingFindings($0, places) }
        }
    }

    /// Classes and properties of the language that a model neither binds nor says why it does not.
    func unboundFindings() -> [LintFinding] {
        let wanted = [CoreVocabulary.core + "Patient"] + eventClasses.map(\.iri) + seriesProperties.map(\.iri)
        return models.flatMap { model in
            let said = Set(
                graph.triples(predicate: .iri(CoreVocabulary.core + "model"), object: .string(model)).flatMap { statement in
                    let isReason = graph.objects(of: statement.subject, RDFVocabulary.type).contains(.iri(CoreVocabulary.core + "Unbound"))
                    return isReason && core(statement.subject, "because").isEmpty ? [] : core(statement.subject, "binds").compactMap(\.iri)
                })
            let own = "bindings/\(model).ttl"
            return wanted.filter { !said.contains($0) }.sorted().map { iri in
                let help = "bind it, or say in a `co:Unbound` by `co:because` why not"
                let name = "co:" + iri.dropFirst(CoreVocabulary.core.count)
                return LintFinding(
                    Diagnostic("O0121", .warning, "the model `\(model)` does not say where `\(name)` is", help: help),
                    file: turtleFiles.contains(own) ? own : turtleFiles.first { $0.hasPrefix("bindings/") } ?? "bindings")
            }
        }
    }

    private func bindingFindings(_ binding: Term, _ places: SubjectPlaces) -> [LintFinding] {
        let iri = binding.iri ?? ""
        let name = iri.hasPrefix(CoreVocabulary.core) ? "co:" + iri.dropFirst(CoreVocabulary.core.count) : iri
        let file = turtleFiles.first { places.line(of: iri, in: $0) != nil } ?? "bindings"
        func finding(_ diagnostic: Diagnostic, at text: String? = nil) -> LintFinding {
            LintFinding(diagnostic, file: file, line: places.line(of: iri, in: file, at: text))
        }
        var found: [LintFinding] = []
        let absence = core(binding, "absence").compactMap(\.iri)
        if absence.count != 1 || !absenceRules.contains(absence[0]) {
            let help = "add `co:absence co:MeansNo` or `co:absence co:MeansUnknown`"
            found.append(finding(Diagnostic("O0117", "the binding `\(name)` does not say what absence means", help: help)))
        }
        for place in core(binding, "place") where !core(place, "numberField").isEmpty {
            let hasUnit = ["unitField", "unitTextField", "unit", "unitWithin"].contains { !core(place, $0).isEmpty }
            if hasUnit { continue }
            let help = "add `co:unitField`, `co:unit`, or `co:unitWithin true` where the number carries it"
            found.append(finding(Diagnostic("O0118", "the binding `\(name)` has a number without its unit", help: help), at: "numberField"))
        }
        let isQuantity = core(binding, "binds").contains { property in
            seriesProperties.contains { $0.iri == property.iri && $0.valueKind == .quantity }
        }
        for field in core(binding, "field") where isQuantity && core(field, "unit").isEmpty {
            let help = "add `co:unit` to the field"
            found.append(finding(Diagnostic("O0118", "the binding `\(name)` has a number without its unit", help: help), at: "co:field"))
        }
        return found
    }

    private func core(_ subject: Term, _ name: String) -> [Term] { graph.objects(of: subject, CoreVocabulary.core + name) }

    private var absenceRules: [String] { [CoreVocabulary.core + "MeansNo", CoreVocabulary.core + "MeansUnknown"] }
}
