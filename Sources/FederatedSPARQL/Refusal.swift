import Diagnostics

/// The codes of what the federation is not asked in SPARQL, or cannot be.
enum Refusal {
    static let rows: DiagnosticCode = "S0501"
    static let aggregate: DiagnosticCode = "S0502"
    static let pattern: DiagnosticCode = "S0503"
    static let whichEvent: DiagnosticCode = "S0504"
    static let concept: DiagnosticCode = "S0505"
    static let time: DiagnosticCode = "S0506"
    static let value: DiagnosticCode = "S0507"
    static let grouping: DiagnosticCode = "S0508"
    static let nothingSaid: DiagnosticCode = "S0509"

    /// What may be asked, for whoever asked for something else.
    static let example = "count patients: `SELECT (COUNT(DISTINCT ?p) AS ?patients) { ?p co:diagnosis/co:concept c:BreastCarcinoma }`"
}
