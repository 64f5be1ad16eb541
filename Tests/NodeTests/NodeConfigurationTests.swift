import DICOMAdapter
import Diagnostics
import Execution
import FHIRAdapter
import Foundation
import HTTPClient
import Node
import PostgresClient
import Testing

@Suite struct NodeConfigurationTests {
    private func read(_ text: String) throws -> NodeConfiguration {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-node-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("node.yaml").path
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return try NodeConfiguration.read(path)
    }

    private let good = "name: north\npolicy: policy.yaml\nsources:\n  - model: omop\n    sqlite: omop/omop.sqlite\n"

    @Test func pathsAreRelativeToTheFile() throws {
        let configuration = try read(good)
        #expect(configuration.name == "north")
        #expect(configuration.policy.hasSuffix("/policy.yaml") && configuration.policy.hasPrefix("/"))
        #expect(configuration.sources.map(\.name) == ["omop"])
        guard case .sqlite(let path) = configuration.sources[0].place else {
            Issue.record("not an OMOP file: \(configuration.sources[0].place)")
            return
        }
        #expect(path.hasSuffix("/omop/omop.sqlite"))
    }

    @Test func aServersExportsAreNamedByAnEntryOfTheirOwn() throws {
        let server = "name: north\npolicy: policy.yaml\nsources:\n  - model: fhir\n    server: https://fhir.example/r4\n"
        guard case .fhirServer = try #require(try read(server).sources.first).place else {
            Issue.record("without an entry it is searched")
            return
        }
        let source = try #require(try read(server + "    export: { everyMinutes: 30, group: cancer-1 }\n").sources.first)
        guard case .fhirExport(_, _, let scope) = source.place else {
            Issue.record("not an export: \(source.place)")
            return
        }
        #expect(scope == "Group/cancer-1" && source.index?.every == .seconds(1_800) && source.index?.staleAfter == .seconds(48 * 3_600))
        let wrong = #expect(throws: DiagnosticList.self) { try read(server + "    export: { group: ../Patient }\n") }
        #expect(wrong?.diagnostics.map(\.code) == ["N0124"])
        #expect(throws: DiagnosticList.self) { try read(server + "    export: { minutes: 1 }\n") }
    }

    @Test func aDatabaseServerIsNamedByAnAddressWithoutAPassword() throws {
        let lines = "    schema: cdm\n    vocabulary: vocab\n    passwordFile: secrets/omop\n"
        let text = good.replacingOccurrences(
            of: "    sqlite: omop/omop.sqlite\n", with: "    postgres: postgresql://reader@db.example/omop?sslmode=verify-full\n" + lines)
        guard case .postgres(let place) = try #require(try read(text).sources.first).place else {
            Issue.record("not a database server")
            return
        }
        #expect(place.schema == "cdm" && place.vocabulary == "vocab")
        #expect(place.address.url == "postgresql://reader@db.example/omop?sslmode=verify-full")
        #expect(place.address.passwordFile?.hasSuffix("/secrets/omop") == true && place.address.passwordFile?.hasPrefix("/") == true)
    }

    @Test(arguments: [("postgresql://reader:hunter2@db/omop", "N0122"), ("db.example?password=hunter2", "N0121")])
    func aPasswordInAnAddressIsRefusedAndNotRepeated(_ url: String, _ code: String) {
        let text = good.replacingOccurrences(of: "sqlite: omop/omop.sqlite", with: "postgres: \(url)")
        let error = #expect(throws: DiagnosticList.self) { try read(text) }
        #expect(error?.diagnostics.map(\.code.rawValue) == [code])
        #expect("\(String(describing: error))".contains("hunter2") == false)
    }

    @Test(arguments: [
        ("polcy: x\n", "N0102"), ("sources:\n  - model: omop\n    sqlit: x\n", "N0102"), ("sources: 3\n", "N0103"),
        ("sources: []\n", "N0106"), ("sources:\n  - model: omop\n", "N0104"),
        ("sources:\n  - model: i2b2\n    sqlite: x\n", "N0104"),
        ("sources:\n  - model: omop\n    sqlite: x\n  - model: omop\n    sqlite: y\n", "N0107"),
    ])
    func mistakesAreNamed(_ lines: String, _ code: String) {
        let base = lines.hasPrefix("sources") ? "name: north\npolicy: policy.yaml\n" : good
        let error = #expect(throws: DiagnosticList.self) { try read(base + lines) }
        #expect(error?.diagnostics.map(\.code.rawValue) == [code] || error?.diagnostics.first?.code.rawValue == code)
        #expect(error?.diagnostics.allSatisfy { $0.help?.isEmpty == false } == true)
    }

    @Test func sourcesThatAreAskedOverHTTPHaveAnAddressAndFiles() throws {
        let head = "name: north\npolicy: policy.yaml\nsources:\n"
        let configuration = try read(
            head
                + "  - model: dicom\n    dicomweb: https://pacs.example/dicom-web/\n    ca: ca.pem\n    authorization: secret\n"
                + "  - model: fhir\n    server: http://127.0.0.1:8080/fhir\n")
        guard case .dicomWeb(let archive) = configuration.sources[0].place,
            case .fhirServer(let server, let service) = configuration.sources[1].place
        else {
            Issue.record("other places: \(configuration.sources)")
            return
        }
        #expect(archive.url == "https://pacs.example/dicom-web")
        #expect(archive.caFile?.hasSuffix("/ca.pem") == true && archive.authorizationFile?.hasSuffix("/secret") == true)
        #expect(server.url == "http://127.0.0.1:8080/fhir" && server.authorizationFile == nil && service == nil)
        #expect(configuration.sources.map(\.model) == [.dicom, .fhir])
        for address in ["http://pacs.example/dicom-web", "pacs", "https://", "ftp://127.0.0.1/x", "https://h/x?y=1"] {
            let error = #expect(throws: DiagnosticList.self) { try read(head + "  - model: dicom\n    dicomweb: \(address)\n") }
            #expect(error?.diagnostics.map(\.code) == ["N0105"], "\(address)")
        }
    }

    @Test func aClientOfAServerThatGivesTokensIsRead() throws {
        let entry = "name: n\npolicy: p\nsources:\n  - {model: fhir, server: 'https://fhir.example/r4', "
        let configuration = try read(entry + "smart: {client: cohortium, key: secrets/fhir.pem, keyID: k1}}\n")
        guard case .fhirServer(_, let service) = configuration.sources[0].place else { throw CancellationError() }
        #expect(service?.client == "cohortium" && service?.keyID == "k1" && service?.scope == nil)
        #expect(service?.keyFile.hasSuffix("/secrets/fhir.pem") == true)
        let both = #expect(throws: DiagnosticList.self) { try read(entry + "authorization: a, smart: {client: c, key: k}}\n") }
        #expect(both?.diagnostics.map(\.code) == ["N0123"])
        let unknown = #expect(throws: DiagnosticList.self) { try read(entry + "smart: {client: c, keyy: k}}\n") }
        #expect(unknown?.diagnostics.first?.code == "N0102" && unknown?.diagnostics.first?.help == "did you mean `key`?")
    }

    @Test func imagesMayHaveAnIndex() throws {
        let head = "name: north\npolicy: policy.yaml\nsources:\n"
        let configuration = try read(
            head + "  - model: dicom\n    name: live\n    dicomweb: https://pacs.example/dicom-web\n"
                + "  - model: dicom\n    name: kept\n    dicomweb: https://pacs.example/dicom-web\n    index:\n      everyMinutes: 5\n      staleAfterHours: 2\n"
                + "  - model: dicom\n    name: plain\n    dicomweb: https://pacs.example/dicom-web\n    index: {}\n"
                + "  - model: dicom\n    name: files\n    folder: images\n")
        let indexes = configuration.sources.map(\.index)
        #expect(indexes[0] == nil)
        #expect(indexes[1]?.every == .seconds(300) && indexes[1]?.staleAfter == .seconds(7_200))
        #expect(indexes[2] == indexes[3] && indexes[2]?.staleAfter == .seconds(86_400))
        guard case .dicomFolder(let folder) = configuration.sources[3].place else {
            Issue.record("no folder: \(configuration.sources[3])")
            return
        }
        #expect(folder.hasSuffix("/images"))
        let error = #expect(throws: DiagnosticList.self) {
            try read(head + "  - model: dicom\n    folder: images\n    index: { everyMinute: 5 }\n")
        }
        #expect(error?.diagnostics.map(\.code) == ["N0102"])
        #expect(error?.diagnostics.first?.help?.contains("everyMinutes") == true)
    }

    @Test func aMissingFileIsNamed() {
        let error = #expect(throws: DiagnosticList.self) { try NodeConfiguration.read("/nonexistent/node.yaml") }
        #expect(error?.diagnostics.first?.code == "N0101")
    }
}
