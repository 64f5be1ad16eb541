import AtlasImport
import Compiler
import Diagnostics
import Foundation
import Hyperontology

/// Definitions of ATLAS of one to four megabytes, most of it concepts: read, written as CohortQL, checked and planned.
enum AtlasBenchmark {
    static func run(_ hyperontology: Hyperontology, median: (_ work: () -> Void) -> Double) {
        print("\n| bytes of ATLAS | concepts | import, ms | check and plan, ms |\n|---:|---:|---:|---:|")
        let compiler = QueryCompiler(hyperontology: hyperontology)
        for count in [3_000, 6_000, 12_000] {
            let source = SourceText(name: "d.json", text: definition(concepts: count))
            guard let text = AtlasImporter.read(source, name: "D").text else { return print("the definition was refused") }
            let query = SourceText(name: "d", text: text)
            guard compiler.compile(query).query != nil else { return print("the query was refused") }
            let reading = median { _ = AtlasImporter.read(source, name: "D") }
            let planning = median { _ = compiler.compile(query) }
            print("| \(source.bytes.count) | \(count) | \(String(format: "%.0f", reading)) | \(String(format: "%.0f", planning)) |")
        }
    }

    private static func definition(concepts count: Int) -> String {
        let items = (0..<count).map { number in
            """
            {"concept": {"CONCEPT_ID": \(number + 1_000_000), "CONCEPT_NAME": "Concept number \(number)", "STANDARD_CONCEPT": "S",
            "STANDARD_CONCEPT_CAPTION": "Standard", "INVALID_REASON": "V", "INVALID_REASON_CAPTION": "Valid", "CONCEPT_CODE": "\(number)",
            "DOMAIN_ID": "Condition", "VOCABULARY_ID": "SNOMED", "CONCEPT_CLASS_ID": "Clinical Finding"}, "isExcluded": false,
            "includeDescendants": true, "includeMapped": false}
            """
        }
        return """
            {"ConceptSets": [{"id": 0, "name": "Stroke", "expression": {"items": [\(items.joined(separator: ","))]}}],
            "PrimaryCriteria": {"CriteriaList": [{"ConditionOccurrence": {"CodesetId": 0}}],
            "ObservationWindow": {"PriorDays": 0, "PostDays": 0}, "PrimaryCriteriaLimit": {"Type": "First"}}}
            """
    }
}
