import Diagnostics
import Foundation
import RDF

extension Evaluator {
    /// A function's value; nil is a type error (SPARQL 1.1, section 17.4).
    func call(_ function: Builtin, _ arguments: [Expression], _ solution: Solution) throws(DiagnosticList) -> Term? {
        var values: [Term] = []
        for argument in arguments {
            guard let value = try value(of: argument, solution) else { return nil }
            values.append(value)
        }
        switch function {
        case .regex: return try regex(values).map(Self.boolean)
        case .replace: return try replace(values)
        case .random: return .literal(NumericValue.double(Double.random(in: 0..<1)).literal)
        case .now: return .literal(Literal(expressions.now, datatype: XSD.dateTime))
        case .uuid: return .iri("urn:uuid:" + UUID().uuidString.lowercased())
        case .uuidText: return .string(UUID().uuidString.lowercased())
        case .concat:
            try budget.require(bytes: values.reduce(0) { $0 + ($1.literal?.lexicalForm.utf8.count ?? 0) })
            return StringFunctions.concatenated(values)
        default: return value(of: function, values)
        }
    }

    /// The functions that depend on nothing but their arguments, of which there is at least one.
    private func value(of function: Builtin, _ values: [Term]) -> Term? {
        guard let first = values.first else { return nil }
        switch function {
        case .isIRI, .isURI: return Self.boolean(first.iri != nil)
        case .isBlank: return Self.boolean(first.isBlank)
        case .isLiteral: return Self.boolean(first.literal != nil)
        case .isNumeric: return Self.boolean(first.literal.flatMap(NumericValue.init) != nil)
        case .sameTerm: return Self.boolean(first == values[1])
        case .str: return first.iri.map(Term.string) ?? first.literal.map { .string($0.lexicalForm) }
        case .iri, .uri: return first.iri.map(Term.iri) ?? StringFunctions.simple(first).flatMap(resolved).map(Term.iri)
        case .lang: return first.literal.map { .string($0.language ?? "") }
        case .datatype: return first.literal.map { .iri($0.datatype) }
        case .absolute, .ceiling, .floor, .round:
            return first.literal.flatMap(NumericValue.init)?.rounded(function).map { .literal($0.literal) }
        case .year, .month, .day, .hours, .minutes, .seconds, .timeZone, .timeZoneDuration:
            return first.literal.flatMap(TemporalValue.init).flatMap { $0.part(function) }
        case .md5, .sha1, .sha256, .sha384, .sha512:
            return StringFunctions.simple(first).flatMap { MessageDigest.text(function, of: $0) }.map(Term.string)
        default: return StringFunctions.call(function, values)
        }
    }

    /// An IRI made of a text: relative to the query's base, and nothing that could end an IRI where it is written.
    private func resolved(_ text: String) -> String? {
        guard !text.unicodeScalars.contains(where: { $0.value <= 0x20 || "<>\"{}|^`\\".unicodeScalars.contains($0) }) else { return nil }
        if IRIReference.isAbsolute(text) { return text }
        return base.map { IRIReference.resolve(text, against: $0) }
    }
}

// MARK: - Regular expressions

extension Evaluator {
    private func regex(_ values: [Term]) throws(DiagnosticList) -> Bool? {
        guard let text = values[0].literal, TermComparison.isText(text) else { return nil }
        return try expression(values[1], flags: values.count > 2 ? values[2] : nil)?.matches(text.lexicalForm, budget)
    }

    /// `REPLACE`; an expression that matches nothing at all, or a replacement with a loose `$` or backslash, is an error (XPath and
    /// XQuery Functions, section 5.6.3).
    private func replace(_ values: [Term]) throws(DiagnosticList) -> Term? {
        guard let text = values[0].literal, TermComparison.isText(text), let replacement = StringFunctions.simple(values[2]),
            let expression = try expression(values[1], flags: values.count > 3 ? values[3] : nil),
            let replaced = try expression.replacing(in: text.lexicalForm, with: replacement, budget)
        else { return nil }
        return text.language.map { .literal(Literal(replaced, language: $0)) } ?? .string(replaced)
    }

    /// Compiled once for each pattern; nil for what is none.
    private func expression(_ pattern: Term, flags: Term?) throws(DiagnosticList) -> RegularExpression? {
        if let last = expressions.lastExpression, last.pattern == pattern, last.flags == flags { return last.expression }
        let expression = try compiledExpression(pattern, flags)
        expressions.lastExpression = (pattern, flags, expression)
        return expression
    }

    private func compiledExpression(_ pattern: Term, _ flags: Term?) throws(DiagnosticList) -> RegularExpression? {
        guard let pattern = StringFunctions.simple(pattern), let flags = flags.map(StringFunctions.simple) ?? "" else { return nil }
        let key = flags + "/" + pattern
        if let known = expressions.regularExpressions[key] { return known }
        let expression = try? RegularExpression(pattern, flags: flags)
        try budget.hold(rows: 0, bytes: 512 + 64 * pattern.utf8.count)
        expressions.regularExpressions[key] = .some(expression)
        return expression
    }
}

extension TemporalValue {
    fileprivate func part(_ function: Builtin) -> Term? {
        switch function {
        case .year: .literal(Literal(String(year), datatype: XSD.integer))
        case .month: .literal(Literal(String(month), datatype: XSD.integer))
        case .day: .literal(Literal(String(day), datatype: XSD.integer))
        case .hours: .literal(Literal(String(hour), datatype: XSD.integer))
        case .minutes: .literal(Literal(String(minute), datatype: XSD.integer))
        case .seconds: .literal(Literal(second.text, datatype: XSD.decimal))
        case .timeZoneDuration: zoneDuration.map(Term.literal)
        default: .string(zoneText)
        }
    }
}
