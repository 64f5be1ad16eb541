"""A graph of so many times as many triples: enlarge.py FILE.ttl COPIES > LARGE.nt

The first copy is the file's own; in the others every IRI that the file describes has a number, so that each stands for itself.
Needs `pip install pyoxigraph`.
"""
import sys

import pyoxigraph


def main():
    path, copies = sys.argv[1], int(sys.argv[2])
    store = pyoxigraph.Store()
    store.load(path=path, format=pyoxigraph.RdfFormat.TURTLE)
    quads = list(store)
    described = {quad.subject.value for quad in quads if isinstance(quad.subject, pyoxigraph.NamedNode)}

    def term(value, copy):
        if isinstance(value, pyoxigraph.NamedNode) and copy and value.value in described:
            return f"<{value.value}_{copy}>"
        if isinstance(value, pyoxigraph.BlankNode):
            return f"_:c{copy}x{value.value}"
        return str(value)

    for copy in range(copies):
        for quad in quads:
            sys.stdout.write(f"{term(quad.subject, copy)} {quad.predicate} {term(quad.object, copy)} .\n")


main()
