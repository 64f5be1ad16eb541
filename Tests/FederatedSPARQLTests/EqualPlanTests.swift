import Compiler
import Diagnostics
import FederatedSPARQL
import Foundation
import Hyperontology
import SPARQL
import Testing

/// The hyperontology of the project, loaded once.
enum Ontology {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let loaded = Result { try Hyperontology(directory: root.appendingPathComponent("Ontologies").path) }

    static func get() throws -> Hyperontology { try loaded.get() }

    static let prefixes = """
        PREFIX co: <https://w3id.org/cohortium/core#>
        PREFIX c: <https://w3id.org/cohortium/concept/>
        PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
        PREFIX cdt: <https://w3id.org/cdt/>
        PREFIX ncit: <http://purl.obolibrary.org/obo/NCIT_>

        """

    static func question(_ sparql: String) throws -> FederationQuestion {
        let hyperontology = try get()
        return try FederationQuestion(prefixes + sparql, base: nil, hyperontology, FederationVocabulary(hyperontology))
    }
}

/// The same questions in both languages have the same plan.
@Suite struct EqualPlanTests {
    /// A question: what is asked of the patient in SPARQL, in CohortQL with its events, and the reports of both.
    struct Pair: Sendable, CustomTestStringConvertible {
        let sparql: String
        let events: String
        let condition: String
        var select = "(COUNT(DISTINCT ?p) AS ?n)"
        var groups = ""
        var report = "count patients"
        var testDescription: String { condition }

        init(
            _ sparql: String, _ events: String, _ condition: String, select: String = "(COUNT(DISTINCT ?p) AS ?n)", groups: String = "",
            report: String = "count patients"
        ) {
            (self.sparql, self.events, self.condition, self.select, self.groups, self.report) = (
                sparql, events, condition, select, groups, report
            )
        }
    }

