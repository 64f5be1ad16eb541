import RDF

/// The functions on strings (SPARQL 1.1, section 17.4.3).
enum StringFunctions {
    /// The text of a literal of type `xsd:string`.
    static func simple(_ term: Term) -> String? {
        guard let literal = term.literal, literal.datatype == XSD.string else { return nil }
        return literal.lexicalForm
    }

    static func concatenated(_ values: [Term]) -> Term? {
        let literals = values.compactMap(\.literal)
        guard literals.count == values.count, literals.allSatisfy(TermComparison.isText) else { return nil }
        let text = literals.map(\.lexicalForm).joined()
        let languages = Set(literals.map(\.language))
        if languages.count == 1, let language = literals[0].language { return .literal(Literal(text, language: language)) }
        return .string(text)
    }

    static func call(_ function: Builtin, _ values: [Term]) -> Term? {
        guard let literal = values[0].literal else { return nil }
        let text = literal.lexicalForm
        switch function {
        case .langMatches: return simple(values[0]).flatMap { tag in simple(values[1]).map { Evaluator.boolean(languageMatches(tag, $0)) } }
        case .strLang:
            guard let text = simple(values[0]), let language = simple(values[1]), !language.isEmpty else { return nil }
            return .literal(Literal(text, language: language))
        case .strDatatype: return simple(values[0]).flatMap { text in values[1].iri.map { .literal(Literal(text, datatype: $0)) } }
        default: break
        }
        guard TermComparison.isText(literal) else { return nil }
        switch function {
        case .strLength: return .literal(Literal(String(text.unicodeScalars.count), datatype: XSD.integer))
        case .upperCase: return like(literal, text.uppercased())
        case .lowerCase: return like(literal, text.lowercased())
        case .encodeForURI: return .string(encoded(text))
        case .substring: return substring(literal, values.dropFirst())
        case .contains, .strStarts, .strEnds, .strBefore, .strAfter: return search(function, literal, values[1])
        default: return nil
        }
    }

    /// A literal with the language of another.
    private static func like(_ literal: Literal, _ text: String) -> Term {
        literal.language.map { .literal(Literal(text, language: $0)) } ?? .string(text)
    }

    /// The functions of two strings; the second has no language or that of the first (section 17.4.3.1.2).
    private static func search(_ function: Builtin, _ literal: Literal, _ argument: Term) -> Term? {
        guard let part = argument.literal, TermComparison.isText(part),
            part.language == nil || part.language?.lowercased() == literal.language?.lowercased()
        else { return nil }
        // Compared by code points, not by characters, so that a combining mark does not hide a letter.
        let text = Array(literal.lexicalForm.unicodeScalars)
        let wanted = Array(part.lexicalForm.unicodeScalars)
        switch function {
        case .strStarts: return Evaluator.boolean(text.starts(with: wanted))
        case .strEnds: return Evaluator.boolean(text.suffix(wanted.count).elementsEqual(wanted))
        case .contains: return Evaluator.boolean(wanted.isEmpty || text.firstRange(of: wanted) != nil)
        default: break
        }
        let place = wanted.isEmpty ? 0..<0 : text.firstRange(of: wanted)
        guard let place else { return .string("") }
        return like(literal, string(function == .strBefore ? text[..<place.lowerBound] : text[place.upperBound...]))
    }

    /// Counted from one; XPath's rounding for places that are no whole numbers.
    private static func substring(_ literal: Literal, _ places: ArraySlice<Term>) -> Term? {
        let numbers = places.compactMap { $0.literal.flatMap(NumericValue.init)?.double }
        guard numbers.count == places.count, let start = numbers.first else { return nil }
        let first = (start + 0.5).rounded(.down)
        let end = numbers.count > 1 ? first + (numbers[1] + 0.5).rounded(.down) : .infinity
        let kept = literal.lexicalForm.unicodeScalars.enumerated().filter { Double($0.offset + 1) >= first && Double($0.offset + 1) < end }
            .map(\.element)
        return like(literal, string(kept[...]))
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    /// Basic filtering of RFC 4647, section 3.3.1.
    private static func languageMatches(_ tag: String, _ range: String) -> Bool {
        if range == "*" { return !tag.isEmpty }
        let (tag, range) = (tag.lowercased(), range.lowercased())
        return tag == range || (!range.isEmpty && tag.hasPrefix(range + "-"))
    }

    private static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            if byte < 0x80, scalar.properties.isAlphabetic || scalar.properties.numericType != nil || "-._~".unicodeScalars.contains(scalar)
            {
                result.unicodeScalars.append(scalar)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return result
    }
}
