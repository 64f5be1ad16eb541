import Diagnostics
import Execution
import Synchronization

/// What a server says that it can, and what of that was seen to be so.
final class ServerProfile: Sendable {
    /// One resource type.
    struct TypeProfile: Sendable, Hashable {
        /// The names of its search parameters in the CapabilityStatement.
        let parameters: Set<String>
    }

    /// How a type is narrowed to some codes.
    enum Narrowing: Sendable, Hashable {
        /// By these token parameters, each in a search of its own.
        case parameters([String])
        /// Not at all: everything is fetched and looked through here.
        case none
    }

    /// What was seen to work, beyond the codes of records.
    struct Findings: Sendable {
        /// By type, whether it is found by the patient that it is of.
        var patients: [String: Bool] = [:]
        /// By type, whether it is found by the code of the Medication that it points at, with that Medication.
        var chains: [String: Bool] = [:]
        /// By type and elements, whether these come whole when nothing else is asked for.
        var elements: [String: Bool] = [:]
    }

    private struct State {
        var types: [String: TypeProfile]?
        var narrowings: [String: Narrowing] = [:]
        /// By type, whether it is found by the Medication that it points at.
        var findsByMedication: [String: Bool] = [:]
        var findings = Findings()
        var samples: [String: [FHIRElement]] = [:]
    }

    private let state = Mutex(State())

    /// What was found out before, or is found out now; nothing is kept of what could not be.
    func settled(
        _ property: any WritableKeyPath<Findings, [String: Bool]> & Sendable, _ key: String, _ find: () async throws -> Bool?
    ) async throws -> Bool {
        if let known = state.withLock({ $0.findings[keyPath: property][key] }) { return known }
        guard let found = try await find() else { return false }
        state.withLock { $0.findings[keyPath: property][key] = found }
        return found
    }

    /// The types that can be searched; nil when the server was not asked yet.
    var types: [String: TypeProfile]? { state.withLock { $0.types } }

    /// Asks the server what it can (`/metadata`, FHIR R4, section 3.1.0.14), and forgets what was seen before.
    func renew(_ server: FHIRServer) async throws(SourceFailure) -> [String: TypeProfile] {
        guard case .resource(let statement) = try await server.get("metadata"), statement["resourceType"]?.text == "CapabilityStatement"
        else {
            throw server.failure(
                "N0443", "the server of `\(server.source)` has no CapabilityStatement",
                help: "check that `server` is its service base, such as `https://host/fhir/r4`")
        }
        let version = statement["fhirVersion"]?.text ?? ""
        guard version.hasPrefix("4.0") || version.hasPrefix("4.3") else {
            throw server.failure(
                "N0447", "the server of `\(server.source)` speaks FHIR `\(version)`", help: "FHIR R4 (4.0 or 4.3) is read")
        }
        var types: [String: TypeProfile] = [:]
        let resources = statement.all(at: "rest").filter { $0["mode"]?.text == "server" }.flatMap { $0.all(at: "resource") }
        for resource in resources {
            guard let type = resource["type"]?.text, resource.all(at: "interaction").contains(where: { $0["code"]?.text == "search-type" })
            else { continue }
            types[type] = TypeProfile(parameters: Set(resource.all(at: "searchParam").compactMap { $0["name"]?.text }))
        }
        state.withLock { $0 = State(types: types) }
        return types
    }

    /// What is known, asking where nothing is.
    func types(_ server: FHIRServer) async throws(SourceFailure) -> [String: TypeProfile] {
        if let types { return types }
        return try await renew(server)
    }

    /// How a type is narrowed to codes, trying it out the first time: a code that a record has must find one, and a code that none can
    /// have must find none.
    func narrowing(of type: String, _ server: FHIRServer, _ places: BoundPlaces) async throws(SourceFailure) -> Narrowing {
        if let known = state.withLock({ $0.narrowings[type] }) { return known }
        guard let found = try await tryNarrowing(type, server, places) else { return .none }
        state.withLock { $0.narrowings[type] = found }
        return found
    }

    /// Nil when there is no record to try it on, so that nothing is known.
    private func tryNarrowing(_ type: String, _ server: FHIRServer, _ places: BoundPlaces) async throws(SourceFailure) -> Narrowing? {
        let parameters = ServerProfile.codeParameters(in: try await types(server)[type]?.parameters ?? [])
        guard !parameters.isEmpty else { return Narrowing.none }
        let sample = try await sample(of: type, server)
        guard !sample.isEmpty else { return nil }
        // What a record holds inside itself is found by no search.
        if let field = places.medicationField(of: type), sample.contains(where: { $0[field]?["reference"]?.text?.hasPrefix("#") ?? false })
        {
            return Narrowing.none
        }
        let own = sample.lazy.compactMap { ServerProfile.tokens(of: $0, at: ServerProfile.ownCodes).first }.first
        guard own != nil || sample.contains(where: { !$0.all(at: "component").isEmpty }) else { return Narrowing.none }
        for parameter in parameters where parameter != "component-code" {
            guard let own else { break }
            let isRight = try await finds(type, server, by: parameter, own, ServerProfile.impossible) { resource in
                ServerProfile.tokens(of: resource, at: ServerProfile.ownCodes + ServerProfile.componentCodes).contains(own)
            }
            guard isRight else { return Narrowing.none }
        }
        guard try await findsComponents(of: type, server, by: parameters, sample) else { return Narrowing.none }
        return .parameters(parameters)
    }

