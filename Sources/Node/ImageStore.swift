import Diagnostics
import Foundation

/// Where a node's DICOM files come from when a tool is to see them.
///
/// Folders are laid out as patient/study/series. Nothing here trusts a name: one that is not a plain folder name is refused.
struct ImageStore: Sendable {
    let folder: String

    /// Puts the files of one series into a folder, by hard link where the file system allows it, else by copy.
    /// - Returns: how many files there were; none when the series has no folder here.
    func stage(patient: String, study: String, series: String, into destination: String) throws(DiagnosticList) -> Int {
        let names = [patient, study, series]
        guard names.allSatisfy(ImageStore.isPlainName) else {
            throw DiagnosticList([
                Diagnostic(
                    "N0301", "an identifier of a series cannot be the name of a folder",
                    help: "serve the images through DICOMweb instead of a folder")
            ])
        }
        let source = names.reduce(URL(fileURLWithPath: folder)) { $0.appendingPathComponent($1) }
        guard let files = try? FileManager.default.contentsOfDirectory(atPath: source.path) else { return 0 }
        do {
            try FileManager.default.createDirectory(atPath: destination, withIntermediateDirectories: true)
            for file in files.sorted() {
                let target = URL(fileURLWithPath: destination).appendingPathComponent(file)
                do {
                    try FileManager.default.linkItem(at: source.appendingPathComponent(file), to: target)
                } catch {
                    try FileManager.default.copyItem(at: source.appendingPathComponent(file), to: target)
                }
            }
        } catch {
            throw DiagnosticList([
                Diagnostic(
                    "N0302", "images could not be put in place for a tool",
                    help: "check the space and the rights of the node's state folder")
            ])
        }
        return files.count
    }

    private static func isPlainName(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && name.utf8.count <= 128 && !name.contains("/") && !name.utf8.contains(0)
    }
}
