import Diagnostics
import Federation
import Foundation
import HTTPClient
import RDF
import SPARQL

/// The SPARQL endpoint of a hub. Its graphs are public; a token is sent where somebody means to count patients.
struct RemoteEndpoint {
    /// The hub's address.
    let hub: String
    /// The file with its authority's certificate; nil for the system's.
    let authority: String?
    /// The file with the researcher's token; nil for none.
    var tokenFile: String?

    /// The answer as it is sent.
    func bytes(of query: String, accept: String) async throws -> [UInt8] {
        let address = (hub.hasSuffix("/") ? String(hub.dropLast()) : hub) + "/sparql"
        var headers: HTTPHeaders = ["Content-Type": "application/sparql-query", "Accept": accept]
        if let token = try token(for: address) { headers.append("Authorization", "Bearer \(token)") }
        let request = HTTPRequest(
            method: .post, url: address, headers: headers, body: Array(query.utf8),
            timeout: .seconds(tokenFile == nil ? 60 : 600), maximumBodySize: 1 << 30, caFile: authority)
        let response: HTTPResponse
        do {
            response = try await HTTPClient().send(request)
        } catch {
            throw CommandFailure(
                Diagnostic(
                    "U0013", "the hub `\(hub)` does not answer: \(error.description)",
                    help: "check that it runs, its address, and `--ca`"), exitCode: ExitCodes.unavailable)
        }
        if response.isSuccess { return response.body }
        if let problem = try? CanonicalJSON.decode(Problem.self, from: response.body) { throw DiagnosticList(problem.diagnostics) }
        throw CommandFailure(
            Diagnostic("U0013", "the hub `\(hub)` answers with the status \(response.status)", help: "check its address"),
            exitCode: ExitCodes.unavailable)
    }

    /// - Throws: `U0019` for a file that cannot be read, or a way on which others could read the token.
    private func token(for address: String) throws -> String? {
        guard let tokenFile else { return nil }
        let isPrivate =
            address.hasPrefix("https://") || ["http://127.0.0.1", "http://localhost", "http://[::1]"].contains { address.hasPrefix($0) }
        guard isPrivate, let data = FileManager.default.contents(atPath: tokenFile) else {
            throw CommandFailure(
                Diagnostic(
                    "U0019",
                    isPrivate ? "the token file `\(tokenFile)` cannot be read" : "your token would go to `\(hub)` for everybody to read",
                    help: isPrivate ? "put the token there that the hub's operator gave you" : "use an address with `https:`"))
        }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The answer as values.
    func results(of query: String, kind: SPARQLQuery.Kind) async throws -> SPARQLResults {
        if kind == .graph {
            let bytes = try await bytes(of: query, accept: RDFSyntax.ntriples.mediaType)
            do {
                return .graph(try RDFParser().parse(bytes, syntax: .ntriples, base: hub, name: hub))
            } catch {
                throw unreadable
            }
        }
        let bytes = try await bytes(of: query, accept: SPARQLResultFormat.json.mediaType)
        guard let answer = try? JSONDecoder().decode(JSONAnswer.self, from: Data(bytes)) else { throw unreadable }
        return answer.results
    }

    private var unreadable: CommandFailure {
        CommandFailure(
            Diagnostic("U0014", "the hub `\(hub)` answers what is no answer to a query", help: "check its address"),
            exitCode: ExitCodes.unavailable)
    }
}

/// SPARQL 1.1 Query Results JSON Format.
private struct JSONAnswer: Decodable {
    struct Head: Decodable { let vars: [String]? }
    struct Bindings: Decodable { let bindings: [[String: Value]] }

    struct Value: Decodable {
        let type: String
        let value: String
        let datatype: String?
        let language: String?

        private enum CodingKeys: String, CodingKey {
            case type, value, datatype
            case language = "xml:lang"
        }

        var term: Term {
            switch type {
            case "uri": return .iri(value)
            case "bnode": return .blank(value)
            default:
                if let language { return .literal(Literal(value, language: language)) }
                return .literal(Literal(value, datatype: datatype ?? XSD.string))
            }
        }
    }

    private enum CodingKeys: String, CodingKey {
        case head, boolean
        case bindings = "results"
    }

    let head: Head
    let boolean: Bool?
    let bindings: Bindings?

    var results: SPARQLResults {
        if let boolean { return .boolean(boolean) }
        let names = head.vars ?? []
        return .bindings(variables: names, rows: bindings?.bindings.map { row in names.map { row[$0]?.term } } ?? [])
    }
}
