import Diagnostics
import FederatedSPARQL
import Federation
import Foundation
import HTTPTypes
import Hummingbird
import RDF
import SPARQL

/// Graphs, and the federation, that answer the SPARQL 1.1 Protocol.
struct SPARQLEndpoint: Sendable {
    /// The graphs as they are when a question comes.
    let graphs: @Sendable () async throws -> HubGraphs.Snapshot
    /// Where questions about patients go; nil where nobody can be asked.
    let federation: FederationService?
    let limits: SPARQLQuery.Limits
    /// The ports at which it is reached over TLS.
    let tlsPorts: Set<Int>
    /// Its own, so that questions to the graph keep no question to the federation waiting.
    private let workers = WorkerPool(atOnce: 4, atMostWaiting: 64)

    /// An endpoint whose graphs stay the same.
    init(dataset: Dataset, limits: SPARQLQuery.Limits = .init(), tlsPorts: Set<Int> = []) {
        let snapshot = HubGraphs.Snapshot(dataset, version: Secret.make(bytes: 9))
        self.init(graphs: { snapshot }, federation: nil, limits: limits, tlsPorts: tlsPorts)
    }

    init(
        graphs: @escaping @Sendable () async throws -> HubGraphs.Snapshot, federation: FederationService?,
        limits: SPARQLQuery.Limits = .init(), tlsPorts: Set<Int> = []
    ) {
        self.graphs = graphs
        self.federation = federation
        self.limits = limits
        self.tlsPorts = tlsPorts
    }

