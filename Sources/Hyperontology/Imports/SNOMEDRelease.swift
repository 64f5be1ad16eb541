import Diagnostics
import Foundation

/// The files of a SNOMED CT release in its Release Format 2, of one edition or of several beside each other.
///
/// A release holds the same components three times: `Snapshot` as they are, `Full` with all that they ever were, `Delta` with what changed
/// since the release before. The snapshot is read, else the full history; deltas besides, so that later ones bring an older release up to
/// date. Of each component the newest version counts (SNOMED CT Release File Specifications, section 3.2).
struct SNOMEDRelease {
    /// The components that a file may hold.
    enum Component: String, CaseIterable {
        case concepts = "sct2_Concept_"
        case descriptions = "sct2_Description_"
        case relationships = "sct2_Relationship_"
        case associations = "der2_cRefset_Association"
        case extendedMaps = "der2_iisssccRefset_ExtendedMap"
        case simpleMaps = "der2_sRefset_SimpleMap"
    }

    /// The paths of the files of each component, below the folder.
    let paths: [Component: [String]]
    /// The files that are not read, and why not.
    let unread: [(path: String, reason: String)]

    /// - Throws: `O0201` when there is no release, or only what changed since one.
    init(_ folder: String, files: [String]) throws(DiagnosticList) {
        let tables = files.filter { $0.hasSuffix(".txt") }
        let concepts = tables.filter { Self.component(of: $0) == .concepts }
        guard let view = ["Snapshot", "Full"].first(where: { view in concepts.contains { Self.view(of: $0) == view } }) else {
            let isDelta = concepts.contains { Self.view(of: $0) == "Delta" }
            throw DiagnosticList([
                isDelta
                    ? Diagnostic(
                        "O0201", "`\(folder)` holds a delta alone, which says what changed since a release but not what there is",
                        help: "unpack it beside the snapshot or the full release")
                    : Diagnostic(
                        "O0201", "`\(folder)` holds no file `sct2_Concept_…`", help: "name the folder into which the release was unpacked")
            ])
        }
        var paths: [Component: [String]] = [:]
        var unread: [(path: String, reason: String)] = []
        for file in tables {
            guard let component = Self.component(of: file) else {
                unread.append((file, Self.reason(file)))
                continue
            }
            let own = Self.view(of: file)
            if own == view || own == "Delta" {
                paths[component, default: []].append(file)
            } else {
                unread.append((file, "the \(view.lowercased()) says the same"))
            }
        }
        for component in [Component.descriptions, .relationships] where paths[component] == nil {
            throw DiagnosticList([
                Diagnostic(
                    "O0201", "`\(folder)` holds no file `\(component.rawValue)…`",
                    help: "name the folder into which the release was unpacked")
            ])
        }
        self.paths = paths
        self.unread = unread
    }

    /// Betas have an `x` before their names.
    private static func name(of path: String) -> Substring {
        let name = path.split(separator: "/").last ?? ""
        return name.hasPrefix("x") ? name.dropFirst() : name
    }

    private static func component(of path: String) -> Component? {
        Component.allCases.first { name(of: path).hasPrefix($0.rawValue) }
    }

    private static func view(of path: String) -> String {
        let name = name(of: path)
        return ["Snapshot", "Full", "Delta"].first { name.contains($0) } ?? ""
    }

    private static func reason(_ path: String) -> String {
        let name = name(of: path)
        if name.hasPrefix("sct2_TextDefinition_") { return "definitions of others are not taken over" }
        if name.hasPrefix("sct2_StatedRelationship_") || name.contains("OWL") { return "the inferred relationships say what is below what" }
        if name.hasPrefix("der2_") { return "a reference set that says nothing of what is below or the same" }
        return "no part of a release that is used"
    }
}

extension TerminologyImporter {
    /// RF2, see ``SNOMEDRelease``. A code that was retired in favour of another stands below that one, for records of before hold it.
    func readSNOMED(_ folder: String, _ terminology: inout Terminology, _ report: inout ImportReport) throws(DiagnosticList) {
        let release = try SNOMEDRelease(folder, files: files(in: folder))
        for (path, reason) in release.unread { report.leave(path, reason) }
        func newest<Value>(_ component: SNOMEDRelease.Component, _ value: ([String]) -> Value?) throws(DiagnosticList) -> [String: Value?] {
            try self.newest((release.paths[component] ?? []).map { folder + "/" + $0 }, &report, value)
        }
        var retired: Set<String> = []
        for (code, isActive) in try newest(.concepts, { $0[2] == "1" ? true : nil }) {
            guard CheckDigits.holdsVerhoeff(code) else {
                report.skip("an identifier whose check digit is wrong", code)
                continue
            }
            if isActive == nil { retired.insert(code) } else { terminology.terms[code] = Terminology.Term(label: "") }
        }
        let names = try newest(.descriptions) { cells in
            cells.count > 7 && cells[2] == "1"
                ? (code: cells[4], language: cells[5], isWhole: cells[6] == Self.fullySpecified, text: cells[7]) : nil
        }
        let isA = "116680003"
        let parents = try newest(.relationships) { $0.count > 7 && $0[2] == "1" && $0[7] == isA ? (lower: $0[4], upper: $0[5]) : nil }
        for case let parent? in parents.values { terminology.terms[parent.lower]?.parents.insert(parent.upper) }

        let successors = try newest(.associations) { cells in
            cells.count > 6 && cells[2] == "1" && Self.successions.contains(cells[4]) ? (old: cells[5], new: cells[6]) : nil
        }
        for case let pair? in successors.values where retired.contains(pair.old) && terminology.terms[pair.new] != nil {
            terminology.terms[pair.old, default: Terminology.Term(label: "")].parents.insert(pair.new)
        }
        for code in retired where terminology.terms[code] == nil {
            terminology.retired.insert(code)
            report.skip("an inactive concept without a successor", code)
        }
        name(&terminology, names.values.compactMap { $0 }, &report)
        try link(&terminology, try newest(.extendedMaps, mapRow(target: 10)), try newest(.simpleMaps, mapRow(target: 6)), &report)
    }

