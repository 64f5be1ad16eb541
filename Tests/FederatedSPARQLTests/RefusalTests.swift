import Compiler
import Diagnostics
import FederatedSPARQL
import RDF
import SPARQL
import Testing

@Suite struct RefusalTests {
    /// What would be a patient's row, or a number that no gate gives, is refused with a reason, a place and what may be asked.
    @Test(arguments: [
        ("SELECT ?p { ?p co:death ?d }", "S0501"),
        ("SELECT * { ?p co:diagnosis ?d }", "S0501"),
        ("ASK { ?p co:death ?d }", "S0501"),
        ("CONSTRUCT { ?p co:death ?d } WHERE { ?p co:death ?d }", "S0501"),
        ("DESCRIBE ?p { ?p a co:Patient }", "S0501"),
        ("SELECT DISTINCT ?sex { ?p co:sex ?sex }", "S0501"),
        ("SELECT (COUNT(?p) AS ?n) { ?p co:death ?d }", "S0502"),
        ("SELECT (COUNT(*) AS ?n) { ?p co:death ?d }", "S0502"),
        ("SELECT (COUNT(DISTINCT ?s) AS ?n) { ?p co:death ?d . ?d co:start ?s }", "S0502"),
        ("SELECT (SAMPLE(?p) AS ?n) { ?p co:death ?d }", "S0502"),
        ("SELECT (MIN(?s) AS ?n) { ?p co:death ?d . ?d co:start ?s }", "S0502"),
        ("SELECT (GROUP_CONCAT(?p) AS ?n) { ?p co:death ?d }", "S0502"),
        ("SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:death ?d . ?d co:start ?s } GROUP BY ?s", "S0508"),
        ("SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:death ?d } GROUP BY ?p", "S0508"),
        ("SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:diagnosis/co:concept ?c } GROUP BY ?c", "S0508"),
        ("SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:node \"mainz\" ; co:death ?d }", "S0508"),
        ("SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p a co:Patient OPTIONAL { ?p co:death ?d } }", "S0503"),
        ("SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:death ?d . ?q co:visit ?v }", "S0503"),
        ("SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:death ?d ; co:birthday ?b }", "S0503"),
        ("SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:death ?d . ?d co:concpt c:BreastCarcinoma }", "S0503"),
        ("SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:death ?d FILTER(STR(?p) = \"7\") }", "S0503"),
        ("SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p ?x ?d ; co:death ?e }", "S0503"),
        ("SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:diagnosis+/co:concept c:BreastCarcinoma ; co:death ?d }", "S0503"),
        ("SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:visit ?v . ?v co:ageAtStart ?a FILTER(?a > 4) }", "S0504"),
        ("SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:visit ?v ; co:visit ?w . ?v co:start ?a . ?w co:start ?b FILTER(?a > ?b) }", "S0504"),
        ("SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:diagnosis/co:concept c:BreastCarcinomb }", "S0505"),
        (
            "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:visit ?v . ?v co:start ?a FILTER(?a > \"2020-01-01T07:00:00\"^^xsd:dateTime) }",
            "S0506"
        ),
        (
            "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:visit ?v . ?v co:start ?a FILTER(?a > \"2020-01-01\"^^xsd:date + \"PT5M\"^^xsd:duration) }",
            "S0506"
        ),
        ("SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:observation ?o . ?o co:concept c:TStage ; co:value ?v FILTER(?v != c:T2) }", "S0507"),
        ("SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p a co:Patient }", "S0509"),
    ])
    func isRefused(_ query: String, _ code: String) throws {
        let list = try #require(throws: DiagnosticList.self) { try Ontology.question(query) }
        let found = try #require(list.diagnostics.first { $0.code.rawValue == code }, "\(list.diagnostics)")
        #expect(found.help?.isEmpty == false)
        #expect(found.span != nil)
    }

    /// All that is refused is said at once, in order.
    @Test func everythingIsSaid() throws {
        let list = try #require(throws: DiagnosticList.self) {
            try Ontology.question(
                "SELECT (AVG(?a) AS ?n) { ?p co:diagnosis ?d . ?d co:concept c:Nothing ; co:rank 0 OPTIONAL { ?p co:death ?e } }")
        }
        #expect(Set(list.diagnostics.map(\.code.rawValue)) == ["S0502", "S0503", "S0504", "S0505"])
        #expect(list.diagnostics.map { $0.span?.lowerBound ?? 0 } == list.diagnostics.map { $0.span?.lowerBound ?? 0 }.sorted())
    }

    /// What the compiler says of the question stands where SPARQL says it.
    @Test func messagesStandInTheQuery() throws {
        let query = "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:observation [ co:concept c:ProstateSpecificAntigen ; co:value c:Positive ] }"
        let question = try Ontology.question(query)
        let result = QueryCompiler(hyperontology: try Ontology.get()).compile(SourceText(name: "q", text: question.cohortQL))
        #expect(result.query == nil)
        let located = question.located(result.diagnostics)
        let span = try #require(located.first?.span)
        #expect(SourceText(name: "q", text: Ontology.prefixes + query)[span].contains("c:Positive"))
    }

    @Test(arguments: [
        ("SELECT * FROM <urn:cohortium:graph:federation> { ?s ?p ?o }", true),
        ("SELECT * { GRAPH <urn:cohortium:graph:federation> { ?s ?p ?o } }", true),
        ("SELECT * { ?p a co:Patient }", true), ("SELECT * { ?p co:diagnosis/co:concept ?c }", true),
        ("SELECT * { ?s a co:Concept }", false), ("SELECT * { co:diagnosis ?p ?o }", false), ("SELECT * { ?s a owl:Class }", false),
        ("SELECT * { GRAPH <urn:cohortium:query:1> { ?x co:node ?n } }", false),
        ("SELECT * FROM <urn:cohortium:graph:hyperontology> { ?p a co:Patient }", false),
    ])
    func whoIsAsked(_ text: String, _ isFederation: Bool) throws {
        let query = try SPARQLQuery.parse(Ontology.prefixes + "PREFIX owl: <http://www.w3.org/2002/07/owl#>\n" + text)
        #expect(FederationQuestion.isAsked(by: query, FederationVocabulary(try Ontology.get())) == isFederation)
    }

    /// Rows are made of protected numbers; what is held back has no value, and zero looks like small.
    @Test func answersAreTables() throws {
        let question = try Ontology.question(
            """
            SELECT ?sex ?decade (COUNT(DISTINCT ?p) AS ?n) (?n * 2 AS ?twice) {
              ?p co:sex ?sex ; co:diagnosis ?i . ?i co:concept c:BreastCarcinoma ; co:rank 1 ; co:ageAtStart ?age
            } GROUP BY ?sex (FLOOR(?age / 10) AS ?decade) ORDER BY DESC(?n) LIMIT 3
            """)
        let rows = [
            FederationQuestion.Row(node: nil, strata: ["female", "40-49"], counts: [40]),
            FederationQuestion.Row(node: nil, strata: ["female", "90+"], counts: [nil]),
            FederationQuestion.Row(node: nil, strata: ["unknown", "unknown"], counts: [50]),
        ]
        guard case .bindings(let variables, let found) = try question.results(of: rows) else {
            Issue.record("no table")
            return
        }
        #expect(variables == ["sex", "decade", "n", "twice"])
        func number(_ value: Int) -> Term { .literal(Literal(String(value), datatype: XSD.integer)) }
        let female = Term.iri("https://w3id.org/cohortium/concept/Female")
        #expect(
            found == [[nil, nil, number(50), number(100)], [female, number(4), number(40), number(80)], [female, number(9), nil, nil]])
    }
}
