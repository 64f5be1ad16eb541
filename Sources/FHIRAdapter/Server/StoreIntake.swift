import GRDB
import Hyperontology

/// Puts resources into a store as they come, each once.
final class StoreIntake {
    private let queue: DatabaseQueue
    private let loader: StoreLoader
    private var waiting: [(FHIRElement, String)] = []
    private var seen: Set<String> = []
    private var types: Set<String> = []

    init(_ queue: DatabaseQueue, source: String, places: BoundPlaces, codings: FHIRCodingReader) {
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
