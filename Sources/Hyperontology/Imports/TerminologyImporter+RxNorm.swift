import Diagnostics

extension TerminologyImporter {
    /// `RXNCONSO.RRF` and `RXNREL.RRF` (RxNorm Technical Documentation, sections 12.4 and 12.8): of a row, the second concept has
    /// the relation to the first. Names of other vocabularies are codes of theirs that mean the same. Of a whole release the
    /// prescribable part, which lies in a folder below, says nothing more.
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
        leaveOthers(in: folder, "a table that says nothing of what is below or the same", &report)
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
