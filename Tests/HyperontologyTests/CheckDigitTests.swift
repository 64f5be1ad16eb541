import Testing

@testable import Hyperontology

@Suite struct CheckDigitTests {
    // From the specification of SNOMED CT identifiers: published identifiers and one digit changed or two swapped.
    @Test(arguments: ["254837009", "363346000", "138875005", "100022", "900000000000207008"])
    func acceptsSNOMED(code: String) {
        #expect(CheckDigits.holds(for: code, in: "snomed"))
    }

    @Test(arguments: ["254837008", "254873009", "25483700", "abc", "", "6.7811E+13"])
    func refusesSNOMED(code: String) {
        #expect(!CheckDigits.holds(for: code, in: "snomed"))
    }

    @Test(arguments: ["2857-1", "8302-2", "LA6576-8", "10508-0", "LA3-6"])
    func acceptsLOINC(code: String) {
        #expect(CheckDigits.holds(for: code, in: "loinc"))
    }

    @Test(arguments: ["2857-2", "2875-1", "2857", "LA3-5", "2857-", "-1", "x-1"])
    func refusesLOINC(code: String) {
        #expect(!CheckDigits.holds(for: code, in: "loinc"))
    }

    @Test func leavesOtherSystemsAlone() {
        #expect(CheckDigits.holds(for: "C50.9", in: "icd10"))
    }

    @Test(arguments: ["8500/3", "a b", "ü%", "plain-1.2_3~"])
    func percentEncodingIsReversed(text: String) {
        #expect(PercentEncoding.decoded(PercentEncoding.encoded(text)) == text)
    }

    @Test func looksForTheDirectoryUpwards() {
        let candidates = Hyperontology.candidates(workingDirectory: "/a/b", executable: "/opt/cohortium/bin/cohortium")
        #expect(
            candidates == [
                "/a/b/Ontologies", "/a/Ontologies", "/Ontologies", "/opt/cohortium/share/cohortium/Ontologies",
                "/opt/cohortium/bin/Ontologies",
                "/opt/cohortium/Ontologies", "/opt/Ontologies", "/Ontologies",
            ])
    }
}
