import Diagnostics
import Foundation
import RDF
import SPARQL

// The questions of `queries/` over a file: `sparql-benchmark FILE QUERIES`. For each, the median of several runs as the optimiser has it,
// that of the pattern as it is written, and the ratio. See README.md for how it is run beside other programs.

func milliseconds(_ body: () throws -> Void) rethrows -> Double {
    let duration = try ContinuousClock().measure(body)
    return Double(duration.components.seconds) * 1e3 + Double(duration.components.attoseconds) / 1e15
}

/// The median of some runs after one that warms up; of slow questions, fewer.
func median(_ body: () throws -> Void) rethrows -> Double {
    let first = try milliseconds(body)
    var times: [Double] = []
    for _ in 0..<(first > 500 ? 3 : 15) { times.append(try milliseconds(body)) }
    return times.sorted()[times.count / 2]
}

guard CommandLine.arguments.count == 3 else {
    print("usage: sparql-benchmark FILE QUERIES")
    exit(2)
}
let (file, folder) = (CommandLine.arguments[1], CommandLine.arguments[2])
var graph = Graph.empty
let loading = try milliseconds {
    var builder = GraphBuilder()
    builder.add(document: try RDFParser().parse(file: file))
    graph = builder.build()
}
print("\(graph.count) triples, loaded in \(Int(loading)) ms, \(graph.byteCount / max(graph.count, 1)) bytes a triple")
let dataset = Dataset(graph)
print("question                         rows   optimised ms  as written ms    ratio")
for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() where name.hasSuffix(".rq") {
    let text = try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
    var count = 0
    func run(isOptimised: Bool) throws {
        count = try SPARQLQuery.parse(text).evaluate(on: dataset, isOptimised: isOptimised).count
    }
    let optimised = try median { try run(isOptimised: true) }
    var written: Double?
    do {
        written = try median { try run(isOptimised: false) }
    } catch let list as DiagnosticList {
        // As written, a pattern may pass the limits.
        print("  \(name), as written: \(list.diagnostics[0].message)")
    }
    let start = name.padding(toLength: 28, withPad: " ", startingAt: 0) + String(format: "%9d %14.3f", count, optimised)
    print(start + (written.map { String(format: " %14.3f %8.1f", $0, $0 / optimised) } ?? ""))
}
