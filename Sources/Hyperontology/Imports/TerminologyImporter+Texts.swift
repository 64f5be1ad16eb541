import Diagnostics
import Foundation
import RDF

// MARK: - OBO

extension TerminologyImporter {
    /// OBO flat files (format versions 1.2 and 1.4): `[Term]` stanzas with name, exact synonyms, `is_a` and `xref`.
    func readOBO(_ path: String, _ terminology: inout Terminology, _ report: inout ImportReport) throws(DiagnosticList) {
        var stanza: [(tag: String, value: String)] = []
        var kind = ""
        var running = report
        var records = 0
        func close() {
            defer { stanza = [] }
            guard kind == "[Term]", let identifier = stanza.first(where: { $0.tag == "id" })?.value else { return }
            let id = ownCode(identifier, terminology.system)
            records += 1
            guard !stanza.contains(where: { $0.tag == "is_obsolete" && $0.value == "true" }) else {
                return running.skip("an obsolete term", id)
            }
            var term = Terminology.Term(label: stanza.first { $0.tag == "name" }?.value ?? id)
            for (tag, value) in stanza {
                switch tag {
                case "is_a": term.parents.insert(ownCode(withoutTrailer(value), terminology.system))
                case "synonym":
                    let parts = value.split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false)
                    if parts.count == 3, parts[2].contains("EXACT") { term.synonyms.insert(String(parts[1])) }
                case "xref":
                    if let (system, code) = reference(.string(withoutTrailer(value))) {
                        terminology.links.insert(.init(code: id, origin: "xref", match: .close, system: system, target: code))
                    } else {
                        running.skip("a reference to a system that is not known", "\(id) \(value)")
                    }
                default: break
                }
            }
            terminology.terms[id] = term
        }
        try table(path, separator: 0).forEach { line, cells in
            let text = cells.joined().trimmingCharacters(in: .whitespaces)
            if text.hasPrefix("[") {
                close()
                kind = text
            } else if let colon = text.firstIndex(of: ":"), !text.hasPrefix("!") {
                stanza.append((String(text[..<colon]), text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)))
            } else if !text.isEmpty, !text.hasPrefix("!") {
                running.skip("a line that is no tag with a value", "line \(line)")
            }
        }
        close()
        running.use(path, rows: records)
        report = running
    }

    /// A value without its comment and qualifiers: `DOID:1612 {source="x"} ! breast cancer`.
    private func withoutTrailer(_ value: String) -> String {
        String(value.prefix { $0 != "!" && $0 != "{" && $0 != "\"" }).trimmingCharacters(in: .whitespaces)
    }
}

// MARK: - SSSOM

extension TerminologyImporter {
    /// SSSOM as TSV or JSON. Subjects are codes of the terminology's system, or objects are; rows of other systems are skipped.
    func readSSSOM(_ path: String, _ terminology: inout Terminology, _ report: inout ImportReport) throws(DiagnosticList) {
        let rows = path.lowercased().hasSuffix(".json") ? try rowsOfJSON(path) : try rowsOfTSV(path)
        report.use(path, rows: rows.count)
        for (number, row) in rows {
            guard let match = Self.predicates[row["predicate_id"] ?? ""] else {
                report.skip("a predicate without a meaning here", row["predicate_id"] ?? "row \(number)")
                continue
            }
            if row["predicate_modifier"]?.lowercased() == "not" {
                report.skip("a mapping that is denied", "row \(number)")
                continue
            }
            guard let subject = reference(.string(row["subject_id"] ?? "")) ?? iriReference(row["subject_id"]),
                let object = reference(.string(row["object_id"] ?? "")) ?? iriReference(row["object_id"])
            else {
                report.skip("a code of a system that is not known", "\(row["subject_id"] ?? "") \(row["object_id"] ?? "")")
                continue
            }
            let isForward = subject.system == terminology.system
            guard isForward || object.system == terminology.system else {
                report.skip("a mapping between other systems", "\(subject.system) \(object.system)")
                continue
            }
            let (own, other) = isForward ? (subject, object) : (object, subject)
            let label = row[isForward ? "subject_label" : "object_label"] ?? own.code
            terminology.terms[own.code] = terminology.terms[own.code] ?? Terminology.Term(label: label)
            terminology.links.insert(
                .init(
                    code: own.code, origin: "SSSOM", match: isForward ? match : match.reversed, system: other.system, target: other.code))
        }
    }

    private func iriReference(_ text: String?) -> (system: String, code: String)? {
        guard let text, text.hasPrefix("http") else { return nil }
        return reference(.iri(text))
    }

    private func rowsOfTSV(_ path: String) throws(DiagnosticList) -> [(Int, [String: String])] {
        let table = try TabularFile(
            path: path, file: lastPart(of: path), requiredColumns: ["subject_id", "predicate_id", "object_id"])
        return table.rows.map { row in
            var values: [String: String] = [:]
            for column in Self.columns { values[column] = row[column] }
            return (row.line, values)
        }
    }

    private func rowsOfJSON(_ path: String) throws(DiagnosticList) -> [(Int, [String: String])] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw DiagnosticList([Diagnostic("O0002", "`\(path)` cannot be read")])
        }
        do {
            return try JSONDecoder().decode(MappingSet.self, from: data).mappings.enumerated().map { ($0 + 1, $1.values) }
        } catch {
            throw DiagnosticList([
                Diagnostic(
                    "O0203", "`\(path)` is no SSSOM mapping set in JSON", help: "it should be an object with `mappings`, a list of objects")
            ])
        }
    }

    fileprivate static let columns = ["subject_id", "subject_label", "predicate_id", "predicate_modifier", "object_id", "object_label"]

    private static let predicates: [String: Mapping.Match] = [
        "skos:exactMatch": .exact, "skos:broadMatch": .broader, "skos:narrowMatch": .narrower, "skos:closeMatch": .close,
        "owl:equivalentClass": .exact, "owl:sameAs": .exact, "rdfs:subClassOf": .broader, "oboInOwl:hasDbXref": .close,
        "http://www.w3.org/2004/02/skos/core#exactMatch": .exact, "http://www.w3.org/2004/02/skos/core#broadMatch": .broader,
        "http://www.w3.org/2004/02/skos/core#narrowMatch": .narrower, "http://www.w3.org/2004/02/skos/core#closeMatch": .close,
    ]
}

/// An SSSOM mapping set in JSON; of each mapping, the texts of the columns that are read here.
private struct MappingSet: Decodable {
    struct Row: Decodable {
        let values: [String: String]

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            var values: [String: String] = [:]
            for column in TerminologyImporter.columns {
                values[column] = try container.decodeIfPresent(String.self, forKey: Key(stringValue: column))
            }
            self.values = values
        }
    }

    struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    let mappings: [Row]
}

extension Mapping.Match {
    /// What the correspondence is when read from the other end.
    var reversed: Mapping.Match {
        switch self {
        case .exact, .close: self
        case .broader: .narrower
        case .narrower: .broader
        }
    }
}