    static let pairs: [Pair] = [
        // Events and concepts.
        Pair("?p a co:Patient ; co:diagnosis/co:concept c:BreastCarcinoma", "", "any diagnosis of \"Breast Carcinoma\""),
        Pair("?p co:diagnosis [ co:concept c:BreastCarcinoma ]", "", "any diagnosis of \"Breast Carcinoma\""),
        Pair("?p co:diagnosis ?d . ?d co:concept ncit:C4872", "", "any diagnosis of ncit:C4872"),
        Pair("?p co:diagnosis/co:exactConcept c:BreastCarcinoma", "", "any diagnosis of exactly \"Breast Carcinoma\""),
        Pair("?p co:diagnosis/co:concept/skos:broader* c:BreastCarcinoma", "", "any diagnosis of \"Breast Carcinoma\""),
        Pair("?p co:diagnosis/co:exactConcept/skos:broader+ c:BreastCarcinoma", "", "any diagnosis of descendants of \"Breast Carcinoma\""),
        Pair(
            "?p co:diagnosis/co:concept ?c VALUES ?c { c:BreastCarcinoma c:ProstateCarcinoma }", "",
            "any diagnosis of one of (\"Breast Carcinoma\", \"Prostate Carcinoma\")"),
        Pair(
            "?p co:diagnosis/co:concept ?c FILTER(?c IN (c:ProstateCarcinoma, c:BreastCarcinoma))", "",
            "any diagnosis of one of (\"Breast Carcinoma\", \"Prostate Carcinoma\")"),
        Pair("?p co:death ?d", "", "any death"),
        Pair("?p co:medication/co:concept c:AntineoplasticAgent", "", "any medication of \"Antineoplastic Agent\""),
        Pair("?p co:procedure/co:concept c:BiopsyOfProstate", "", "any procedure of \"Biopsy of Prostate\""),
        Pair("?p co:visit ?v", "", "any visit"),
        Pair("?p co:specimen ?s", "", "any specimen"),
        Pair("?p co:radiotherapy/co:concept c:Radiotherapy", "", "any radiotherapy of \"Radiotherapy\""),
        // Patients.
        Pair("?p co:sex c:Female ; co:death ?d", "", "sex is female and any death"),
        Pair("?p co:sex ?s ; co:death ?d FILTER(?s = c:Male)", "", "sex is male and any death"),
        Pair("?p co:sex ?s ; co:death ?d FILTER(?s IN (c:Female, \"other\"))", "", "(sex is female or sex is other) and any death"),
        Pair("?p co:sex ?s FILTER(!(?s = c:Male))", "", "not sex is male"),
        // Logic.
        Pair(
            "?p co:diagnosis/co:concept c:BreastCarcinoma FILTER NOT EXISTS { ?p co:death ?d }", "",
            "any diagnosis of \"Breast Carcinoma\" and no death"),
        Pair(
            "?p co:diagnosis/co:concept c:BreastCarcinoma MINUS { ?p co:death ?d }", "",
            "any diagnosis of \"Breast Carcinoma\" and no death"),
        Pair("?p co:death ?d FILTER EXISTS { ?p co:visit ?v }", "", "any death and any visit"),
        Pair(
            "{ ?p co:diagnosis/co:concept c:BreastCarcinoma } UNION { ?p co:sex c:Male ; co:death ?d }", "",
            "any diagnosis of \"Breast Carcinoma\" or (sex is male and any death)"),
        Pair(
            "?p a co:Patient FILTER(EXISTS { ?p co:death ?d } || NOT EXISTS { ?p co:visit ?v })", "", "any death or no visit"),
        Pair(
            "?p a co:Patient FILTER NOT EXISTS { ?p co:sex c:Male ; co:death ?d }", "", "not (sex is male and any death)"),
        Pair(
            "{ SELECT ?p { ?p co:imagingStudy ?s } GROUP BY ?p HAVING (COUNT(DISTINCT ?s) >= 2) }", "", "at least 2 imaging studies"),
        Pair(
            "?p co:sex c:Female { SELECT ?p { ?p co:procedure ?s . ?s co:concept c:BiopsyOfProstate } GROUP BY ?p HAVING (COUNT(DISTINCT ?s) = 3) }",
            "", "sex is female and exactly 3 procedures of \"Biopsy of Prostate\""),
        // Values.
        Pair(
            "?p co:observation [ co:concept c:EstrogenReceptorStatus ; co:value c:Positive ]", "",
            "any observation of \"Estrogen Receptor Status\" is \"Positive\""),
        Pair(
            "?p co:observation ?o . ?o co:concept c:EstrogenReceptorStatus ; co:value ?v FILTER(?v = c:Positive)", "",
            "any observation of \"Estrogen Receptor Status\" is \"Positive\""),
        Pair(
            "?p co:observation ?o . ?o co:concept c:EstrogenReceptorStatus ; co:value ?v FILTER(?v IN (c:Positive, c:Equivocal))", "",
            "any observation of \"Estrogen Receptor Status\" is one of (\"Positive\", \"Equivocal\")"),
        Pair(
            "?p co:observation ?o . ?o co:concept c:EstrogenReceptorStatus ; co:value ?v", "",
            "any observation of \"Estrogen Receptor Status\" is known"),
        Pair(
            "?p co:observation ?o . ?o co:concept c:ProstateSpecificAntigen ; co:value ?v FILTER(?v > \"4 ng/mL\"^^cdt:ucum)", "",
            "any observation of \"Prostate Specific Antigen\" > 4 ng/mL"),
        Pair(
            "?p co:observation ?o . ?o co:concept c:ProstateSpecificAntigen ; co:value ?v ; co:unit \"ng/mL\" FILTER(?v >= 4 && ?v <= 10.5)",
            "", "any observation of \"Prostate Specific Antigen\" from 4 to 10.5 ng/mL"),
        Pair(
            "?p co:observation ?o . ?o co:concept c:TStage ; co:value ?v FILTER(?v >= c:T2)", "",
            "any observation of \"T Stage\" >= T2"),
        Pair(
            "?p co:observation ?o . ?o co:concept c:TStage ; co:value ?v FILTER(c:T2 <= ?v && ?v <= c:T3)", "",
            "any observation of \"T Stage\" from T2 to T3"),
        // Ages.
        Pair(
            "?p co:diagnosis ?i . ?i co:concept c:BreastCarcinoma ; co:rank 1 ; co:ageAtStart ?a FILTER(?a >= 40 && ?a <= 60)",
            "i = first diagnosis of \"Breast Carcinoma\"", "age at i from 40 to 60 years"),
        Pair(
            "?p co:diagnosis ?i . ?i co:concept c:BreastCarcinoma ; co:rank 1 ; co:ageAtStart ?a FILTER(18 > ?a)",
            "i = first diagnosis of \"Breast Carcinoma\"", "age at i < 18 years"),
        Pair(
            "?p co:diagnosis ?i . ?i co:concept c:Neuroblastoma ; co:rank 1 ; co:ageInMonthsAtStart ?a FILTER(?a < 18)",
            "i = first diagnosis of \"Neuroblastoma\"", "age at i < 18 months"),
        Pair(
            "?p co:radiotherapy ?i . ?i co:concept c:Radiotherapy ; co:rank -1 ; co:ageAtEnd ?a FILTER(?a = 50)",
            "i = last radiotherapy of \"Radiotherapy\"", "age at end of i = 50 years"),
        // Which one.
        Pair("?p co:visit ?v . ?v co:rank 2", "v = 2nd visit", "exists v"),
        Pair("?p co:visit ?v . ?v co:rank -3", "v = 3rd last visit", "exists v"),
        // Time.
        Pair(
            "?p co:diagnosis ?d . ?d co:concept c:BreastCarcinoma ; co:start ?s FILTER(?s >= \"2015-01-01\"^^xsd:date)", "",
            "any diagnosis of \"Breast Carcinoma\" on or after 2015-01-01"),
        Pair(
            "?p co:diagnosis ?d . ?d co:start ?s FILTER(?s >= \"2015-01-01\"^^xsd:date && ?s <= \"2020-12-31\"^^xsd:date)", "",
            "any diagnosis between 2015-01-01 and 2020-12-31"),
        Pair(
            """
            ?p co:diagnosis ?i ; co:observation ?o . ?i co:concept c:BreastCarcinoma ; co:rank 1 ; co:start ?is .
            ?o co:concept c:EstrogenReceptorStatus ; co:value c:Positive ; co:start ?os
            FILTER(?os >= ?is - "P90D"^^xsd:duration && ?os <= ?is + "P90D"^^xsd:duration)
            """, "i = first diagnosis of \"Breast Carcinoma\"",
            "any observation of \"Estrogen Receptor Status\" is \"Positive\" within 90 days of i"),
        Pair(
            """
            ?p co:medication ?m ; co:imagingStudy ?b . ?m co:concept c:AntineoplasticAgent ; co:rank 1 ; co:start ?ms .
            ?b co:rank -1 ; co:start ?bs FILTER(?bs >= ?ms - "P60D"^^xsd:duration && ?bs < ?ms)
            """, "m = first medication of \"Antineoplastic Agent\"\n  b = last imaging study within 60 days before m", "exists b"),
        Pair(
            """
            ?p co:medication ?m ; co:imagingStudy ?b . ?m co:concept c:AntineoplasticAgent ; co:rank 1 ; co:start ?ms .
            ?b co:rank 1 ; co:start ?bs FILTER(?bs >= ?ms + "P6W"^^xsd:duration && ?bs <= ?ms + "P84D"^^xsd:duration)
            """, "m = first medication of \"Antineoplastic Agent\"\n  b = first imaging study from 6 to 12 weeks after m", "exists b"
        ),
        Pair(
            """
            ?p co:diagnosis ?i ; co:diagnosis ?l . ?i co:concept c:ColorectalCarcinoma ; co:rank 1 ; co:start ?is .
            ?l co:concept c:LiverMetastasis ; co:overallRank 1 ; co:start ?ls FILTER(?ls >= ?is + "P6M"^^xsd:yearMonthDuration)
            """, "i = first diagnosis of \"Colorectal Carcinoma\"\n  l = first diagnosis of \"Liver Metastasis\"",
            "exists i and l is at least 6 months after i"),
        Pair(
            """
            ?p co:diagnosis ?i . ?i co:concept c:BreastCarcinoma ; co:rank 1 ; co:start ?is
            FILTER NOT EXISTS { ?p co:diagnosis ?o . ?o co:concept c:MalignantNeoplasm ; co:start ?os FILTER(?os < ?is - "P30D"^^xsd:duration) }
            """, "i = first diagnosis of \"Breast Carcinoma\"",
            "exists i and no diagnosis of \"Malignant Neoplasm\" more than 30 days before i"),
        Pair(
            """
            ?p co:radiotherapy ?r ; co:medication ?m . ?r co:concept c:Radiotherapy ; co:rank 1 ; co:start ?rs ; co:end ?re .
            ?m co:concept c:AntineoplasticAgent ; co:start ?ms FILTER(?ms >= ?rs && ?ms <= ?re)
            """, "r = first radiotherapy of \"Radiotherapy\"", "any medication of \"Antineoplastic Agent\" during r"),
        Pair(
            "?p co:visit ?a ; co:visit ?b . ?a co:rank 1 ; co:end ?ae . ?b co:start ?bs FILTER(?bs >= ?ae + \"P1Y\"^^xsd:duration)",
            "a = first visit", "any visit at least 12 months after end of a"),
        // Images.
        Pair(
            "?p co:imagingStudy ?s . ?s co:series [ co:modality c:MagneticResonance ; co:bodyPart c:Breast ; co:contrast true ]", "",
            "any imaging study having series { modality MR, body part \"Breast\", contrast yes }"),
        Pair(
            "?p co:imagingStudy/co:series ?s . ?s co:modality c:ComputedTomography ; co:sliceThickness ?t FILTER(?t <= \"1.5 mm\"^^cdt:ucum)",
            "",
            "any imaging study having series { modality CT, slice thickness <= 1.5 mm }"),
        Pair(
            "?p co:imagingStudy ?s . ?s co:segmentation c:LiverMetastasis ; co:series [ co:modality c:ComputedTomography ]", "",
            "any imaging study having segmentation of \"Liver Metastasis\" having series { modality CT }"),
        Pair(
            "?p co:imagingSeries ?s . ?s co:modality ?m FILTER(?m IN (c:ComputedTomography, c:MagneticResonance))", "",
            "any imaging series { modality one of (CT, MR) }"),
        // Reports.
        Pair(
            "?p co:diagnosis ?d . ?d co:concept c:BreastCarcinoma", "d = diagnosis of \"Breast Carcinoma\"", "exists d",
            select: "(COUNT(DISTINCT ?p) AS ?n) (COUNT(DISTINCT ?d) AS ?m)", report: "count patients, events of d"),
        Pair(
            "?p co:sex ?sex ; co:death ?d", "", "any death", select: "?sex (COUNT(DISTINCT ?p) AS ?n)", groups: "GROUP BY ?sex",
            report: "count patients by sex"),
        Pair(
            "?p co:node ?node ; co:death ?d", "", "any death", select: "?node (COUNT(DISTINCT ?p) AS ?n)", groups: "GROUP BY ?node",
            report: "count patients by node"),
        Pair(
            "?p co:sex ?sex ; co:diagnosis ?i . ?i co:concept c:BreastCarcinoma ; co:rank 1 ; co:ageAtStart ?age",
            "i = first diagnosis of \"Breast Carcinoma\"", "exists i", select: "?sex ?decade (COUNT(DISTINCT ?p) AS ?n)",
            groups: "GROUP BY ?sex (FLOOR(?age / 10) * 10 AS ?decade)", report: "count patients by sex and age at i in bands of 10 years"),
        Pair(
            "?p co:imagingStudy ?scan . ?scan co:series ?x . ?x co:modality c:ComputedTomography",
            "scan = imaging study having series { modality CT }",
            "exists scan", select: "(COUNT(DISTINCT ?p) AS ?n) (COUNT(DISTINCT ?scan) AS ?m) (COUNT(DISTINCT ?x) AS ?k)",
            report: "count patients, studies of scan, series of scan"),
    ]

