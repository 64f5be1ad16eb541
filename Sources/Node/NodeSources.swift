public import Diagnostics
public import Execution
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
                adapters.append(
                    OMOPAdapter(
                        name: source.name, path: source.location, bindings: hyperontology.bindings(for: source.model.rawValue),
                        omopUnits: hyperontology.omopUnits))
            case .fhir, .dicom:
                throw DiagnosticList([
                    Diagnostic(
                        "N0108", "the model `\(source.model.rawValue)` of the source `\(source.name)` has no adapter in this version",
                        help: "use `model: omop`")
                ])
            }
        }
        return adapters
    }
}
