/// What every message about a query means, with a text that causes it. `Grammar/errors.md` and the tests of messages are made from it.
public enum DiagnosticReference {
    /// One kind of message.
    public struct Entry: Sendable {
        public let code: String
        /// What it means and why it is one, for people who have read the message.
        public let explanation: String
        /// A query that causes it.
        public let example: String
        /// Whether the example is too long to be shown.
        public let isLong: Bool
        /// Concepts in Turtle that the example needs beside the core's; nil where the hyperontology itself will do.
        public let concepts: String?
        /// Values that are given to the example's parameters, by name.
        public let settings: [String: String]
        /// The files beside the example, by name.
        public let files: [String: String]
        /// Whether the example is a grammar, and no query.
        public let isGrammar: Bool
        /// How many concepts and codes the example may stand for.
        public let largestExpansion: Int

        init(
            _ code: String, _ explanation: String, _ example: String, isLong: Bool = false, concepts: String? = nil,
            settings: [String: String] = [:], files: [String: String] = [:], isGrammar: Bool = false,
            largestExpansion: Int = QueryCompiler.standardExpansion
        ) {
            self.largestExpansion = largestExpansion
            self.concepts = concepts
            self.settings = settings
            self.files = files
            self.isGrammar = isGrammar
            self.code = code
            self.explanation = explanation
            self.example = example
            self.isLong = isLong
        }
    }

    /// Every entry, by code.
    public static var entries: [Entry] {
        (reading + surroundings + resolving + values + texts + patients + atlas + reports + dispatches + warnings).sorted {
            $0.code < $1.code
        }
    }

    /// A cohort with a condition.
    private static func cohort(_ condition: String, _ events: String = "") -> String {
        "cohort A {\n\(events.isEmpty ? "" : "  \(events)\n")  patients where \(condition)\n}\n"
    }

    private static let reading = [
        Entry("C0101", "A character that no word of the language begins with.", cohort("sex is § female")),
        Entry("C0102", "A text in quotation marks ends on the line on which it begins.", cohort("any diagnosis of \"Breast Carcinoma")),
        Entry("C0103", "A file is UTF-8 and holds no NUL.", cohort("any diagnosis of \"Breast\u{0} Carcinoma\"")),
        Entry(
            "C0104", "Something else could stand here. After it, reading goes on, so that every mistake of a file is shown.",
            cohort("sex = female")),
        Entry(
            "C0105", "Some words of the language are no names, because they can follow one.",
            cohort("exists within", "within = first death")),
        Entry(
            "C0110", "The text of a query is bounded.",
            String(repeating: " ", count: 1_000_001), isLong: true),
        Entry(
            "C0111", "Brackets and `not` within one another are bounded.",
            cohort(String(repeating: "not ", count: 201) + "sex is male"), isLong: true),
        Entry("C0120", "A file that counts patients defines a cohort.", "# nothing yet\n"),
        Entry(
            "C0122", "A file has one report, with as many counts and tables as are wanted.",
            cohort("sex is male") + "report A count patients\nreport A count patients by sex\n"),
        Entry(
            "C0123", "A cohort says once which patients it means.",
            "cohort A {\n  patients where sex is male\n  patients where sex is other\n}\n"),
    ]

    /// What a query meets outside its text: files beside it, settings, and the grammar itself.
    private static let surroundings = [
        Entry(
            "C0130", "The path of a file is seen from the folder of the file that imports it.",
            "import \"women.cohort\"\n\n" + cohort("in Women")),
        Entry(
            "C0131", "Definitions are taken over from files that can be read whole.",
            "import \"women.cohort\"\n\n" + cohort("in Women"),
            files: ["women.cohort": "cohort Women {\n  patients where sex is\n}\n"]),
        Entry(
            "C0132", "A file that imports itself, or more than sixteen files in a row, has no end.",
            "import \"women.cohort\"\n\n" + cohort("in Women"),
            files: ["women.cohort": "import \"example.cohort\"\n"]),
        Entry(
            "C0207", "What a query stands for is sent to every node, so it is bounded: half a million concepts and codes.",
            cohort("any diagnosis of \"Malignant Neoplasm\""), largestExpansion: 100),
        Entry(
            "C0266", "Values are given to parameters that the query defines.",
            "parameter reach = 60\n\n" + cohort("any death within $reach days of 2020-01-01"), settings: ["rech": "30"]),
        Entry(
            "C0267", "A parameter is set to what its definition is: a number or a date.",
            "parameter reach = 60\n\n" + cohort("any death within $reach days of 2020-01-01"), settings: ["reach": "many"]),
        Entry(
            "C0901", "The grammar of record is written in the EBNF of the W3C's specifications.", "Query ::= Cohort+ | ( Report\n",
            isGrammar: true),
    ]

