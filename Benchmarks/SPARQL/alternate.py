"""The questions of `queries/` with sparql-benchmark and pyoxigraph in turns: alternate.py BENCHMARK FILE QUERIES [--rounds N] [--rdflib]

On a machine that does other work as well, what is measured one after the other is not measured under one load. So both are run in turns, each
round gives a ratio for each question, and the table holds the medians over the rounds. Needs `pip install pyoxigraph rdflib`; with `--rdflib`,
rdflib is asked in the first round alone, for it is slow.
"""
import argparse
import pathlib
import re
import statistics
import subprocess
import sys


def ours(options):
    text = subprocess.run([options.benchmark, options.file, options.queries], check=True, capture_output=True, text=True).stdout
    rows = {m[1]: float(m[2]) for m in re.finditer(r"^(\S+\.rq)\s+\d+\s+([\d.]+)", text, re.M)}
    return text.splitlines()[0], rows


def theirs(options, more):
    script = pathlib.Path(__file__).with_name("compare.py")
    text = subprocess.run([sys.executable, script, options.file, options.queries, *more], check=True, capture_output=True, text=True).stdout
    rows = {}
    for m in re.finditer(r"^(\S+\.rq)\s+(\w+)\s+\d+ rows\s+([\d.]+) ms", text, re.M):
        rows.setdefault(m[2], {})[m[1]] = float(m[3])
    return text.splitlines()[0], rows


def main():
    parser = argparse.ArgumentParser()
    for name in ("benchmark", "file", "queries"):
        parser.add_argument(name)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rdflib", action="store_true")
    options = parser.parse_args()
    here, there, slow = {}, {}, {}
    for number in range(options.rounds):
        line, rows = ours(options)
        print("here:", line, flush=True)
        for name, value in rows.items():
            here.setdefault(name, []).append(value)
        line, engines = theirs(options, ["--rdflib"] if options.rdflib and number == 0 else [])
        print(line, flush=True)
        for name, value in engines["pyoxigraph"].items():
            there.setdefault(name, []).append(value)
        slow.update(engines.get("rdflib", {}))
    print("| question | here ms | pyoxigraph ms | pyoxigraph / here | rdflib ms |\n|---|---|---|---|---|")
    for name in sorted(here):
        ratio = statistics.median(b / a for a, b in zip(here[name], there[name]))
        other = f"{slow[name]:.1f}" if name in slow else "–"
        mine, other_median = statistics.median(here[name]), statistics.median(there[name])
        print(f"| {name} | {mine:.3f} | {other_median:.3f} | {ratio:.2f} | {other} |")


main()
