import Diagnostics
import Foundation
import GRDB
import Hyperontology

/// Makes a store of an export: one pass over its files, in one transaction, in a file of its own that then takes the store's place.
struct StoreLoader {
    let source: String
    let places: BoundPlaces
    let codings: FHIRCodingReader

    /// - Throws: `N0403` to `N0406` where a file or line cannot be read, a database's error where the store cannot be written.
    func load(_ files: SourceFiles, fingerprint: String, to path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let temporary = "\(path).\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: temporary) }
        try fill(temporary, files, fingerprint)
        // Readers of the old file keep it until they let go: POSIX rename replaces the name alone.
        guard unsafe rename(temporary, path) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    private func fill(_ path: String, _ files: SourceFiles, _ fingerprint: String) throws {
        var configuration = Configuration()
        // A load that is cut short leaves a file that nobody reads, so nothing has to survive a crash.
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF")
        }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.write { database in
            var writer = try StoreWriter(database)
            for file in files.paths {
                let name = URL(fileURLWithPath: file).lastPathComponent
                try SourceFiles.lines(of: file) { line, number in
                    try write(line, at: "\(name):\(number)", to: &writer)
                }
            }
            try writer.finish(fingerprint: fingerprint)
        }
        try queue.close()
    }

    private func write(_ line: Data, at position: String, to writer: inout StoreWriter) throws {
        // JSON's white space alone (RFC 8259, section 2).
        guard line.contains(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else { return }
        guard let resource = FHIRElement(line: line) else {
            throw Diagnostic(
                "N0405", "`\(position)` of source `\(source)` is not a JSON object",
                help: "export the file again; nothing is counted until every line can be read")
        }
        try write(resource, at: position, to: &writer)
    }

    /// - Parameter position: where the resource stands, for messages.
    func write(_ resource: FHIRElement, at position: String, to writer: inout StoreWriter) throws {
        guard let type = resource["resourceType"]?.text else {
            throw Diagnostic(
                "N0406", "`\(position)` of source `\(source)` is not a FHIR resource", help: "every line needs a `resourceType`")
        }
        if type == "Bundle" {
            for (number, entry) in resource.all(at: "entry").enumerated() {
                if let part = entry["resource"] { try write(part, at: "\(position) entry \(number + 1)", to: &writer) }
            }
            return
        }
        writer.note(resourceType: type)
        // A resource without an id is told apart by where it stands.
        let id = resource["id"]?.text ?? position
        let reader = ResourceReader(places: places, codings: codings)
        if type == places.patient?.container {
            guard let patient = reader.patient(resource) else { return writer.note(.withoutPatient, of: type, at: position) }
            try writer.write(patient)
        }
        if type == "Medication" { try writer.write(medication: id, codings.codings(resource.all(at: "code"))) }
        for named in places.events[type] ?? [] {
            switch reader.events(of: resource, id: id, in: named) {
            case .events(let events): try writer.write(events, at: position)
            case .withoutPatient: writer.note(.withoutPatient, of: named.name, at: position)
            case .excluded: break
            }
        }
    }
}
