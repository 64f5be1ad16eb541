import AtlasImport
import CohortQL
import Compiler
import Diagnostics
import Foundation
import Hyperontology
import Testing

/// Documents that nobody exports: each ends in a message or in a query, soon.
@Suite struct HostileDocumentTests {
    private static let smallest = """
        {"ConceptSets": [{"id": 0, "name": "Stroke", "expression": {"items": [{"concept": {"CONCEPT_ID": 372924, "CONCEPT_NAME": "Stroke"},
        "includeDescendants": true}]}}], "PrimaryCriteria": {"CriteriaList": [{"ConditionOccurrence": {"CodesetId": 0}}],
        "ObservationWindow": {"PriorDays": 0, "PostDays": 0}, "PrimaryCriteriaLimit": {"Type": "First"}}}
        """

    private func read(_ text: String) -> AtlasImporter.Import { AtlasImporter.read(SourceText(name: "d.json", text: text), name: "D") }

    @Test func theSmallestIsWhole() {
        let found = read(HostileDocumentTests.smallest)
        #expect(found.isWhole)
        #expect(
            found.text == """
                # Stroke
                codes Stroke =
                  include omop:372924 "Stroke"

                # D
                cohort D semantics atlas {
                  enter with condition_occurrence of Stroke
                  observed 0 days before and 0 days after
                  keep first
                  keep all
                }

                """)
    }

    /// What is not known is named with its path, and the query says so.
    @Test(arguments: [
        (
            "\"CodesetId\": 0", "\"CodesetId\": 0, \"StopReason\": {\"Text\": \"x\", \"Op\": \"eq\"}",
            "$.PrimaryCriteria.CriteriaList[0].ConditionOccurrence.StopReason"
        ),
        ("\"ConditionOccurrence\"", "\"LocationRegion\"", "$.PrimaryCriteria.CriteriaList[0]"),
        ("\"Type\": \"First\"", "\"Type\": \"Middle\"", "$.PrimaryCriteria.PrimaryCriteriaLimit.Type"),
        ("\"PriorDays\": 0", "\"PriorDays\": -3", "$.PrimaryCriteria.ObservationWindow.PriorDays"),
        ("\"PriorDays\": 0", "\"PriorDays\": \"many\"", "$.PrimaryCriteria.ObservationWindow.PriorDays"),
        ("\"ConceptSets\": [", "\"Surprise\": {\"a\": 1}, \"ConceptSets\": [", "$.Surprise"),
        (
            "\"CodesetId\": 0", "\"CodesetId\": 0, \"Age\": {\"Value\": -1, \"Op\": \"gt\"}",
            "$.PrimaryCriteria.CriteriaList[0].ConditionOccurrence.Age.Value"
        ),
        (
            "\"CodesetId\": 0", "\"CodesetId\": 0, \"Gender\": [{\"CONCEPT_ID\": 8521}]",
            "$.PrimaryCriteria.CriteriaList[0].ConditionOccurrence.Gender"
        ),
    ])
    func whatCannotBeSaidIsNamed(_ part: String, _ other: String, _ path: String) {
        let found = read(HostileDocumentTests.smallest.replacing(part, with: other))
        #expect(!found.isWhole)
        #expect(found.diagnostics.contains { $0.notes == ["at \(path)"] }, "\(found.diagnostics.map(\.notes))")
        #expect(found.diagnostics.allSatisfy { $0.help?.isEmpty == false })
        if let text = found.text { #expect(text.contains(path)) }
    }

    @Test(arguments: [
        ("", "C0301"), ("{", "C0301"), ("[]", "C0302"), ("{}", "C0302"), ("null", "C0301"), ("\u{0}", "C0301"),
        ("{\"PrimaryCriteria\": 3}", "C0303"),
        ("{\"expression\": \"{\"}", "C0301"), ("{\"expression\": [1]}", "C0302"),
        (String(repeating: "[", count: 1_000_000), "C0302"), (String(repeating: "{\"a\":", count: 100_000), "C0302"),
        ("{\"PrimaryCriteria\": {\"CriteriaList\": {}}}", "C0305"),
        ("{\"PrimaryCriteria\": {\"CriteriaList\": [1, \"x\", null]}}", "C0310"),
    ])
    func whatIsNoDefinitionIsRefused(_ text: String, _ code: String) {
        let start = ContinuousClock.now
        let found = read(text)
        #expect(found.text == nil && found.diagnostics.contains { $0.code.rawValue == code }, "\(found.diagnostics.map(\.code.rawValue))")
        #expect(ContinuousClock.now - start < .seconds(1))
    }

    /// Four megabytes of concepts are a query; with the time that a release build may take, tripled.
    @Test func aLongDefinitionIsReadSoon() throws {
        let item = """
            {"concept": {"CONCEPT_ID": %, "CONCEPT_NAME": "Concept number %", "STANDARD_CONCEPT": "S", "STANDARD_CONCEPT_CAPTION": "Standard",
            "INVALID_REASON": "V", "INVALID_REASON_CAPTION": "Valid", "CONCEPT_CODE": "%", "DOMAIN_ID": "Condition", "VOCABULARY_ID": "SNOMED",
            "CONCEPT_CLASS_ID": "Clinical Finding"}, "isExcluded": false, "includeDescendants": true, "includeMapped": false}
            """
        let items = (0..<12_000).map { item.replacing("%", with: "\($0 + 1_000_000)") }.joined(separator: ",")
        let text = HostileDocumentTests.smallest.replacing("\"items\": [", with: "\"items\": [\(items),")
        #expect(text.utf8.count > 4_000_000)
        let start = ContinuousClock.now
        let found = read(text)
        let time = ContinuousClock.now - start
        print("atlas: \(text.utf8.count) bytes imported in \(time)")
        #expect(found.isWhole)
        #if !DEBUG
            #expect(time < .seconds(1))
        #endif
        let compiler = QueryCompiler(hyperontology: try ImportTests.ontology.get())
        let query = SourceText(name: "d", text: try #require(found.text))
        let checked = ContinuousClock.now
        #expect(compiler.compile(query).query != nil)
        print("atlas: 12000 codes checked and planned in \(ContinuousClock.now - checked)")
    }

    /// More concepts than a query can hold are a message.
    @Test func aMillionConceptsAreRefused() {
        let items = (0..<300_000).map { "{\"concept\":{\"CONCEPT_ID\":\($0)}}" }.joined(separator: ",")
        let found = read(HostileDocumentTests.smallest.replacing("\"items\": [", with: "\"items\": [\(items),"))
        #expect(!found.isWhole && !found.diagnostics.isEmpty)
    }

    /// Documents of the library, spoilt: values put in the place of others, members doubled, taken out and renamed, bytes turned round. Each
    /// ends in a query that is read without a mistake, or in messages. COHORTIUM_FUZZ is how many.
    @Test(.enabled(if: PhenotypeLibrary.isPresent, "skipped: ../shared/oracles/atlas is not here")) func spoiltDocumentsEndInMessages()
        throws
    {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["COHORTIUM_FUZZ"].flatMap { Int($0) } ?? 300
        let seed = environment["COHORTIUM_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1_000_000)
        print("atlas: \(count) spoilt documents, seed \(seed)")
        var random = SplitMix(state: seed)
        let documents = try PhenotypeLibrary.definitions.get().sorted { ($0.value.count, $0.key) < ($1.value.count, $1.key) }.prefix(400)
            .map(\.value)
        for number in 0..<count {
            var bytes = Array(documents[Int(random.next() % UInt64(documents.count))])
            for _ in 0..<(1 + random.next() % 4) { bytes = spoilt(bytes, &random) }
            let start = ContinuousClock.now
            let found = AtlasImporter.read(SourceText(name: "d.json", bytes: bytes), name: "D")
            #expect(ContinuousClock.now - start < .seconds(2), "seed \(seed), document \(number)")
            if let text = found.text {
                let mistakes = Parser.parse(SourceText(name: "d", text: text)).diagnostics
                #expect(mistakes.isEmpty, "seed \(seed), document \(number): \(mistakes.map(\.message))")
            } else {
                #expect(!found.diagnostics.isEmpty, "seed \(seed), document \(number)")
            }
        }
    }

    private func spoilt(_ bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        func place() -> Int { bytes.isEmpty ? 0 : Int(random.next() % UInt64(bytes.count)) }
        var result = bytes
        switch random.next() % 5 {
        case 0: result[place()] = UInt8(truncatingIfNeeded: random.next())
        case 1:
            let start = place()
            result.removeSubrange(start..<min(bytes.count, start + Int(random.next() % 40)))
        case 2:
            let start = place()
            result.insert(contentsOf: bytes[start..<min(bytes.count, start + Int(random.next() % 400))], at: place())
        default:
            // A value in the place of another keeps the document JSON more often than not.
            let values = [
                "null", "true", "-1", "1e300", "\"x\"", "[]", "{}", "[[]]", "\"Type\"", "0", "99999999999999999999", "\"\\u0000\"",
            ]
            guard let colon = bytes[place()...].firstIndex(of: UInt8(ascii: ":")),
                let end = bytes[colon...].firstIndex(where: { [UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "\n")].contains($0) })
            else { return result }
            result.replaceSubrange((colon + 1)..<end, with: Array(values[Int(random.next() % UInt64(values.count))].utf8))
        }
        return result
    }
}

/// Numbers that a seed repeats (SplitMix64).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
