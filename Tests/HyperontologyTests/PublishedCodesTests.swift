import Foundation
import Hyperontology
import Testing

/// Every code of ours that a published list has is held against the name that it has there.
@Suite(.enabled(if: PublishedNames.areThere, "needs ../shared")) struct PublishedCodesTests {
    /// Codes whose name here and there share no word, though they are one thing: a person has read both.
    private let sameInOtherWords: Set<String> = [
        "snomed:816094009",  // chest: cross-sectional thorax
        "snomed:51185008",  // thoracic structure: chest
        "snomed:53505006",  // anus: anal structure
    ]

    @Test func noCodeIsContradicted() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let ontology = try Hyperontology(directory: root.appendingPathComponent("Ontologies").path)
        let published = try PublishedNames(beside: PublishedPackages.names ?? [:])
        var (same, reworded, absent) = (0, 0, 0)
        var contradicted: [String] = []
        for mapping in ontology.mappings {
            guard let names = published[mapping.system, mapping.code] else {
                absent += 1
                continue
            }
            let label = PublishedNames.normalised(mapping.label ?? "")
            if names.contains(label) {
                same += 1
            } else if names.contains(where: { shareAWord($0, label) }) || sameInOtherWords.contains(mapping.system + ":" + mapping.code) {
                reworded += 1
            } else {
                contradicted.append("\(mapping.file):\(mapping.line) \(mapping.code) `\(label)` is \(names.sorted().prefix(3))")
            }
        }
        let listed = same + reworded + contradicted.count
        func percent(_ whole: Int) -> Double { Double(same * 1000 / max(1, whole)) / 10 }
        print(
            "codes: \(same) confirmed by name, \(reworded) reworded, \(contradicted.count) contradicted, \(absent) in no list;",
            terminator: " ")
        print("confirmed \(percent(listed)) % of those that a list has, \(percent(listed + absent)) % of all")
        #expect(contradicted.isEmpty, "\(contradicted.joined(separator: "\n"))")
        #expect(percent(listed) >= 90)
        // With the lists of ICD-10 and of DICOM, nine of ten of all codes that we have.
        if PublishedPackages.names != nil { #expect(percent(listed + absent) >= 90) }
        #expect(same + reworded >= 4000)
    }

    /// What two vocabularies have has two mappings: a concept that a list has by its very name, as a thing of its kind, has that code too.
    @Test func whatAListHasByNameIsMapped() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let ontology = try Hyperontology(directory: root.appendingPathComponent("Ontologies").path)
        let kinds = ["Condition": "Diagnosis", "Procedure": "Procedure", "Drug": "Medication", "Measurement": "Observation"]
        let records = Dictionary(grouping: try PublishedNames().records, by: \.name)
        var missing: [String] = []
        var found = 0
        for concept in ontology.concepts {
            let mapped = Set(ontology.mappings(of: concept.iri).map { $0.system + ":" + $0.code })
            for name in Set(concept.names.map(PublishedNames.normalised)) {
                for record in records[name] ?? [] where concept.usedFor.contains(kinds[record.domain] ?? "") {
                    guard let system = record.system, system != "icd10cm", system != "atc" else { continue }
                    // A product of several makers, or an older edition's code, may be missing where the code that is current is there.
                    found += 1
                    if !mapped.contains("\(system):\(record.code)"), !mapped.contains("omop:\(record.id)") {
                        missing.append("\(concept.localName): \(system):\(record.code) \(record.name)")
                    }
                }
            }
        }
        #expect(missing.isEmpty, "\(missing.joined(separator: "\n"))")
        #expect(found > 300)
        let counts = ontology.concepts.map { Set(ontology.mappings(of: $0.iri).map(\.system)).count }
        print("concepts with codes of two systems and more: \(counts.count { $0 >= 2 }) of \(counts.count)")
        #expect(counts.count { $0 >= 2 } >= 1200)
    }

    /// Whether two names have a word in common, other than those that every second name has; endings do not count.
    private func shareAWord(_ left: String, _ right: String) -> Bool {
        let common: Set<Substring> = [
            "stru", "of", "the", "and", "or", "nos", "body", "find", "diso", "part", "regi", "segm", "left", "righ",
        ]
        func stems(_ name: String) -> Set<Substring> {
            Set(name.split { !$0.isLetter && !$0.isNumber }.map { $0.prefix(4) }).subtracting(common)
        }
        return !stems(left).isDisjoint(with: stems(right))
    }

    @Test func findsAContradiction() throws {
        let published = try PublishedNames()
        #expect(published["snomed", "254837009"]?.contains("malignant neoplasm of breast") == true)
        #expect(published["omop", "4112853"] != nil)
        #expect(!shareAWord("malignant neoplasm of breast", "fracture of femur"))
    }
}