    private static let resolving = [
        Entry(
            "C0133", "Files are where the query is written; a hub or an editor has none of them.",
            "import \"shared.cohort\"\n\n" + cohort("sex is male")),
        Entry(
            "C0201", "A cohort without `patients where` would be everybody, which is said by no mistake.",
            "cohort A {\n  index = first death\n}\n"),
        Entry(
            "C0202", "The plan of a query is bounded in events, conditions and distances.",
            cohort("any death within 999999 days of 2020-01-01")),
        Entry(
            "C0203", "A concept is asked for by one of its names in the hyperontology, or by a code that is mapped to it.",
            cohort("any diagnosis of \"Brest Carcinoma\"")),
        Entry(
            "C0204", "A concept stands only where the hyperontology says that it may: a modality is no diagnosis.",
            cohort("any diagnosis of \"Magnetic Resonance\"")),
        Entry(
            "C0205", "A name that several concepts share does not say which one is meant.", cohort("any diagnosis of \"Adenoma\""),
            concepts: """
                @prefix c: <https://w3id.org/cohortium/concept/> .
                @prefix co: <https://w3id.org/cohortium/core#> .
                @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
                c:ColonAdenoma a co:Concept ; skos:prefLabel "Colon Adenoma" ; skos:altLabel "Adenoma" ; co:usedFor co:Diagnosis .
                c:LiverAdenoma a co:Concept ; skos:prefLabel "Liver Adenoma" ; skos:altLabel "Adenoma" ; co:usedFor co:Diagnosis .
                """),
        Entry(
            "C0206", "A named set says itself what lies below its concepts.",
            "concepts Taxanes = include \"Taxane\"\n\n" + cohort("any medication of exactly Taxanes")),
        Entry(
            "C0208", "A set from which everything is taken out finds nobody.",
            "concepts Nothing = include \"Taxane\" exclude \"Antineoplastic Agent\"\n\n" + cohort("any medication of Nothing")),
        Entry("C0210", "Two definitions of one sort with one name.", cohort("exists a", "a = first death\n  a = last death")),
        Entry("C0211", "An event is used by the name that it was given in its cohort.", cohort("exists indx", "index = first death")),
        Entry(
            "C0212", "An event refers to those above it, so that none refers to itself.",
            cohort("exists a", "a = first diagnosis after b\n  b = first death")),
        Entry(
            "C0213", "What can be several events has no single day to measure from.",
            cohort("age at scan > 40 years", "scan = imaging study")),
        Entry(
            "C0215", "A cohort is used below its definition.", "cohort Women {\n  patients where sex is female\n}\n\n" + cohort("in Woman")),
        Entry(
            "C0217", "Cohorts made of cohorts are bounded by the conditions that they are made of in the end.",
            cohort("sex is male")
                + (0..<14).map { "cohort A\($0) = A\($0 == 0 ? "" : "\($0 - 1)") union A\($0 == 0 ? "" : "\($0 - 1)")\n" }.joined(),
            isLong: true),
        Entry("C0220", "A date is a day, a month or a year of the Gregorian calendar.", cohort("age at 2021-02-29 > 40 years")),
        Entry("C0221", "No day lies in this window.", cohort("any death from 12 to 6 weeks after 2020-01-01")),
        Entry("C0222", "Distances between events need at least two of them.", cohort("any death each at least 3 days apart")),
        Entry(
            "C0225", "Numbers are compared of observations that have one.",
            cohort("late is at least 2 times early", "early = first observation of \"PSA\"\n  late = last observation of \"PSA\" is known")),
        Entry(
            "C0226", "A doubling time is measured from two numbers, which seldom lie so far apart that a longer one can be told.",
            cohort(
                "doubling time from early to late < 30 years",
                "early = first observation of \"PSA\" is known\n  late = last observation of \"PSA\" is known")),
        Entry(
            "C0227", "Which of two events is nearer to a year depends on the day that is meant.",
            cohort("exists a", "a = nearest diagnosis to 2020")),
        Entry("C0224", "More conditions are asked for than there are.", cohort("at least 3 of (sex is male, any death)")),
    ]

