import Foundation
import RDF

// Load, memory and lookup of the RDF room: `rdf-benchmark FILE...`, or `rdf-benchmark --synthetic TRIPLES` for a made graph.
// See Benchmarks/RDF/README.md for how it is run beside other programs, and what came out.

/// A line of `/proc/self/status`, in megabytes.
func memory(_ name: String) -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") } ?? ""
    return (line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0) / 1024
}

func seconds(_ body: () throws -> Void) rethrows -> Double {
    let duration = try ContinuousClock().measure(body)
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
}

func report(_ what: String, _ value: Double, _ unit: String) {
    print(what.padding(toLength: 34, withPad: " ", startingAt: 0) + String(format: "%12.3f ", value) + unit)
}

/// A file like a vocabulary's: concepts with a type, labels in two languages, a code, two parents and links among each other.
func writeSynthetic(_ triples: Int, to path: String) throws {
    try Data().write(to: URL(fileURLWithPath: path))
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    var text = "@prefix e: <http://example.org/concept/> .\n@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    let perConcept = 8
    let concepts = triples / perConcept
    var state: UInt64 = 42
    func next(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % max(bound, 1)
    }
    for number in 0..<concepts {
        text += "e:\(number) a skos:Concept ; skos:prefLabel \"finding number \(number)\"@en, \"Befund Nummer \(number)\"@de ;\n"
        text += "    skos:notation \"\(10_000_000 + number)\" ; skos:broader e:\(next(number)), e:\(next(number) | 1) ;\n"
        text += "    skos:exactMatch <http://snomed.info/id/\(10_000_000 + number)> ; skos:related e:\(next(concepts)) .\n"
        if text.utf8.count > 1 << 20 {
            try file.write(contentsOf: Data(text.utf8))
            text = ""
        }
    }
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
}

/// All ancestors of all classes: by search, and by rules that keep the reason of each.
func measureClosure(_ graph: Graph) {
    var pairs = 0
    var hierarchy = Hierarchy(.empty, upward: [])
    report("hierarchy of subclasses", seconds { hierarchy = Hierarchy(graph, upward: [RDFS.subClassOf]) } * 1000, "ms")
    report("its closure", seconds { hierarchy.forEachClosure { pairs += $1.count } } * 1000, "ms")
    report("pairs of it", Double(pairs), "")
    let stated = graph.triples(predicate: .iri(RDFS.subClassOf))
    var reasoner = Reasoner()
    report("the same by rules, with reasons", seconds { reasoner.add(stated) } * 1000, "ms")
    report("triples known then", Double(reasoner.count), "")
}

func measure(_ path: String) throws {
    print("\n\(path)")
    var builder = GraphBuilder()
    let before = memory("VmRSS")
    report("parse and encode", try seconds { try builder.read(file: path) }, "s")
    var graph = Graph.empty
    report("index", seconds { graph = builder.build() }, "s")
    builder = GraphBuilder()
    report("triples", Double(graph.count), "")
    report("terms", Double(graph.terms.count), "")
    report("graph", Double(graph.byteCount) / 1_048_576, "MB")
    report("process above its start", Double(memory("VmRSS") - before), "MB")
    report("peak of the process", Double(memory("VmHWM")), "MB")

    let lookups = 1_000_000
    let triples = (0..<lookups).map { graph.slice()[($0 &* 7919) % graph.count] }
    var found = 0
    report(
        "one subject and predicate",
        seconds { for triple in triples { found += graph.count(subject: triple.subject, predicate: triple.predicate) } } * 1e9
            / Double(lookups), "ns")
    report(
        "one predicate and object",
        seconds { for triple in triples { found += graph.count(predicate: triple.predicate, object: triple.object) } } * 1e9
            / Double(lookups), "ns")
    report("one whole triple", seconds { for triple in triples { found += graph.contains(triple) ? 1 : 0 } } * 1e9 / Double(lookups), "ns")
    report(
        "walk along all triples", seconds { for triple in graph.slice() { found &+= Int(triple.object) } } * 1e9 / Double(graph.count),
        "ns each")
    let terms = (0..<lookups).map { graph.terms[($0 &* 7919) % graph.terms.count] }
    report("number of a term", seconds { for term in terms { found &+= Int(graph.id(of: term) ?? 0) } } * 1e9 / Double(lookups), "ns")

    let saved = FileManager.default.temporaryDirectory.appendingPathComponent("benchmark-\(UUID().uuidString).graph").path
    defer { try? FileManager.default.removeItem(atPath: saved) }
    report("write", try seconds { try graph.write(to: saved) }, "s")
    report("map and verify", try seconds { found += try Graph(mapping: saved).count }, "s")
    report(
        "next version with one triple",
        seconds {
            var next = GraphBuilder(graph)
            next.add(Triple(.iri("http://example.org/new"), .iri("http://example.org/p"), .string("x")))
            found += next.build().count
        }, "s")
    if graph.id(of: .iri(RDFS.subClassOf)) != nil { measureClosure(graph) }
    guard found != 0 else { return }
}

let arguments = CommandLine.arguments.dropFirst()
if arguments.first == "--synthetic", let count = arguments.dropFirst().first.flatMap({ Int($0) }) {
    let path = arguments.dropFirst(2).first ?? FileManager.default.temporaryDirectory.appendingPathComponent("synthetic.ttl").path
    try writeSynthetic(count, to: path)
    try measure(path)
} else {
    for path in arguments { try measure(path) }
}
