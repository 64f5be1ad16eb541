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

    /// The format that an `Accept` header likes best (RFC 9110, section 12.5.1); nil when it accepts none of them.
    ///
    /// For every format the most specific range that fits it gives its quality; of equal ones, JSON comes first, then XML, CSV, TSV.
    /// Without a header, or with an empty one, everything is accepted.
    public static func negotiate(accept: String?) -> SPARQLResultFormat? {
        let ranges = (accept ?? "").split(separator: ",").compactMap(MediaRange.init)
        if ranges.isEmpty { return .json }
        var best: (format: SPARQLResultFormat, quality: Double)?
        for format in allCases {
            let quality = format.acceptedTypes.map { Self.quality(of: $0, ranges) }.max() ?? 0
            if quality > best?.quality ?? 0 { best = (format, quality) }
        }
        return best?.format
    }

    private static func quality(of type: String, _ ranges: [MediaRange]) -> Double {
        let fitting = ranges.filter { $0.matches(type) }
        let specificity = fitting.map(\.specificity).max()
        return fitting.filter { $0.specificity == specificity }.map(\.quality).max() ?? 0
    }

    /// One part of an `Accept` header.
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
