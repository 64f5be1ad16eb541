"""Load, closure, expansion, search: ours beside others, in one run. compare.py FILE [--out TABLE.md]

Needs rapper, a C compiler, pyoxigraph, rdflib and owlrl; `make bench-rdf` brings them. Every program runs by itself, the rounds of all
in turns; medians. What takes minutes runs once.
"""
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
OURS = os.path.join(HERE, "..", "..", ".build", "release", "rdf-benchmark")
SUBCLASS = "http://www.w3.org/2000/01/rdf-schema#subClassOf"


def run(arguments, stdin=None):
    """What a program says, its seconds from start to end, and its largest memory in megabytes."""
    start = time.perf_counter()
    process = subprocess.Popen(arguments, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{arguments[0]} ended with {status}")
    return text, time.perf_counter() - start, usage.ru_maxrss / 1024


PYTHON = {
    "pyoxigraph load": """
import pyoxigraph, sys, time
start = time.perf_counter(); store = pyoxigraph.Store()
store.bulk_load(path=sys.argv[1], format=pyoxigraph.RdfFormat.TURTLE)
print(time.perf_counter() - start)""",
    "rdflib load": """
import rdflib, sys, time
start = time.perf_counter(); graph = rdflib.Graph(); graph.parse(sys.argv[1], format="turtle")
print(time.perf_counter() - start)""",
    "owlrl closure": """
import rdflib, owlrl, sys, time
graph = rdflib.Graph(); whole = rdflib.Graph(); whole.parse(sys.argv[1], format="turtle")
for s, o in whole.subject_objects(rdflib.RDFS.subClassOf):
    if isinstance(o, rdflib.URIRef): graph.add((s, rdflib.RDFS.subClassOf, o))
start = time.perf_counter()
owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False).expand(graph)
print(time.perf_counter() - start)""",
    "pyoxigraph closure": """
import pyoxigraph, sys, time
store = pyoxigraph.Store(); store.bulk_load(path=sys.argv[1], format=pyoxigraph.RdfFormat.TURTLE)
start = time.perf_counter()
rows = sum(1 for _ in store.query("SELECT ?a ?b { ?a <http://www.w3.org/2000/01/rdf-schema#subClassOf>+ ?b }"))
print(time.perf_counter() - start)""",
    "pyoxigraph expansion": """
import pyoxigraph, statistics, sys, time
store = pyoxigraph.Store(); store.bulk_load(path=sys.argv[1], format=pyoxigraph.RdfFormat.TURTLE)
times = []
for _ in range(15):
    start = time.perf_counter()
    rows = sum(1 for _ in store.query("SELECT ?a { ?a <http://www.w3.org/2000/01/rdf-schema#subClassOf>+ <%s> }" % sys.argv[2]))
    times.append(time.perf_counter() - start)
print(statistics.median(times))""",
    "rdflib expansion": """
import rdflib, statistics, sys, time
graph = rdflib.Graph(); graph.parse(sys.argv[1], format="turtle")
times = []
for _ in range(5):
    start = time.perf_counter()
    rows = sum(1 for _ in graph.transitive_subjects(rdflib.RDFS.subClassOf, rdflib.URIRef(sys.argv[2])))
    times.append(time.perf_counter() - start)
print(statistics.median(times))""",
}


def python(name, *arguments):
    text, _, memory = run([sys.executable, "-c", PYTHON[name], *arguments])
    return float(text), memory


def ours(mode, *arguments):
    """What our benchmark measured, by name; `peak` is the process's memory."""
    text, seconds, memory = run([OURS, mode, *arguments])
    values = dict(line.split("\t") for line in text.splitlines() if "\t" in line)
    values.update(process=seconds, peak=memory)
    return values


def main():
    file = sys.argv[1]
    load_before = os.getloadavg()[0]
    out = sys.argv[sys.argv.index("--out") + 1] if "--out" in sys.argv else None
    # Load, in turns.
    load = {"ours": [], "rapper": [], "oxigraph": []}
    peaks = {}
    for _ in range(5):
        found = ours("--load", file)
        load["ours"].append(float(found["seconds"]))
        peaks["ours"] = found["peak"]
        _, seconds, peaks["rapper"] = run(["rapper", "-q", "-i", "turtle", "-c", file])
        load["rapper"].append(seconds)
        seconds, peaks["oxigraph"] = python("pyoxigraph load", file)
        load["oxigraph"].append(seconds)
    load = {name: statistics.median(times) for name, times in load.items()}
    load["rdflib"], peaks["rdflib"] = python("rdflib load", file)

    # The closure: the same pairs of numbers for the program in C.
    program = os.path.join(tempfile.mkdtemp(), "closure")
    subprocess.run(["cc", "-O2", "-o", program, os.path.join(HERE, "closure.c")], check=True)
    pairs = run([OURS, "--pairs", file])[0]
    in_c, closure, found = [], [], {}
    for _ in range(5):
        with tempfile.TemporaryFile("w+") as numbers:
            numbers.write(pairs)
            numbers.seek(0)
            text = run([program], stdin=numbers)[0].split()
        in_c.append(float(text[1]))
        found = ours("--closure", file)
        closure.append(float(found["milliseconds"]))
        if int(text[0]) != int(found["pairs"]):
            sys.exit(f"the program in C finds {text[0]} pairs, ours {found['pairs']}")
    in_c, closure = statistics.median(in_c), statistics.median(closure)
    others = {name: python(f"{name} closure", file)[0] * 1e3 for name in ("owlrl", "pyoxigraph")}
    largest = found["largest"]
    expansion = float(found["expansion"])
    expansions = {name: python(f"{name} expansion", file, largest)[0] * 1e3 for name in ("pyoxigraph", "rdflib")}
    labels = ours("--labels", "1000000")
    huge = ours("--huge", "10000000")

    def row(what, value, ratio=""):
        lines.append(f"| {what} | {value} | {ratio} |")

    lines = [f"{os.path.basename(file)}, {found['triples']} triples; {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; load of the machine before it began {load_before:.1f}.", ""]
    lines += ["| load and index | time; peak memory | ours against it |", "|---|---:|---:|"]
    row("ours, parsed and indexed in three orders", f"{load['ours'] * 1e3:.0f} ms; {peaks['ours']:.0f} MB")
    for name, title in [("rapper", "`rapper -c`, which only parses"), ("oxigraph", "Oxigraph's bulk load (pyoxigraph)"), ("rdflib", "rdflib")]:
        row(title, f"{load[name] * 1e3:.0f} ms; {peaks[name]:.0f} MB", f"{load['ours'] / load[name]:.2f}×")
    lines += ["", f"| closure of {found['stated']} subclass triples: {found['pairs']} pairs | time | ours against it |", "|---|---:|---:|"]
    row("ours, arrays and searches", f"{closure:.2f} ms")
    row("ours by rules, with the reason of each", f"{float(found['reasoned']):.0f} ms")
    row("plain C over integer arrays", f"{in_c:.2f} ms", f"{closure / in_c:.2f}×")
    row("a property path in Oxigraph", f"{others['pyoxigraph']:.0f} ms", f"{closure / others['pyoxigraph']:.4f}×")
    row("owlrl, all of OWL 2 RL", f"{others['owlrl']:.0f} ms", f"{closure / others['owlrl']:.6f}×")
    lines += ["", f"| everything below the largest concept ({found['below']} terms), p50 | time | ours against it |", "|---|---:|---:|"]
    row("ours", f"{expansion * 1e3:.0f} µs")
    row("a property path in Oxigraph", f"{expansions['pyoxigraph']:.1f} ms", f"{expansion / expansions['pyoxigraph']:.4f}×")
    row("rdflib, `transitive_subjects`", f"{expansions['rdflib']:.1f} ms", f"{expansion / expansions['rdflib']:.4f}×")
    lines += ["", "| label search among a million labels | |", "|---|---:|"]
    for name in ("p50", "p99", "largest"):
        lines.append(f"| {name} of 10,000 questions, typing errors among them | {float(labels[name]):.2f} ms |")
    lines.append(f"| index made in | {float(labels['index']):.1f} s; process {labels['peak']:.0f} MB |")
    lines += ["", "| ten million triples | |", "|---|---:|"]
    lines.append(f"| parsed and indexed | {float(huge['seconds']):.1f} s; graph {float(huge['megabytes']):.0f} MB, process {huge['peak']:.0f} MB |")
    text = "\n".join(lines) + "\n"
    print(text)
    if out:
        with open(out, "w") as table:
            table.write("# The RDF room and the search, side by side\n\nMade by `make bench-rdf`; what is measured stands in README.md.\n\n" + text)


main()
