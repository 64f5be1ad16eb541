import RDF

extension Hyperontology {
    /// The concepts that fit a text, best first: by a code (`snomed:254837009`, or the code alone) or by a whole name that looks like one;
    /// else by a name in any language, by the beginnings of words in any order, by a part of a word, or in spite of a typing error.
    ///
    /// - Parameters:
    ///   - language: names in other languages do not count; nil for all. Names without a language always count.
    ///   - use: the class of the core that a concept must stand for, as `Diagnosis`; nil for all.
    public func find(_ text: String, language: String? = nil, usedFor use: String? = nil, limit: Int) -> [SearchHit] {
        guard limit > 0 else { return [] }
        let byCode = codeHits(text).filter { use.map($0.concept.usedFor.contains) ?? true }
        let isFiltered = language != nil || use != nil
        var hits = Array(byCode.prefix(limit))
        let coded = Set(byCode.map(\.concept.iri))
        for match in searchIndex.index.find(text, limit: isFiltered ? max(limit * 20, 1000) : limit) where hits.count < limit {
            let (number, name) = searchIndex.names[match.entry]
            let concept = concepts[number]
            if let language, let own = name.language, !own.lowercased().hasPrefix(language.lowercased()) { continue }
            if let use, !concept.usedFor.contains(use) { continue }
            // Beside a code only who is called exactly so: `T1` is a code of one thing and the name of another.
            guard byCode.isEmpty || (match.kind == .name && !coded.contains(concept.iri)) else { continue }
            hits.append(SearchHit(concept: concept, name: name, kind: match.kind))
        }
        return hits
    }

    /// The concepts whose names fit a text, best first.
    public func search(_ text: String, limit: Int) -> [Concept] { find(text, limit: limit).map(\.concept) }

    /// Exact mappings before others; a bare code is looked for in every system.
    private func codeHits(_ text: String) -> [SearchHit] {
        let wanted = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let byCURIE = resolve(curie: wanted)
        let found =
            byCURIE.isEmpty && wanted.contains(where: \.isNumber) && !wanted.contains(" ")
            ? codeSystems.flatMap { resolve(curie: $0.shortName + ":" + wanted) } : byCURIE
        var seen: Set<String> = []
        return found.filter { seen.insert($0.iri).inserted }
            .map { SearchHit(concept: $0, name: Concept.Name(text: wanted, language: nil), kind: .code) }
    }

    /// The names of all concepts with their index.
    struct SearchIndex: Sendable {
        let names: [(concept: Int, name: Concept.Name)]
        let index: NameIndex

        init(_ concepts: [Concept]) {
            var names: [(concept: Int, name: Concept.Name)] = []
            var entries: [NameIndex.Entry] = []
            for (number, concept) in concepts.enumerated() {
                let preferred = Set(concept.prefLabels)
                let own = concept.prefLabels.isEmpty ? [Concept.Name(text: concept.prefLabel, language: nil)] : concept.prefLabels
                for name in own + concept.synonyms {
                    names.append((number, name))
                    let isPreferred = name.text == concept.prefLabel && (preferred.isEmpty || preferred.contains(name))
                    entries.append(NameIndex.Entry(text: name.text, owner: Int32(number), isPreferred: isPreferred))
                }
            }
            self.names = names
            index = NameIndex(entries)
        }
    }

    private var searchIndex: SearchIndex { search.value { SearchIndex(concepts) } }
}
