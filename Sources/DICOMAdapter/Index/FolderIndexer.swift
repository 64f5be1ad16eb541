import CohortPlan
import Diagnostics
import Execution
import Foundation
import GRDB

/// One pass over a folder of DICOM files (PS3.10), however they are laid out in it: files that are new or were written since are read.
struct FolderIndexer {
    let index: TagIndex
    let folder: String
    let fields: ArchiveFields
    let report: (IndexProgress) -> Void

    /// Files that are read and written as one.
    private static let batch = 200

    /// Why a file is passed over.
    private enum Note {
        static let unreadable = "unreadable"
        static let foreign = "no DICOM"
        static let unidentified = "unidentified"
    }

    private typealias File = FolderWalk.File

    func run(_ writer: IndexWriter) async throws -> IndexProgress {
        if let absence = DCMTKDump.absence {
            throw Diagnostic("N0468", absence, help: "as root: apt-get install --no-install-recommends dcmtk")
        }
        try writer.begin(at: Date())
        var progress = IndexProgress()
        var waiting: [File] = []
        var files = try walk()
        while let file = try files.next() {
            progress.listed += 1
            if try !writer.hasFile(file.path, size: file.size, modified: file.modified) { waiting.append(file) }
            if waiting.count == FolderIndexer.batch {
                progress.read += try await read(waiting, writer)
                waiting = []
            }
            if progress.listed % FolderIndexer.batch == 0 { report(progress) }
        }
        progress.read += try await read(waiting, writer)
        guard progress.listed > 0 else { throw unreachable("is empty") }
        progress.removed = try removeOthers(writer)
        try writer.complete(at: Date())
        report(progress)
        return progress
    }

    // MARK: Files

    private func unreachable(_ how: String) -> Diagnostic {
        Diagnostic(
            "N0467", "the folder of source `\(index.source)` \(how)",
            help: "check that it exists, is mounted, and that the node may read it")
    }

    /// Every file below the folder.
    /// - Throws: what cannot be read; a folder that is away must not look like one whose files are gone.
    private func walk() throws -> FolderWalk {
        guard FolderWalk.isFolder(folder) else { throw unreachable("cannot be read") }
        return FolderWalk(folder) { unreachable("cannot be read to its end") }
    }

    /// - Returns: how many files.
    private func read(_ files: [File], _ writer: IndexWriter) async throws -> Int {
        guard !files.isEmpty else { return 0 }
        let trees = try await DCMTKDump.read(files.map(\.path))
        let images = zip(files, trees).map { file, tree in image(file, tree) }
        try writer.transaction { database in try write(images, writer, database) }
        return files.count
    }

    /// What a file is: a part of a series, or why it is none.
    private struct Image {
        let file: File
        let series: IndexedSeries?
        let note: String?
    }

    private func image(_ file: File, _ tree: DICOMTree?) -> Image {
        guard let tree else {
            return Image(file: file, series: nil, note: FolderIndexer.hasPrefix(file.path) ? Note.unreadable : Note.foreign)
        }
        guard let study = tree[fields.study].first, let uid = tree[fields.series].first, tree[ArchiveProfile.instanceUID].first != nil
        else {
            return Image(file: file, series: nil, note: Note.unidentified)
        }
        func texts(_ tag: String?) -> Set<String> { Set([tag.flatMap { tree[$0].first }].compactMap(\.self)) }
        let objects = ImageReader(index.tags.names).objects(in: tree).map(index.tags.reduced)
        return Image(
            file: file,
            series: IndexedSeries(
                patient: fields.patient(tree[fields.patient].first, issuedBy: tree[ArchiveFields.issuerTag].first) ?? "", study: study,
                uid: uid, sexes: texts(fields.sex),
                births: texts(fields.birthDate),
                start: fields.start.flatMap { tree[$0].first }.flatMap(DateRange.init(dicom:)), listing: nil,
                evidence: SeriesEvidence(series: DICOMJSONObject([:]), images: objects)), note: nil)
    }

    /// Whether a file says that it is DICOM (PS3.10, 7.1).
    private static func hasPrefix(_ path: String) -> Bool {
        guard let file = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? file.close() }
        return (try? file.read(upToCount: 132)).flatMap { $0 }.map { $0.count == 132 && $0.suffix(4).elementsEqual("DICM".utf8) } ?? false
    }

    // MARK: Writing

    private func write(_ images: [Image], _ writer: IndexWriter, _ database: Database) throws {
        let before = try database.cachedStatement(sql: "SELECT series FROM file WHERE path = ?")
        let insert = try database.cachedStatement(sql: "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        var touched: Set<Int64> = []
        for image in images {
            if let series = try Optional<Int64>.fetchOne(before, arguments: [image.file.path]) ?? nil { touched.insert(series) }
            let id = try image.series.map { try writer.place($0, in: database) }
            let profile = try image.series.map { try writer.profile(of: $0.evidence, in: database) }
            let person = try image.series.map { try writer.person(sexes: $0.sexes, births: $0.births, in: database) }
            try insert.execute(
                arguments: [
                    image.file.path, image.file.size, image.file.modified, id, profile, person,
                    image.series?.start?.earliest.daysSinceEpoch, image.series?.start?.latest.daysSinceEpoch, image.note,
                ])
            if let id { touched.insert(id) }
        }
        try writer.gather(touched, in: database)
    }

    /// Takes out what files told that are gone.
    private func removeOthers(_ writer: IndexWriter) throws -> Int {
        var removed = 0
        var last = ""
        while true {
            let paths = try writer.files(after: last, limit: 10_000)
            guard let end = paths.last else { return removed }
            let gone = try paths.filter { path in
                guard let isThere = FolderWalk.isThere(path) else { throw unreachable("cannot be read to its end") }
                return !isThere
            }
            if !gone.isEmpty { try writer.removeFiles(gone) }
            removed += gone.count
            last = end
        }
    }
}
