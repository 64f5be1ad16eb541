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
        ("SELECT ?y (COUNT(DISTINCT ?p) AS ?n) { ?p co:death ?d . ?d co:start ?s } GROUP BY (YEAR(?s) AS ?y)", "S0508"),
        ("SELECT ?y (COUNT(DISTINCT ?p) AS ?n) { ?p co:death ?d . ?d co:start ?s } GROUP BY (MONTH(?s) AS ?y)", "S0508"),
        (
            "SELECT ?b (COUNT(DISTINCT ?p) AS ?n) { ?p co:observation ?o . ?o co:concept c:ProstateSpecificAntigen ; co:value ?v } GROUP BY (FLOOR(?v / 2) AS ?b)",
            "S0508"
        ),
        ("SELECT ?a (COUNT(DISTINCT ?p) AS ?n) { ?p a co:Patient BIND(EXISTS { ?p co:death ?d } AS ?a) } GROUP BY ?a", "S0508"),
        (
            "SELECT ?a ?s (COUNT(DISTINCT ?p) AS ?n) { ?p co:sex ?s BIND(EXISTS { ?p co:death ?d } AS ?a) BIND(EXISTS { ?p co:visit ?v } AS ?b) } GROUP BY ?a ?b ?s",
            "S0508"
        ),
        (
            "SELECT ?a ?b { { SELECT (COUNT(DISTINCT ?p) AS ?a) { ?p co:death ?d } } { SELECT (COUNT(DISTINCT ?p) AS ?b) { ?p co:visit ?v } } }",
            "S0503"
        ),
        (
            "SELECT ?a ?b { { SELECT (COUNT(DISTINCT ?p) AS ?a) { ?p co:death ?d } } { SELECT ?b { ?p co:death ?d ; co:visit ?b } } }",
            "S0502"
        ),
        ("SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:visit ?v . ?v co:rank 1 ; co:nearestTo \"2020-01-01\"^^xsd:date }", "S0504"),
        ("SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:visit ?v ; co:diagnosis ?w . ?v co:nearestTo ?w }", "S0504"),
        (
            "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:observation ?o . ?o co:concept c:ProstateSpecificAntigen ; co:value ?v ; co:valueRank 2 }",
            "S0504"
        ),
        (
            "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:visit ?a ; co:diagnosis ?b . ?a co:start ?s . ?b co:start ?t FILTER(?t >= ?s + \"P3D\"^^xsd:duration) }",
            "S0506"
        ),
        (
            "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:observation ?a ; co:observation ?b . ?a co:concept c:ProstateSpecificAntigen ; co:rank 1 ; co:value ?v . ?b co:concept c:ProstateSpecificAntigen ; co:rank 2 ; co:value ?w FILTER(?v > ?w) }",
            "S0507"
        ),
        ("SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:death ?d FILTER(COALESCE(EXISTS { ?p co:visit ?v }, 3)) }", "S0503"),
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

    /// Years, bands, concepts and flags have values of their own kind; rows beyond the ends that `HAVING` gives are left out.
    @Test func keysHaveValues() throws {
        func rows(_ sparql: String, _ strata: [String]) throws -> [[String]] {
            let question = try Ontology.question(sparql)
            let rows = strata.enumerated().map { FederationQuestion.Row(node: nil, strata: [$1], counts: [20 + $0]) }
            guard case .bindings(_, let found) = try question.results(of: rows) else { return [] }
            return found.map { $0.map { $0?.iri ?? $0?.literal?.lexicalForm ?? "-" } }
        }
        #expect(
            try rows(
                "SELECT ?y (COUNT(DISTINCT ?p) AS ?n) { ?p co:death ?d . ?d co:start ?s } GROUP BY (YEAR(?s) AS ?y) HAVING (?y >= 2010 && ?y <= 2011)",
                ["before 2010", "2010", "2011", "after 2011", "unknown"]) == [["2010", "21"], ["2011", "22"]])
        let bands =
            "SELECT ?b (COUNT(DISTINCT ?p) AS ?n) { ?p co:observation ?o . ?o co:concept c:ProstateSpecificAntigen ; co:value ?v } GROUP BY (FLOOR(?v / 2.5)WIDTH AS ?b) HAVING (?b >= 0 && ?b < 5)"
        let strata = ["<0", "0 to <2.5", "2.5 to <5", ">=5", "unknown"]
        #expect(try rows(bands.replacing("WIDTH", with: " * 2.5"), strata) == [["0", "21"], ["2.5", "22"]])
        #expect(try rows(bands.replacing("WIDTH", with: ""), strata) == [["0", "21"], ["1", "22"]])
        let value =
            "SELECT ?v (COUNT(DISTINCT ?p) AS ?n) { ?p co:observation ?o . ?o co:concept c:EstrogenReceptorStatus ; co:value ?v } GROUP BY ?v"
        let positive = "https://w3id.org/cohortium/concept/Positive"
        #expect(try rows(value, [positive, "unknown"]) == [[positive, "20"], ["-", "21"]])
    }

    /// A funnel is one row, an overlap a row for each cell.
    @Test func funnelsAndOverlapsAreAnswered() throws {
        let funnel = try Ontology.question(
            """
            SELECT ?b ?a (?b / ?a AS ?share) { { SELECT (COUNT(DISTINCT ?p) AS ?b) { ?p co:visit ?v ; co:death ?d } }
              { SELECT (COUNT(DISTINCT ?p) AS ?a) { ?p co:visit ?v } } }
            """)
        #expect(funnel.part == .funnel)
        func number(_ text: String, _ type: String = XSD.integer) -> Term { .literal(Literal(text, datatype: type)) }
        guard case .bindings(_, let row) = try funnel.results(of: [.init(node: nil, strata: [], counts: [80, 40])]) else { return }
        #expect(row == [[number("40"), number("80"), number("0.5", XSD.decimal)]])
        let overlap = try Ontology.question(
            """
            SELECT ?a ?b (COUNT(DISTINCT ?p) AS ?n) { ?p a co:Patient BIND(EXISTS { ?p co:visit ?v } AS ?a) BIND(EXISTS { ?p co:death ?d } AS ?b) }
            GROUP BY ?a ?b ORDER BY DESC(?n)
            """)
        #expect(overlap.part == .overlap)
        let cells = [("yes", "no", 20), ("no", "yes", nil), ("yes", "yes", 60)].map {
            FederationQuestion.Row(node: nil, strata: [$0.0, $0.1], counts: [$0.2])
        }
        guard case .bindings(_, let rows) = try overlap.results(of: cells) else { return }
        func flag(_ value: Bool) -> Term { number("\(value)", XSD.boolean) }
        #expect(
            rows == [[flag(true), flag(true), number("60")], [flag(true), flag(false), number("20")], [flag(false), flag(true), nil]])
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
