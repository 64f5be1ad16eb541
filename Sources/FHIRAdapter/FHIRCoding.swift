import CohortPlan
import Hyperontology

/// A code as a resource records it, with the short name of its system; a system without one keeps its URI.
struct FHIRCoding: Hashable, Sendable {
    let system: CodeSystem
    let code: String
}

/// Reads codes, by the short names of the systems' URIs.
struct FHIRCodingReader: Sendable {
    let codeSystems: [String: CodeSystem]

    /// The codes of a CodeableConcept, a Coding, or lists of these, each once.
    func codings(_ elements: [FHIRElement]) -> [FHIRCoding] {
        var seen: Set<FHIRCoding> = []
        return elements.flatMap(\.items).flatMap { element in
            element["coding"]?.items ?? [element]
        }.compactMap(coding).filter { seen.insert($0).inserted }
    }

    private func coding(_ element: FHIRElement) -> FHIRCoding? {
        guard let code = element["code"]?.text else { return nil }
        let uri = element["system"]?.text.map { $0.prefix { $0 != "|" } }.map(String.init) ?? ""
        return FHIRCoding(system: codeSystems[uri] ?? uri, code: code)
    }

    /// Whether an element says one of the codes: as a code itself, as a CodeableConcept of any system, or as `true` or `false`.
    static func says(_ code: String, _ elements: [FHIRElement]) -> Bool {
        elements.flatMap(\.items).contains { element in
            element.text == code || element.flag.map { "\($0)" } == code
                || (element["coding"]?.items ?? [element]).contains { $0["code"]?.text == code }
        }
    }
}

extension FHIRCodingReader {
    /// All URIs with their short names, as text.
    var description: String { codeSystems.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "\n") }
}
