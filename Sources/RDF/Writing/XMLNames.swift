/// The qualified names of a document's elements, and the namespaces that they need.
struct XMLNames {
    private let index: PrefixIndex
    private let prefixes: PrefixMap
    private var made: [String: String] = [:]
    private var known: [String: String?] = [:]
    /// By prefix, the namespaces of the names given out so far.
    private(set) var used: [String: String] = ["rdf": RDFVocabulary.namespace]

    init(_ prefixes: PrefixMap) {
        var usable = PrefixMap()
        for (prefix, namespace) in prefixes.namespaces
        where prefix != "rdf" && namespace != RDFVocabulary.namespace && Self.isName(prefix[...])
            && !prefix.lowercased().hasPrefix("xml") && !Self.undeclarable.contains(namespace)
            && (try? XMLText.attribute(WellFormed.iri(namespace))) != nil
        {
            usable[prefix] = namespace
        }
        self.prefixes = usable
        index = PrefixIndex(usable)
    }

    /// Names of the syntax, which say something else where an element has them (RDF 1.1 XML Syntax, sections 6.1.2 to 6.1.4).
    private static let reserved: Set<Substring> = [
        "RDF", "ID", "about", "parseType", "resource", "nodeID", "datatype", "bagID", "aboutEach", "aboutEachPrefix", "li", "Description",
    ]

    /// Namespaces that no document may declare (Namespaces in XML 1.0, section 3).
    private static let undeclarable = ["http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/"]

    /// The name of an element that stands for a predicate or a type; nil when it has none.
    mutating func name(of iri: String) -> String? {
        if let known = known[iri] { return known }
        let found = makeName(of: iri)
        known[iri] = .some(found)
        return found
    }

    private mutating func makeName(of iri: String) -> String? {
        if iri.hasPrefix(RDFVocabulary.namespace) {
            let local = iri.dropFirst(RDFVocabulary.namespace.count)
            return Self.isName(local) && !Self.reserved.contains(local) ? "rdf:\(local)" : nil
        }
        if let (prefix, local) = index.split(iri, where: Self.isName) {
            used[prefix] = prefixes[prefix]
            return "\(prefix):\(local)"
        }
        guard (try? XMLText.attribute(WellFormed.iri(iri))) != nil, let start = Self.localStart(of: iri) else { return nil }
        let namespace = String(iri[..<start])
        guard !Self.undeclarable.contains(namespace) else { return nil }
        if made[namespace] == nil {
            var number = made.count
            while prefixes["ns\(number)"] != nil || used["ns\(number)"] != nil { number += 1 }
            made[namespace] = "ns\(number)"
            used["ns\(number)"] = namespace
        }
        return made[namespace].map { "\($0):\(iri[start...])" }
    }

    /// Where the longest XML name at the end of an IRI starts; nil when there is none, or nothing before it.
    private static func localStart(of iri: String) -> String.Index? {
        let scalars = iri.unicodeScalars
        var start = scalars.endIndex
        var found: String.Index?
        while start > scalars.startIndex {
            start = scalars.index(before: start)
            let scalar = scalars[start]
            guard TurtleNames.isNameContinuation(scalar) || scalar == "." else { break }
            if TurtleNames.isNameStart(scalar) { found = start }
        }
        return found == scalars.startIndex ? nil : found
    }

    /// `NCName` (Namespaces in XML 1.0, section 3): its letters are those of Turtle's names.
    static func isName(_ text: Substring) -> Bool {
        guard let first = text.unicodeScalars.first, TurtleNames.isNameStart(first) else { return false }
        return text.unicodeScalars.allSatisfy { TurtleNames.isNameContinuation($0) || $0 == "." }
    }
}

/// Text inside of XML.
enum XMLText {
    /// Between tags.
    static func content(_ text: String) throws(RDFWritingError) -> String { try escaped(text, inAttribute: false) }

    /// Between double quotation marks.
    static func attribute(_ text: String) throws(RDFWritingError) -> String { try escaped(text, inAttribute: true) }

    private static func escaped(_ text: String, inAttribute: Bool) throws(RDFWritingError) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x26: result += "&amp;"
            case 0x3C: result += "&lt;"
            case 0x3E: result += "&gt;"
            case 0x22 where inAttribute: result += "&quot;"
            case 0x0D: result += "&#xD;"
            case 0x09, 0x0A:
                if inAttribute {
                    result += "&#x\(String(scalar.value, radix: 16, uppercase: true));"
                } else {
                    result.unicodeScalars.append(scalar)
                }
            case 0..<0x20, 0xFFFE, 0xFFFF:
                throw RDFWritingError(.inexpressible, "`\(NTriplesWriter.escaped(text))` has a character that XML has no way to write")
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
