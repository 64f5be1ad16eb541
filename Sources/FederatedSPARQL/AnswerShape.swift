import Foundation
import RDF
import SPARQL

/// How the groups of a query are made of a report's rows.
struct AnswerShape: Sendable {
    enum Key: Sendable, Hashable {
        case node
        /// The place among the axes of the report's table.
        case sex(axis: Int)
        /// - Parameter isNumbered: whether bands are numbered, not called by their first age.
        case age(axis: Int, width: Int, isNumbered: Bool)
        case year(axis: Int)
        /// A coded value: the concept that the stratum is called by.
        case concept(axis: Int)
        /// Yes or no: a property of images that is, or whether the patient is in one of several cohorts.
        case flag(axis: Int)
        case number(axis: Int, width: Decimal, isNumbered: Bool)
    }

    /// What part of a report the rows are of.
    var part = FederationQuestion.Part.table
    let keys: [Key]
    /// By aggregate, the place among the report's measures, or among the steps of its funnel.
    let measures: [Int]

    /// The value of a key in a row; nil for the row of those of whom it is unknown, and for rows beyond the ends of what was asked for.
    func term(_ key: Key, _ row: FederationQuestion.Row) -> Term? {
        switch key {
        case .node: return row.node.map(Term.string)
        case .sex(let axis):
            return ["female": Term.iri(FederationVocabulary.female), "male": .iri(FederationVocabulary.male), "other": .string("other")][
                row.strata[axis]]
        case .age(let axis, let width, let isNumbered):
            guard let start = Int(row.strata[axis].prefix { $0.isNumber }) else { return nil }
            return Self.integer(isNumbered ? start / width : start)
        case .year(let axis): return Int(row.strata[axis]).map(Self.integer)
        case .concept(let axis): return row.strata[axis].contains(":") ? .iri(row.strata[axis]) : nil
        case .flag(let axis):
            return ["yes": "true", "no": "false"][row.strata[axis]].map { .literal(Literal($0, datatype: XSD.boolean)) }
        case .number(let axis, let width, let isNumbered):
            // `0 to <2`; what lies below the first band or above the last is called by one end alone.
            guard let end = row.strata[axis].firstRange(of: " to <"),
                let start = Decimal(string: String(row.strata[axis][..<end.lowerBound]))
            else { return nil }
            return Self.decimal(isNumbered ? start / width : start)
        }
    }

    private static func integer(_ value: Int) -> Term { .literal(Literal(String(value), datatype: XSD.integer)) }

    private static func decimal(_ value: Decimal) -> Term {
        let text = "\(value)"
        return .literal(Literal(text, datatype: text.contains(".") ? XSD.decimal : XSD.integer))
    }
}
