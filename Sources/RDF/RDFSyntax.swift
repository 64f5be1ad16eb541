/// A way of writing RDF that this project reads.
public enum RDFSyntax: String, Sendable, CaseIterable {
    /// RDF 1.1 Turtle.
    case turtle
    /// RDF 1.1 N-Triples.
    case ntriples
    /// RDF 1.1 XML Syntax.
    case rdfxml

    /// The syntax that a file's name promises; nil when its ending is none of theirs.
    public init?(fileName: String) {
        switch fileName.split(separator: ".").last.map({ $0.lowercased() }) {
        case "ttl", "turtle": self = .turtle
        case "nt", "ntriples": self = .ntriples
        case "rdf", "owl", "xml": self = .rdfxml
        default: return nil
        }
    }

    /// The registered media type.
    public var mediaType: String {
        switch self {
        case .turtle: "text/turtle"
        case .ntriples: "application/n-triples"
        case .rdfxml: "application/rdf+xml"
        }
    }
}
