import GRDB
import Hyperontology

/// Puts resources into a store as they come, each once; holds no more than some of them at a time.
final class StoreIntake {
    private let queue: DatabaseQueue
    private let loader: StoreLoader
    private var waiting: [(FHIRElement, String)] = []
    private var seen: Set<String> = []
    private var types: Set<String> = []
    private var hasTables = false

    private static let atOnce = 2_000

    init(_ queue: DatabaseQueue, source: String, places: BoundPlaces, codings: FHIRCodingReader) {
        self.queue = queue
        loader = StoreLoader(source: source, places: places, codings: codings)
    }

    /// A type that was asked for, whether any resource of it comes or not.
    func note(_ type: String) { types.insert(type) }

    func take(_ resource: FHIRElement) throws {
        let key = "\(resource["resourceType"]?.text ?? "")/\(resource["id"]?.text ?? "\(seen.count)")"
        guard seen.insert(key).inserted else { return }
        waiting.append((resource, key))
        if waiting.count >= StoreIntake.atOnce { try write { _ in } }
    }

    func finish() throws {
        try write { writer in
            for type in types { writer.note(resourceType: type) }
            try writer.finish(fingerprint: "")
        }
    }

    private func write(_ more: (inout StoreWriter) throws -> Void) throws {
        try queue.write { database in
            if !hasTables { try database.execute(sql: StoreSchema.tables) }
            hasTables = true
            var writer = try StoreWriter(database)
            for (resource, key) in waiting { try loader.write(resource, at: key, to: &writer) }
            try more(&writer)
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
