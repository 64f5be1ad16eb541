public import Diagnostics
public import Execution
import FHIRAdapter
import Foundation
public import Hyperontology
import OMOPAdapter

/// Makes the adapters that a configuration names.
public enum NodeSources {
    /// The adapters, in the order of the configuration. Nothing is opened yet; each says when it is asked what is wrong with its source.
    public static func open(_ configuration: NodeConfiguration, hyperontology: Hyperontology) throws(DiagnosticList) -> [any SourceAdapter]
    {
        var adapters: [any SourceAdapter] = []
        for source in configuration.sources {
            switch source.model {
            case .omop:
                let bindings = hyperontology.bindings(for: source.model.rawValue)
                adapters.append(
                    source.postgres.map { place in
                        OMOPAdapter(
                            name: source.name, postgres: place.address, schema: place.schema, vocabulary: place.vocabulary,
                            bindings: bindings,
                            omopUnits: hyperontology.omopUnits)
                    } ?? OMOPAdapter(name: source.name, path: source.location, bindings: bindings, omopUnits: hyperontology.omopUnits))
            case .fhir:
                let systems = hyperontology.codeSystems.flatMap { system in system.uris.map { ($0, system.shortName) } }
                adapters.append(
                    FHIRAdapter(
                        name: source.name, directory: source.location, storePath: try store(of: source, in: configuration.state),
                        bindings: hyperontology.bindings(for: source.model.rawValue),
                        codeSystems: Dictionary(systems, uniquingKeysWith: { first, _ in first })))
            case .dicom:
                throw DiagnosticList([
                    Diagnostic(
                        "N0108", "the model `\(source.model.rawValue)` of the source `\(source.name)` has no adapter in this version",
                        help: "use `model: omop` or `model: fhir`")
                ])
            }
        }
        return adapters
    }

    private static func store(of source: NodeConfiguration.Source, in folder: String) throws(DiagnosticList) -> String {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw DiagnosticList([
                Diagnostic("N0109", "the folder `\(folder)` cannot be made", help: "name one under `state` that this account may write")
            ])
        }
        // The name in hexadecimal, so that no name can be a path.
        let name = source.name.utf8.map { byte in byte < 16 ? "0\(String(byte, radix: 16))" : String(byte, radix: 16) }.joined()
        return URL(fileURLWithPath: folder).appendingPathComponent("fhir-\(name).sqlite").path
    }
}
