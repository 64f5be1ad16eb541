import Foundation
public import HTTPClient
import HTTPTypes
import Hummingbird
import LoopbackServer
import NIOCore
import Synchronization

/// A small conforming FHIR R4 search server over resources in memory, that can be told to have the faults that real ones have.
public struct FaultyServer: Sendable {
    public enum Fault: Sendable, Hashable {
        /// Takes no POST searches.
        case refusesPOST
        /// Finds everything, whatever codes are asked for.
        case ignoresCodes
        /// Finds nothing, whatever codes are asked for.
        case findsNothing
        /// Has this search parameter in its CapabilityStatement and finds nothing by it.
        case findsNothingBy(String)
        /// Finds by `combo-code` what `code` finds.
        case searchesNoComponents
        /// Takes `A,B` for one value.
        case takesListsLiterally
        /// Does not have these types in its CapabilityStatement.
        case hides(String)
        /// Does not have this search parameter.
        case lacks(String)
        /// Pages are never longer than this.
        case capsPages(Int)
        /// The link to the next page leads to the same one.
        case circles
        /// … or to another server.
        case sendsAway
        /// Stops giving links after the first page.
        case stopsEarly
        /// Is busy so many times, then answers.
        case busy(Int)
        case status(Int)
        case html
        case version(String)
        /// Answers searches with a Bundle that holds an error.
        case outcome
        /// Counts nothing.
        case countsNothing
        /// Repeats the last resource of a page on the next.
        case repeats
        /// Returns whole resources, whatever elements are asked for.
        case ignoresElements
        /// Leaves out what is a choice of types, unless it is named with its type.
        case dropsChoices
        /// Returns matches alone, whatever is to be included.
        case ignoresIncludes
        /// Ends an answer in the middle of it.
        case halves
        /// Says how long an answer is, and breaks off before.
        case dies
        /// Takes requests and never answers.
        case stalls
        /// What is wrong with exports.
        case export(BulkDesk.Fault)
    }

    /// As JSON texts.
    let resources: [String]
    let faults: Set<Fault>
    /// Where it gives tokens and asks for them; nil where it lets everybody in.
    let desk: TokenDesk?
    /// Where it exports everything that it has; nil where it does not.
    let bulk: BulkDesk?

    public init(resources: [String], faults: Set<Fault>, desk: TokenDesk? = nil, bulk: BulkDesk? = nil) {
        self.resources = resources
        self.faults = faults
        self.desk = desk
        self.bulk = bulk
    }

    /// What the server was asked, and how much it sent.
    public final class Log: Sendable {
        private let state = Mutex<(requests: [String], bytes: Int)>(([], 0))

        func add(_ request: String) -> Int {
            state.withLock { state in
                state.requests.append(request)
                return state.requests.count
            }
        }

        func add(bytes: Int) { state.withLock { $0.bytes += bytes } }

        public var requests: [String] { state.withLock { $0.requests } }
        public var bytes: Int { state.withLock { $0.bytes } }

        public func clear() { state.withLock { $0 = ([], 0) } }
    }

    public func serve<Result: Sendable>(_ body: @escaping @Sendable (ServiceAddress, Log) async throws -> Result) async throws -> Result {
        let log = Log()
        let index = try Index(resources)
        let router = Router()
        desk?.add(to: router)
        @Sendable func answer(_ request: Request, _ form: String, _ number: Int) async throws -> Response {
            if faults.contains(.stalls) { try await Task.sleep(for: .seconds(600)) }
            let response = respond(request, form, number, index)
            log.add(bytes: response.body.contentLength ?? 0)
            return response
        }
        router.get("/fhir/**") { request, _ in
            try await answer(request, "", log.add("GET \(request.uri.description)"))
        }
        router.delete("/fhir/**") { request, _ in
            try await answer(request, "", log.add("DELETE \(request.uri.path)"))
        }
        router.post("/fhir/**") { request, _ in
            let bytes = try await request.body.collect(upTo: 1 << 22)
            let form = String(buffer: bytes)
            return try await answer(request, form, log.add("POST \(request.uri.path) \(form)"))
        }
        return try await LoopbackServer.serve(router) { port in
            try await body(ServiceAddress(url: "http://127.0.0.1:\(port)/fhir/"), log)
        }
    }

    // MARK: Answers

