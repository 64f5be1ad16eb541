import Diagnostics

/// Reads `mappings/*.tsv`: SSSOM/TSV mapping sets, and the units of OMOP.
struct MappingReader {
    let systems: [CodeSystemEntry]

    /// The mappings of one SSSOM file, in its order.
    ///
    /// - Throws: `O0010`, `O0011` for the table, `O0012` for a CURIE whose prefix nothing declares, `O0013` for a predicate without a meaning here.
    func mappings(of table: TabularFile) throws(DiagnosticList) -> [Mapping] {
        let declared = curieMap(table.comments)
        var problems: [Diagnostic] = []
        var mappings: [Mapping] = []
        for row in table.rows {
            switch mapping(of: row, in: table, declared) {
            case .success(let mapping): mappings.append(mapping)
            case .failure(let problem): problems.append(problem)
            }
        }
        if !problems.isEmpty { throw DiagnosticList(problems) }
        return mappings
    }

    /// By OMOP concept id, the UCUM unit.
    func omopUnits(of table: TabularFile) throws(DiagnosticList) -> [String: String] {
        var units: [String: String] = [:]
        for row in table.rows {
            guard let concept = row["omop_concept_id"], let unit = row["ucum_code"] else {
                throw DiagnosticList([Diagnostic("O0011", "`\(table.file)` line \(row.line) lacks `omop_concept_id` or `ucum_code`")])
            }
            units[concept] = unit
        }
        return units
    }

    private func mapping(of row: TabularFile.Row, in table: TabularFile, _ declared: [String: String]) -> Result<Mapping, Diagnostic> {
        let place = "`\(table.file)` line \(row.line)"
        guard let subject = row["subject_id"], let predicate = row["predicate_id"], let object = row["object_id"] else {
            let isOneValue = row["subject_id"]?.contains(" ") == true && row["predicate_id"] == nil
            return .failure(
                Diagnostic(
                    "O0011", "\(place) lacks `subject_id`, `predicate_id` or `object_id`",
                    help: isOneValue ? "separate the values by tabs; there are spaces between them" : nil))
        }
        guard let concept = conceptIRI(subject, declared) else {
            return .failure(prefixProblem(subject, place, among: ["c"] + declared.keys))
        }
        guard let match = Self.matches[predicate] else {
            let known = Self.matches.keys.sorted().map { "`\($0)`" }.joined(separator: ", ")
            return .failure(
                Diagnostic("O0013", "\(place) has the predicate `\(predicate)`, which has no meaning here", help: "use one of \(known)"))
        }
        guard let (prefix, local) = Self.split(object), let system = systemName(prefix, declared) else {
            return .failure(prefixProblem(object, place, among: systems.map(\.shortName)))
        }
        guard let code = PercentEncoding.decoded(local), !code.isEmpty else {
            return .failure(Diagnostic("O0011", "\(place) has the code `\(object)`, which is empty or wrongly percent-encoded"))
        }
        return .success(
            Mapping(
                concept: concept, system: system, code: code, label: row["object_label"], match: match,
                justification: row["mapping_justification"], source: row["mapping_source"],
                confidence: row["confidence"].flatMap(Double.init),
                file: table.file, line: row.line))
    }

    private func prefixProblem(_ curie: String, _ place: String, among known: [String]) -> Diagnostic {
        let prefix = Self.split(curie)?.prefix ?? curie
        let suggestion = nearest(to: prefix, among: known.sorted()).map { "did you mean `\($0)`?" }
        return Diagnostic(
            "O0012", "\(place) has `\(curie)`, whose prefix is neither a code system nor declared",
            help: suggestion ?? "declare it in `vocabularies.ttl` or in the file's `#curie_map:`")
    }

    private func conceptIRI(_ curie: String, _ declared: [String: String]) -> String? {
        if curie.hasPrefix("http://") || curie.hasPrefix("https://") { return curie }
        guard let (prefix, local) = Self.split(curie) else { return nil }
        switch prefix {
        case "c": return CoreVocabulary.concept + local
        case "co": return CoreVocabulary.core + local
        default: return declared[prefix].map { $0 + local }
        }
    }

    /// The system that a prefix names, by its short name or by the IRI that the file's head declares for it. A prefix that is
    /// declared for an IRI of no known system names a system of its own, which lint reports.
    private func systemName(_ prefix: String, _ declared: [String: String]) -> String? {
        if systems.contains(where: { $0.shortName == prefix }) { return prefix }
        guard let base = declared[prefix] else { return nil }
        let bare = Self.withoutSeparator(base)
        return systems.first { $0.uris.contains { Self.withoutSeparator($0) == bare } }?.shortName ?? prefix
    }

    /// The `curie_map:` of an SSSOM head: indented lines `prefix: IRI` after it.
    private func curieMap(_ comments: [String]) -> [String: String] {
        var prefixes: [String: String] = [:]
        var isInside = false
        for line in comments {
            let content = line.trimmingPrefix(while: \.isWhitespace)
            if content.hasPrefix("curie_map:") {
                isInside = true
            } else if isInside, let (prefix, iri) = Self.split(String(content)), iri.contains("://") || iri.contains("urn:") {
                let unquoted = iri.filter { $0 != "\"" && $0 != "'" && !$0.isWhitespace }
                prefixes[prefix] = unquoted
            } else {
                isInside = false
            }
        }
        return prefixes
    }

    private static let matches: [String: Mapping.Match] = [
        "skos:exactMatch": .exact, "skos:broadMatch": .broader, "skos:narrowMatch": .narrower, "skos:closeMatch": .close,
    ]

    private static func split(_ curie: String) -> (prefix: String, local: String)? {
        guard let colon = curie.firstIndex(of: ":"), colon != curie.startIndex else { return nil }
        return (String(curie[..<colon]), String(curie[curie.index(after: colon)...]))
    }

    private static func withoutSeparator(_ iri: String) -> Substring {
        iri.hasSuffix("/") || iri.hasSuffix("#") ? iri.dropLast() : Substring(iri)
    }
}
