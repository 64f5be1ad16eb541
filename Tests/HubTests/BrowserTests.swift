import Foundation
import TestFederation
import Testing

/// A Chromium without a window.
private enum Browser {
    private static let names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]

    /// Where it lies; nil where there is none.
    static let path: String? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
        return names.lazy.flatMap { name in folders.map { "\($0)/\(name)" } }.first(where: FileManager.default.isExecutableFile(atPath:))
    }()

    /// A page as it is when its scripts have run.
    static func page(_ file: String, at path: String) async throws -> String {
        let run = try await ProgramRun.run(
            path,
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--no-proxy-server", "--virtual-time-budget=20000", "--dump-dom",
                "file://\(file)",
            ])
        #expect(run.status == 0, "\(run.errors.suffix(500))")
        return run.output
    }
}

/// A page of somebody else's asks the hub's `/sparql`, by what browsers let pages do.
@Suite(.enabled(if: Browser.path != nil, "skipped: there is no Chromium here"))
struct BrowserTests {
    /// Asks in three ways, one of which needs leave beforehand (Fetch, section 4.8), and reads headers that are not safelisted.
    private static func page(_ url: String) -> String {
        """
        <html><body><pre id="out">waiting</pre><script>
        const url = "\(url)/sparql", query = "SELECT ?c { ?c <http://www.w3.org/2004/02/skos/core#prefLabel> 'Breast Carcinoma'@en }";
        const json = {"Accept": "application/sparql-results+json"};
        async function ask(init, address) {
          const response = await fetch(address ?? url, init);
          const answer = await response.json();
          const tag = response.headers.get("ETag") ? " tagged" : "";
          return response.status + " " + (answer.code ?? answer.results.bindings.map(row => row.c.value).join()) + tag;
        }
        (async () => {
          const out = [];
          out.push(await ask({headers: json}, url + "?query=" + encodeURIComponent(query)));
          out.push(await ask({method: "POST", headers: json, body: new URLSearchParams({query})}));
          out.push(await ask({method: "POST", headers: {...json, "Content-Type": "application/sparql-query"}, body: query}));
          out.push(await ask({method: "POST", headers: {...json, "Content-Type": "application/sparql-query"}, body: "SELECT {"}));
          out.push(await ask({method: "POST", headers: {...json, "Content-Type": "application/sparql-query", "Authorization": "Bearer x"},
            body: "PREFIX co: <https://w3id.org/cohortium/core#> SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p co:death ?d }"}));
          document.getElementById("out").textContent = out.join("|");
        })().catch(error => { document.getElementById("out").textContent = "failed: " + error; });
        </script></body></html>
        """
    }

    @Test func aPageOfAnotherOriginAsks() async throws {
        let browser = try #require(Browser.path)
        let (hub, folder) = (try await TestHub.start(), try TemporaryFolder())
        let file = try folder.write(Self.page(hub.plainURL), to: "page.html")
        let shown = try await Browser.page(file, at: browser)
        await hub.stop()
        let found = try #require(shown.firstMatch(of: /<pre id="out">([^<]*)</)?.1)
        let concept = "200 https://w3id.org/cohortium/concept/BreastCarcinoma"
        let parts = found.split(separator: "|").map(String.init)
        #expect(parts.count == 5, "\(found)")
        // Only what is fetched has a tag, for only that is kept.
        #expect(parts.first == concept + " tagged" && parts.dropFirst().prefix(2).allSatisfy { $0 == concept }, "\(found)")
        #expect(parts.dropFirst(3).first?.hasPrefix("400 S0") == true, "\(found)")
        #expect(parts.last == "401 F0601", "\(found)")
    }
}
