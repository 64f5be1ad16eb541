import Foundation
import Testing

@testable import Hyperontology

@Suite struct SearchTests {
    private let ontology: Hyperontology

    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        ontology = try Hyperontology(directory: root.appendingPathComponent("Ontologies").path)
    }

    private func best(_ text: String) -> String? { ontology.find(text, limit: 5).first?.concept.localName }

    @Test(
        arguments: zip(
            [
                "breast carcinoma", "brest carcinma", "carcinoma breast", "Mammakarzinom", "mamakarzinom", "cancer du sein", "Rak piersi",
                "poumon", "oesophage", "ki67", "KI-67", "psa", "pi-rads 4", "glioblastom", "glioblastma", "prostatectomie",
            ],
            [
                "BreastCarcinoma", "BreastCarcinoma", "BreastCarcinoma", "BreastCarcinoma", "BreastCarcinoma", "BreastCarcinoma",
                "BreastCarcinoma", "Lung", "Esophagus", "Ki67", "Ki67", "ProstateSpecificAntigen", "PIRADS4", "Glioblastoma",
                "Glioblastoma", "Prostatectomy",
            ]))
    func findsWhatWasMeant(text: String, concept: String) {
        #expect(best(text) == concept)
    }

    @Test(arguments: ["snomed:254837009", "254837009", "icd10:C50", "C50", "eucaim:CLIN1000060", "c:BreastCarcinoma"])
    func findsByCode(text: String) {
        let hit = ontology.find(text, limit: 5).first
        #expect(hit?.concept.localName == "BreastCarcinoma")
        #expect(hit?.kind == .code)
    }

    @Test func keepsToALanguageAndAClass() {
        #expect(ontology.find("Lunge", language: "de", limit: 3).first?.concept.localName == "Lung")
        #expect(ontology.find("Lunge", language: "fr", limit: 3).allSatisfy { $0.name.language == "fr" })
        #expect(ontology.find("breast", usedFor: "BodyPartValue", limit: 10).allSatisfy { $0.concept.usedFor.contains("BodyPartValue") })
        #expect(ontology.find("breast", usedFor: "Diagnosis", limit: 10).first?.concept.usedFor.contains("Diagnosis") == true)
    }

    @Test func ranksWholeNamesBeforeBeginningsBeforeSlips() {
        let kinds = ontology.find("lung carcinoma", limit: 10).map(\.kind)
        #expect(kinds.first == .name)
        #expect(kinds == kinds.sorted())
        #expect(ontology.find("", limit: 3).isEmpty)
        #expect(ontology.find("lung", limit: 0).isEmpty)
        #expect(ontology.find("xyzzyqwv", limit: 3).isEmpty)
    }

    @Test func everyNameFindsItsConceptFirst() {
        for concept in ontology.concepts {
            let hits = ontology.find(concept.prefLabel, limit: 20)
            #expect(hits.contains { $0.concept == concept }, "\(concept.prefLabel)")
        }
    }

    @Test(arguments: [("carcinoma", "carcinma", 1), ("abc", "abc", 0), ("lung", "lugn", 1), ("liver", "river", 1)])
    func countsSlips(left: String, right: String, edits: Int) {
        #expect(EditDistance.between(Array(left.utf8), Array(right.utf8), atMost: 2) == edits)
        #expect(EditDistance.between(Array(left.utf8), Array("completely".utf8), atMost: 2) == nil)
    }

    /// The quick way of counting against the plain one, on words that are near each other and words that are not.
    @Test func countsSlipsInBothWaysAlike() {
        var seed: UInt64 = 11
        func next(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % bound
        }
        for _ in 0..<3000 {
            let left = (0..<(1 + next(12))).map { _ in UInt8(97 + next(4)) }
            var right = left
            for _ in 0..<next(4) {
                let place = next(right.count + 1)
                switch next(4) {
                case 0: right.insert(UInt8(97 + next(4)), at: place)
                case 1 where place < right.count: right.remove(at: place)
                case 2 where place < right.count: right[place] = UInt8(97 + next(4))
                case 3 where place + 1 < right.count: right.swapAt(place, place + 1)
                default: break
                }
            }
            for bound in 0...3 {
                let expected = EditDistance.between(left, right, atMost: bound)
                let found = EditDistance.Pattern(left).distance(to: right, atMost: bound)
                #expect(found == expected, "\(String(decoding: left, as: UTF8.self)) \(String(decoding: right, as: UTF8.self)) \(bound)")
            }
        }
    }

    @Test func foldsAccentsAndCase() {
        #expect(NameText.words(of: "Œsophage") == ["oesophage"])
        #expect(NameText.words(of: "Płuco Größe") == ["pluco", "grosse"])
        #expect(NameText.words(of: "Ki-67") == ["ki", "67", "ki67"])
        #expect(NameText.plain("  PI-RADS  4 ") == "pi rads 4")
    }

    /// Many made-up names, with the answer known: the index finds what a search through all names finds.
    @Test func agreesWithASearchThroughAllNames() {
        var seed: UInt64 = 7
        func next(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % bound
        }
        let syllables = ["car", "ci", "no", "ma", "li", "ver", "pro", "sta", "te", "lym", "pho", "ren", "al"]
        func word() -> String { (0..<(2 + next(3))).map { _ in syllables[next(syllables.count)] }.joined() }
        let names = (0..<3000).map { _ in (0..<(1 + next(3))).map { _ in word() }.joined(separator: " ") }
        let entries = names.enumerated().map { NameIndex.Entry(text: $1, owner: Int32($0), isPreferred: true) }
        let index = NameIndex(entries)
        for _ in 0..<50 {
            let wanted = [word(), word()].prefix(1 + next(2)).joined(separator: " ")
            let parts = wanted.split(separator: " ")
            let expected = Set(
                names.indices.filter { name in
                    let words = names[name].split(separator: " ")
                    return parts.allSatisfy { part in words.contains { $0.hasPrefix(part) } }
                })
            let found = index.find(wanted, limit: 3000).filter { $0.kind < .part }
            #expect(Set(found.map(\.entry)) == expected, "\(wanted)")
        }
    }
}
