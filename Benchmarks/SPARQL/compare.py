"""The questions of `queries/` with pyoxigraph and, where it is asked for, rdflib: compare.py FILE QUERIES [--rdflib].

Needs `pip install pyoxigraph rdflib`. The medians are of the same number of runs as sparql-benchmark's, parsing included.
"""
import pathlib
import statistics
import sys
import time


def median(run):
    start = time.perf_counter()
    run()
    runs = 3 if time.perf_counter() - start > 0.5 else 15
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def main():
    file, folder = sys.argv[1:3]
    import pyoxigraph

    def resident():
        for line in open("/proc/self/status"):
            if line.startswith("VmRSS"):
                return int(line.split()[1]) * 1024
        return 0

    store = pyoxigraph.Store()
    before = resident()
    start = time.perf_counter()
    store.load(path=file, format=pyoxigraph.RdfFormat.N_TRIPLES if file.endswith(".nt") else pyoxigraph.RdfFormat.TURTLE)
    elapsed = (time.perf_counter() - start) * 1e3
    memory = (resident() - before) / len(store)
    print(f"pyoxigraph: {len(store)} triples, loaded in {elapsed:.0f} ms, {memory:.0f} bytes a triple")
    engines = {"pyoxigraph": lambda text: sum(1 for _ in store.query(text))}
    if "--rdflib" in sys.argv:
        import rdflib

        graph = rdflib.Graph()
        graph.parse(file, format="nt" if file.endswith(".nt") else "turtle")
        engines["rdflib"] = lambda text: sum(1 for _ in graph.query(text))
    for path in sorted(pathlib.Path(folder).glob("*.rq")):
        text = path.read_text()
        for name, run in engines.items():
            print(f"{path.name:28} {name:12} {run(text):9} rows {median(lambda: run(text)):12.3f} ms")


main()
