"""Requests a second and the 99th percentile over HTTP: http_load.py NAME=URL … [--seconds N]

Asks each endpoint small questions of the hyperontology with 1, 8 and 64 clients, one connection each. With `--serve FILE.nt`, pyoxigraph
and rdflib are served beside it from this script, each in a process of its own, by the standard library's threading server. The clients are
those of `wrk` where it is installed, for Python's are slower than what they measure. Needs `pip install pyoxigraph rdflib`.
"""
import argparse
import http.client
import http.server
import multiprocessing
import re
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.parse

QUERIES = [
    'SELECT ?c { ?c <http://www.w3.org/2004/02/skos/core#prefLabel> "Breast Carcinoma"@en }',
    "SELECT ?m { <https://w3id.org/cohortium/concept/BreastCarcinoma> <http://www.w3.org/2004/02/skos/core#exactMatch> ?m }",
    "SELECT ?d { ?d <http://www.w3.org/2004/02/skos/core#broader>* <https://w3id.org/cohortium/concept/BreastCarcinoma> }",
]


def serve(engine, path, port):
    if engine == "pyoxigraph":
        import pyoxigraph

        store = pyoxigraph.Store()
        store.load(path=path, format=pyoxigraph.RdfFormat.N_TRIPLES)
        answer = lambda text: store.query(text).serialize(format=pyoxigraph.QueryResultsFormat.JSON)
    else:
        import rdflib

        graph = rdflib.Graph()
        graph.parse(path, format="nt")
        answer = lambda text: graph.query(text).serialize(format="json")

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body in one piece and at once; else each answer waits for the client's delayed acknowledgement.
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self):
            text = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)["query"][0]
            body = answer(text)
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 128

        def handle_error(self, request, address):
            # Clients go away when the time is up.
            pass

    Server(("127.0.0.1", port), Handler).serve_forever()


def client(address, path, seconds, times, number):
    connection = http.client.HTTPConnection(address, timeout=60)
    paths = [f"{path}?query={urllib.parse.quote(query)}" for query in QUERIES]
    end = time.perf_counter() + seconds
    count = number
    while time.perf_counter() < end:
        start = time.perf_counter()
        connection.request("GET", paths[count % len(paths)], headers={"Accept": "application/sparql-results+json"})
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise SystemExit(f"{address} answers {response.status}")
        times.append(time.perf_counter() - start)
        count += 1


LUA = """
local paths = { %s }
local count = 0
wrk.headers["Accept"] = "application/sparql-results+json"
request = function()
  count = count + 1
  return wrk.format("GET", paths[count %% #paths + 1])
end
"""


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 1e-3, "ms": 1, "s": 1e3, "m": 6e4}[unit]


def measure_with_wrk(url, clients, seconds):
    path = urllib.parse.urlparse(url).path
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(LUA % ", ".join(f'"{path}?query={urllib.parse.quote(query)}"' for query in QUERIES))
        script.flush()
        command = ["wrk", "--threads", "1", "--connections", str(clients), "--duration", f"{max(1, round(seconds))}s", "--latency"]
        text = subprocess.run([*command, "--timeout", "60s", "--script", script.name, url], check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in text:
        raise SystemExit(f"{url} answers with errors: {text}")
    found = {p: milliseconds(value) for p, value in re.findall(r"^\s+(50|99)%\s+(\S+)", text, re.M)}
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]), found["50"], found["99"]


def measure(url, clients, seconds):
    if shutil.which("wrk"):
        return measure_with_wrk(url, clients, seconds)
    parts = urllib.parse.urlparse(url)
    times = []
    threads = [threading.Thread(target=client, args=(parts.netloc, parts.path, seconds, times, n)) for n in range(clients)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - start
    times.sort()
    return len(times) / elapsed, times[len(times) // 2] * 1e3, times[min(len(times) - 1, int(len(times) * 0.99))] * 1e3


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("endpoints", nargs="*")
    parser.add_argument("--serve")
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    endpoints = [endpoint.split("=", 1) for endpoint in options.endpoints]
    servers = []
    if options.serve:
        for number, engine in enumerate(["pyoxigraph", "rdflib"]):
            servers.append(multiprocessing.Process(target=serve, args=(engine, options.serve, 18870 + number), daemon=True))
            servers[-1].start()
            endpoints.append((engine, f"http://127.0.0.1:{18870 + number}/sparql"))
        time.sleep(5)
    print(f"{'endpoint':12} {'clients':>7} {'requests/s':>11} {'median ms':>10} {'p99 ms':>10}")
    for name, url in endpoints:
        for clients in (1, 8, 64):
            rate, middle, last = measure(url, clients, options.seconds)
            print(f"{name:12} {clients:7} {rate:11.0f} {middle:10.2f} {last:10.2f}", flush=True)
    for server in servers:
        server.terminate()


main()
