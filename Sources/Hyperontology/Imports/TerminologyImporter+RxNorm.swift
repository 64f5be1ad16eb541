import Diagnostics

extension TerminologyImporter {
    /// `RXNCONSO.RRF` and `RXNREL.RRF` (RxNorm Technical Documentation, sections 12.4 and 12.8): of a row, the second concept has
    /// the relation to the first. Names of other vocabularies are codes of theirs that mean the same. A code that was retired stands
    /// below the one that it was merged into (`RXNATOMARCHIVE.RRF` and `RXNCUI.RRF`, sections 12.10 and 12.11), for records of before
    /// hold it. Of a whole release the prescribable part, which lies in a folder below, says nothing more.
    func readRxNorm(_ folder: String, _ terminology: inout Terminology, _ report: inout ImportReport) throws(DiagnosticList) {
        let names = try require("`RXNCONSO.RRF`", in: folder) { $0.uppercased() == "RXNCONSO.RRF" }
        var ranks: [String: Int] = [:]
        try bars(of: names, columns: 17, &report) { cells, report in
            guard cells[11] == "RXNORM" else { return link(cells, &terminology, &report) }
            guard cells[16] != "O" else { return report.skip("an obsolete name", cells[14]) }
            let (code, name) = (cells[0], cells[14])
            let rank = Self.nameOrder.firstIndex(of: cells[12]) ?? Self.nameOrder.count
            guard let known = ranks[code] else {
                ranks[code] = rank
                terminology.terms[code, default: Terminology.Term(label: name)].label = name
                return
            }
            if rank < known, let label = terminology.terms[code]?.label {
                ranks[code] = rank
                terminology.terms[code]?.label = name
                terminology.terms[code]?.synonyms.insert(label)
            } else if terminology.terms[code]?.label != name {
                terminology.terms[code]?.synonyms.insert(name)
            }
        }
        terminology.links = terminology.links.filter { terminology.terms[$0.code] != nil }
        if let path = file(in: folder, where: { $0.uppercased() == "RXNREL.RRF" }) {
            try bars(of: path, columns: 11, &report) { cells, _ in
                guard cells[10] == "RXNORM", Self.below.contains(cells[7]), cells[0] != cells[4] else { return }
                terminology.terms[cells[4]]?.parents.insert(cells[0])
            }
        }
        try readRetired(folder, &terminology, &report)
        leaveOthers(in: folder, "a table that says nothing of what is below or the same", &report)
    }

    /// The codes that are no longer there, each below the current one that alone replaced it, whatever the number of steps. What was split
    /// into several is left out: records of before do not say which of them they mean.
    private func readRetired(_ folder: String, _ terminology: inout Terminology, _ report: inout ImportReport) throws(DiagnosticList) {
        var names: [String: String] = [:]
        var successors: [String: Set<String>] = [:]
        if let path = file(in: folder, where: { $0.uppercased() == "RXNATOMARCHIVE.RRF" }) {
            try bars(of: path, columns: 16, &report) { cells, _ in
                guard cells[13] == "RXNORM", terminology.terms[cells[12]] == nil, !cells[12].isEmpty else { return }
                names[cells[12]] = cells[2]
                if cells[15] != cells[12], !cells[15].isEmpty { successors[cells[12], default: []].insert(cells[15]) }
            }
        }
        if let path = file(in: folder, where: { $0.uppercased() == "RXNCUI.RRF" }) {
            try bars(of: path, columns: 5, &report) { cells, _ in
                guard terminology.terms[cells[0]] == nil, !cells[0].isEmpty else { return }
                names[cells[0]] = names[cells[0]] ?? ""
                if cells[4] != cells[0], !cells[4].isEmpty { successors[cells[0], default: []].insert(cells[4]) }
            }
        }
        var replaced: [(code: String, by: String)] = []
        for code in names.keys.sorted() {
            var current = code
            var seen: Set<String> = []
            while terminology.terms[current] == nil, seen.insert(current).inserted, let next = successors[current], next.count == 1,
                let only = next.first
            { current = only }
            if terminology.terms[current] != nil {
                replaced.append((code, current))
            } else {
                terminology.retired.insert(code)
                let isSplit = (successors[current]?.count ?? 0) > 1
                report.skip(isSplit ? "a retired code that was split" : "a retired code without a successor", code)
            }
        }
        for (code, other) in replaced {
            let label = names[code].flatMap { $0.isEmpty ? nil : $0 } ?? terminology.terms[other]?.label ?? code
            terminology.terms[code] = Terminology.Term(label: label, parents: [other])
        }
    }

    /// Kinds of names, the best first.
    private static let nameOrder = [
        "IN", "PIN", "MIN", "SCD", "SBD", "GPCK", "BPCK", "BN", "SCDC", "SBDC", "SCDF", "SBDF", "SCDG", "SBDG", "DF", "DFG",
    ]
    private static let below: Set<String> = [
        "has_ingredient", "consists_of", "tradename_of", "isa", "form_of", "contains", "has_ingredients",
    ]

    private func link(_ cells: [String], _ terminology: inout Terminology, _ report: inout ImportReport) {
        guard let system = system(called: cells[11]), system != "rxnorm" else {
            return report.skip("a name of another vocabulary", "\(cells[11]) \(cells[13])")
        }
        let code = cells[13]
        guard CheckDigits.holds(for: code, in: system), CodeForms.holds(for: code, in: system) else {
            return report.skip("a code that does not have the form of its system", "\(cells[0]) \(system):\(code)")
        }
        terminology.links.insert(.init(code: cells[0], origin: "RXNCONSO", match: .exact, system: system, target: code))
    }

    /// The rows of a table without column names, whose values end in bars.
    private func bars(
        of path: String, columns: Int, _ report: inout ImportReport, _ body: ([String], inout ImportReport) -> Void
    ) throws(DiagnosticList) {
        var running = report
        var lines = 0
        try table(path, separator: UInt8(ascii: "|")).forEach { line, cells in
            lines += 1
            guard cells.count >= columns else { return running.skip("a row with too few columns", "\(lastPart(of: path)):\(line)") }
            body(cells, &running)
        }
        running.use(path, rows: lines)
        report = running
    }
}
