import Compiler
import Diagnostics
import Testing

/// Everything that the language must say, a sentence for each construct, and what its checks must refuse or warn of.
@Suite struct LanguageTableTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let area: String
        /// Whole files, or conditions over ``events``.
        let sentences: [String]

        var testDescription: String { area }
    }

    /// Named events that conditions use.
    private static let events = """
          index    = first diagnosis of "Breast Carcinoma"
          chemo    = first medication of "Antineoplastic Agent" after index
          scan     = last imaging study within 60 days before chemo having series { modality MR, body part "Breast" }
          lesion   = first imaging series { modality CT }
          early    = first observation of "PSA" is known
          late     = last observation of "PSA" is known
          nadir    = lowest observation of "PSA" is known after index
          death    = first death
          radiation = first radiotherapy of "Radiotherapy"
          visits   = visit
        """

    private static let cohort =
        "cohort A {\n  scan = imaging study having series { modality CT }\n  age_day = first diagnosis\n  psa = first observation of \"PSA\" is known\n  stage = first observation of \"T Stage\"\n  patients where exists scan and exists psa and exists stage\n}\n\ncohort B {\n  patients where sex is female\n}\n\n"

    static let rows = [
        Row(
            area: "counting unit",
            sentences: [
                "report A count patients", "report A count studies", "report A count series of scan",
                "report A count events of psa, patients",
            ].map { cohort + $0 }),
        Row(
            area: "events",
            sentences: [
                "any diagnosis of \"Breast Carcinoma\"", "any procedure of \"Biopsy\"", "any medication of \"Paclitaxel\"",
                "any radiotherapy of \"Radiotherapy\"", "any observation of \"T Stage\" is T2", "any specimen", "any imaging study",
                "any imaging series { modality CT }", "any annotation of \"Liver\"", "any visit", "any death",
            ]),
        Row(
            area: "concepts",
            sentences: [
                "any diagnosis of ncit:C4872", "any diagnosis of snomed:254837009", "any diagnosis of icdo3:8500/3",
                "any diagnosis of exactly \"Breast Carcinoma\"", "any diagnosis of descendants of \"Breast Carcinoma\"",
                "any diagnosis of one of (\"Lung Carcinoma\", \"Breast Carcinoma\")", "any diagnosis of c:BreastCarcinoma",
                "concepts S = include \"Taxane\" exclude \"Docetaxel\" only \"Antineoplastic Agent\"\n\ncohort A {\n  patients where any medication of S\n}",
            ]),
        Row(
            area: "values",
            sentences: [
                "any observation of \"PSA\" > 4 ng/mL", "any observation of \"PSA\" from 4 to 10 ug/L",
                "any observation of \"HER2 Status\" is \"Negative\"", "any observation of \"T Stage\" >= T2",
                "any observation of \"Clinical T Stage\" from T1 to T3", "any observation of \"PI-RADS\" >= 4",
                "any observation of \"PSA\" > 4 ng/mL assume unit", "any observation of \"PSA\" is known",
                "late is at least 2 times early", "increase from early to late >= 2 ng/mL", "decrease from early to late < 1 ug/L",
                "relative increase from nadir to late >= 25 %", "change from early to late from 1 to 2 ng/mL",
                "increase from early to late > 0.75 ng/mL/a", "doubling time from early to late < 3 months",
                "doubling time from early to late from 3 to 12 months", "exists nadir",
            ]),
        Row(
            area: "imaging",
            sentences: [
                "any imaging series { modality MR, body part \"Breast\", field strength >= 1.5 T, slice thickness <= 2 mm, contrast yes }",
                "any imaging series { manufacturer \"Siemens\" }", "any imaging series { series description contains \"t2_tse\" }",
                "any imaging study having series { modality MR } having series { modality CT }",
                "any imaging study having segmentation of \"Liver\" having series { modality CT }",
            ]),
        Row(
            area: "cardinality and order",
            sentences: [
                "no death", "at least 2 visits", "at most 3 visits", "exactly 1 diagnosis of \"Breast Carcinoma\"",
                "any last visit", "any 2nd visit", "any 3rd last visit", "any nearest visit to index",
                "any highest observation of \"PI-RADS\" is known",
            ]),
        Row(
            area: "time",
            sentences: [
                "chemo is before scan", "chemo is on or after index", "any visit during radiation", "scan is within 60 days before chemo",
                "scan is more than 2 weeks before chemo", "scan is at least 1 month before chemo", "scan is from 6 to 12 weeks after index",
                "any visit between 2019-01-01 and 2020-12-31", "any visit overlaps radiation", "any visit contains radiation",
                "any visit meets radiation", "any visit equals radiation", "any visit starts with radiation",
                "any visit ends with radiation",
                "any visit ends within 3 days of end of radiation", "at least 3 visits each from 18 to 30 months apart",
                "any visit before 2019", "any visit during 2019-05", "any visit between 2019 and 2020-06",
                "any visit within 2 weeks of 2019-05",
                "age at 2019 from 40 to 60 years", "age at index < 18 months", "observed from index to 2020",
                "chemo is in the same visit as index", "any observation of \"PSA\" in the same visit as early",
                "any imaging series { modality \"Positron Emission Tomography\" } in the same study as lesion",
                "any observation of \"PSA\" in the same specimen as early",
            ]),
        Row(
            area: "logic",
            sentences: [
                "sex is female and (any death or not exists index)", "at least 2 of (sex is female, any death, exists index)",
                "exactly 1 of (sex is female, any death)",
            ]),
        Row(
            area: "missing data",
            sentences: [
                "(any observation of \"T Stage\" is T2) is known", "(any observation of \"T Stage\" is T2) is unknown",
                "(any observation of \"T Stage\" >= T2 or unknown)", "no observation of \"HER2 Status\" is \"Positive\"",
            ]),
        Row(
            area: "reuse",
            sentences: [
                "parameter reach = 60\nparameter start = 2019\n\ncohort A {\n  patients where any death within $reach days after $start\n}",
                cohort + "cohort C = (A union B) difference A\n", cohort + "cohort C = A intersection B\n",
                cohort + "cohort C {\n  patients where in A and in B\n}\n",
            ]),
        Row(
            area: "reports",
            sentences: [
                "report A count patients by sex, age at age_day in bands of 10 years, node",
                "report A count patients by sex and age at age_day in bands of 10 years",
                "report A count patients by value of psa in bands of 2 ng/mL from 0 to 10, value of stage, modality of scan",
                "report A count patients by year of age_day from 2010 to 2025",
                "report A count patients summary of age at age_day, value of psa in ug/L, days from age_day to psa",
                "report A count patients funnel", "report A count patients overlap with B",
            ].map { cohort + $0 }),
        Row(
            area: "scope and dispatch",
            sentences: [
                "report A count patients scope nodes \"a\", \"b\", \"c\" collections \"x\" access \"research\" deadline 30 minutes threshold 20",
                "dispatch A to \"tool\"@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 with { inputs scan, gpus 1, gpu memory 16 GBy, parameters { limit = 0.5 }, outputs { \"report.json\" } }",
            ].map { cohort + $0 }),
    ]

    private func compile(_ sentence: String) throws -> (found: CompilationResult, shown: String) {
        let isFile = sentence.contains("cohort ")
        let text = isFile ? sentence : "cohort A {\n\(Self.events)\n\n  patients where \(sentence)\n}\n"
        let source = SourceText(name: "q", text: text)
        let found = QueryCompiler(hyperontology: try Spec.ontology.get()).compile(source)
        return (found, DiagnosticRenderer().render(found.diagnostics, in: source))
    }

    @Test(arguments: rows) func isSaid(_ row: Row) throws {
        for sentence in row.sentences {
            let (found, shown) = try compile(sentence)
            #expect(found.query != nil, "\(sentence)\n\(shown)")
        }
    }

    /// Types, contradictions, dead windows and tautologies are told before anything is sent.
    @Test(arguments: [
        ("any observation of \"PSA\" > 4 mm", "C0248"), ("increase from early to late > 4 mm", "C0248"),
        ("relative increase from early to late > 4 ng/mL", "C0248"), ("increase from early to late > 4", "C0246"),
        ("increase from index to late > 4 ng/mL", "C0225"), ("doubling time from early to late < 21 years", "C0226"),
        ("age at A > 3 years", "C0211"), ("any medication of \"Paclitaxel\" { modality MR }", "C0233"),
        ("any medication of \"Magnetic Resonance\"", "C0204"), ("any visit in the same visit as visits", "C0213"),
        ("any visit in the same visit as nothing", "C0211"), ("any visit in the same ward as index", "C0104"),
        ("any visit during 2019-13", "C0220"), ("any nearest visit to 2019", "C0227"), ("any visit between 2020 and 2019-05", "C0221"),
        ("death is before index and index is before death", "C0282"), ("any diagnosis after death", "C0288"),
        ("any visit before 2019-01-01 after 2019", "C0282"), ("age at index > 80 years and age at index < 20 years", "C0280"),
        ("exists index or not exists index", "C0283"), ("any visit or no visit", "C0283"), ("not late is at least 2 times early", "C0284"),
        ("not increase from early to late > 1 ng/mL", "C0284"), ("not chemo is in the same visit as index", "C0284"),
    ])
    func isRefusedOrWarnedOf(_ sentence: String, _ code: String) throws {
        let (found, shown) = try compile(sentence)
        #expect(found.diagnostics.contains { $0.code.rawValue == code }, "\(shown)")
    }
}
