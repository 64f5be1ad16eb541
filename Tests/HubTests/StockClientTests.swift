import Foundation
import TestFederation
import Testing

/// A Python with SPARQLWrapper and rdflib from PyPI in a virtual environment of the test's own.
private enum StockClients {
    private static let folder = Result { try TemporaryFolder() }

    /// The interpreter; nil, with the reason said, where there can be none.
    static let python: Task<String?, Never> = Task {
        do {
            let environment = try folder.get().path("venv")
            for arguments in [
                ["/usr/bin/env", "python3", "-m", "venv", environment],
                [
                    "\(environment)/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "SPARQLWrapper",
                    "rdflib",
                ],
            ] {
                let run = try await ProgramRun.run(arguments[0], Array(arguments.dropFirst()))
                guard run.status == 0 else {
                    print("skipped: SPARQLWrapper and rdflib cannot be installed here: \((run.errors + run.output).suffix(300))")
                    return nil
                }
            }
            return "\(environment)/bin/python"
        } catch {
            print("skipped: there is no python3: \(error)")
            return nil
        }
    }

    static func areThere() async -> Bool { await python.value != nil }
}

/// The hub's `/sparql`, asked by clients that were not made for it.
@Suite(.enabled("skipped: SPARQLWrapper and rdflib cannot be installed from PyPI here") { await StockClients.areThere() })
struct StockClientTests {
    /// Prints, for each way to ask, the rows that came: every way that the SPARQL 1.1 Protocol has, in every format these clients read.
    private static let program = """
        import csv, io, json, sys
        from SPARQLWrapper import SPARQLWrapper, CSV, GET, JSON, POST, POSTDIRECTLY, URLENCODED
        from rdflib import Graph
        from rdflib.plugins.stores.sparqlstore import SPARQLStore

        url, text = sys.argv[1], sys.stdin.read()
        seen = {}
        for name, method, form in [("GET", GET, URLENCODED), ("POST form", POST, URLENCODED), ("POST direct", POST, POSTDIRECTLY)]:
            wrapper = SPARQLWrapper(url)
            wrapper.setMethod(method)
            wrapper.setRequestMethod(form)
            wrapper.setQuery(text)
            wrapper.setReturnFormat(JSON)
            found = wrapper.query().convert()
            names = found["head"]["vars"]
            seen[f"SPARQLWrapper {name} json"] = [[row.get(n, {}).get("value", "") for n in names] for row in found["results"]["bindings"]]
            wrapper.setReturnFormat(CSV)
            seen[f"SPARQLWrapper {name} csv"] = list(csv.reader(io.StringIO(wrapper.query().convert().decode("utf-8"))))[1:]
        for method in ("GET", "POST", "POST_FORM"):
            for form in ("json", "csv", "xml"):
                graph = Graph(SPARQLStore(url, method=method, returnFormat=form))
                seen[f"rdflib {method} {form}"] = [["" if v is None else str(v) for v in row] for row in graph.query(text)]
        print(json.dumps(seen))
        """

    private func ask(_ query: String) async throws -> [String: [[String]]] {
        let hub = try await TestHub.start()
        let python = try #require(await StockClients.python.value)
        let run = try await ProgramRun.run(
            python, ["-c", StockClientTests.program, hub.plainURL + "/sparql"], input: query,
            environment: ["http_proxy": "", "HTTP_PROXY": "", "all_proxy": "", "ALL_PROXY": ""])
        await hub.stop()
        #expect(run.status == 0, "\(run.errors)")
        return try JSONDecoder().decode([String: [[String]]].self, from: Data(run.output.utf8))
    }

    private static let concept = "https://w3id.org/cohortium/concept/BreastCarcinoma"

    @Test func patternsFiltersOptionalsAndLimitsByEveryWay() async throws {
        let seen = try await ask(
            """
            PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
            SELECT ?concept ?label ?definition ?none WHERE {
              ?concept skos:prefLabel ?label .
              OPTIONAL { ?concept skos:definition ?definition }
              OPTIONAL { ?concept <urn:nobody:says:this> ?none }
              FILTER(?label = "Breast Carcinoma"@en)
            } LIMIT 5
            """)
        #expect(seen.count == 15)
        let first = try #require(seen["SPARQLWrapper GET json"])
        #expect(first.map { $0[0] } == [StockClientTests.concept] && first.map { $0[1] } == ["Breast Carcinoma"])
        #expect(first.allSatisfy { $0.count == 4 && $0[3].isEmpty }, "what is optional and not there is unbound")
        for (way, rows) in seen { #expect(rows == first, "\(way)") }
    }

    @Test func aLimitIsKeptAndNoResultIsOne() async throws {
        for (limit, count) in [(3, 3), (0, 0)] {
            let seen = try await ask("SELECT ?s ?p { ?s ?p ?o FILTER(isIRI(?s)) } ORDER BY ?s ?p LIMIT \(limit)")
            let first = try #require(seen["SPARQLWrapper GET json"])
            #expect(first.count == count)
            for (way, rows) in seen { #expect(rows == first, "\(way)") }
        }
    }
}

/// The hub's `/sparql`, asked with `curl` as everybody would.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/curl"), "skipped: there is no curl here"))
struct CurlTests {
    private func curl(_ hub: TestHub, _ arguments: String..., input: String = "") async throws -> String {
        let run = try await ProgramRun.run(
            "/usr/bin/curl", ["--silent", "--show-error", "--noproxy", "*"] + arguments + ["\(hub.plainURL)/sparql"], input: input)
        #expect(run.status == 0, "\(run.errors)")
        return run.output
    }

    @Test func asksInEveryWay() async throws {
        let hub = try await TestHub.start()
        let query = "SELECT ?c { ?c <http://www.w3.org/2004/02/skos/core#prefLabel> \"Breast Carcinoma\"@en }"
        let rows = "c\r\nhttps://w3id.org/cohortium/concept/BreastCarcinoma\r\n"
        let csv = "Accept: text/csv"
        #expect(try await curl(hub, "--header", csv, "--get", "--data-urlencode", "query=\(query)") == rows)
        #expect(try await curl(hub, "--header", csv, "--data-urlencode", "query=\(query)") == rows)
        let direct = "Content-Type: application/sparql-query"
        #expect(try await curl(hub, "--header", csv, "--header", direct, "--data-binary", "@-", input: query) == rows)
        #expect(try await curl(hub, "--compressed", "--header", csv, "--header", direct, "--data-binary", query) == rows)
        // Without any wish, JSON; of the endpoint itself, its description.
        #expect(try await curl(hub, "--header", direct, "--data-binary", query).hasPrefix("{\"head\""))
        #expect(try await curl(hub).contains("sparql-service-description#"))
        let status = ["--output", "/dev/null", "--write-out", "%{http_code} %{content_type}"]
        #expect(
            try await curl(hub, status[0], status[1], status[2], status[3], "--header", direct, "--data-binary", "SELECT {")
                == "400 application/problem+json")
        await hub.stop()
    }
}
