import Foundation
import Hyperontology
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

/// The middle of measured times.
func median(_ times: [Double]) -> Double { times.sorted()[times.count / 2] }

/// A value for `compare.py`.
func tell(_ name: String, _ value: some CustomStringConvertible) { print("\(name)\t\(value)") }

func loaded(_ path: String) throws -> Graph {
    var builder = GraphBuilder()
    try builder.read(file: path)
    return builder.build()
}

/// The steps upwards by name.
func steps(of graph: Graph) -> [Graph.EncodedTriple] {
    guard let predicate = graph.id(of: .iri(RDFS.subClassOf)) else { return [] }
    return graph.slice(predicate: predicate).filter { graph.kind(of: $0.object) == .iri }
}

/// The subclass triples alone, for the closure of the same pairs everywhere.
func hierarchyGraph(_ path: String) throws -> Graph {
    let graph = try loaded(path)
    var builder = GraphBuilder()
    for step in steps(of: graph) { builder.add(graph.decoded(step)) }
    return builder.build()
}

func compareClosure(_ path: String) throws {
    let whole = try loaded(path)
    let graph = try hierarchyGraph(path)
    var times: [Double] = []
    var pairs = 0
    var largest = (term: Graph.TermID(0), count: 0)
    for _ in 0..<51 {
        pairs = 0
        times.append(
            seconds {
                let hierarchy = Hierarchy(graph, upward: [RDFS.subClassOf])
                hierarchy.forEachClosure { pairs += $1.count }
            })
    }
    let hierarchy = Hierarchy(graph, upward: [RDFS.subClassOf])
    for term in graph.terms.indices {
        let count = hierarchy.descendants(of: Graph.TermID(term)).count
        if count > largest.count { largest = (Graph.TermID(term), count) }
    }
    var expansions: [Double] = []
    var found = 0
    for _ in 0..<501 { expansions.append(seconds { found += hierarchy.descendants(of: largest.term).count }) }
    var reasoner = Reasoner()
    let stated = graph.triples()
    tell("reasoned", seconds { reasoner.add(stated) } * 1e3)
    tell("triples", whole.count)
    tell("stated", graph.count)
    tell("pairs", pairs)
    tell("milliseconds", median(times) * 1e3)
    tell("largest", graph[largest.term].iri ?? "")
    tell("below", found / 501)
    tell("expansion", median(expansions) * 1e3)
}

/// A million names of a few words each, as vocabularies have them, and questions about them: beginnings, words in another order, parts,
/// and typing errors.
func compareLabels(_ count: Int) {
    var state: UInt64 = 7
    func next(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % max(bound, 1)
    }
    let syllables = [
        "car", "ci", "no", "ma", "li", "ver", "pro", "sta", "te", "lym", "pho", "ren", "al", "gas", "tri", "tis", "os", "teo", "my", "el",
        "oma", "fib", "ro", "sar", "co", "neu", "bla", "sto", "der", "mal", "vas", "cu", "lar", "hep", "ati", "tid",
    ]
    // Few words are frequent and many are rare.
    let words = (0..<60_000).map { _ in (0..<(2 + next(3))).map { _ in syllables[next(syllables.count)] }.joined() }
    func word() -> String { words[next(2) == 0 ? next(300) : next(2) == 0 ? next(6_000) : next(words.count)] }
    let names = (0..<count).map { _ in (0..<(2 + next(5))).map { _ in word() }.joined(separator: " ") }
    let entries = names.enumerated().map { NameIndex.Entry(text: $1, owner: Int32($0), isPreferred: true) }
    var index = NameIndex([])
    tell("index", seconds { index = NameIndex(entries) })
    var times: [Double] = []
    var found = 0
    for _ in 0..<10_000 {
        var parts = names[next(count)].split(separator: " ").map(String.init).shuffled().prefix(1 + next(3)).map { $0 }
        switch next(4) {
        case 0: parts[0] = String(parts[0].prefix(3 + next(4)))
        case 1:
            var letters = Array(parts[0])
            letters[next(letters.count)] = "x"
            parts[0] = String(letters)
        case 2: if parts[0].count > 5 { parts[0].removeFirst(2) }
        default: break
        }
        let text = parts.joined(separator: " ")
        times.append(seconds { found += index.find(text, limit: 20).count })
    }
    times.sort()
    tell("p50", times[times.count / 2] * 1e3)
    tell("p99", times[times.count * 99 / 100] * 1e3)
    tell("largest", (times.last ?? 0) * 1e3)
    tell("hits", found)
}

func compareHuge(_ triples: Int) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("huge-\(UUID().uuidString).ttl").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try writeSynthetic(triples, to: path)
    var graph = Graph.empty
    tell("seconds", try seconds { graph = try loaded(path) })
    tell("triples", graph.count)
    tell("megabytes", Double(graph.byteCount) / 1_048_576)
}

let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "--synthetic" where arguments.count > 1:
    let path = arguments.count > 2 ? arguments[2] : FileManager.default.temporaryDirectory.appendingPathComponent("synthetic.ttl").path
    try writeSynthetic(Int(arguments[1]) ?? 1_000_000, to: path)
    try measure(path)
case "--load" where arguments.count > 1:
    var count = 0
    tell("seconds", try seconds { count = try loaded(arguments[1]).count })
    tell("triples", count)
case "--pairs" where arguments.count > 1:
    let graph = try hierarchyGraph(arguments[1])
    print(steps(of: graph).map { "\($0.subject) \($0.object)" }.joined(separator: "\n"))
case "--closure" where arguments.count > 1: try compareClosure(arguments[1])
case "--labels" where arguments.count > 1: compareLabels(Int(arguments[1]) ?? 1_000_000)
case "--huge" where arguments.count > 1: try compareHuge(Int(arguments[1]) ?? 10_000_000)
default: for path in arguments { try measure(path) }
}
