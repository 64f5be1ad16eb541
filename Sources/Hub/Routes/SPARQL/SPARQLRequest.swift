import Diagnostics
import Federation
import SPARQL

/// What a request of the SPARQL 1.1 Protocol asks (section 2.1). Parameters that are not known are ignored, as stock clients send some of
/// their own.
struct SPARQLRequest: Sendable {
    /// The media type of CohortQL.
    static let cohortQL = "application/vnd.cohortium.cohortql"

    /// The query; nil when the endpoint is asked about itself.
    let text: String?
    /// `default-graph-uri` and `named-graph-uri`.
    let defaults: [String]
    let named: [String]
    /// Whether the query is CohortQL, which asks the federation.
    let isCohortQL: Bool
    /// `purpose`, `threshold` and `timeout` in seconds, for questions to the federation.
    let terms: FederationService.Terms

    /// Whether the request says which graphs are asked, whatever the query says.
    var namesItsDataset: Bool { !defaults.isEmpty || !named.isEmpty }

    private init(text: String?, _ parameters: [FormParameters], isCohortQL: Bool = false) throws {
        self.text = text
        self.isCohortQL = isCohortQL
        terms = FederationService.Terms(
            purpose: parameters.lazy.compactMap { $0["purpose"] }.first, threshold: try Self.number("threshold", parameters),
            deadlineSeconds: try Self.number("timeout", parameters))
        defaults = parameters.flatMap { $0.values("default-graph-uri") }
        named = parameters.flatMap { $0.values("named-graph-uri") }
    }

    /// A `GET` with its query string. Without a query, it asks for the service description (SPARQL 1.1 Service Description, section 2).
    init(getting query: String) throws {
        let parameters = FormParameters(query)
        try Self.refuseUpdates(parameters)
        let hasQuery = !parameters.values("query").isEmpty
        try self.init(text: hasQuery ? try Self.query(in: [parameters]) : nil, [parameters])
    }

    /// A `POST`, with a form or with the query itself.
    init(posting body: [UInt8], contentType: String?, query: String) throws {
        let inURL = FormParameters(query)
        switch try Self.mediaType(contentType) {
        case "application/x-www-form-urlencoded":
            let inBody = FormParameters(try Self.text(of: body))
            try Self.refuseUpdates(inBody)
            try Self.refuseUpdates(inURL)
            try self.init(text: try Self.query(in: [inBody, inURL]), [inURL, inBody])
        case "application/sparql-query":
            try self.init(text: try Self.text(of: body), [inURL])
        case Self.cohortQL: try self.init(text: try Self.text(of: body), [inURL], isCohortQL: true)
        case "application/sparql-update": throw Self.update
        case let other:
            throw Problem(
                status: 415, title: "Not a query",
                Diagnostic(
                    "F0620", other.isEmpty ? "the body's type is not said" : "a body of the type `\(other)` is not read here",
                    help: "send `application/sparql-query`, `\(Self.cohortQL)`, or `query` in a form"))
        }
    }

    /// In lower case, without parameters; empty when there is none. A character set is UTF-8 or none.
    private static func mediaType(_ contentType: String?) throws -> String {
        let parts = (contentType ?? "").split(separator: ";").map { $0.filter { !$0.isWhitespace && $0 != "\"" }.lowercased() }
        for parameter in parts.dropFirst() where parameter.hasPrefix("charset=") && parameter != "charset=utf-8" {
            throw Problem(
                status: 415, title: "Not UTF-8",
                Diagnostic("F0626", "a body with `\(parameter)` is not read here", help: "send UTF-8"))
        }
        return parts.first ?? ""
    }

    private static func text(of body: [UInt8]) throws -> String {
        guard let text = String(validating: body, as: UTF8.self) else {
            throw Problem.badRequest(Diagnostic("F0626", "the body is no UTF-8", help: "send the query in UTF-8"))
        }
        return text
    }

    private static func number(_ name: String, _ parameters: [FormParameters]) throws -> Int? {
        guard let text = parameters.lazy.compactMap({ $0[name] }).first else { return nil }
        if let number = Int(text) { return number }
        throw Problem.badRequest(Diagnostic("F0650", "`\(name)` is no whole number", help: "write one, as `\(name)=60`"))
    }

    private static var update: Problem {
        Problem.badRequest(Diagnostic("F0621", "the graph cannot be changed here", help: "ask with `query`"))
    }

    private static func refuseUpdates(_ parameters: FormParameters) throws {
        if parameters["update"] != nil { throw update }
    }

    private static func query(in parameters: [FormParameters]) throws -> String {
        let found = parameters.flatMap { $0.values("query") }
        guard found.count == 1, let text = found.first else {
            throw Problem.badRequest(Diagnostic("F0622", "\(found.count) queries were sent", help: "send one, as `query`"))
        }
        return text
    }
}

extension Problem {
    static func badRequest(_ diagnostic: Diagnostic) -> Problem { Problem(status: 400, title: "Bad query", [diagnostic]) }
}