    private func respond(_ request: Request, _ form: String, _ number: Int, _ index: Index) -> Response {
        for case .busy(let times) in faults where number <= times {
            return Response(status: .tooManyRequests, headers: [.retryAfter: "0"])
        }
        for case .status(let code) in faults { return Response(status: .init(code: code)) }
        if faults.contains(.html) { return json("<html></html>") }
        if let desk, !desk.lets(request) { return Response(status: .unauthorized) }
        let parts = request.uri.path.split(separator: "/").map { "\($0)" }
        guard parts.count > 1 else { return Response(status: .notFound) }
        if faults.contains(.dies) {
            return Response(
                status: .ok, headers: [.contentType: "application/fhir+json"],
                body: ResponseBody(contentLength: 100_000) { writer in
                    try await writer.write(ByteBuffer(string: #"{"resourceType": "Bundle", "entry": ["#))
                    throw CancellationError()
                })
        }
        if parts[1] == "metadata" { return json(capabilities(index)) }
        if let bulk, let answer = bulk.respond(request, parts, faults) { return answer }
        if faults.contains(.halves) {
            return json(#"{"resourceType": "Bundle", "type": "searchset", "total": 1, "entry": [{"resource": {"#)
        }
        if request.method == .post, faults.contains(.refusesPOST) { return Response(status: .methodNotAllowed) }
        if faults.contains(.outcome) {
            return json(
                #"{"resourceType": "Bundle", "type": "searchset", "entry": [{"search": {"mode": "outcome"}, "resource": {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception", "diagnostics": "index is broken"}]}}]}"#
            )
        }
        let query = request.method == .post ? form : request.uri.query ?? ""
        return search(parts[1], FaultyServer.parameters(query), index, request)
    }

    private static func parameters(_ query: String) -> [(String, String)] {
        query.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1).map { $0.replacing("+", with: " ").removingPercentEncoding ?? "" }
            return (parts[0], parts.count > 1 ? parts[1] : "")
        }
    }

    private static let codeParameters = ["code", "combo-code", "component-code", "medication", "medication.code", "patient", "_id"]

    private func search(_ type: String, _ parameters: [(String, String)], _ index: Index, _ request: Request) -> Response {
        var found = index.byType[type] ?? []
        for (name, value) in parameters where FaultyServer.codeParameters.contains(name) {
            if faults.contains(.lacks(name)) { return outcome(.badRequest, "unknown parameter \(name)") }
            if faults.contains(.findsNothing) { found = [] }
            if faults.contains(.findsNothingBy(name)) { found = [] }
            if faults.contains(.ignoresCodes), name != "_id" { continue }
            let searched = name == "combo-code" && faults.contains(.searchesNoComponents) ? "code" : name
            let wanted = faults.contains(.takesListsLiterally) ? [value] : Set(FaultyServer.split(value))
            found = found.filter { !$0.tokens(searched, index).isDisjoint(with: wanted) }
        }
        if parameters.contains(where: { $0 == ("_summary", "count") }) {
            let total = faults.contains(.countsNothing) ? "" : #", "total": \#(found.count)"#
            return json(#"{"resourceType": "Bundle", "type": "searchset"\#(total)}"#)
        }
        var size = parameters.first { $0.0 == "_count" }.flatMap { Int($0.1) } ?? 20
        for case .capsPages(let most) in faults { size = min(size, most) }
        let offset = parameters.first { $0.0 == "_offset" }.flatMap { Int($0.1) } ?? 0
        let page = found.dropFirst(faults.contains(.repeats) ? max(0, offset - 1) : offset).prefix(size)
        var links = ""
        if offset + size < found.count, !faults.contains(.stopsEarly) {
            let next = faults.contains(.circles) ? offset : offset + size
            let kept = parameters.filter { $0.0 != "_offset" } + [("_offset", "\(next)")]
            let query = kept.map { "\($0.0)=\($0.1.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")" }.joined(
                separator: "&")
            let host = faults.contains(.sendsAway) ? "https://elsewhere.example" : ""
            links = #", "link": [{"relation": "next", "url": "\#(host.isEmpty ? "" : host + "/fhir/")\#(type)?\#(query)"}]"#
        }
        let total = faults.contains(.countsNothing) ? "" : #", "total": \#(found.count)"#
        let elements =
            faults.contains(.ignoresElements) ? nil : parameters.first { $0.0 == "_elements" }?.1.split(separator: ",").map(String.init)
        var entries = page.map { #"{"resource": \#($0.json(elements, hasChoices: !faults.contains(.dropsChoices)))}"# }
        if parameters.contains(where: { $0.0 == "_include" }), !faults.contains(.ignoresIncludes) {
            let references = Set(page.flatMap { $0.tokens("medication", index) })
            entries += references.sorted().compactMap { index.medications[$0] }.map {
                #"{"search": {"mode": "include"}, "resource": \#($0.json)}"#
            }
        }
        return json(#"{"resourceType": "Bundle", "type": "searchset"\#(total)\#(links), "entry": [\#(entries.joined(separator: ",\n"))]}"#)
    }

    /// The values of a token parameter, unescaped (FHIR R4, section 3.1.1.4.1).
    private static func split(_ value: String) -> [String] {
        var values = [""]
        var isEscaped = false
        for character in value {
            switch (character, isEscaped) {
            case ("\\", false): isEscaped = true
            case (",", false): values.append("")
            default:
                values[values.count - 1].append(character)
                isEscaped = false
            }
        }
        return values
    }

    private func capabilities(_ index: Index) -> String {
        var version = "4.0.1"
        for case .version(let other) in faults { version = other }
        let types = Set(index.byType.keys).union([
            "Patient", "Condition", "Observation", "MedicationRequest", "MedicationAdministration", "Procedure", "ImagingStudy",
        ])
        let resources = types.sorted().filter { !faults.contains(.hides($0)) }.map { type in
            var names = ["_id", "code"]
            if type == "Observation" { names += ["combo-code", "component-code"] }
            if type != "Patient", type != "Medication" { names.append("patient") }
            if type.hasPrefix("Medication"), type != "Medication" { names.append("medication") }
            let listed = names.filter { !faults.contains(.lacks($0)) }.map { #"{"name": "\#($0)", "type": "token"}"# }.joined(
                separator: ", ")
            return #"{"type": "\#(type)", "interaction": [{"code": "read"}, {"code": "search-type"}], "searchParam": [\#(listed)]}"#
        }
        return
            #"{"resourceType": "CapabilityStatement", "fhirVersion": "\#(version)", "rest": [{"mode": "server", "resource": [\#(resources.joined(separator: ", "))]}]}"#
    }

    private func outcome(_ status: HTTPResponse.Status, _ words: String) -> Response {
        var response = json(
            #"{"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "invalid", "diagnostics": "\#(words)"}]}"#)
        response.status = status
        return response
    }

    private func json(_ text: String) -> Response {
        Response(status: .ok, headers: [.contentType: "application/fhir+json"], body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    // MARK: Resources

    private struct Index: Sendable {
        let byType: [String: [Resource]]
        /// By reference.
        let medications: [String: Resource]

        init(_ texts: [String]) throws {
            var byType: [String: [Resource]] = [:]
            for text in texts {
                guard let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any],
                    let type = object["resourceType"] as? String
                else { throw CocoaError(.fileReadCorruptFile) }
                byType[type, default: []].append(Resource(text, object))
            }
            self.byType = byType
            medications = Dictionary(
                (byType["Medication"] ?? []).flatMap { medication in medication.ids.map { ("Medication/\($0)", medication) } }
            ) { first, _ in first }
        }
    }

    private struct Resource: Sendable {
        let json: String
        private let codes: Set<String>
        private let components: Set<String>
        private let medication: Set<String>
        private let patient: Set<String>
        let ids: Set<String>

        init(_ json: String, _ object: [String: Any]) {
            self.json = json
            codes = Resource.tokens(object["code"]).union(Resource.tokens(object["medicationCodeableConcept"]))
            components = Set(((object["component"] as? [[String: Any]]) ?? []).flatMap { Resource.tokens($0["code"]) })
            medication = Set([(object["medicationReference"] as? [String: Any])?["reference"] as? String].compactMap(\.self))
            patient = Set([(object["subject"] as? [String: Any])?["reference"] as? String].compactMap(\.self))
            ids = Set([object["id"] as? String].compactMap(\.self))
        }

        /// With some elements alone (FHIR R4, section 3.1.1.5.9); nil for all.
        func json(_ elements: [String]?, hasChoices: Bool) -> String {
            guard let elements, let object = try? JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any] else { return json }
            let kept = object.filter { name, _ in
                ["resourceType", "id"].contains(name)
                    || elements.contains { element in
                        name == element
                            || (hasChoices && name.hasPrefix(element) && name.dropFirst(element.count).first?.isUppercase == true)
                    }
            }
            return (try? JSONSerialization.data(withJSONObject: kept)).map { String(decoding: $0, as: UTF8.self) } ?? json
        }

        private static func tokens(_ concept: Any?) -> Set<String> {
            let codings = ((concept as? [String: Any])?["coding"] as? [[String: Any]]) ?? []
            return Set(codings.map { "\($0["system"] as? String ?? "")|\($0["code"] as? String ?? "")" })
        }

        func tokens(_ parameter: String, _ index: Index) -> Set<String> {
            switch parameter {
            case "code": codes
            case "component-code": components
            case "combo-code": codes.union(components)
            case "medication": medication
            case "medication.code": medication.reduce(into: []) { $0.formUnion(index.medications[$1]?.codes ?? []) }
            case "patient": patient
            default: ids
            }
        }
    }
}
