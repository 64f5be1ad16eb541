import Diagnostics
import Federation
import HTTPTypes
import Hummingbird
import SPARQL

/// What is wrong with a query, with the place as people count (RFC 9457 with two members more).
struct SPARQLProblem: Error, Encodable {
    let problem: Problem
    let place: SourceText.Place?

    private enum Key: String, CodingKey { case line, column }

    /// - Parameter text: the query that the diagnostics' places are of.
    init(status: Int, title: String, _ diagnostics: [Diagnostic], in text: String) {
        problem = Problem(status: status, title: title, diagnostics)
        let source = SourceText(name: "query", text: text)
        place = diagnostics.lazy.compactMap(\.span).first.map { source.place(of: $0.lowerBound) }
    }

    /// What the query itself is to blame for is the client's; what it costs may be answered another time, or more narrowly.
    init(_ list: DiagnosticList, in text: String) {
        let isTooMuch = list.diagnostics.contains { $0.code.rawValue.hasPrefix("S03") }
        self.init(
            status: isTooMuch ? 503 : 400, title: isTooMuch ? "Too much" : "Bad query", list.diagnostics, in: text)
    }

    func encode(to encoder: any Encoder) throws {
        try problem.encode(to: encoder)
        guard let place else { return }
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(place.line, forKey: .line)
        try container.encode(place.column, forKey: .column)
    }

    var response: Response {
        guard let bytes = try? CanonicalJSON.encode(self) else { return Response(problem) }
        return Response(
            status: HTTPResponse.Status(code: problem.status), headers: [.contentType: Problem.mediaType, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
