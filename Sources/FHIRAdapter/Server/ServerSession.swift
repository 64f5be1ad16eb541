import Diagnostics
import Execution
import Foundation
import GRDB
import Hyperontology

/// What a server holds as far as one plan needs it: fetched once, into a store in memory, for all requests of one execution.
actor ServerSession {
    private let server: FHIRServer
    private let profile: ServerProfile
    private let places: BoundPlaces
    private let codings: FHIRCodingReader
    private let needs: @Sendable (Set<String>) -> SearchNeeds
    private var loading: Task<DatabaseQueue, any Error>?

    /// How many codes are asked for at a time.
    private static let codesAtOnce = 200
    private static let pageSize = "500"

    /// - Parameter needs: what to fetch, given the types that the server can search.
    init(
        server: FHIRServer, profile: ServerProfile, places: BoundPlaces, codings: FHIRCodingReader,
        needs: @escaping @Sendable (Set<String>) -> SearchNeeds
    ) {
        self.server = server
        self.profile = profile
        self.places = places
        self.codings = codings
        self.needs = needs
    }

    /// The store. The first to ask has it filled; who is cancelled cancels the filling, because they all belong to one execution.
    func store() async throws(SourceFailure) -> DatabaseQueue {
        let task = loading ?? Task { try await self.load() }
        loading = task
        do {
            return try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        } catch let failure as SourceFailure {
            throw failure
        } catch {
            throw server.failure("N0441", "the server of `\(server.source)` was not read to the end", help: "ask again")
        }
    }

    private func load() async throws -> DatabaseQueue {
        let served = Set(try await profile.types(server).keys)
        let queue = try DatabaseQueue()
        let intake = try StoreIntake(queue, source: server.source, places: places, codings: codings)
        for (type, need) in needs(served).types.sorted(by: { $0.key < $1.key }) {
            try Task.checkCancellation()
            guard served.contains(type) else { continue }
            try await fetch(type, need, served, intake)
        }
        try intake.finish()
        return queue
    }

    private func fetch(_ type: String, _ need: SearchNeeds.Need, _ served: Set<String>, _ intake: StoreIntake) async throws {
        intake.note(type)
        let pages = SearchPages(server: server)
        let medication = places.medicationField(of: type)
        guard case .codes(let codes) = need,
            case .parameters(let names) = try await profile.narrowing(of: type, server, codings: codings, contained: medication)
        else {
            try await pages.all(of: type, [("_count", ServerSession.pageSize)]) { try intake.take($0) }
            if medication != nil, served.contains("Medication") {
                try await pages.all(of: "Medication", [("_count", ServerSession.pageSize)]) { try intake.take($0) }
            }
            return
        }
        try await search(type, names, tokens(of: codes)) { try intake.take($0) }
        guard medication != nil, served.contains("Medication") else { return }
        try await fetchByMedication(type, codes, intake)
    }

    /// Records that say what was given by pointing at a Medication.
    private func fetchByMedication(_ type: String, _ codes: [FHIRCoding], _ intake: StoreIntake) async throws {
        let pages = SearchPages(server: server)
        guard case .parameters(let names) = try await profile.narrowing(of: "Medication", server, codings: codings, contained: nil),
            try await profile.types(server)[type]?.parameters.contains("medication") ?? false
        else {
            try await pages.all(of: "Medication", [("_count", ServerSession.pageSize)]) { try intake.take($0) }
            try await pages.all(of: type, [("_count", ServerSession.pageSize)]) { try intake.take($0) }
            return
        }
        var ids: [String] = []
        try await search("Medication", names, tokens(of: codes)) { resource in
            try intake.take(resource)
            if let id = resource["id"]?.text { ids.append("Medication/\(id)") }
        }
        try await search(type, ["medication"], ids.sorted()) { try intake.take($0) }
    }

    /// Every value of each parameter, some at a time.
    private func search(_ type: String, _ parameters: [String], _ values: [String], _ take: (FHIRElement) throws -> Void) async throws {
        for parameter in parameters {
            for start in stride(from: 0, to: values.count, by: ServerSession.codesAtOnce) {
                let some = values[start..<min(start + ServerSession.codesAtOnce, values.count)].joined(separator: ",")
                try await SearchPages(server: server).all(of: type, [(parameter, some), ("_count", ServerSession.pageSize)], take)
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

/// Puts resources into a store as they come, each once.
final class StoreIntake {
    private let queue: DatabaseQueue
    private let loader: StoreLoader
    private var waiting: [(FHIRElement, String)] = []
    private var seen: Set<String> = []
    private var types: Set<String> = []

    init(_ queue: DatabaseQueue, source: String, places: BoundPlaces, codings: FHIRCodingReader) throws {
        self.queue = queue
        loader = StoreLoader(source: source, places: places, codings: codings)
    }

    /// A type that was asked for, whether any resource of it comes or not.
    func note(_ type: String) { types.insert(type) }

    func take(_ resource: FHIRElement) throws {
        let key = "\(resource["resourceType"]?.text ?? "")/\(resource["id"]?.text ?? "\(seen.count)")"
        if seen.insert(key).inserted { waiting.append((resource, key)) }
    }

    func finish() throws {
        try queue.write { database in
            var writer = try StoreWriter(database)
            for type in types { writer.note(resourceType: type) }
            for (resource, key) in waiting { try loader.write(resource, at: key, to: &writer) }
            try writer.finish(fingerprint: "")
        }
        waiting = []
    }
}

extension BoundPlaces {
    /// The element by which a type points at a Medication; nil for types that do not.
    func medicationField(of type: String) -> String? {
        let fields = (events[type] ?? []).compactMap { $0.place.field("conceptField") }
        return fields.first { $0.hasSuffix("[x]") }.map { "\($0.dropLast(3))Reference" }
    }
}
