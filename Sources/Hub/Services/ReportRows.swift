import CohortPlan
import Disclosure
import FederatedSPARQL
import Federation
import RDF
import SPARQL

/// The numbers of an answer as rows of tables.
struct ReportRows {
    let result: QueryResult
    let byNode: Bool

    /// The rows of what a question is answered with.
    func rows(of part: FederationQuestion.Part) -> [FederationQuestion.Row] {
        switch part {
        case .table: return rows(of: result.report.breakdowns.isEmpty ? nil : 0)
        case .funnel:
            // Who asks for steps asks for no nodes.
            return [FederationQuestion.Row(node: nil, strata: [], counts: result.total?.funnel.map(\.count.value) ?? steps)]
        case .overlap:
            guard byNode else { return cells(result.total?.overlap?.cells.map(\.count.value), at: nil) }
            return result.nodes.flatMap { cells($0.result?.overlap?.content?.cells.map(\.value), at: $0.name) }
        }
    }

    private var steps: [Int?] { result.report.funnel.map { _ in nil } }

    private func cells(_ counts: [Int?]?, at node: String?) -> [FederationQuestion.Row] {
        let cells = result.report.overlapCells
        return cells.enumerated().map { place, members in
            let strata = (0...result.report.overlap.count).map { members >> $0 & 1 == 1 ? "yes" : "no" }
            return FederationQuestion.Row(
                node: node, strata: strata, counts: [counts.flatMap { $0.indices.contains(place) ? $0[place] : nil }])
        }
    }

    /// The rows of one table, at each node where that was asked for; without tables, one row. A node without numbers has rows without.
    func rows(of table: Int?) -> [FederationQuestion.Row] {
        guard byNode else {
            guard let total = result.total else { return [] }
            guard let table else {
                return [FederationQuestion.Row(node: nil, strata: [], counts: total.measures.map(\.count.value))]
            }
            return zip(names(of: table), total.breakdowns[table].strata).map {
                FederationQuestion.Row(node: nil, strata: $0, counts: $1.values.map(\.count.value))
            }
        }
        return result.nodes.flatMap { rows(of: table, at: $0) }
    }

    private func rows(of table: Int?, at node: NodeResult) -> [FederationQuestion.Row] {
        let none = [Int?](repeating: nil, count: result.report.measures.count)
        guard let table else {
            return [FederationQuestion.Row(node: node.name, strata: [], counts: node.result?.measures.map { $0.count?.value } ?? none)]
        }
        guard case .strata(let strata)? = node.result?.breakdowns[table].content else {
            return names(of: table).map { FederationQuestion.Row(node: node.name, strata: $0, counts: none) }
        }
        return zip(names(of: table), strata).map {
            FederationQuestion.Row(node: node.name, strata: $0, counts: $1.values.map { $0.count?.value })
        }
    }

    /// By row of a table, the strata of its axes that the row combines, in the order in which a report lists them.
    private func names(of table: Int) -> [[String]] {
        result.report.breakdowns[table].axes.reduce([[]]) { rows, axis in rows.flatMap { row in axis.strata.map { row + [$0] } } }
    }

    /// All tables in one: a column for each thing that patients are split by, without value in the tables of others and in the totals.
    var results: SPARQLResults {
        var columns: [Breakdown] = []
        for axis in result.report.breakdowns.flatMap(\.axes) where !columns.contains(axis) { columns.append(axis) }
        var names: [String] = byNode ? ["node"] : []
        for axis in columns { names.append(Self.unused(Self.word(axis), in: names)) }
        for measure in result.report.measures { names.append(Self.unused(Self.word(measure), in: names)) }
        let tables: [Int?] = [nil] + result.report.breakdowns.indices.map(Optional.some)
        let rows = tables.flatMap { table in
            self.rows(of: table).map { row in
                let axes = table.map { result.report.breakdowns[$0].axes } ?? []
                let keys = columns.map { column in axes.firstIndex(of: column).map { Term.string(row.strata[$0]) } }
                let numbers = row.counts.map { $0.map { Term.literal(Literal(String($0), datatype: XSD.integer)) } }
                return (byNode ? [row.node.map(Term.string)] : []) + keys + numbers
            }
        }
        return .bindings(variables: names, rows: rows)
    }

    private static func word(_ axis: Breakdown) -> String {
        switch axis {
        case .sex: "sex"
        case .age: "age"
        case .year: "year"
        case .value: "value"
        case .cross: "group"
        }
    }

    private static func word(_ measure: Measure) -> String {
        switch measure {
        case .patients: "patients"
        case .studies: "studies"
        case .series: "series"
        case .events: "events"
        }
    }

    private static func unused(_ word: String, in names: [String]) -> String {
        let taken = names.count { $0.hasPrefix(word) }
        return taken == 0 ? word : "\(word)\(taken + 1)"
    }
}
