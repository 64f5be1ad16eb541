/// A way of writing RDF that this project reads.
public enum RDFSyntax: String, Sendable, CaseIterable, Codable {
    /// RDF 1.1 Turtle.
    case turtle
    /// RDF 1.1 N-Triples.
    case ntriples
    /// RDF 1.1 XML Syntax.
    case rdfxml
    /// RDF 1.1 N-Quads: N-Triples with named graphs.
    case nquads
    /// RDF 1.1 TriG: Turtle with named graphs.
    case trig

    /// The syntax that a file's name promises; nil when its ending is none of theirs.
    public init?(fileName: String) {
        switch fileName.split(separator: ".").last.map({ $0.lowercased() }) {
        case "ttl", "turtle": self = .turtle
        case "nt", "ntriples": self = .ntriples
        case "nq", "nquads": self = .nquads
        case "trig": self = .trig
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
        case .nquads: "application/n-quads"
        case .trig: "application/trig"
        }
    }
}
