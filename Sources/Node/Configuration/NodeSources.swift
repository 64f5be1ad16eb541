import DICOMAdapter
public import Diagnostics
public import Execution
import FHIRAdapter
import Foundation
import HTTPClient
public import Hyperontology
import OMOPAdapter

/// Makes the adapters that a configuration names.
public enum NodeSources {
    /// The adapters, in the order of the configuration. Nothing is opened yet; each says when it is asked what is wrong with its source.
    public static func open(_ configuration: NodeConfiguration, hyperontology: Hyperontology) throws(DiagnosticList) -> [any SourceAdapter]
    {
        let uris = hyperontology.codeSystems.flatMap { system in system.uris.map { ($0, system.shortName) } }
        let systems = Dictionary(uris, uniquingKeysWith: { first, _ in first })
        var adapters: [any SourceAdapter] = []
        for source in configuration.sources {
            let bindings = hyperontology.bindings(for: source.model.rawValue)
            switch source.place {
            case .sqlite(let path):
                adapters.append(OMOPAdapter(name: source.name, path: path, bindings: bindings, omopUnits: hyperontology.omopUnits))
            case .postgres(let place):
                adapters.append(
                    OMOPAdapter(
                        name: source.name, postgres: place.address, schema: place.schema, vocabulary: place.vocabulary, bindings: bindings,
                        omopUnits: hyperontology.omopUnits))
            case .bulkFHIR(let folder):
                adapters.append(
                    FHIRAdapter(
                        name: source.name, directory: folder, storePath: try store("fhir", of: source, in: configuration.state),
                        bindings: bindings,
                        codeSystems: systems))
            case .fhirServer(let address, let service):
                adapters.append(
                    FHIRServerAdapter(
                        name: source.name, address: address, service: service, bindings: bindings, codeSystems: systems, http: HTTPClient())
                )
            case .fhirExport(let address, let service, let scope):
                let store = try store("fhir", of: source, in: configuration.state)
                let folder = String(store.dropLast(".sqlite".count)) + "-export"
                adapters.append(
                    FHIRAdapter(
                        name: source.name, address: address, service: service,
                        export: ExportSettings(
                            scope: scope, directory: folder, staleAfter: source.index?.staleAfter ?? .seconds(48 * 3_600)),
                        storePath: store, bindings: bindings, codeSystems: systems, http: HTTPClient()))
            case .dicomWeb(let address):
                guard source.index != nil else {
                    adapters.append(
                        DICOMAdapter(
                            name: source.name, address: address, issuer: source.identity.domain, bindings: bindings, http: HTTPClient()))
                    continue
                }
                adapters.append(try indexed(source, .archive(address, HTTPClient()), bindings, in: configuration.state))
            case .dicomFolder(let path):
                adapters.append(try indexed(source, .folder(path), bindings, in: configuration.state))
            }
        }
        return identified(adapters, configuration)
    }

    /// The sources with their patients called as the node calls them, where the sources themselves do not.
    private static func identified(_ adapters: [any SourceAdapter], _ configuration: NodeConfiguration) -> [any SourceAdapter] {
        let crosswalk = configuration.crosswalk
        var origin: (any CrosswalkOrigin)?
        switch crosswalk?.place {
        case .file(let path): origin = CrosswalkFile(path: path, sources: configuration.sources.map(\.name))
        case .table(let table, let source):
            origin = adapters.compactMap { $0 as? OMOPAdapter }.first { $0.name == source }.map { CrosswalkTable($0, table: table) }
        case nil: break
        }
        return zip(configuration.sources, adapters).map { source, adapter in
            // An archive goes by the issuer itself.
            let domain = source.model == .dicom ? nil : source.identity.domain
            guard origin != nil || domain != nil else { return adapter }
            return IdentifiedSource(
                adapter, crosswalk: origin, domain: domain, isShared: source.identity.isShared,
                conflicts: crosswalk?.conflicts ?? .refuse)
        }
    }

    private static func indexed(
        _ source: NodeConfiguration.Source, _ origin: DICOMAdapter.Origin, _ bindings: ModelBindings, in folder: String
    ) throws(DiagnosticList) -> DICOMAdapter {
        let path = try store("dicom", of: source, in: folder)
        let settings = source.index.map { TagIndex.Settings(path: path, staleAfter: $0.staleAfter) } ?? TagIndex.Settings(path: path)
        return DICOMAdapter(name: source.name, origin, index: settings, issuer: source.identity.domain, bindings: bindings)
    }

    private static func store(_ kind: String, of source: NodeConfiguration.Source, in folder: String) throws(DiagnosticList) -> String {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw DiagnosticList([
                Diagnostic("N0109", "the folder `\(folder)` cannot be made", help: "name one under `state` that this account may write")
            ])
        }
        // The name in hexadecimal, so that no name can be a path.
        let name = source.name.utf8.map { byte in byte < 16 ? "0\(String(byte, radix: 16))" : String(byte, radix: 16) }.joined()
        return URL(fileURLWithPath: folder).appendingPathComponent("\(kind)-\(name).sqlite").path
    }
}
