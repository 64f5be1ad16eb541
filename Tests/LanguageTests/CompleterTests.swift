import Compiler
import Diagnostics
import Hyperontology
import Testing

@Suite struct CompleterTests {
    private func complete(_ text: String) throws -> Completer.Completion {
        Completer(hyperontology: try Spec.ontology.get()).complete(SourceText(name: "q", text: text), at: text.utf8.count)
    }

    private func labels(_ text: String, _ kind: Completer.Candidate.Kind) throws -> [String] {
        try complete(text).candidates.filter { $0.kind == kind }.map(\.label)
    }

    private let head = "cohort A {\n  index = first diagnosis of \"Breast Carcinoma\"\n"

    @Test func wordsAreTheParsers() throws {
        #expect(try labels("", .keyword) == ["codes", "cohort", "concepts", "dispatch", "import", "parameter", "report"])
        #expect(try labels("co", .keyword) == ["codes", "cohort", "concepts"])
        #expect(try labels(head + "  scan = last imaging ", .keyword) == ["series", "studies", "study"])
        #expect(try labels(head + "  patients where age at index >= 40 ", .keyword) == ["month", "months", "year", "years"])
        let after = try labels(head + "  patients where exists index ", .keyword)
        #expect(after.contains("and") && after.contains("or") && !after.contains("of"))
    }

    @Test func whatEventsShareAndHowNumbersChangeIsCompleted() throws {
        #expect(try labels(head + "  patients where any visit in the same ", .keyword) == ["specimen", "study", "visit"])
        #expect(try labels(head + "  patients where any visit in the same visit as ", .event) == ["index"])
        let first = try labels(head + "  patients where ", .keyword)
        for word in ["relative", "increase", "decrease", "change", "doubling"] { #expect(first.contains(word), "\(first)") }
        #expect(Set(try labels(head + "  patients where relative ", .keyword)).isSuperset(of: ["change", "decrease", "increase"]))
        #expect(try labels(head + "  patients where increase from ", .event) == ["index"])
        #expect(try labels(head + "  patients where increase from index to ", .event) == ["index"])
        #expect(try labels(head + "  patients where doubling ", .keyword).contains("time"))
    }

    @Test func namesAreThoseAbove() throws {
        #expect(try labels(head + "  patients where exists ", .event) == ["index"])
        #expect(try labels("parameter reach = 3\n" + head + "  patients where any death within ", .parameter) == ["$reach"])
        #expect(try labels("cohort Women { patients where sex is female }\ncohort B { patients where in ", .cohort).contains("Women"))
        #expect(try labels("concepts Mine = include \"Taxane\"\n" + head + "  chemo = first medication of ", .conceptSet) == ["Mine"])
    }

    @Test func conceptsFitTheirPlace() throws {
        let diagnoses = try labels(head + "  other = first diagnosis of \"breast", .concept)
        #expect(diagnoses.contains("Breast Carcinoma") && !diagnoses.contains("Breast"))
        let answers = try labels(head + "  patients where any observation of \"HER2 Status\" is ", .concept)
        #expect(Set(answers).isSuperset(of: ["Positive", "Negative"]) && !answers.contains("T2"))
        let modalities = try labels(head + "  scan = last imaging study having series { modality ", .concept)
        #expect(modalities.contains("Magnetic Resonance") && !modalities.contains("Breast Carcinoma"))
        #expect(try complete(head + "  x = first diagnosis of \"breast carc").candidates.first?.text == "\"Breast Carcinoma\"")
    }

    @Test func propertiesStandInBraces() throws {
        #expect(try labels(head + "  scan = last imaging study having series { ", .property).contains("slice thickness"))
        #expect(try labels(head + "  scan = last imaging study having series { modality MR, sl", .property) == ["slice thickness"])
        #expect(try labels(head + "  ", .property).isEmpty)
    }

    @Test func theBegunWordIsReplaced() throws {
        let text = head + "  patients where exi"
        let found = try complete(text)
        #expect(found.start == text.utf8.count - 3 && found.end == text.utf8.count)
        #expect(found.candidates.map(\.label) == ["exists"])
        #expect(try complete("# cohort ").candidates.isEmpty)
    }
}
