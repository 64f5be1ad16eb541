import AtlasImport
import CohortPlan
import CohortQL
import Compiler
import DICOMFile
import Diagnostics
import Disclosure
import Federation
import Foundation
import Hyperontology
import RDF
import SPARQL

/// What reads bytes of strangers. Each says what is wrong with how an input was treated, beside not to crash.
enum FuzzTarget: String, CaseIterable {
    /// Every tool of CohortQL.
    case language
    /// Cohort definitions of ATLAS.
    case atlas
    /// SPARQL's parser.
    case sparql
    /// Turtle, N-Triples, RDF/XML, N-Quads, TriG: the first byte says which.
    case rdf
    /// Units of UCUM.
    case unit
    /// DICOM files.
    case dicom
    /// Plans and signed tasks as they come over the network.
    case wire
    /// Policies of nodes.
    case policy

    /// The one that the environment names.
    static let chosen: FuzzTarget = {
        let name = ProcessInfo.processInfo.environment["COHORTIUM_FUZZ_TARGET"] ?? ""
        guard let target = FuzzTarget(rawValue: name) else {
            let names = allCases.map(\.rawValue).joined(separator: ", ")
            FileHandle.standardError.write(Data("COHORTIUM_FUZZ_TARGET is `\(name)`; it is one of \(names)\n".utf8))
            exit(64)
        }
        return target
    }()

    /// Nil where the input was treated as it should be.
    func complaint(about input: [UInt8]) -> String? {
        switch self {
        case .language: LanguageFuzzing.complaint(about: input)
        case .atlas: Self.atlas(input)
        case .sparql: Self.sparql(input)
        case .rdf: Self.rdf(input)
        case .unit: Self.unit(input)
        case .dicom: Self.dicom(input)
        case .wire: Self.wire(input)
        case .policy: Self.policy(input)
        }
    }

    /// What is imported is read by the language without a mistake; what is not says why.
    private static func atlas(_ input: [UInt8]) -> String? {
        let found = AtlasImporter.read(SourceText(name: "d.json", bytes: input), name: "D")
        guard let text = found.text else { return found.diagnostics.isEmpty ? "neither a query nor a message" : nil }
        return Parser.parse(SourceText(name: "d", text: text)).diagnostics.first.map { "the query has a mistake: \($0.message)" }
    }

    private static func sparql(_ input: [UInt8]) -> String? {
        let text = String(decoding: input, as: UTF8.self)
        do {
            _ = try SPARQLQuery.parse(text)
        } catch {
            let places = error.diagnostics.compactMap(\.span)
            if places.contains(where: { $0.upperBound > text.utf8.count }) { return "a message points outside the text" }
            if error.diagnostics.isEmpty { return "refused without a message" }
        }
        return nil
    }

    /// What was read and is written is read again as the same.
    private static func rdf(_ input: [UInt8]) -> String? {
        guard let first = input.first else { return nil }
        let syntax = RDFSyntax.allCases[Int(first) % RDFSyntax.allCases.count]
        var limits = RDFParser.Limits()
        limits.maximumBytes = 1 << 20
        limits.maximumDuration = .seconds(5)
        let parser = RDFParser(limits: limits)
        guard let triples = try? parser.parse(Array(input.dropFirst()), syntax: syntax, base: "http://example.org/") else { return nil }
        let graph = Set(NTriplesWriter.text(of: triples).split(separator: "\n"))
        do {
            let lines = try parser.parse(Array(NTriplesWriter.text(of: triples).utf8), syntax: .ntriples, base: "http://example.org/")
            if Set(lines).count != graph.count { return "N-Triples written and read are \(Set(lines).count) triples, not \(graph.count)" }
            let turtle = try parser.parse(Array(TurtleWriter().text(of: triples).utf8), syntax: .turtle, base: "http://example.org/")
            if Set(turtle).count != graph.count { return "Turtle written and read is \(Set(turtle).count) triples, not \(graph.count)" }
        } catch {
            return "what was written cannot be read: \(error)"
        }
        return nil
    }

    private static func unit(_ input: [UInt8]) -> String? {
        let code = String(decoding: input, as: UTF8.self)
        guard let unit = UCUMUnit(code) else { return nil }
        return unit.isCommensurable(with: unit) ? nil : "a unit is not of its own dimension"
    }

    private static func dicom(_ input: [UInt8]) -> String? {
        guard let file = try? DICOMFile.read(input) else { return nil }
        _ = try? DICOMPixels(file)
        do { _ = try DICOMFile.read(file.write()) } catch { return "what was written cannot be read: \(error)" }
        return nil
    }

    /// A plan that is taken is the same plan after it was sent on.
    private static func wire(_ input: [UInt8]) -> String? {
        _ = try? CanonicalJSON.decode(FederationTask.self, from: input)
        _ = try? CanonicalJSON.decode(SignedEnvelope.self, from: input)
        guard let plan = try? JSONDecoder().decode(CohortPlan.self, from: Data(input)) else { return nil }
        do {
            let again = try JSONDecoder().decode(CohortPlan.self, from: JSONEncoder().encode(plan))
            return again == plan ? nil : "a plan that was sent on is another one"
        } catch {
            return "a plan that was taken is not taken again: \(error)"
        }
    }

    private static func policy(_ input: [UInt8]) -> String? {
        do { _ = try DisclosurePolicy.parse(String(decoding: input, as: UTF8.self), name: "policy.yaml") } catch {
            return error.diagnostics.isEmpty ? "refused without a message" : nil
        }
        return nil
    }
}
