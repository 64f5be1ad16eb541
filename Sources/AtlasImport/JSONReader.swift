import Diagnostics
import Foundation

/// A member of a JSON document with its path, read once and noted as read: what nobody read at the end was not understood.
///
/// Members that are null, empty or false say nothing and are passed over.
final class JSONMember {
    /// JSONPath (RFC 9535) from the document's root.
    let path: String
    let value: Any
    private let notes: ImportNotes
    private var unread: Set<String>

    init(_ value: Any, path: String, notes: ImportNotes) {
        self.value = value
        self.path = path
        self.notes = notes
        let members = (value as? [String: Any]) ?? [:]
        unread = Set(members.lazy.filter { !JSONMember.saysNothing($0.value) }.map(\.key))
    }

    private static func saysNothing(_ value: Any) -> Bool {
        switch value {
        case is NSNull: true
        case let text as String: text.isEmpty
        case let list as [Any]: list.isEmpty
        case let members as [String: Any]: members.isEmpty
        default: false
        }
    }

    var isObject: Bool { value is [String: Any] }

    /// The names of its members, sorted.
    var names: [String] { ((value as? [String: Any]) ?? [:]).keys.sorted() }

    /// A member; nil when it is not there or says nothing.
    func member(_ name: String) -> JSONMember? {
        guard unread.contains(name), let value = (value as? [String: Any])?[name] else { return nil }
        unread.remove(name)
        return JSONMember(value, path: "\(path).\(name)", notes: notes)
    }

    /// An object; something else in its place is noted.
    func object(_ name: String) -> JSONMember? {
        guard let member = member(name) else { return nil }
        guard member.isObject else {
            notes.wrongForm(member, "an object")
            return nil
        }
        return member
    }

    /// The members of a list of objects.
    func list(_ name: String) -> [JSONMember] { member(name)?.elements ?? [] }

    /// The members of a list.
    var elements: [JSONMember] {
        guard let values = value as? [Any] else {
            notes.wrongForm(self, "a list")
            return []
        }
        return values.enumerated().map { JSONMember($1, path: "\(path)[\($0)]", notes: notes) }
    }

    func text(_ name: String) -> String? {
        guard let member = member(name) else { return nil }
        if let text = member.value as? String { return text }
        notes.wrongForm(member, "a text")
        return nil
    }

    /// A whole number that CohortQL can hold.
    func integer(_ name: String) -> Int? {
        guard let member = member(name) else { return nil }
        if let number = member.number, let whole = Int(exactly: number.doubleValue), abs(whole) <= Int(Int32.max) { return whole }
        notes.wrongForm(member, "a whole number")
        return nil
    }

    /// A yes or no; some tools write them as numbers.
    func flag(_ name: String) -> Bool {
        guard let member = member(name) else { return false }
        if let number = member.value as? NSNumber { return number.boolValue }
        notes.wrongForm(member, "`true` or `false`")
        return false
    }

    /// A number and nothing that looks like one.
    var number: NSNumber? {
        guard let number = value as? NSNumber, unsafe String(cString: unsafe number.objCType) != "c" else { return nil }
        return number
    }

    /// Marks members that say nothing about who is counted.
    func pass(_ names: String...) { unread.subtract(names) }

    /// Notes each member that nobody has read.
    func finish() {
        for name in unread.sorted() { notes.cannotSay("`\(name)`", at: "\(path).\(name)") }
    }
}

/// What was found while importing, in order.
final class ImportNotes {
    private(set) var diagnostics: [Diagnostic] = []
    /// Beyond so many the rest is counted alone.
    static let limit = 200

    /// A construct that CohortQL cannot say.
    func cannotSay(_ what: String, at path: String) {
        add(
            Diagnostic(
                "C0310", .warning, "CohortQL cannot say \(what)", help: "take it out of the definition, or say in words what it meant",
                notes: ["at \(path)"]))
    }

    /// A member that holds something else than it should.
    func wrongForm(_ member: JSONMember, _ wanted: String) {
        add(
            Diagnostic(
                "C0303", "this is not \(wanted)", help: "export the definition again from ATLAS", notes: ["at \(member.path)"]))
    }

    func add(_ diagnostic: Diagnostic) { if diagnostics.count < ImportNotes.limit { diagnostics.append(diagnostic) } }
}