    private static let values = [
        Entry(
            "C0230", "Images, deaths and observation periods are not of a concept; images are described by their series.",
            cohort("any imaging study of \"Breast Carcinoma\"")),
        Entry("C0231", "All radiotherapies or all observations are too much to be meant.", cohort("any observation")),
        Entry("C0232", "Only observations have values.", cohort("any diagnosis of \"Breast Carcinoma\" > 3 mm")),
        Entry("C0233", "Properties of a series belong to a series.", cohort("any imaging study { modality MR }")),
        Entry("C0234", "Only an imaging study has series.", cohort("any death having series { modality MR }")),
        Entry("C0240", "A number is compared, not named.", cohort("any observation of \"Prostate Specific Antigen\" is \"Positive\"")),
        Entry(
            "C0241", "A coded value is named, not compared, unless its values have an order.",
            cohort("any observation of \"HER2 Status\" > 3 mm")),
        Entry(
            "C0243", "The hyperontology lists the values of this observation, and this is none of them.",
            cohort("any observation of \"HER2 Status\" is \"T2\"")),
        Entry("C0244", "No value lies in this range.", cohort("any observation of \"Prostate Specific Antigen\" from 9 to 4 ng/mL")),
        Entry(
            "C0245", "Numbers are exact, and bounded in digits.",
            cohort("any observation of \"Prostate Specific Antigen\" > 1234567890123456789012345678901234567890 ng/mL")),
        Entry(
            "C0246", "A number without a unit is not compared: a record's may be any.",
            cohort("any observation of \"Prostate Specific Antigen\" > 4")),
        Entry("C0247", "Units are written as in UCUM.", cohort("any observation of \"Prostate Specific Antigen\" > 4 furlongs")),
        Entry(
            "C0248", "A unit of one dimension cannot be converted to one of another.",
            cohort("any observation of \"Prostate Specific Antigen\" > 4 mm")),
        Entry(
            "C0249", "Values compare only where the hyperontology gives them an order, and both have a place in it.",
            cohort("any observation of \"T Stage\" >= TX")),
        Entry("C0250", "The properties of a series are those of the hyperontology.", cohort("any imaging series { modalty MR }")),
        Entry(
            "C0251", "A property is tested by what it holds: a concept, a number, or yes and no.",
            cohort("any imaging series { contrast MR }")),
        Entry(
            "C0252", "Whether a value is known can be asked only where the hyperontology says which there are.",
            cohort("any observation of one of (\"HER2 Status\", \"Tumor Size\") is known")),
    ]

    private static let texts = [
        Entry(
            "C0253", "One letter is in every text, and a long text is somebody's.",
            cohort("any imaging series { series description contains \"T\" }"))
    ]

    private static let patients = [
        Entry("C0260", "These are the sexes that sources record.", cohort("sex is femal")),
        Entry("C0261", "No age lies in this range.", cohort("age at 2020-01-01 from 9 to 4 years")),
        Entry(
            "C0263", "A parameter is used below its definition.",
            "parameter reach = 60\n\n" + cohort("any death within $rech days of 2020-01-01")),
        Entry(
            "C0264", "A parameter is a number or a date, as its definition says.",
            "parameter reach = 60\n\n" + cohort("any death after $reach")),
        Entry(
            "C0265", "Days, years and events are counted in whole numbers.",
            "parameter reach = 1.5\n\n" + cohort("any death within $reach days of 2020-01-01")),
    ]

    /// A cohort with the semantics of ATLAS.
    private static func atlas(_ records: String) -> String {
        "codes Stroke = include omop:372924\n\ncohort A semantics atlas {\n  enter with \(records)\n  observed 0 days before and 0 days after\n}\n"
    }

    private static let atlas = [
        Entry(
            "C0320", "Sets of codes hold numbers of the OMOP vocabulary, which each database says the meaning of.",
            "codes Stroke = include snomed:230690007\n\n" + cohort("sex is male")),
        Entry("C0321", "A set of codes is used below its definition.", atlas("condition_occurrence of Strokes\n    or death of Stroke")),
        Entry(
            "C0323", "Some tables of OMOP hold no concept, and observation periods alone can be given other days.",
            atlas("observation_period of Stroke")),
        Entry(
            "C0324", "Each table of OMOP has its own fields.", atlas("condition_occurrence of Stroke { days_supply >= 30 }")),
        Entry(
            "C0325", "Concepts are tested by `is`, numbers and days by comparisons.",
            atlas("drug_exposure of Stroke { days_supply is omop:1 }")),
    ]

