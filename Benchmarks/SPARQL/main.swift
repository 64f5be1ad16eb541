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

/// What the process has in memory, in bytes, as the kernel counts it.
func resident() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
    return (Int(line.filter(\.isNumber)) ?? 0) * 1_024
}

guard CommandLine.arguments.count == 3 else {
    print("usage: sparql-benchmark FILE QUERIES")
    exit(2)
}
let (file, folder) = (CommandLine.arguments[1], CommandLine.arguments[2])
var graph = Graph.empty
let before = resident()
let loading = try milliseconds {
    var builder = GraphBuilder()
    builder.add(document: try RDFParser().parse(file: file))
    graph = builder.build()
}
let held = max(0, resident() - before) / max(graph.count, 1)
print(
    "\(graph.count) triples, loaded in \(Int(loading)) ms, \(held) bytes a triple in memory, \(graph.byteCount / max(graph.count, 1)) of them the graph's"
)
// As the hub has it of the hyperontology's hierarchies.
var closures: [ClosureTable] = []
let closing = milliseconds {
    closures = [ClosureTable(graph, predicate: "http://www.w3.org/2000/01/rdf-schema#subClassOf")].compactMap(\.self)
}
print("closure of rdfs:subClassOf: \(closures.first?.count ?? 0) pairs in \(Int(closing)) ms")
let dataset = Dataset(graph, closures: closures)
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
