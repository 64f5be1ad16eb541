import Diagnostics
import Execution
import Foundation

/// The configuration and the policy of a new node with one source.
struct NodeFiles {
    let name: String
    let model: SourceModel
    /// A file, a folder, or an address.
    let place: String
    /// Further keys of the source, such as `schema`.
    let settings: [(key: String, value: String)]
    let hasIndex: Bool
    let isExported: Bool

    /// The key that says where the source is, by the form of its place.
    private var key: String {
        switch model {
        case .omop: place.hasPrefix("postgres") ? "postgres" : "sqlite"
        case .fhir: place.hasPrefix("http") ? "server" : "folder"
        case .dicom: place.hasPrefix("http") ? "dicomweb" : "folder"
        }
    }

    var configuration: String {
        let location = place.contains("://") ? place : URL(fileURLWithPath: place).standardizedFileURL.path
        var lines = ["name: \(quoted(name))", "policy: policy.yaml", "state: state", "sources:", "  - model: \(model.rawValue)"]
        lines.append("    \(key): \(quoted(location))")
        lines += settings.map { "    \($0.key): \(quoted($0.value))" }
        if hasIndex { lines.append("    index: { everyMinutes: 60, staleAfterHours: 24 }") }
        if isExported { lines.append("    export: { everyMinutes: 1440, staleAfterHours: 48 }") }
        lines += ["# hub:", "#   url: https://hub.example.org:8743", "#   ca: ca.pem"]
        return lines.map { $0 + "\n" }.joined()
    }

    static let policy = """
        # What this hospital lets out. A hub or a question can only ask for more protection.
        threshold: 11            # patients behind a number; zero looks the same as few
        rounding: 5
        breakdowns: [sex, age]
        purposes: [research]
        tools: []                # none is run over images unless it is named

        """

    /// Writes both files.
    /// - Returns: the configuration's path.
    /// - Throws: `N0473` where one of them is there already, `N0474` where they cannot be written.
    func write(to folder: String) throws(Diagnostic) -> String {
        let base = URL(fileURLWithPath: folder)
        let files = [(base.appendingPathComponent("policy.yaml"), Self.policy), (base.appendingPathComponent("node.yaml"), configuration)]
        for (file, _) in files where FileManager.default.fileExists(atPath: file.path) {
            throw Diagnostic("N0473", "`\(file.path)` is there already", help: "name another folder with --folder, or take the file away")
        }
        do {
            try FileManager.default.createDirectory(at: base, withIntermediateDirectories: true)
            for (file, text) in files { try Data(text.utf8).write(to: file, options: .withoutOverwriting) }
        } catch {
            throw Diagnostic(
                "N0474", "the folder `\(folder)` cannot be written", help: "name one that you may write with --folder",
                notes: [error.localizedDescription])
        }
        return files[1].0.path
    }

    /// As YAML's double-quoted text, in which JSON's escapes mean the same.
    private func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }
}
