import Execution
import GRDB
import Hyperontology

/// Fetches what a plan needs from a server, narrowed where the server was seen to do that right.
///
/// What a patient must have to be counted comes first, the rarest before the others; of the rest only what is of patients who have it, where that takes
/// fewer requests. The join is made here: real servers that are asked to join (`_has`, chains of it) are known to find nothing without saying so.
final class ServerFetch {
    private let server: FHIRServer
    private let profile: ServerProfile
    /// What the server can be searched for.
    private let served: [String: ServerProfile.TypeProfile]
    private let places: BoundPlaces
    private let codings: FHIRCodingReader
    private let needs: SearchNeeds
    private let queue: DatabaseQueue
    private let intake: StoreIntake
    /// Who can be counted, by what has been fetched so far; nil for everybody.
    private var candidates: Set<String>?

    /// How many codes, or patients, are asked for at a time.
    private static let codesAtOnce = 200
    private static let patientsAtOnce = 100
    private static let pageSize = 500

    init(
        server: FHIRServer, profile: ServerProfile, served: [String: ServerProfile.TypeProfile], places: BoundPlaces,
        codings: FHIRCodingReader, needs: SearchNeeds
    ) throws {
        self.server = server
        self.profile = profile
        self.served = served
        self.places = places
        self.codings = codings
        self.needs = needs
        queue = try DatabaseQueue()
        intake = StoreIntake(queue, source: server.source, places: places, codings: codings)
    }

    /// A store with all that is needed.
    func store() async throws -> DatabaseQueue {
        let types = needs.types.filter { served[$0.key] != nil }
        for type in types.keys { intake.note(type) }
        var fetched: [String: SearchNeeds.Need] = [:]
        for part in try await rarestFirst(needs.necessary) {
            var found: Set<String> = []
            for (type, need) in part.sorted(by: { $0.key < $1.key }) {
                try await fetch(type, need) { found.insert($0) }
                fetched[type] = need.joined(with: fetched[type])
            }
            candidates = candidates?.intersection(found) ?? found
        }
        for (type, need) in types.sorted(by: { $0.key < $1.key }) {
            try Task.checkCancellation()
            if let rest = need.beyond(fetched[type]) { try await fetch(type, rest) { _ in } }
        }
        try intake.finish()
        return queue
    }

    /// Asks how many records each of several parts has, where the order matters.
    private func rarestFirst(_ parts: [[String: SearchNeeds.Need]]) async throws -> [[String: SearchNeeds.Need]] {
        guard parts.count > 1 else { return parts }
        var sized: [(part: [String: SearchNeeds.Need], size: Int)] = []
        for part in parts {
            var size = 0
            for (type, need) in part { size += try await expected(type, need) ?? server.mostResources }
            sized.append((part, size))
        }
        return sized.sorted { $0.size < $1.size }.map(\.part)
    }

    /// How many records there are, as the server counts them; nil where it does not.
    private func expected(_ type: String, _ need: SearchNeeds.Need) async throws -> Int? {
        guard case .codes(let codes) = need, case .parameters(let names) = try await profile.narrowing(of: type, server, places) else {
            return try await SearchPages(server: server).count(of: type, [])
        }
        let tokens = tokens(of: codes)
        guard let name = names.first, tokens.count <= ServerFetch.codesAtOnce else { return nil }
        return try await SearchPages(server: server).count(of: type, [(name, tokens.joined(separator: ","))])
    }

    // MARK: One type

