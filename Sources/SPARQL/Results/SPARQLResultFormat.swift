public import RDF

/// A format for answers that a client may ask for.
public enum SPARQLResultFormat: String, Sendable, CaseIterable {
    /// SPARQL 1.1 Query Results JSON Format.
    case json
    /// SPARQL Query Results XML Format.
    case xml
    /// SPARQL 1.1 Query Results CSV and TSV Formats.
    case csv, tsv

    /// The registered media type.
    public var mediaType: String {
        switch self {
        case .json: "application/sparql-results+json"
        case .xml: "application/sparql-results+xml"
        case .csv: "text/csv"
        case .tsv: "text/tab-separated-values"
        }
    }

    /// The media type for a `Content-Type` header, with the character set where the type has one.
    public var contentType: String {
        switch self {
        case .json, .xml: mediaType
        case .csv, .tsv: mediaType + "; charset=utf-8"
        }
    }

    private var acceptedTypes: [String] {
        switch self {
        case .json: [mediaType, "application/json"]
        case .xml: [mediaType, "application/xml", "text/xml"]
        case .csv: [mediaType]
        case .tsv: [mediaType]
        }
    }

    /// The format that an `Accept` header likes best; of equal ones, JSON comes first, then XML, CSV, TSV. Nil when it accepts none of them.
    public static func negotiate(accept: String?) -> SPARQLResultFormat? {
        AcceptHeader(accept).best(of: allCases.map { ($0, $0.acceptedTypes) })
    }
}

extension RDFSyntax {
    private var acceptedTypes: [String] {
        switch self {
        case .turtle: [mediaType, "application/x-turtle"]
        case .ntriples: [mediaType, "text/plain"]
        case .rdfxml: [mediaType, "application/xml", "text/xml"]
        // An answer is one graph.
        case .nquads, .trig: []
        }
    }

    /// The syntax that an `Accept` header likes best for a graph; of equal ones, Turtle comes first, then RDF/XML, N-Triples. Nil when
    /// it accepts none of them.
    public static func negotiate(accept: String?) -> RDFSyntax? {
        AcceptHeader(accept).best(of: [RDFSyntax.turtle, .rdfxml, .ntriples].map { ($0, $0.acceptedTypes) })
    }
}

/// What a client accepts (RFC 9110, section 12.5.1).
struct AcceptHeader {
    private let ranges: [MediaRange]

    /// Without a header, or with an empty one, everything is accepted.
    init(_ text: String?) { ranges = (text ?? "").split(separator: ",").compactMap(MediaRange.init) }

    /// The value one of whose media types is liked best, the first of equal ones; nil when none is accepted.
    func best<Value>(of offers: [(Value, [String])]) -> Value? {
        if ranges.isEmpty { return offers.first?.0 }
        var best: (value: Value, quality: Double)?
        for (value, types) in offers {
            let quality = types.map(quality).max() ?? 0
            if quality > best?.quality ?? 0 { best = (value, quality) }
        }
        return best?.value
    }

    /// That of the most specific range that fits the type.
    private func quality(of type: String) -> Double {
        let fitting = ranges.filter { $0.matches(type) }
        let specificity = fitting.map(\.specificity).max()
        return fitting.filter { $0.specificity == specificity }.map(\.quality).max() ?? 0
    }

    private struct MediaRange {
        let type: String
        let quality: Double

        init?(_ text: Substring) {
            let parts = text.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            guard let type = parts.first, type.contains("/") else { return nil }
            self.type = type
            quality = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
        }

        var specificity: Int { type == "*/*" ? 0 : type.hasSuffix("/*") ? 1 : 2 }

        func matches(_ other: String) -> Bool {
            type == "*/*" || type == other || (type.hasSuffix("/*") && other.hasPrefix(type.dropLast()))
        }
    }
}
