import RDF

/// Reads the core's classes and properties, the concepts and the code systems out of the graph.
struct VocabularyReader {
    let graph: Graph

    /// The concepts, sorted by IRI.
    func concepts() -> [Concept] {
        graph.subjects(with: RDFVocabulary.type, core("Concept")).compactMap(\.iri).sorted().map(concept)
    }

    /// The code systems, sorted by short name.
    func codeSystems() -> [CodeSystemEntry] {
        graph.triples(predicate: core("shortName")).compactMap { triple in
            guard let shortName = triple.object.literal?.lexicalForm, let iri = triple.subject.iri else { return nil }
            let uris = graph.objects(of: triple.subject, CoreVocabulary.core + "uri").compactMap { $0.iri ?? $0.literal?.lexicalForm }
            return CodeSystemEntry(iri: iri, shortName: shortName, uris: uris, label: text(triple.subject, RDFS.label) ?? shortName)
        }.sorted { ($0.shortName, $0.iri) < ($1.shortName, $1.iri) }
    }

    /// The classes of events, sorted by their words.
    func eventClasses() -> [EventClass] {
        graph.triples(predicate: core("planKind")).compactMap { triple in
            guard let iri = triple.subject.iri, let kind = triple.object.literal?.lexicalForm else { return nil }
            return EventClass(
                iri: iri, planKind: kind, label: text(triple.subject, RDFS.label) ?? kind, comment: text(triple.subject, RDFS.comment) ?? ""
            )
        }.sorted { $0.label < $1.label }
    }

    /// The properties of imaging series, sorted by their words; those without a kind of value are left out.
    func seriesProperties() -> [SeriesProperty] {
        graph.subjects(with: RDFVocabulary.type, core("SeriesProperty")).compactMap { subject in
            guard let iri = subject.iri, let kind = valueKind(of: subject), let label = text(subject, RDFS.label) else { return nil }
            let values = graph.objects(of: subject, CoreVocabulary.core + "valuesFrom").compactMap(\.iri).map(coreName).sorted()
            return SeriesProperty(
                iri: iri, label: label, comment: text(subject, RDFS.comment) ?? "", valueKind: kind,
                unit: text(subject, CoreVocabulary.core + "unit"), valuesFrom: values.first)
        }.sorted { $0.label < $1.label }
    }

    private func concept(_ iri: String) -> Concept {
        let subject = Term.iri(iri)
        let preferred = names(subject, SKOS.prefLabel)
        let label =
            preferred.first { $0.language?.lowercased().hasPrefix("en") == true } ?? preferred.first { $0.language == nil }
            ?? preferred.first
        return Concept(
            iri: iri, prefLabel: label?.text ?? localName(iri), prefLabels: preferred,
            synonyms: names(subject, SKOS.altLabel).sorted { ($0.text, $0.language ?? "") < ($1.text, $1.language ?? "") },
            definition: text(subject, SKOS.definition), parents: iris(subject, SKOS.broader),
            usedFor: Set(iris(subject, CoreVocabulary.core + "usedFor").map(coreName)), valueKind: valueKind(of: subject),
            unit: text(subject, CoreVocabulary.core + "unit"), answers: iris(subject, CoreVocabulary.core + "answer"))
    }

    private func core(_ name: String) -> Term { .iri(CoreVocabulary.core + name) }

    private func coreName(_ iri: String) -> String {
        iri.hasPrefix(CoreVocabulary.core) ? String(iri.dropFirst(CoreVocabulary.core.count)) : iri
    }

    private func localName(_ iri: String) -> String { iri.split { $0 == "/" || $0 == "#" }.last.map(String.init) ?? iri }

    private func iris(_ subject: Term, _ predicate: String) -> [String] { graph.objects(of: subject, predicate).compactMap(\.iri).sorted() }

    private func names(_ subject: Term, _ predicate: String) -> [Concept.Name] {
        graph.objects(of: subject, predicate).compactMap(\.literal)
            .map { Concept.Name(text: $0.lexicalForm, language: $0.language) }
            .sorted { ($0.language ?? "", $0.text) < ($1.language ?? "", $1.text) }
    }

    /// A text in English where there is one, else the first by language.
    private func text(_ subject: Term, _ predicate: String) -> String? {
        let names = names(subject, predicate)
        return (names.first { $0.language?.lowercased().hasPrefix("en") == true } ?? names.first)?.text
    }

    private func valueKind(of subject: Term) -> Concept.ValueKind? {
        switch iris(subject, CoreVocabulary.core + "valueKind").first.map(coreName) {
        case "CodedValue": .coded
        case "QuantityValue": .quantity
        case "FlagValue": .flag
        case "TextValue": .text
        default: nil
        }
    }
}