    private func fetch(_ type: String, _ need: SearchNeeds.Need, _ note: @escaping (String) -> Void) async throws {
        let fields = (places.events[type] ?? []).compactMap { $0.place.field("patientField") }
        func take(_ resource: FHIRElement) throws {
            try intake.take(resource)
            for field in fields { if let patient = FHIRReference.target(resource[field], type: "Patient") { note(patient) } }
        }
        let pointsAtMedications = places.medicationField(of: type) != nil && served["Medication"] != nil
        guard case .codes(let codes) = need, case .parameters(let names) = try await profile.narrowing(of: type, server, places) else {
            try await fetchAll(type, take)
            if pointsAtMedications { try await fetchAll("Medication") { try self.intake.take($0) } }
            return
        }
        guard !codes.isEmpty else { return }
        let limits = try await limits(type, need)
        try await search(type, names, tokens(of: codes), limits, take)
        if pointsAtMedications { try await fetchByMedication(type, codes, limits, take) }
    }

    private func fetchAll(_ type: String, _ take: (FHIRElement) throws -> Void) async throws {
        for limit in try await limits(type, .everything) {
            try await SearchPages(server: server).all(of: type, limit + (try await page(of: type)), take)
        }
    }

    /// Searches that each find the records of some of those who can be counted; one without a limit where that takes fewer requests, or the server
    /// does not search by patient as it should.
    private func limits(_ type: String, _ need: SearchNeeds.Need) async throws -> [[(String, String)]] {
        guard type != places.patient?.container, type != "Medication", let candidates else { return [[]] }
        if candidates.isEmpty { return [] }
        let requests = (candidates.count + ServerFetch.patientsAtOnce - 1) / ServerFetch.patientsAtOnce
        guard let size = try await expected(type, need), requests < (size + ServerFetch.pageSize - 1) / ServerFetch.pageSize,
            try await profile.findsByPatient(type, server, places)
        else { return [[]] }
        let sorted = candidates.sorted()
        return stride(from: 0, to: sorted.count, by: ServerFetch.patientsAtOnce).map { start in
            let some = sorted[start..<min(start + ServerFetch.patientsAtOnce, sorted.count)]
            return [("patient", some.map { "Patient/\($0)" }.joined(separator: ","))]
        }
    }

    /// The size of a page, and what of each record is wanted where the server was seen to leave out the rest alone.
    private func page(of type: String) async throws -> [(String, String)] {
        let count = [("_count", "\(ServerFetch.pageSize)")]
        guard try await profile.honoursElements(of: type, needs, server, places, codings) else { return count }
        return count + [("_elements", needs.elements(of: type).joined(separator: ","))]
    }

    /// Records that say what was given by pointing at a Medication.
    private func fetchByMedication(
        _ type: String, _ codes: [FHIRCoding], _ limits: [[(String, String)]], _ take: (FHIRElement) throws -> Void
    ) async throws {
        if try await profile.chainsMedication(type, server, places) {
            return try await search(
                type, ["medication.code"], tokens(of: codes), limits.map { $0 + [("_include", "\(type):medication")] },
                also: ["Medication"], take)
        }
        var medications: [String] = []
        func note(_ resource: FHIRElement) throws {
            try intake.take(resource)
            if let id = resource["id"]?.text { medications.append("Medication/\(id)") }
        }
        if case .parameters(let names) = try await profile.narrowing(of: "Medication", server, places) {
            try await search("Medication", names, tokens(of: codes), [[]], note)
        } else {
            try await fetchAll("Medication", note)
        }
        guard !medications.isEmpty else { return }
        guard try await profile.findsByMedication(type, server, places) else { return try await fetchAll(type, take) }
        try await search(type, ["medication"], medications.sorted(), limits, take)
    }

    /// Every value of each parameter, some at a time.
    private func search(
        _ type: String, _ parameters: [String], _ values: [String], _ limits: [[(String, String)]], also: Set<String> = [],
        _ take: (FHIRElement) throws -> Void
    ) async throws {
        let page = try await page(of: type)
        for parameter in parameters {
            for start in stride(from: 0, to: values.count, by: ServerFetch.codesAtOnce) {
                let some = values[start..<min(start + ServerFetch.codesAtOnce, values.count)].joined(separator: ",")
                for limit in limits {
                    try await SearchPages(server: server).all(of: type, [(parameter, some)] + limit + page, also: also, take)
                }
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
