import CohortPlan
import Diagnostics
import Execution
import OMOPAdapter
import PostgresServer
import Testing

/// The site's own vocabulary, where it is loaded: what it has below a concept is found, too.
@Suite struct AncestorTests {
    /// Two diagnoses: the concept itself, and one that this project's map does not know and the site's vocabulary has below it.
    private static let rows = """
        INSERT INTO condition_occurrence VALUES (1, 1, 4112853, '2020-01-01', NULL), (2, 2, 87654321, '2020-01-01', NULL), (3, 3, 99, '2020-01-01', NULL);
        """
    private static let table = "CREATE TABLE concept_ancestor (ancestor_concept_id INTEGER, descendant_concept_id INTEGER);"
    private static let pairs = "INSERT INTO concept_ancestor VALUES (4112853, 4112853), (4112853, 87654321), (5, 99);"
    private let breastCancer = "patients where any diagnosis of \"Breast Carcinoma\""

    @Test func whatTheSiteHasBelowAConceptIsFoundInSQLite() async throws {
        let database = try SmallDatabase(AncestorTests.rows + AncestorTests.table + AncestorTests.pairs, isTyped: true)
        defer { database.remove() }
        let result = try await database.answer(breastCancer)
        #expect(result.counted?.selection.patients == ["A", "B"] && result.overall == .exact)
        let plan = try database.plan(breastCancer)
        #expect(
            PlanEngine(sources: [database.adapter()]).explain(plan).flatMap(\.queries).contains { $0.text.contains("concept_ancestor") })
    }

    /// Rows are asked for by codes with the semantics of ATLAS: what is invalid counts for nothing, where that is known.
    @Test func aVocabularyThatDoesNotTellWhatIsInvalidIsNamed() async throws {
        let request = EventRequest(
            RecordRequest(.conditionOccurrence, codes: VocabularySet(include: [VocabularySet.Term(4_112_853)])))
        let vocabulary = AncestorTests.rows + AncestorTests.table + AncestorTests.pairs
        for (concepts, coverage) in [
            ("", Coverage.approximate), ("CREATE TABLE concept (concept_id INTEGER, invalid_reason TEXT);", .exact),
        ] {
            let database = try SmallDatabase(vocabulary + concepts, isTyped: true)
            defer { database.remove() }
            let assessment = database.adapter().assess(request, in: try database.plan(breastCancer))
            #expect(assessment.coverage == coverage, "\(assessment)")
            #expect(assessment.reasons.contains { $0.contains("`concept.invalid_reason`") } == concepts.isEmpty)
        }
    }

    @Test(.enabled(if: PostgresServer.isInstalled, "skipped: no PostgreSQL server is installed (Debian: postgresql-15)"))
    func whatTheSiteHasBelowAConceptIsFoundInPostgreSQL() async throws {
        let database = try await SmallPostgres(AncestorTests.rows + AncestorTests.table + AncestorTests.pairs)
        #expect(try await database.answer(breastCancer).counted?.selection.patients == ["A", "B"])
    }

    @Test(.enabled(if: PostgresServer.isInstalled, "skipped: no PostgreSQL server is installed (Debian: postgresql-15)"))
    func theVocabularyMayStandInASchemaOfItsOwn() async throws {
        let empty = AncestorTests.table
        let database = try await SmallPostgres(
            AncestorTests.rows + empty + "CREATE SCHEMA vocab; SET search_path TO vocab;" + AncestorTests.table + AncestorTests.pairs)
        let plan = try database.plan(breastCancer)
        let own = try await PlanEngine(sources: [try database.adapter()]).execute(plan)
        #expect(own.counted?.selection.patients == ["A"])
        let result = try await PlanEngine(sources: [try database.adapter(vocabulary: "vocab")]).execute(plan)
        #expect(result.counted?.selection.patients == ["A", "B"])
        let failure = await #expect(throws: SourceFailure.self) { try await database.adapter(vocabulary: "nowhere").probe() }
        #expect(failure?.diagnostic.code == "N0214" && failure?.diagnostic.message.contains("`nowhere`") == true)
    }

    @Test(arguments: ["", "CREATE TABLE concept_ancestor (ancestor_concept_id INTEGER, descendant_concept_id INTEGER);"])
    func withoutTheSitesVocabularyOursCounts(_ table: String) async throws {
        let database = try SmallDatabase(AncestorTests.rows + table, isTyped: true)
        defer { database.remove() }
        #expect(try await database.answer(breastCancer).counted?.selection.patients == ["A"])
    }

    /// What a set leaves out is known by our concepts alone: below them, the site's would come back in.
    @Test func aSetThatLeavesSomethingOutIsTakenByItsCodes() async throws {
        let database = try SmallDatabase(AncestorTests.rows + AncestorTests.table + AncestorTests.pairs, isTyped: true)
        defer { database.remove() }
        let plan = try database.plan(breastCancer)
        let request = try #require(plan.plan.requests.first)
        let set = try #require(request.concepts)
        for other in [
            ConceptSet(include: set.include, exclude: [ConceptTerm(ConceptIRI("https://example.org/other"))]),
            ConceptSet(include: set.include.map { ConceptTerm($0.concept, descendants: false) }),
        ] {
            let expansions = plan.expansions.map { Expansion(set: other, concepts: $0.concepts, codes: $0.codes, gaps: $0.gaps) }
            let changed = EventRequest(kind: .diagnosis, concepts: other)
            let found = try await database.adapter().events(
                matching: changed, in: ExpandedPlan(plan: plan.plan, expansions: expansions))
            #expect(found.map(\.patient) == ["A"])
        }
    }
}
