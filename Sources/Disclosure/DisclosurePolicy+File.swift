public import Diagnostics
import Foundation

extension DisclosurePolicy {
    private static let keys: Set<String> = [
        "threshold", "rounding", "breakdowns", "narrowestAgeBand", "reports", "texts", "purposes", "tools",
    ]
    private static let required: Set<String> = ["threshold", "rounding", "breakdowns", "purposes"]

    /// Reads the hospital's policy file. It fails closed: what is missing, unknown or of the wrong form is an error,
    /// and without a policy a node answers nothing.
    ///
    /// - Throws: all `P…` diagnostics about the file.
    public static func read(_ path: String) throws(DiagnosticList) -> DisclosurePolicy {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw DiagnosticList([
                Diagnostic(
                    "P0001", "the policy `\(path)` cannot be read", help: "a node answers nothing without its hospital's policy file")
            ])
        }
        return try parse(String(decoding: data, as: UTF8.self), name: path)
    }

    /// Reads a policy's text.
    /// - Parameter name: what messages call it.
    public static func parse(_ text: String, name: String) throws(DiagnosticList) -> DisclosurePolicy {
        let entries: [String: Any]
        do {
            guard let mapping = try SettingsFile.entries(of: text) else {
                throw DiagnosticList([
                    Diagnostic("P0002", "`\(name)` is not a list of settings", help: "write one setting a line, as `threshold: 11`")
                ])
            }
            entries = mapping
        } catch let list as DiagnosticList {
            throw list
        } catch {
            throw DiagnosticList([Diagnostic("P0002", "`\(name)` is not YAML", help: "mend the place that is named", notes: ["\(error)"])])
        }
        var reader = PolicyReader(entries: entries, name: name, text: text)
        reader.checkKeys(known: keys, required: required)
        let policy = DisclosurePolicy(
            threshold: reader.integer("threshold", in: lowestThreshold...10_000) ?? defaultThreshold,
            roundingBase: reader.integer("rounding", in: 1...1_000) ?? defaultRoundingBase,
            breakdowns: reader.allowed("breakdowns", "nothing that patients can be split by"),
            narrowestAgeBand: reader.integer("narrowestAgeBand", in: 1...100) ?? 5,
            reports: reader.allowed("reports", "no part of a report"), readsText: reader.flag("texts"), purposes: reader.words("purposes"),
            tools: reader.words("tools"))
        if reader.diagnostics.containsErrors { throw DiagnosticList(reader.diagnostics) }
        return policy
    }
}

/// Takes settings out of a policy file and notes what is wrong with them.
private struct PolicyReader {
    let entries: [String: Any]
    let name: String
    let text: String
    var diagnostics: [Diagnostic] = []

    init(entries: [String: Any], name: String, text: String) {
        self.entries = entries
        self.name = name
        self.text = text
    }

    mutating func checkKeys(known: Set<String>, required: Set<String>) {
        for key in entries.keys.sorted() where !known.contains(key) {
            let help = nearest(to: key, among: known.sorted()).map { "did you mean `\($0)`?" } ?? "take it out"
            report("P0003", "`\(key)` is no setting of a policy", key, help)
        }
        for key in required.sorted() where entries[key] == nil {
            report("P0004", "the setting `\(key)` is missing", key, "add it; a policy leaves nothing to a default that matters")
        }
    }

    mutating func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let entry = entries[key] else { return nil }
        guard let number = entry as? Int, range.contains(number) else {
            report("P0005", "`\(key)` must be a whole number from \(range.lowerBound) to \(range.upperBound)", key, "mend it")
            return nil
        }
        return number
    }

    /// No where nothing is said.
    mutating func flag(_ key: String) -> Bool {
        guard let entry = entries[key] else { return false }
        guard let flag = entry as? Bool else {
            report("P0005", "`\(key)` must be true or false", key, "mend it")
            return false
        }
        return flag
    }

    mutating func words(_ key: String) -> Set<String> {
        guard let entry = entries[key] else { return [] }
        guard let words = entry as? [String] else {
            report("P0006", "`\(key)` must be a list of words", key, "write it as `\(key): [one, two]`")
            return []
        }
        return Set(words)
    }

    /// The members of a list that a policy can allow.
    /// - Parameter message: what another word is.
    mutating func allowed<Word>(_ key: String, _ message: String) -> Set<Word>
    where Word: RawRepresentable<String> & CaseIterable & Hashable {
        let named = words(key)
        for word in named.sorted() where Word(rawValue: word) == nil {
            report("P0007", "`\(word)` is \(message)", key, "use \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return Set(named.compactMap(Word.init))
    }

    private mutating func report(_ code: DiagnosticCode, _ message: String, _ key: String, _ help: String) {
        let line = text.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.hasPrefix(key) }
        let place = line.map { "\(name):\($0 + 1)" } ?? name
        diagnostics.append(Diagnostic(code, "\(place): \(message)", help: help))
    }
}