    func answer(_ asked: SPARQLRequest, _ request: Request) async throws -> Response {
        let address = address(request)
        let snapshot = try await graphs()
        guard let text = asked.text else { return try description(of: snapshot, at: address, accept: request.headers[.accept]) }
        if asked.isCohortQL { return try await answer(cohortQL: text, asked, request) }
        let query = try await parsed(text, base: address, asked)
        if let federation, FederationQuestion.isAsked(by: query, federation.vocabulary) {
            return try await answer(federated: text, base: address, asked, request)
        }
        let (dataset, version) = try await graphs(of: query, beside: snapshot, request)
        let form = try AnswerForm(for: query.kind, accept: request.headers[.accept])
        let tag = query.isRepeatable ? entityTag(text, asked, form, version) : nil
        var headers: HTTPFields = [.contentType: form.contentType, .vary: "Accept, Accept-Encoding", .cacheControl: "no-cache"]
        if let tag, request.method == .get {
            headers[.eTag] = tag
            if let known = request.headers[.ifNoneMatch], Self.matches(known, tag) {
                return Response(status: .notModified, headers: headers)
            }
        }
        let (channel, cancellation) = start(query, on: dataset, form)
        let first: String?
        do {
            first = try await firstPiece(of: channel, cancellation, request)
        } catch let list as DiagnosticList {
            throw SPARQLProblem(list, in: text)
        }
        guard let first else { return Response(status: .ok, headers: headers) }
        switch channel.ending {
        case .success: return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: first)))
        // Nothing was sent yet, so that it can be said.
        case .failure(let list): throw SPARQLProblem(list, in: text)
        case nil: return Response(status: .ok, headers: headers, body: Self.body(first, channel, cancellation))
        }
    }

    private func parsed(_ text: String, base: String, _ asked: SPARQLRequest) async throws -> SPARQLQuery {
        try await workers.run {
            do throws(DiagnosticList) {
                let query = try SPARQLQuery.parse(text, base: base)
                return asked.namesItsDataset ? query.over(defaults: asked.defaults, named: asked.named) : query
            } catch {
                throw SPARQLProblem(error, in: text)
            }
        }
    }

    // MARK: Computing

    private func start(_ query: SPARQLQuery, on dataset: Dataset, _ form: AnswerForm) -> (PieceChannel, Cancellation) {
        let channel = PieceChannel(deadline: ContinuousClock.now + limits.maximumDuration, workers: workers)
        let cancellation = Cancellation()
        // It ends by itself: when the answer is sent, when its limits are passed, or when it is cancelled.
        Task { [workers, limits] in
            do {
                try await workers.run {
                    let writer = ResultWriter(table: form.table, graph: form.graph) { (piece: String) throws(DiagnosticList) in
                        try channel.send(piece)
                    }
                    try query.evaluate(on: dataset, limits: limits, cancellation: cancellation, into: writer)
                }
                channel.finish(.success(()))
            } catch let list as DiagnosticList {
                channel.finish(.failure(list))
            } catch let problem as Problem {
                channel.finish(.failure(DiagnosticList(problem.diagnostics)))
            } catch {
                channel.finish(.failure(DiagnosticList([Diagnostic("F0619", "the hub could not do this", help: "try again")])))
            }
        }
        return (channel, cancellation)
    }

    /// Waits for the beginning of the answer; where that takes long, it looks whether the client is still there.
    private func firstPiece(of channel: PieceChannel, _ cancellation: Cancellation, _ request: Request) async throws -> String? {
        let patience = Task {
            try await Task.sleep(for: .milliseconds(500))
            return true
        }
        let waiting = Task {
            defer { patience.cancel() }
            return try await channel.next()
        }
        guard (try? await patience.value) == true else { return try await waiting.value }
        return try await request.body.consumeWithInboundCloseHandler { _ in
            try await waiting.value
        } onInboundClosed: {
            // The watch calls this when it is ended as well, and then the rest of the answer is still to come.
            if !channel.hasBegun { cancellation.cancel() }
        }
    }

    private static func body(_ first: String, _ channel: PieceChannel, _ cancellation: Cancellation) -> ResponseBody {
        ResponseBody { writer in
            do {
                try await writer.write(ByteBuffer(string: first))
                while let piece = try await channel.next() { try await writer.write(ByteBuffer(string: piece)) }
                try await writer.finish(nil)
            } catch {
                // The client is gone, or the answer cannot be completed; a connection that breaks off tells the client so.
                cancellation.cancel()
                channel.abandon()
                throw error
            }
        }
    }

    // MARK: What an answer says of itself

    /// The same for the same question to the same graphs in the same form.
    private func entityTag(_ text: String, _ asked: SPARQLRequest, _ form: AnswerForm, _ version: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        let parts = [text, form.contentType] + asked.defaults.map { "d" + $0 } + asked.named.map { "n" + $0 }
        for byte in parts.joined(separator: "\u{0}").utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return "W/\"\(version)-\(String(hash, radix: 16))-\(text.utf8.count)\""
    }

    /// `If-None-Match` (RFC 9110, section 13.1.2): one of several, or any.
    private static func matches(_ header: String, _ tag: String) -> Bool {
        header.split(separator: ",").contains { part in
            let part = part.trimmingCharacters(in: .whitespaces)
            return part == "*" || part == tag || "W/" + part == tag
        }
    }

    /// The endpoint's own IRI.
    private func address(_ request: Request) -> String {
        let authority = request.head.authority ?? "localhost"
        let isPlain = authority.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || "0123456789.:-[]".unicodeScalars.contains($0))
        }
        // Without a port, a proxy stands before it, if it speaks TLS at all.
        let port = authority.split(separator: ":").last.flatMap { Int($0) }
        let isSecure = port.map(tlsPorts.contains) ?? !tlsPorts.isEmpty
        return "\(isSecure ? "https" : "http")://\(isPlain && !authority.isEmpty ? authority : "localhost")/sparql"
    }

    private func description(of snapshot: HubGraphs.Snapshot, at address: String, accept: String?) throws -> Response {
        let form = try AnswerForm(for: .graph, accept: accept)
        let triples = ServiceDescription(address: address, dataset: snapshot.dataset, asksFederation: federation != nil).triples
        let text: String
        do throws(DiagnosticList) {
            text = try SPARQLResults.graph(triples).serialise(as: form.table, form.graph)
        } catch {
            throw Problem(status: 406, title: "No such format", error.diagnostics)
        }
        return Response(
            status: .ok, headers: [.contentType: form.contentType, .vary: "Accept", .cacheControl: "no-cache"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

/// The format of one answer, chosen by what the client accepts.
struct AnswerForm: Sendable {
    let table: SPARQLResultFormat
    let graph: RDFSyntax
    let contentType: String

    init(for kind: SPARQLQuery.Kind, accept: String?) throws {
        if kind == .graph {
            guard let syntax = RDFSyntax.negotiate(accept: accept) else {
                throw Self.problem([RDFSyntax.turtle, .ntriples, .rdfxml].map(\.mediaType))
            }
            (table, graph) = (.json, syntax)
            contentType = syntax == .rdfxml ? syntax.mediaType : syntax.mediaType + "; charset=utf-8"
        } else {
            guard let format = SPARQLResultFormat.negotiate(accept: accept) else {
                throw Self.problem(SPARQLResultFormat.allCases.map(\.mediaType))
            }
            (table, graph) = (format, .turtle)
            contentType = format.contentType
        }
    }

    private static func problem(_ types: [String]) -> Problem {
        Problem(
            status: 406, title: "No such format",
            Diagnostic(
                "F0623", "none of the accepted formats can be written here", help: "accept one of " + types.joined(separator: ", ")))
    }
}
