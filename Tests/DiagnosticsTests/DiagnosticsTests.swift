import Diagnostics
import Testing

@Suite struct DiagnosticRendererTests {
    @Test func showsPlaceLineAndCarets() {
        let source = SourceText(name: "luminal.cohort", text: "cohort A {\n  index = first diagnosis of \"invasive brest carcinoma\"\n}\n")
        let start = 40
        let span = SourceSpan(start, start + 26)
        let diagnostic = Diagnostic(
            "C0203", "no concept is called \"invasive brest carcinoma\"", at: span,
            help: "did you mean \"Invasive Breast Carcinoma\" (ncit:C9245)?")
        #expect(
            DiagnosticRenderer().render(diagnostic, in: source) == """
                error[C0203]: no concept is called "invasive brest carcinoma"
                 --> luminal.cohort:2:30
                  |
                2 |   index = first diagnosis of "invasive brest carcinoma"
                  |                              ^^^^^^^^^^^^^^^^^^^^^^^^^^ did you mean "Invasive Breast Carcinoma" (ncit:C9245)?

                """)
    }

    @Test func columnsCountCharactersNotBytes() {
        let source = SourceText(name: "t", text: "äöü x")
        #expect(source.place(of: 7) == source.place(of: 7))
        #expect(source.place(of: 7).column == 5)
        #expect(source[SourceSpan(7, 8)] == "x")
    }

    @Test func spansPastTheEndAreTheEnd() {
        let source = SourceText(name: "t", text: "ab\n")
        #expect(source.place(of: 99).line == 2)
        #expect(source[SourceSpan(1, 99)] == "b\n")
    }
}

@Suite struct NearestTests {
    @Test(arguments: [
        ("invasive brest carcinoma", "Invasive Breast Carcinoma"), ("diagnosys", "diagnosis"), ("mri", "MR"),
    ])
    func suggests(_ word: String, _ expected: String) {
        #expect(nearest(to: word, among: ["Invasive Breast Carcinoma", "diagnosis", "MR", "Prostate"]) == expected)
    }

    @Test func suggestsNothingFarAway() {
        #expect(nearest(to: "zebra", among: ["diagnosis", "medication"]) == nil)
    }
}
