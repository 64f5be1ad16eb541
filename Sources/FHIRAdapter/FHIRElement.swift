import CohortPlan
import Foundation

/// A part of a resource as JSON: an object, a list or a primitive (FHIR R4, section 2.6.2).
struct FHIRElement {
    private let value: Any

    private init(_ value: Any) { self.value = value }

    /// Reads one line of NDJSON; nil when it is not one JSON object.
    init?(line: Data) {
        guard let value = try? JSONSerialization.jsonObject(with: line), value is [String: Any] else { return nil }
        self.value = value
    }

    /// A member of an object; nil where it is missing, null, or this is no object.
    subscript(name: String) -> FHIRElement? {
        guard let member = (value as? [String: Any])?[name], !(member is NSNull) else { return nil }
        return FHIRElement(member)
    }

    /// Everything at a path such as `series.modality`; lists on the way are gone through.
    func all(at path: some StringProtocol) -> [FHIRElement] {
        path.split(separator: ".").reduce([self]) { found, name in
            found.flatMap { element in element.items.flatMap { $0[String(name)]?.items ?? [] } }
        }
    }

    /// The members of a list, or the element itself where it does not repeat.
    var items: [FHIRElement] {
        guard let list = value as? [Any] else { return [self] }
        return list.filter { !($0 is NSNull) }.map(FHIRElement.init)
    }

    var isObject: Bool { value is [String: Any] }

    /// A text that is not empty.
    var text: String? { (value as? String).flatMap { $0.isEmpty ? nil : $0 } }

    /// A number, as the shortest decimal that reads as it.
    var number: ExactDecimal? { (value as? NSNumber).flatMap { ExactDecimal($0.doubleValue) } }

    var flag: Bool? { value as? Bool }
}
