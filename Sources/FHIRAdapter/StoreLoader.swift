import Diagnostics
import Foundation
import GRDB
import Hyperontology

/// Makes a store of an export: in one transaction, in a file of its own that then takes the store's place.
///
/// Where there is a store already, only what has changed is read: a copy of it loses what came from files that changed or went, and gets what the
/// changed and new ones hold. Where that would not give what reading all of them gives, all of them are read.
struct StoreLoader {
    let source: String
    let places: BoundPlaces
    let codings: FHIRCodingReader

    /// How a store came about.
    enum Way: Sendable, Hashable {
        case whole
        /// With so many files read, out of all.
        case changes(Int)
    }

    /// - Parameter meaning: all that decides what a file becomes in the store.
    /// - Throws: `N0403` to `N0406` and `N0416` where a file or line cannot be read, a database's error where the store cannot be written.
    @discardableResult func load(_ files: SourceFiles, fingerprint: String, meaning: String, to path: String) throws -> Way {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // What a load that was killed left behind.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        where name.hasPrefix(URL(fileURLWithPath: path).lastPathComponent + ".new-") {
            try? FileManager.default.removeItem(at: folder.appending(path: name))
        }
        let temporary = "\(path).new-\(UUID().uuidString)"
        defer { for suffix in ["", "-journal"] { try? FileManager.default.removeItem(atPath: temporary + suffix) } }
        let way: Way
        if let count = try change(temporary, from: path, files, fingerprint, meaning) {
            way = .changes(count)
        } else {
            try? FileManager.default.removeItem(atPath: temporary)
            try fill(temporary, files, fingerprint, meaning)
            way = .whole
        }
        // Readers of the old file keep it until they let go: POSIX rename replaces the name alone.
        guard unsafe rename(temporary, path) == 0 else { throw CocoaError(.fileWriteUnknown) }
        return way
    }

    private func open(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        // A load that is cut short leaves a file that nobody reads, so nothing has to survive a crash.
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536")
        }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    // MARK: All files

    private func fill(_ path: String, _ files: SourceFiles, _ fingerprint: String, _ meaning: String) throws {
        let queue = try open(path)
        try queue.write { database in
            try database.execute(sql: StoreSchema.tables)
            var writer = try StoreWriter(database)
            for file in files.files { try read(file, to: &writer) }
            try writer.finish(fingerprint: fingerprint, meaning: meaning)
        }
        try queue.close()
    }

    private func read(_ file: SourceFiles.File, to writer: inout StoreWriter) throws {
        try writer.begin(file)
        let digest = try SourceFiles.lines(of: file.path) { line, number in
            try write(line, at: "\(file.name):\(number)", to: &writer)
        }
        if let expected = file.expected, expected != digest {
            throw SourceFiles.mismatch("does not have the digest of `\(file.name)`", source)
        }
        try writer.end(digest: digest)
    }

    // MARK: What has changed

    /// What is different from the files that a store was made of.
    private struct Difference {
        /// By the store's number for the file.
        var gone: [Int64] = []
        var read: [SourceFiles.File] = []
        /// Written again with the same content.
        var touched: [(id: Int64, file: SourceFiles.File)] = []
        /// Whether every file to be read comes before all that are kept, and nothing goes.
        var isOfNewerFilesAlone = false
        var repeats = false
        var newest: Int64 = 0
    }

    /// - Returns: how many files were read; nil where there is no store to begin with, or all files have to be read.
    private func change(_ path: String, from old: String, _ files: SourceFiles, _ fingerprint: String, _ meaning: String) throws -> Int? {
        guard let difference = try difference(of: old, files, meaning) else { return nil }
        // What was left out for the sake of something that goes now would have to come back.
        guard !difference.repeats || difference.isOfNewerFilesAlone else { return nil }
        try FileManager.default.copyItem(atPath: old, toPath: path)
        let queue = try open(path)
        do {
            try queue.write { database in
                try database.execute(sql: StoreSchema.withoutConclusions)
                for id in difference.gone {
                    for statement in StoreSchema.withoutFile { try database.execute(sql: statement, arguments: [id]) }
                }
                for (id, file) in difference.touched {
                    try database.execute(sql: "UPDATE file SET modified = ? WHERE id = ?", arguments: [file.modified, id])
                }
                var writer = try StoreWriter(
                    database, repetition: difference.isOfNewerFilesAlone ? .superseding(newerThan: difference.newest) : .refused,
                    repeats: difference.repeats)
                for file in difference.read { try read(file, to: &writer) }
                try writer.finish(fingerprint: fingerprint, meaning: meaning)
            }
            try queue.close()
        } catch is RepeatedResource {
            try? queue.close()
            return nil
        }
        return difference.read.count
    }

    /// Nil where there is no store that means the same by its files.
    private func difference(of path: String, _ files: SourceFiles, _ meaning: String) throws -> Difference? {
        var configuration = Configuration()
        configuration.readonly = true
        guard FileManager.default.fileExists(atPath: path), let queue = try? DatabaseQueue(path: path, configuration: configuration),
            let load = try? queue.read({ try Row.fetchOne($0, sql: "SELECT meaning, repeats FROM load") }), load[0] == meaning,
            let known = try? queue.read({ try Row.fetchAll($0, sql: "SELECT id, name, size, modified, digest FROM file") })
        else { return nil }
        var difference = Difference()
        // What an age dates depends on the patient, who may stand in another file.
        guard try queue.read({ try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM event WHERE age IS NOT NULL)") }) == false else {
            return nil
        }
        difference.repeats = load[1]
        difference.newest = known.map { $0[0] as Int64 }.max() ?? 0
        var rest = Dictionary(known.map { ($0[1] as String, $0) }, uniquingKeysWith: { first, _ in first })
        var kept: [String] = []
        for file in files.files {
            guard let row = rest.removeValue(forKey: file.name) else {
                difference.read.append(file)
                continue
            }
            let isSame = row[2] == file.size && row[3] == file.modified
            if isSame ? file.expected.map({ $0 == row[4] }) ?? true : try SourceFiles.digest(of: file.path) == row[4] as String {
                if !isSame { difference.touched.append((row[0], file)) }
                kept.append(file.name)
            } else {
                difference.gone.append(row[0])
                difference.read.append(file)
            }
        }
        difference.gone += rest.values.map { $0[0] }
        // Nothing is left of it to go on from.
        guard let first = kept.min() else { return nil }
        difference.isOfNewerFilesAlone = difference.gone.isEmpty && difference.read.allSatisfy { $0.name < first }
        return difference
    }

    // MARK: Lines

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
        if type == "Bundle" { return try write(bundle: resource, at: position, to: &writer) }
        writer.note(resourceType: type)
        // A resource without an id is told apart by where it stands.
        let id = resource["id"]?.text ?? position
        let reader = ResourceReader(places: places, codings: codings)
        if type == places.patient?.container {
            guard let patient = reader.patient(resource) else { return writer.note(.withoutPatient, of: type, at: position) }
            // Of several versions of a patient, one counts with all that it says.
            guard try writer.write(patient) else { return }
        }
        if type == "Medication" { try writer.write(medication: id, codings.codings(resource.all(at: "code"))) }
        for named in places.events[type] ?? [] {
            switch reader.events(of: resource, id: id, in: named) {
            case .events(let events): try writer.write(events, at: position)
            case .withoutPatient: writer.note(.withoutPatient, of: named.name, at: position)
            case .nothing: try writer.withdraw(FHIREvent.key(named.name, id: id))
            case .excluded: try writer.write(excluded: FHIREvent.key(named.name, id: id))
            }
        }
    }

    /// What a Bundle holds; a request to delete says that something is not there any more (FHIR Bulk Data Access 2.0, `deleted`).
    private func write(bundle: FHIRElement, at position: String, to writer: inout StoreWriter) throws {
        for (number, entry) in bundle.all(at: "entry").enumerated() {
            if entry["request"]?["method"]?.text == "DELETE" {
                let parts = (entry["request"]?["url"]?.text ?? "").split(separator: "/").suffix(2).map(String.init)
                if parts.count == 2 { try writer.write(deleted: parts[1], of: parts[0], in: places.events[parts[0]] ?? []) }
            } else if let part = entry["resource"] {
                try write(part, at: "\(position) entry \(number + 1)", to: &writer)
            }
        }
    }
}
