import Diagnostics
import Execution
import Foundation

/// DICOM files in folders: patient/study/series/file.
///
/// Nothing here trusts an identifier: one that is not a plain folder name is refused.
struct ImageFolder: ImageSource {
    let path: String

    /// Puts the files in place by hard link where the file system allows it, else by copy.
    func stage(_ series: SelectedSeries, into folder: String) async throws(SourceFailure) -> Int {
        let names = [series.patient, series.study, series.series]
        guard names.allSatisfy(ImageFolder.isPlainName) else {
            throw failure("N0301", "an identifier of a series cannot be the name of a folder", "serve the images through DICOMweb instead")
        }
        let source = names.reduce(URL(fileURLWithPath: path)) { $0.appendingPathComponent($1) }
        guard FileManager.default.fileExists(atPath: source.path) else { return 0 }
        let target = URL(fileURLWithPath: folder)
        do {
            let files = try FileManager.default.contentsOfDirectory(atPath: source.path).sorted()
            for file in files { try ImageFolder.put(source.appendingPathComponent(file), at: target.appendingPathComponent(file)) }
            return files.count
        } catch {
            throw failure(
                "N0302", "images could not be put in place for a tool", "check the space and the rights of the node's state folder",
                notes: ["\(error)"])
        }
    }

    private static func put(_ source: URL, at target: URL) throws {
        do {
            try FileManager.default.linkItem(at: source, to: target)
        } catch {
            try FileManager.default.copyItem(at: source, to: target)
        }
    }

    private func failure(_ code: DiagnosticCode, _ message: String, _ help: String, notes: [String] = []) -> SourceFailure {
        SourceFailure(source: "images", Diagnostic(code, message, help: help, notes: notes))
    }

    private static func isPlainName(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && name.utf8.count <= 128 && !name.contains("/") && !name.utf8.contains(0)
    }
}
