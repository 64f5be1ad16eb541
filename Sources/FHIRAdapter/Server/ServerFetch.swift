import Execution
import GRDB
import Hyperontology

/// Fetches what a plan needs from a server, narrowed where the server was seen to do that right.
struct ServerFetch: Sendable {
    let server: FHIRServer
    let profile: ServerProfile
    /// What the server can be searched for.
    let served: [String: ServerProfile.TypeProfile]
    let places: BoundPlaces
    let codings: FHIRCodingReader

    /// How many codes are asked for at a time.
    private static let codesAtOnce = 200
    private static let everything = [("_count", "500")]

    /// A store with all that is needed.
    func store(_ needs: SearchNeeds) async throws -> DatabaseQueue {
        let queue = try DatabaseQueue()
        let intake = StoreIntake(queue, source: server.source, places: places, codings: codings)
        for (type, need) in needs.types.sorted(by: { $0.key < $1.key }) where served[type] != nil {
            try Task.checkCancellation()
            intake.note(type)
            try await fetch(type, need, intake)
        }
        try intake.finish()
        return queue
    }

    private func fetch(_ type: String, _ need: SearchNeeds.Need, _ intake: StoreIntake) async throws {
        let pointsAtMedications = places.medicationField(of: type) != nil && served["Medication"] != nil
        guard case .codes(let codes) = need, case .parameters(let names) = try await profile.narrowing(of: type, server, places) else {
            try await fetchAll(type, intake)
            if pointsAtMedications { try await fetchAll("Medication", intake) }
            return
        }
        try await search(type, names, tokens(of: codes)) { try intake.take($0) }
        if pointsAtMedications { try await fetchByMedication(type, codes, intake) }
    }

    private func fetchAll(_ type: String, _ intake: StoreIntake) async throws {
        try await SearchPages(server: server).all(of: type, ServerFetch.everything) { try intake.take($0) }
    }

    /// Records that say what was given by pointing at a Medication.
    private func fetchByMedication(_ type: String, _ codes: [FHIRCoding], _ intake: StoreIntake) async throws {
        var medications: [String] = []
        func note(_ resource: FHIRElement) throws {
            try intake.take(resource)
            if let id = resource["id"]?.text { medications.append("Medication/\(id)") }
        }
        if case .parameters(let names) = try await profile.narrowing(of: "Medication", server, places) {
            try await search("Medication", names, tokens(of: codes), note)
        } else {
            try await SearchPages(server: server).all(of: "Medication", ServerFetch.everything, note)
        }
        guard !medications.isEmpty else { return }
        guard try await profile.findsByMedication(type, server, places) else { return try await fetchAll(type, intake) }
        try await search(type, ["medication"], medications.sorted()) { try intake.take($0) }
    }

    /// Every value of each parameter, some at a time.
    private func search(_ type: String, _ parameters: [String], _ values: [String], _ take: (FHIRElement) throws -> Void) async throws {
        for parameter in parameters {
            for start in stride(from: 0, to: values.count, by: ServerFetch.codesAtOnce) {
                let some = values[start..<min(start + ServerFetch.codesAtOnce, values.count)].joined(separator: ",")
                try await SearchPages(server: server).all(of: type, [(parameter, some)] + ServerFetch.everything, take)
            }
        }
    }

    /// A code under each of its system's URIs.
    private func tokens(of codes: [FHIRCoding]) -> [String] {
        let uris = Dictionary(grouping: codings.codeSystems.keys, by: { codings.codeSystems[$0] ?? $0 })
        return codes.flatMap { coding in
            (uris[coding.system] ?? [coding.system]).sorted().map { SearchToken.text(system: $0, code: coding.code) }
        }
    }
}
