/// Short names for the namespaces of IRIs, as Turtle's `@prefix` declares them.
public struct PrefixMap: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// By prefix, without its colon, the namespace's IRI.
    public private(set) var namespaces: [String: String] = [:]

    public init() {}

    /// Prefixes with their namespaces; the later of two equal prefixes counts.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (prefix, namespace) in elements { self[prefix] = namespace }
    }

    /// The namespaces that RDF documents of this field commonly use.
    public static let common: PrefixMap = [
        "rdf": RDFVocabulary.namespace, "rdfs": RDFS.namespace, "xsd": XSD.namespace, "skos": SKOS.namespace,
        "owl": OWL.namespace, "dcterms": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
    ]

    /// The namespace of a prefix.
    public subscript(prefix: String) -> String? {
        get { namespaces[prefix] }
        set { namespaces[prefix] = newValue }
    }

    /// These prefixes, and those of others that are not taken.
    public func merging(_ others: PrefixMap) -> PrefixMap {
        var result = self
        result.namespaces.merge(others.namespaces) { own, _ in own }
        return result
    }
}

/// Finds the prefix that shortens an IRI most.
struct PrefixIndex {
    private let byLength: [(namespace: [UInt8], prefix: String)]

    /// Of two prefixes for one namespace, the first in the order of text is used.
    init(_ prefixes: PrefixMap) {
        var seen: Set<String> = []
        byLength = prefixes.namespaces.sorted { ($0.key, $0.value) < ($1.key, $1.value) }
            .filter { !$0.value.isEmpty && seen.insert($0.value).inserted }
            .map { (Array($0.value.utf8), $0.key) }
            .sorted { $0.namespace.count > $1.namespace.count }
    }

    /// The prefix of the longest namespace that leaves a rest which satisfies a condition, with that rest.
    func split(_ iri: String, where isLocal: (Substring) -> Bool) -> (prefix: String, local: Substring)? {
        let bytes = iri.utf8
        for (namespace, prefix) in byLength where bytes.starts(with: namespace) {
            let local = iri[bytes.index(bytes.startIndex, offsetBy: namespace.count)...]
            if isLocal(local) { return (prefix, local) }
        }
        return nil
    }
}