    /// Whether a record is found by the code of a component. Where no record of a sample has components, nothing tells, and the server's
    /// word is taken.
    private func findsComponents(of type: String, _ server: FHIRServer, by parameters: [String], _ sample: [FHIRElement])
        async throws(SourceFailure) -> Bool
    {
        guard let parameter = parameters.last(where: { $0 != "code" }) else { return true }
        for record in sample {
            guard let id = record["id"]?.text, let token = ServerProfile.tokens(of: record, at: ServerProfile.componentCodes).first else {
                continue
            }
            let found = try await SearchPages(server: server).first(of: type, [("_id", id), (parameter, token)])
            return found.contains { $0["id"]?.text == id }
        }
        return true
    }

    /// Whether records are found by the Medication that they point at, tried out the first time. Not where no record of a sample points at
    /// one: then nothing is known.
    func findsByMedication(_ type: String, _ server: FHIRServer, _ places: BoundPlaces) async throws(SourceFailure) -> Bool {
        if let known = state.withLock({ $0.findsByMedication[type] }) { return known }
        guard let field = places.medicationField(of: type), try await types(server)[type]?.parameters.contains("medication") ?? false else {
            return false
        }
        let sample = try await sample(of: type, server)
        let references = sample.lazy.compactMap { $0[field]?["reference"]?.text }
        guard let reference = references.first(where: { $0.hasPrefix("Medication/") }) else { return false }
        let isRight = try await finds(type, server, by: "medication", reference, "Medication/cohortium-none") { resource in
            resource[field]?["reference"]?.text == reference
        }
        state.withLock { $0.findsByMedication[type] = isRight }
        return isRight
    }

    private static let sample = [("_count", "50")]

    /// Some records of a type, fetched once.
    func sample(of type: String, _ server: FHIRServer) async throws(SourceFailure) -> [FHIRElement] {
        if let known = state.withLock({ $0.samples[type] }) { return known }
        let found = try await SearchPages(server: server).first(of: type, ServerProfile.sample)
        if !found.isEmpty { state.withLock { $0.samples[type] = found } }
        return found
    }

    /// Whether a parameter finds what has a value, alone and among several, and nothing by a value that nothing has. Servers are known to
    /// ignore what they do not understand, and then return everything or nothing.
    func finds(
        _ type: String, _ server: FHIRServer, by parameter: String, _ value: String, _ impossible: String, _ isMeant: (FHIRElement) -> Bool
    ) async throws(SourceFailure) -> Bool {
        let pages = SearchPages(server: server)
        for wanted in [value, "\(impossible),\(value)"] {
            let found = try await pages.first(of: type, [(parameter, wanted), ("_count", "5")])
            guard !found.isEmpty, found.allSatisfy(isMeant) else { return false }
        }
        return try await pages.first(of: type, [(parameter, impossible), ("_count", "5")]).isEmpty
    }

    /// The parameters by which all records of a code are found; of Observation, those with the code in a component too.
    private static func codeParameters(in names: Set<String>) -> [String] {
        if names.contains("combo-code") { return ["combo-code"] }
        guard names.contains("code") else { return [] }
        return names.contains("component-code") ? ["code", "component-code"] : ["code"]
    }

    static let impossible = "https://cohortium.invalid/none|none"

    private static let ownCodes = ["code", "medicationCodeableConcept"]
    private static let componentCodes = ["component.code"]

    /// The codes that a record has in some elements, as a search would name them (section 3.1.1.4.10).
    static func tokens(of resource: FHIRElement, at paths: [String]) -> [String] {
        paths.flatMap { resource.all(at: $0) }.flatMap { $0.all(at: "coding") }.compactMap { coding in
            guard let system = coding["system"]?.text, let code = coding["code"]?.text else { return nil }
            return SearchToken.text(system: system, code: code)
        }
    }
}

/// A value of a token parameter.
enum SearchToken {
    /// `system|code`, with the signs that separate values escaped (FHIR R4, section 3.1.1.4.1).
    static func text(system: String, code: String) -> String { "\(escaped(system))|\(escaped(code))" }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            if "\\|,$".contains(character) { result.append("\\") }
            result.append(character)
        }
    }
}
