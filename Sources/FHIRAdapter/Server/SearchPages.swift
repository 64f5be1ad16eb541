import Diagnostics
import Execution

/// The pages of a search's answer (FHIR R4, section 3.1.1.5 to 3.1.1.6: a Bundle of type `searchset` with links).
struct SearchPages: Sendable {
    let server: FHIRServer

    /// The matches on the first page.
    /// - Parameter also: types of resources that are included beside the matches.
    func first(of type: String, _ parameters: [(String, String)], also: Set<String> = []) async throws(SourceFailure) -> [FHIRElement] {
        try matches(in: try await begin(type, parameters), type, also)
    }

    /// How many matches there are, as the server counts them; nil where it does not.
    func count(of type: String, _ parameters: [(String, String)]) async throws(SourceFailure) -> Int? {
        try await begin(type, parameters + [("_summary", "count")])["total"]?.number.flatMap { Int("\($0)") }
    }

    /// Hands over every match, page by page: the next page is asked for when the last has been taken, so that no more than one is held.
    /// - Parameter also: types of resources that are included beside the matches.
    /// - Throws: rather than to end before the server has said everything: when fewer came than it counted, a link leads in a circle or
    ///   to another server, or an answer holds an error.
    func all(
        of type: String, _ parameters: [(String, String)], also: Set<String> = [], _ take: (FHIRElement) throws -> Void
    ) async throws {
        var page = try await begin(type, parameters)
        let total = page["total"]?.number.flatMap { Int("\($0)") }
        var visited: Set<String> = []
        var ids: Set<String> = []
        while true {
            for resource in try matches(in: page, type, also) {
                guard resource["resourceType"]?.text == type else {
                    try take(resource)
                    continue
                }
                // A server may repeat a resource that moved between pages.
                if let id = resource["id"]?.text, !ids.insert(id).inserted { continue }
                try take(resource)
            }
            guard ids.count <= server.mostResources else {
                throw failure(
                    "N0449", "holds more than \(server.mostResources) of \(type) for one question", "serve a part of them, or export them")
            }
            guard let next = page.all(at: "link").first(where: { $0["relation"]?.text == "next" })?["url"]?.text else { break }
            guard visited.insert(next).inserted else {
                throw failure(
                    "N0445", "leads in a circle through the pages of \(type)", "update it; nothing is counted until every page can be read")
            }
            page = try bundle(await server.get(next), type)
        }
        if let total, ids.count < total {
            throw failure("N0445", "counts more of \(type) than it hands out", "ask again; if that stays so, update the server")
        }
    }

    private func begin(_ type: String, _ parameters: [(String, String)]) async throws(SourceFailure) -> FHIRElement {
        let answer = try await server.search(type, parameters)
        // Servers are free not to take POST (section 3.1.1.1.4 has it, and many leave it out).
        guard case .refused(let status, _) = answer, [404, 405, 501].contains(status) else { return try bundle(answer, type) }
        return try bundle(await server.get("\(type)?\(FHIRServer.form(parameters))"), type)
    }

    private func bundle(_ answer: FHIRServer.Answer, _ type: String) throws(SourceFailure) -> FHIRElement {
        switch answer {
        case .refused(let status, let reason):
            throw failure("N0444", "refuses a search for \(type) (\(status)): \(reason)", "look into its log")
        case .resource(let resource):
            guard resource["resourceType"]?.text == "Bundle" else {
                throw failure("N0443", "answers a search with something else than a Bundle", "check that `server` is its service base")
            }
            return resource
        }
    }

    private func matches(in bundle: FHIRElement, _ type: String, _ also: Set<String>) throws(SourceFailure) -> [FHIRElement] {
        var matches: [FHIRElement] = []
        for entry in bundle.all(at: "entry") {
            guard let resource = entry["resource"] else { continue }
            if resource["resourceType"]?.text == "OperationOutcome" {
                if let issue = resource.all(at: "issue").first(where: { ["error", "fatal"].contains($0["severity"]?.text ?? "") }) {
                    let words = issue["diagnostics"]?.text ?? issue["code"]?.text ?? "it gives no reason"
                    throw failure("N0444", "failed in a search for \(type): \(words.prefix(300))", "look into its log")
                }
            } else if let found = resource["resourceType"]?.text, found == type || also.contains(found) {
                matches.append(resource)
            }
        }
        return matches
    }

    private func failure(_ code: DiagnosticCode, _ what: String, _ help: String) -> SourceFailure {
        server.failure(code, "the server of `\(server.source)` \(what)", help: help)
    }
}