    @Test(arguments: pairs) func equalQuestionsHaveEqualPlans(_ pair: Pair) throws {
        let compiler = QueryCompiler(hyperontology: try Ontology.get())
        let text = "cohort A {\n  \(pair.events)\n  patients where \(pair.condition)\n}\nreport A \(pair.report)\n"
        let written = compiler.compile(SourceText(name: "q", text: text))
        let expected = try #require(written.query, "\(written.diagnostics)")
        let question = try Ontology.question("SELECT \(pair.select) { \(pair.sparql) } \(pair.groups)")
        let made = compiler.compile(SourceText(name: "q", text: question.cohortQL))
        let found = try #require(made.query, "\(question.cohortQL)\n\(made.diagnostics)")
        #expect(found.planHash == expected.planHash, "\(question.cohortQL)\nis not\n\(text)")
        #expect(found.byNode == expected.byNode)
    }

    /// Different questions have different plans, so that equality means something.
    @Test func differentQuestionsHaveDifferentPlans() throws {
        let compiler = QueryCompiler(hyperontology: try Ontology.get())
        var hashes: Set<String> = []
        for pair in Self.pairs {
            let question = try Ontology.question("SELECT \(pair.select) { \(pair.sparql) } \(pair.groups)")
            hashes.insert(try #require(compiler.compile(SourceText(name: "q", text: question.cohortQL)).query?.planHash))
        }
        // Several pairs spell the same question in several ways; `node` is shown and not planned.
        #expect(hashes.count > 45, "\(hashes.count) of \(Self.pairs.count)")
    }
}
