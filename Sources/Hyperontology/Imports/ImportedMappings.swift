public import Diagnostics
import Foundation

/// What a terminology adds to our concepts: codes below the codes that they have, and codes of other systems that mean the same.
///
/// The rows are worked out once, when the terminology is imported, and loaded like every other mapping; each says the way by which it
/// was reached. They go into a file of their own, so an import never touches what curators wrote.
public struct ImportedMappings {
    private let hyperontology: Hyperontology
    private let terminology: Terminology
    /// The name of the import, which its file bears.
    private let name: String

    struct Row: Hashable {
        let concept: String
        let match: Mapping.Match
        let system: String
        let code: String
        let label: String
        let way: String
    }

    public init(hyperontology: Hyperontology, terminology: Terminology, name: String) {
        self.hyperontology = hyperontology
        self.terminology = terminology
        self.name = name
    }

    /// Writes `imports/NAME.tsv` below a directory, unless it says the same already.
    ///
    /// - Throws: `O0204` when it cannot be written.
    public func write(below directory: String, _ report: inout ImportReport) throws(DiagnosticList) -> String {
        let rows = rows(&report)
        report.mappings = rows.count
        let path = directory + "/imports/" + name + ".tsv"
        let text = text(of: rows)
        if let known = FileManager.default.contents(atPath: path), known == Data(text.utf8) {
            report.isUnchanged = true
            return path
        }
        do {
            try FileManager.default.createDirectory(atPath: directory + "/imports", withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw DiagnosticList([
                Diagnostic("O0204", "`\(path)` cannot be written", help: "name a folder that you may write to with `--into`")
            ])
        }
        return path
    }

    /// Sorted; nothing that a curator's file says already.
    func rows(_ report: inout ImportReport) -> [Row] {
        let children = terminology.children
        var rows: Set<Row> = []
        for mapping in curated {
            guard let term = terminology.terms[mapping.code] else {
                if terminology.isWhole { note(mapping, missingIn: &report) }
                continue
            }
            guard mapping.match == .exact || mapping.match == .narrower else { continue }
            let below = terminology.descendants(of: mapping.code, children) { code in
                guard let other = placedElsewhere(code, than: mapping.concept) else { return false }
                let (concept, owner) = (hyperontology.concept(mapping.concept)?.localName, hyperontology.concept(other)?.localName)
                report.skip("a code that our concepts place elsewhere", "\(code) is \(owner ?? other), not \(concept ?? mapping.concept)")
                return true
            }
            for code in below {
                let label = terminology.terms[code]?.label ?? ""
                rows.insert(row(mapping.concept, .narrower, terminology.system, code, label, "below \(mapping.code) \(term.label)"))
            }
        }
        let links = Dictionary(grouping: terminology.links, by: \.code)
        for mapping in curated where mapping.match == .exact {
            for link in links[mapping.code] ?? [] {
                let label = terminology.terms[mapping.code]?.label ?? ""
                rows.insert(row(mapping.concept, link.match, link.system, link.target, label, "\(link.origin) of \(mapping.code) \(label)"))
            }
        }
        report.missing.sort { ($0.file, $0.line) < ($1.file, $1.line) }
        return wanted(rows, &report).sorted { key($0) < key($1) }
    }

    /// A mapping to a code that does not exist.
    private func note(_ mapping: Mapping, missingIn report: inout ImportReport) {
        report.skip("a code of ours that the source does not have", "\(mapping.file):\(mapping.line) \(mapping.system):\(mapping.code)")
        report.missing.append(
            .init(
                concept: hyperontology.concept(mapping.concept)?.localName ?? mapping.concept, system: mapping.system, code: mapping.code,
                isRetired: terminology.retired.contains(mapping.code), file: mapping.file, line: mapping.line))
    }

    /// The concept of ours that a code is exactly, where that is not below another: the source may list a metastasis in an organ
    /// below the cancers of that organ, we do not.
    private func placedElsewhere(_ code: String, than concept: String) -> String? {
        hyperontology.mappings(ofCode: code, in: terminology.system)
            .first { $0.match == .exact && !$0.file.hasPrefix("imports/") && !hyperontology.isSubclass($0.concept, of: concept) }?.concept
    }

    /// Our own mappings into the terminology's system, without those of imports.
    private var curated: [Mapping] {
        hyperontology.mappings.filter { $0.system == terminology.system && !$0.file.hasPrefix("imports/") }
    }

    private func row(_ concept: String, _ match: Mapping.Match, _ system: String, _ code: String, _ label: String, _ way: String) -> Row {
        Row(concept: concept, match: match, system: system, code: code, label: label, way: way)
    }

    /// Without what is said already, what no query could use, and what would make one code mean two things.
    private func wanted(_ rows: Set<Row>, _ report: inout ImportReport) -> [Row] {
        var kept: [Row] = []
        var seen: Set<String> = []
        for row in rows.sorted(by: { key($0) < key($1) }) {
            let known = hyperontology.mappings(ofCode: row.code, in: row.system).filter { !$0.file.hasPrefix("imports/") }
            if known.contains(where: { hyperontology.isSubclass($0.concept, of: row.concept) }) { continue }
            guard hyperontology.codeSystem(row.system) != nil else {
                report.skip("a code of a system that is not known", "\(row.system):\(row.code)")
                continue
            }
            let clash = known.first {
                $0.match == .exact && row.match == .exact && !hyperontology.isSubclass(row.concept, of: $0.concept)
            }
            if let clash {
                report.skip("a code that already means something else", "\(row.system):\(row.code) \(clash.concept)")
                continue
            }
            guard seen.insert("\(row.concept) \(row.system):\(row.code)").inserted else { continue }
            kept.append(row)
        }
        return kept
    }

    private func key(_ row: Row) -> (String, String, String, String, String) {
        (row.concept, row.system, row.code, row.match.order, row.way)
    }

    private func text(of rows: [Row]) -> String {
        var lines = [
            "# mapping_set_id: https://w3id.org/cohortium/imports/\(name)",
            "# mapping_set_title: what the import \(name) adds to the concepts",
            "# comment: written by `cohortium ontology import`; a new import of \(name) replaces it",
            "subject_id\tsubject_label\tpredicate_id\tobject_id\tobject_label\tmapping_justification\tmapping_source\tconfidence",
        ]
        for row in rows {
            let concept = hyperontology.concept(row.concept)
            lines.append(
                [
                    "c:" + (concept?.localName ?? row.concept), concept?.prefLabel ?? "", row.match.curie,
                    row.system + ":" + PercentEncoding.encodedCode(row.code), plain(row.label), "semapv:MappingChaining",
                    plain("\(name): \(row.way)"), "0.9",
                ].joined(separator: "\t"))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func plain(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}

extension Mapping.Match {
    fileprivate var curie: String {
        switch self {
        case .exact: "skos:exactMatch"
        case .broader: "skos:broadMatch"
        case .narrower: "skos:narrowMatch"
        case .close: "skos:closeMatch"
        }
    }

    /// The strongest first, so that it is kept when two ways lead to one code.
    fileprivate var order: String {
        switch self {
        case .exact: "0"
        case .narrower: "1"
        case .broader: "2"
        case .close: "3"
        }
    }
}

extension PercentEncoding {
    /// A code as our tables write it: what a table or a CURIE cannot hold is encoded, the rest stays readable.
    fileprivate static func encodedCode(_ code: String) -> String {
        code.allSatisfy { $0.isASCII && $0 > " " && $0 != "%" } ? code : encoded(code)
    }
}
