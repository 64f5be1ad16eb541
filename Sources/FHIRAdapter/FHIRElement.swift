import CohortPlan
import Foundation

/// A part of a resource as JSON: an object, a list or a primitive (FHIR R4, section 2.6.2).
///
/// INVARIANT: it holds what `JSONSerialization` made, which nobody changes, so that it may be shared.
struct FHIRElement: @unchecked Sendable {
    private enum Value {
        case object([String: Any])
        case list([Any])
        case text(String)
        /// A number, or true or false.
        case number(NSNumber)
    }

    private let value: Value

    /// Nil for null, which FHIR takes for missing.
    private init?(_ json: Any) {
        // The native types first: a cast to a class makes a bridged copy of a dictionary.
        switch json {
        case let text as String: value = .text(text)
        case let object as [String: Any]: value = .object(object)
        case let list as [Any]: value = .list(list)
        case let number as NSNumber: value = .number(number)
        default: return nil
        }
    }

    /// Reads one line of NDJSON; nil when it is not one JSON object.
    init?(line: Data) {
        guard let json = try? JSONSerialization.jsonObject(with: line), let object = json as? [String: Any] else { return nil }
        value = .object(object)
    }

    /// A member of an object; nil where it is missing, null, or this is no object.
    subscript(name: String) -> FHIRElement? {
        guard case .object(let members) = value else { return nil }
        return members[name].flatMap(FHIRElement.init)
    }

    /// Everything at a path such as `series.modality`; lists on the way are gone through.
    func all(at path: some StringProtocol) -> [FHIRElement] {
        guard let dot = path.firstIndex(of: ".") else { return items.flatMap { $0[String(path)]?.items ?? [] } }
        return all(at: String(path[..<dot])).flatMap { $0.all(at: String(path[path.index(after: dot)...])) }
    }

    /// The members of a list, or the element itself where it does not repeat.
    var items: [FHIRElement] {
        guard case .list(let list) = value else { return [self] }
        return list.compactMap(FHIRElement.init)
    }

    var isObject: Bool {
        if case .object = value { return true }
        return false
    }

    /// Whether an object has a member whose name begins so.
    func hasMember(beginningWith name: String) -> Bool {
        guard case .object(let members) = value else { return false }
        return members.keys.contains { $0.hasPrefix(name) }
    }

    /// A text that is not empty.
    var text: String? {
        guard case .text(let text) = value, !text.isEmpty else { return nil }
        return text
    }

    /// A number, as the shortest decimal that reads as it.
    var number: ExactDecimal? {
        guard case .number(let number) = value else { return nil }
        return ExactDecimal(number.doubleValue)
    }

    var flag: Bool? {
        guard case .number(let number) = value else { return nil }
        return Bool(exactly: number)
    }
}