    /// Fully specified names; an English one before others.
    private func name(
        _ terminology: inout Terminology, _ names: [(code: String, language: String, isWhole: Bool, text: String)],
        _ report: inout ImportReport
    ) {
        for name in names.sorted(by: {
            ($0.language == "en" ? 0 : 1, $0.language, $0.text) < ($1.language == "en" ? 0 : 1, $1.language, $1.text)
        }) {
            guard let label = terminology.terms[name.code]?.label else { continue }
            let text = name.isWhole ? withoutTag(name.text) : name.text
            if name.isWhole, label.isEmpty {
                terminology.terms[name.code]?.label = text
            } else {
                terminology.terms[name.code]?.synonyms.insert(text)
            }
        }
        for (code, term) in terminology.terms where term.label.isEmpty {
            terminology.terms[code] = nil
            report.skip("a concept without a fully specified name", code)
        }
        for (code, term) in terminology.terms { terminology.terms[code]?.synonyms.remove(term.label) }
    }

    private typealias MapRow = (refset: String, code: String, target: String)

    private func mapRow(target: Int) -> ([String]) -> MapRow? {
        { cells in cells.count > target && cells[2] == "1" ? (cells[4], cells[5], cells[target]) : nil }
    }

    /// A classification's code stands for whatever is classified there: it means more than the concept, or the same.
    private func link(
        _ terminology: inout Terminology, _ extended: [String: MapRow?], _ simple: [String: MapRow?], _ report: inout ImportReport
    ) throws(DiagnosticList) {
        for case let row? in Array(extended.values) + Array(simple.values) {
            guard let system = Self.mapSystems[row.refset], systems.contains(where: { $0.shortName == system }) else {
                report.skip("a map to a system that is not known", row.refset)
                continue
            }
            // ICD-O's map has topographies as well, which are no morphologies.
            guard terminology.terms[row.code] != nil, !row.target.isEmpty, system != "icdo3" || row.target.contains("/") else { continue }
            guard CodeForms.holds(for: row.target, in: system) else {
                report.skip("a code that does not have the form of its system", "\(row.code) \(system):\(row.target)")
                continue
            }
            terminology.links.insert(.init(code: row.code, origin: "map", match: .broader, system: system, target: row.target))
        }
    }

    /// SNOMED CT's own concepts for its parts, named as in its metadata hierarchy.
    private static let fullySpecified = "900000000000003001"
    /// SAME AS and REPLACED BY.
    private static let successions: Set<String> = ["900000000000527005", "900000000000526001"]
    /// The reference sets of maps: ICD-10, ICD-10-CM, ICD-O.
    private static let mapSystems = ["447562003": "icd10", "6011000124106": "icd10cm", "446608001": "icdo3"]

    /// By identifier, what the newest row says; nil where that row is not wanted.
    private func newest<Value>(
        _ paths: [String], _ report: inout ImportReport, _ value: ([String]) -> Value?
    ) throws(DiagnosticList) -> [String: Value?] {
        var newest: [String: (time: String, value: Value?)] = [:]
        for path in paths {
            var lines = 0
            var short: [Int] = []
            try table(path).forEach { line, cells in
                if line == 1 { return }
                lines += 1
                guard cells.count >= 5 else { return short.append(line) }
                if let known = newest[cells[0]], known.time > cells[1] { return }
                newest[cells[0]] = (cells[1], value(cells))
            }
            report.use(path, rows: lines)
            for line in short { report.skip("a row with too few columns", "\(lastPart(of: path)):\(line)") }
        }
        return newest.mapValues(\.value)
    }

    /// `Malignant neoplasm of breast (disorder)` without its semantic tag.
    private func withoutTag(_ name: String) -> String {
        guard name.hasSuffix(")"), let open = name.range(of: " (", options: .backwards) else { return name }
        return String(name[..<open.lowerBound])
    }
}