    private static let reports = [
        Entry("C0270", "A report counts a cohort of the file.", cohort("sex is male") + "report B count patients\n"),
        Entry(
            "C0271", "A band of ages is 1 to 100 years wide.",
            cohort("exists a", "a = first death") + "report A count patients by age at a in bands of 0 years\n"),
        Entry("C0272", "Patients are counted of the cohort.", cohort("exists a", "a = first death") + "report A count patients of a\n"),
        Entry("C0273", "Studies and series are counted of an imaging event.", cohort("sex is male") + "report A count studies\n"),
        Entry(
            "C0275", "The more a table is split, the fewer of its cells can be shown.",
            cohort("exists a", "a = first death") + "report A count patients by sex and sex and sex and sex\n"),
        Entry(
            "C0276", "An overlap tells apart the counted cohort and up to three others.",
            cohort("sex is male") + "report A count patients overlap with A\n"),
        Entry(
            "C0277", "Only observations have a value, only images have properties.",
            cohort("exists a", "a = first death") + "report A count patients by value of a\n"),
        Entry(
            "C0278", "Coded values have a row each, numbers lie in bands.",
            cohort("exists a", "a = first observation of \"Prostate Specific Antigen\" is known")
                + "report A count patients by value of a\n"),
        Entry(
            "C0291", "A scope has one deadline, of a second to a day, and thresholds and names that can be.",
            cohort("sex is male") + "report A count patients scope deadline 2 days\n"),
        Entry(
            "C0274", "Only imaging events have studies and series.", cohort("exists a", "a = first death") + "report A count series of a\n"),
    ]

    private static let dispatches = [
        Entry(
            "C0124", "A file has one dispatch.",
            cohort("exists a", "a = first imaging study") + String(repeating: "dispatch A to \"tool\"@sha256:\(digest)\n", count: 2)),
        Entry(
            "C0290", "One file counts and computes on one cohort.",
            cohort("exists a", "a = first imaging study")
                + "cohort B {\n  patients where in A\n}\n\nreport B count patients\ndispatch A to \"tool\"@sha256:\(digest)\n"),
        Entry(
            "C0292", "A tool is meant by the SHA-256 of its executable, so that no other one runs.",
            cohort("exists a", "a = first imaging study") + "dispatch A to \"tool\"@sha256:12ab\n"),
        Entry(
            "C0293", "A tool runs over the series of one imaging event.",
            cohort("exists a", "a = first death") + "dispatch A to \"tool\"@sha256:\(digest) with { inputs a }\n"),
        Entry(
            "C0294", "What a tool needs is a number of GPUs, their memory in bytes, parameters by name, and plain names of files.",
            cohort("exists a", "a = first imaging study") + "dispatch A to \"tool\"@sha256:\(digest) with { gpu memory 16 GB }\n"),
    ]

    /// Of an empty file.
    private static let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    private static let warnings = [
        Entry("C0214", "Naming an event does not ask for it.", cohort("sex is male", "index = first death")),
        Entry(
            "C0280", "No age lies in both ranges, so nobody is counted.",
            cohort("age at 2020-01-01 > 80 years\n    and age at 2020-01-01 < 20 years")),
        Entry("C0281", "One sex is recorded of a patient, so nobody is counted.", cohort("sex is male\n    and sex is female")),
        Entry("C0282", "No day lies in both windows, so nothing is found.", cohort("any death before 2020-01-01 after 2020-01-01")),
        Entry("C0283", "A part that holds always, or never, says nothing.", cohort("exists a\n    or not exists a", "a = first death")),
        Entry(
            "C0284", "Of whom it is unknown whether P holds, it is unknown whether `not P` does, and they are not counted.",
            cohort("not age at 2020-01-01 > 40 years")),
        Entry(
            "C0285", "A definition that the counted cohort and its report do not use.", "parameter reach = 60\n\n" + cohort("sex is male")),
        Entry(
            "C0287", "No number lies in both ranges, so nobody is counted.", cohort("at least 3 deaths\n    and at most 2 deaths")),
        Entry(
            "C0288", "The dead are not diagnosed, treated or admitted; a record of it has another date than is meant.",
            cohort("any diagnosis after end_of_life", "end_of_life = first death")),
        Entry("C0286", "The number's ending is another one.", cohort("exists a", "a = 2th diagnosis")),
    ]
}
