import Foundation
import Synthesis

/// One hospital of the demonstration: its data model, its folder, its policy.
struct DemoHospital: Sendable {
    let name: String
    /// What `synth` writes for it.
    let models: [SyntheticModel]
    /// The lines under `sources` in its configuration.
    let source: [String]
    /// Whether its images lie in files, beside its source.
    let hasImageFolder: Bool

    /// - Parameter orthanc: the port of the third hospital's archive.
    static func all(orthanc: Int) -> [DemoHospital] {
        [
            DemoHospital(
                name: "north", models: [.omop, .dicom], source: ["  - model: omop", "    sqlite: omop/omop.sqlite"], hasImageFolder: true),
            DemoHospital(name: "south", models: [.fhir, .dicom], source: ["  - model: fhir", "    folder: fhir"], hasImageFolder: true),
            DemoHospital(
                name: "coast", models: [.dicom],
                source: ["  - model: dicom", "    dicomweb: http://127.0.0.1:\(orthanc)/dicom-web", "    index: {}"],
                hasImageFolder: false),
        ]
    }

    /// Writes the node's configuration and its hospital's policy.
    func write(to folder: URL, hub: String, authority: String, tool: ToolFile) throws {
        var lines = ["name: \(name)", "policy: policy.yaml", "state: state", "sources:"] + source
        if hasImageFolder { lines.append("images: dicom") }
        lines += ["hub:", "  url: \(hub)", "  ca: \(authority)"]
        lines += ["tools:", "  - name: \(ToolFile.intensity)", "    executable: \(tool.path)"]
        try write(lines, to: folder.appendingPathComponent("node.yaml"))
        let policy = [
            "# What this hospital lets out. A hub or a question can only ask for more protection.", "threshold: 11", "rounding: 5",
            "breakdowns: [sex, age, year, value, number, images]", "narrowestAgeBand: 5", "reports: [summary, funnel, overlap]",
            "purposes: [research]", "tools: [\(ToolFile.intensity)]",
        ]
        try write(policy, to: folder.appendingPathComponent("policy.yaml"))
    }

    private func write(_ lines: [String], to file: URL) throws {
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: file, options: .atomic)
    }
}
