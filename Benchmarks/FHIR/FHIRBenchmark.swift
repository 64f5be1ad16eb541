import CohortPlan
import Compiler
import Diagnostics
import Execution
import FHIRAdapter
import Foundation
import HTTPClient
import Hyperontology
import Synthesis
import TestFHIRServer

/// How many requests and bytes a question takes of a FHIR server, against the least that it could take: each matching resource once, whole and
/// alone, in as few pages as the server allows.
///
/// `swift run -c release fhir-benchmark [patients]`
@main struct FHIRBenchmark {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let page = 500

    private static let questions = [
        ("a diagnosis", "any diagnosis of \"Breast Carcinoma\""),
        ("a diagnosis and a drug", "any diagnosis of \"Breast Carcinoma\" and any medication of \"Antineoplastic Agent\""),
        (
            "a rare diagnosis and a common value",
            "any diagnosis of \"Rectal Carcinoma\" and any observation of \"Stage Group\""
        ),
        (
            "a diagnosis, a value, an examination",
            "any diagnosis of \"Prostate Carcinoma\" and any observation of \"Prostate Specific Antigen\" > 10 ng/mL and any imaging study having series { modality MR }"
        ),
        ("nobody with a diagnosis", "not any diagnosis of \"Breast Carcinoma\""),
    ]

    private struct Cost {
        var requests = 0
        var bytes = 0
        var patients = 0
    }

    static func main() async throws {
        let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 5_000
        let hyperontology = try Hyperontology(directory: root.appendingPathComponent("Ontologies").path)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cohortium-benchmark-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try await SyntheticDataset(seed: 1, patients: count, models: [.fhir], hyperontology: hyperontology).write(to: folder)
        let fhir = folder.appendingPathComponent("node-1/fhir")
        let resources = try FileManager.default.contentsOfDirectory(atPath: fhir.path).filter { $0.hasSuffix(".ndjson") }.sorted().flatMap {
            try String(contentsOf: fhir.appendingPathComponent($0), encoding: .utf8).split(separator: "\n").map(String.init)
        }
        print("\(resources.count) resources of \(count) patients, pages of \(page)\n")
        print("| question | patients | requests | as few as | without narrowing | bytes | against whole matches | without narrowing |")
        print("|---|---:|---:|---:|---:|---:|---:|---:|")
        for (name, condition) in questions {
            let text = "cohort C {\n  patients where \(condition)\n}\n"
            guard let query = QueryCompiler(hyperontology: hyperontology).compile(SourceText(name: "c", text: text)).query else {
                print("| \(name) | not understood |")
                continue
            }
            let plan = query.expanded
            let best = try await cost(of: plan, resources, [], hyperontology)
            let plain = try await cost(
                of: plan, resources, [.ignoresElements, .lacks("patient"), .lacks("code"), .lacks("combo-code")], hyperontology)
            let least = try await least(of: plan, resources, hyperontology)
            guard best.patients == plain.patients else { throw CocoaError(.fileReadCorruptFile) }
            print(
                "| \(name) | \(best.patients) | \(best.requests) | \(least.requests) | \(plain.requests) | \(best.bytes / 1_024) KiB "
                    + "| \(ratio(best.bytes, least.bytes)) | \(ratio(plain.bytes, least.bytes)) |")
        }
    }

    private static func ratio(_ one: Int, _ other: Int) -> String { String(format: "%.2f", Double(one) / Double(max(1, other))) + "×" }

    private static func adapter(_ address: ServiceAddress, _ hyperontology: Hyperontology) -> FHIRServerAdapter {
        let uris = hyperontology.codeSystems.flatMap { system in system.uris.map { ($0, system.shortName) } }
        return FHIRServerAdapter(
            name: "server", address: address, bindings: hyperontology.bindings(for: "fhir"),
            codeSystems: Dictionary(uris) { first, _ in first }, http: HTTPClient())
    }

    /// The second time: what a server can is tried out once, and not with every question.
    private static func cost(
        of plan: ExpandedPlan, _ resources: [String], _ faults: Set<FaultyServer.Fault>, _ hyperontology: Hyperontology
    ) async throws -> Cost {
        try await FaultyServer(resources: resources, faults: faults).serve { address, log in
            let engine = PlanEngine(sources: [adapter(address, hyperontology)])
            _ = try await engine.execute(plan)
            log.clear()
            let patients = try await engine.execute(plan).counted?.selection.patients.count ?? 0
            return Cost(requests: log.requests.count, bytes: log.bytes, patients: patients)
        }
    }

    /// All patients, and every resource that has one of the codes that are asked for, each type in pages.
    private static func least(of plan: ExpandedPlan, _ resources: [String], _ hyperontology: Hyperontology) async throws -> Cost {
        let codes = Set(plan.expansions.flatMap(\.codes).map(\.code))
        let kinds = Set(plan.plan.requests.map(\.kind))
        var byType: [String: (count: Int, bytes: Int)] = [:]
        for text in resources {
            guard let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any],
                let type = object["resourceType"] as? String
            else { continue }
            let isWanted =
                switch type {
                case "Patient": true
                case "ImagingStudy": kinds.contains(.imagingStudy)
                case "Condition": kinds.contains(.diagnosis) && has(codes, object["code"])
                case "Observation": kinds.contains(.observation) && has(codes, object["code"])
                case "MedicationAdministration", "MedicationRequest":
                    kinds.contains(.medication) && has(codes, object["medicationCodeableConcept"])
                default: false
                }
            if isWanted { byType[type] = ((byType[type]?.count ?? 0) + 1, (byType[type]?.bytes ?? 0) + text.utf8.count) }
        }
        var cost = Cost()
        for (count, bytes) in byType.values {
            cost.requests += (count + page - 1) / page
            cost.bytes += bytes
        }
        return cost
    }

    private static func has(_ codes: Set<String>, _ concept: Any?) -> Bool {
        let codings = (concept as? [String: Any])?["coding"] as? [[String: Any]] ?? []
        return codings.contains { ($0["code"] as? String).map(codes.contains) ?? false }
    }
}
