import Diagnostics
import Foundation

/// The folders of one job inside the node's state; gone when the job is over.
struct JobFolder: ~Copyable {
    private let root: URL
    let input: String
    let output: String

    init(id: String, state: String) throws(Diagnostic) {
        // The id is the hub's: in hexadecimal it cannot be a path.
        let name = id.utf8.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        root = URL(fileURLWithPath: state).appendingPathComponent("jobs").appendingPathComponent(String(name.prefix(200)))
        (input, output) = (root.appendingPathComponent("in").path, root.appendingPathComponent("out").path)
        do {
            // What an earlier attempt left is not this one's.
            try? FileManager.default.removeItem(at: root)
            for folder in [input, output] {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            }
        } catch {
            throw Diagnostic(
                "N0304", "no folder could be made for a job", help: "check the space and the rights of the node's state folder",
                notes: ["\(error)"])
        }
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    /// A folder for the images of one series, by number: no identifier becomes a name.
    func seriesFolder(_ number: Int) throws(Diagnostic) -> String {
        let folder = "\(input)/\(number)"
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        } catch {
            throw Diagnostic("N0304", "no folder could be made for a series", help: "check the space of the node's state folder")
        }
        return folder
    }

    /// The one file of a tool that is read.
    static let reportName = "report.json"

    var report: String { "\(output)/\(JobFolder.reportName)" }
}
