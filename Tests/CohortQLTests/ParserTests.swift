import CohortQL
import Diagnostics
import Testing

@Suite struct ParserTests {
    private let query = """
        # Baseline MRI
        cohort A {
          index = first diagnosis of one of ("Breast Carcinoma", exactly ncit:C9245)   # why not
          psa=last observation of "PSA" from 4 to 10 ng/mL from 6 to 12 weeks after index
          image = last imaging study within 60 days before index having series { modality MR, slice thickness <= 2 mm, contrast yes }
          patients where (sex is female or not (sex is male)) and age at index from 40 to 60 years and exists image
            and at least 2 observations of "PSA" > 4 ng/mL and index is between 2015-01-01 and 2020-12-31
            and no diagnosis more than 30 days before end of index
        }
        report A count patients, studies of image by sex, age at index in bands of 10 years, node
        """

    @Test func readsEveryConstruct() throws {
        let (tree, diagnostics) = Parser.parse(SourceText(name: "q", text: query))
        #expect(diagnostics.isEmpty)
        let cohort = try #require(tree.cohorts.first)
        #expect(cohort.events.map(\.name.text) == ["index", "psa", "image"])
        #expect(cohort.events[0].selection.concepts?.concepts.map(\.reach) == [.withDescendants, .itself])
        guard case .range(_, _, let unit) = cohort.events[1].selection.value else { throw Unexpected() }
        #expect(unit?.text == "ng/mL")
        #expect(cohort.events[1].selection.windows.count == 1)
        guard case .series(let attributes) = cohort.events[2].selection.having.first else { throw Unexpected() }
        #expect(attributes.attributes.map(\.name.text) == ["modality", "slice thickness", "contrast"])
        guard case .and(let parts, _) = cohort.condition else { throw Unexpected() }
        #expect(parts.count == 6)
        #expect(tree.report?.measures.count == 2)
        #expect(tree.comments.count == 2)
    }

    struct Unexpected: Error {}

    /// A unit's signs are no tokens; reading ahead of it must leave neither a message nor a second comment.
    @Test func unitsOfSignsAreRead() throws {
        let text = "cohort A { patients where any observation of \"X\" > 4 % # share\n and any observation of \"Y\" > 4 %[a] # b\n }"
        let (tree, diagnostics) = Parser.parse(SourceText(name: "q", text: text))
        #expect(diagnostics.isEmpty)
        #expect(tree.comments.map(\.text) == ["# share", "# b"])
    }

    @Test func formattingIsIdempotentAndKeepsMeaningAndComments() throws {
        let formatted = try #require(Formatter.format(SourceText(name: "q", text: query)))
        #expect(Formatter.format(SourceText(name: "q", text: formatted)) == formatted)
        #expect(formatted.contains("# Baseline MRI"))
        #expect(formatted.contains("# why not"))
        #expect(formatted.contains("  index = first diagnosis of one of (\"Breast Carcinoma\", exactly ncit:C9245)\n"))
        #expect(formatted.contains("from 6 to 12 weeks after index"))
        #expect(formatted.split(separator: "\n").allSatisfy { !$0.hasSuffix(" ") })
    }

    @Test func reportsEveryMistakeOfAFile() {
        let text = """
            cohort A {
              index = frist diagnosis of "X"
              scan = last imaging stduy
              patients where sex is female and agee at index > 3 years and exists scan or ( no diagnosis of )
            }
            repot A count patients
            """
        let (_, diagnostics) = Parser.parse(SourceText(name: "q", text: text))
        #expect(diagnostics.map(\.code.rawValue).allSatisfy { $0 == "C0104" })
        #expect(diagnostics.count == 5)
        #expect(diagnostics.compactMap(\.help).contains("did you mean `study`?"))
        #expect(diagnostics.compactMap(\.help).contains("did you mean `report`?"))
    }

    @Test(arguments: [
        ("cohort A { patients where sex is \"female }", "C0102"), ("cohort A { patients where § }", "C0101"),
        ("report A count patients report B count patients", "C0122"),
        ("cohort A { patients where sex is male patients where sex is male }", "C0123"),
        ("cohort A { patients where \(String(repeating: "not ", count: 250))sex is male }", "C0111"),
        ("cohort A = \(String(repeating: "(", count: 250))B\(String(repeating: ")", count: 250))", "C0111"),
        ("cohort A { patients where \(String(repeating: "(", count: 250))sex is male\(String(repeating: ")", count: 250)) }", "C0111"),
        (String(repeating: " ", count: 1_000_001), "C0110"),
    ])
    func codes(_ text: String, _ code: String) {
        let (_, diagnostics) = Parser.parse(SourceText(name: "q", text: text))
        #expect(diagnostics.contains { $0.code.rawValue == code })
    }

    @Test func noInputIsTooStrange() {
        var random = Numbers(state: 7)
        let bytes = Array(query.utf8)
        for _ in 0..<2_000 {
            var mutated = bytes
            for _ in 0..<Int(random.next() % 6 + 1) {
                let place = Int(random.next() % UInt64(mutated.count))
                switch random.next() % 4 {
                case 0: mutated[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: mutated.remove(at: place)
                case 2: mutated.insert(contentsOf: mutated[place..<min(mutated.count, place + 9)], at: place)
                default: mutated.removeSubrange(place...)
                }
                if mutated.isEmpty { mutated = [0] }
            }
            let source = SourceText(name: "q", bytes: mutated)
            let (_, diagnostics) = Parser.parse(source)
            for diagnostic in diagnostics { #expect((diagnostic.span?.upperBound ?? 0) <= mutated.count) }
            if let formatted = Formatter.format(source) {
                #expect(Formatter.format(SourceText(name: "q", text: formatted)) == formatted)
            }
        }
    }

    @Test(arguments: ["(", "{", "not ", "\u{0}", "and ", "\"", "cohort "])
    func longRunsEndSoon(_ piece: String) {
        let text = "cohort A { patients where " + String(repeating: piece, count: 200_000 / piece.utf8.count)
        let clock = ContinuousClock()
        var count = 0
        let time = clock.measure { count = Parser.parse(SourceText(name: "q", text: text)).diagnostics.count }
        #expect(count > 0)
        #expect(time < .seconds(20))
    }
}

/// SplitMix64.
struct Numbers {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
