import Foundation
import RDF

/// The constructor functions of XML Schema's datatypes (SPARQL 1.1, section 17.5).
enum Casting {
    /// The term as a literal of another type; nil when it has no such value.
    static func cast(_ term: Term, to datatype: Expression.Datatype) -> Term? {
        switch term {
        case .blank: return nil
        case .iri(let iri): return datatype == .string ? .string(iri) : nil
        case .literal(let literal):
            if datatype == .string { return .string(string(literal)) }
            if literal.language != nil { return nil }
            return convert(literal, to: datatype).map(Term.literal)
        }
    }

    private static func string(_ literal: Literal) -> String {
        if let value = TermComparison.boolean(literal) { return value ? "true" : "false" }
        guard let number = NumericValue(literal) else { return literal.lexicalForm }
        switch number {
        case .integer(let value): return String(value)
        case .decimal(let value): return value.text
        // XPath writes floating-point numbers of middling size without an exponent.
        case .float(let value): return plain(Double(value)) ?? number.literal.lexicalForm
        case .double(let value): return plain(value) ?? number.literal.lexicalForm
        }
    }

    private static func plain(_ value: Double) -> String? {
        guard value == 0 || (value.magnitude >= 1e-6 && value.magnitude < 1e6) else { return nil }
        return value == 0 && value.sign == .minus ? "-0" : ExactDecimal(value)?.text
    }

    private static func convert(_ literal: Literal, to datatype: Expression.Datatype) -> Literal? {
        switch datatype {
        case .string: return Literal(literal.lexicalForm)
        case .boolean: return boolean(literal)
        case .dateTime: return dateTime(literal)
        case .date: return date(literal)
        case .integer, .decimal, .float, .double: return number(literal, as: datatype)
        }
    }

    private static func dateTime(_ literal: Literal) -> Literal? {
        if literal.datatype == XSD.date {
            return TemporalValue(literal).map { Literal("\($0.dateText)T00:00:00\($0.zoneText)", datatype: XSD.dateTime) }
        }
        guard literal.datatype == XSD.dateTime || literal.datatype == XSD.string else { return nil }
        let candidate = Literal(literal.lexicalForm.trimmingCharacters(in: .whitespacesAndNewlines), datatype: XSD.dateTime)
        return TemporalValue(candidate).map { _ in candidate }
    }

    private static func date(_ literal: Literal) -> Literal? {
        if literal.datatype == XSD.dateTime {
            return TemporalValue(literal).map { Literal($0.dateText + $0.zoneText, datatype: XSD.date) }
        }
        guard literal.datatype == XSD.date || literal.datatype == XSD.string else { return nil }
        let candidate = Literal(literal.lexicalForm.trimmingCharacters(in: .whitespacesAndNewlines), datatype: XSD.date)
        return TemporalValue(candidate).map { _ in candidate }
    }

    private static func boolean(_ literal: Literal) -> Literal? {
        let value: Bool?
        if let number = NumericValue(literal) {
            value = number.double != 0 && !number.double.isNaN
        } else if literal.datatype == XSD.string || literal.datatype == XSD.boolean {
            value = TermComparison.boolean(Literal(literal.lexicalForm, datatype: XSD.boolean))
        } else {
            value = nil
        }
        return value.map { Literal($0 ? "true" : "false", datatype: XSD.boolean) }
    }

    private static func number(_ literal: Literal, as datatype: Expression.Datatype) -> Literal? {
        if let value = TermComparison.boolean(literal) {
            return number(Literal(value ? "1" : "0", datatype: XSD.integer), as: datatype)
        }
        if literal.datatype == XSD.string {
            let text = literal.lexicalForm.trimmingCharacters(in: .whitespacesAndNewlines)
            let candidate = Literal(text, datatype: datatype.iri)
            return NumericValue(candidate).map { _ in candidate }
        }
        guard let number = NumericValue(literal) else { return nil }
        if literal.datatype == datatype.iri { return literal }
        switch datatype {
        case .integer: return number.exact.map { NumericValue.integer($0.integer).literal }
        case .decimal: return number.exact.map { NumericValue.decimal($0).literal }
        case .float: return NumericValue.float(Float(number.double)).literal
        default: return NumericValue.double(number.double).literal
        }
    }
}
