import CohortQL
public import Diagnostics
import Foundation

/// Turns a cohort definition of OHDSI's ATLAS, a Circe expression in JSON, into CohortQL.
///
/// Every member of the document is either said or named with its path; nothing is dropped in silence.
public enum AtlasImporter {
    /// The bounds on a document.
    public enum Limits {
        public static let bytes = 64_000_000
        /// Brackets within one another.
        public static let depth = 400
        /// Concepts of all sets together.
        public static let concepts = 200_000
    }

    /// What importing gave.
    public struct Import: Sendable {
        /// The query in its canonical layout; nil where the document is no cohort definition.
        public let text: String?
        /// What is wrong with the document, and what CohortQL cannot say.
        public let diagnostics: [Diagnostic]

        /// Whether the query says all that the document does.
        public var isWhole: Bool { text != nil && diagnostics.isEmpty }
    }

    /// - Parameters:
    ///   - source: the JSON document.
    ///   - name: what the cohort is called where the document does not say, as the file.
    public static func read(_ source: SourceText, name: String) -> Import {
        do {
            let root = try document(source)
            let notes = ImportNotes()
            let member = JSONMember(root, path: "$", notes: notes)
            let expression = try self.expression(in: member, notes)
            var writer = CohortWriter(notes: notes, name: member.text("name") ?? name)
            let text = writer.write(expression)
            member.finish()
            let head = notes.diagnostics.map { "# \($0.message) (\($0.notes.first ?? "")).\n" }.joined()
            let query = SourceText(name: name, text: head + (head.isEmpty ? "" : "\n") + text)
            guard notes.diagnostics.allSatisfy({ $0.severity == .warning }) else {
                return Import(text: nil, diagnostics: notes.diagnostics)
            }
            guard let formatted = Formatter.format(query) else {
                let reasons = Parser.parse(query).diagnostics.prefix(3).map(\.message)
                throw Diagnostic(
                    "C0304", "what this definition says is more than a query may hold", help: "cut it into several cohorts", notes: reasons)
            }
            return Import(text: formatted, diagnostics: notes.diagnostics)
        } catch let diagnostic as Diagnostic {
            return Import(text: nil, diagnostics: [diagnostic])
        } catch {
            return Import(
                text: nil, diagnostics: [Diagnostic("C0301", "this is no JSON", help: "export the definition from ATLAS as JSON")])
        }
    }

    private static func document(_ source: SourceText) throws -> Any {
        guard source.bytes.count <= Limits.bytes else {
            throw Diagnostic("C0302", "this is longer than \(Limits.bytes) bytes", help: "cut the definition into several")
        }
        guard JSONDepth.of(source.bytes) <= Limits.depth else {
            throw Diagnostic("C0302", "brackets stand more than \(Limits.depth) deep", help: "no cohort definition does; check the file")
        }
        do { return try JSONSerialization.jsonObject(with: Data(source.bytes)) } catch {
            let words = (error as NSError).userInfo["NSDebugDescription"] as? String
            throw Diagnostic(
                "C0301", "this is no JSON", help: "export the definition from ATLAS as JSON", notes: [words].compactMap(\.self))
        }
    }

    /// The expression itself, or what a server wraps around it, where it may be a text.
    private static func expression(in root: JSONMember, _ notes: ImportNotes) throws -> JSONMember {
        var found = root
        if root.names.contains("expression"), !root.names.contains("PrimaryCriteria") {
            root.pass(
                "id", "description", "expressionType", "createdBy", "createdDate", "modifiedBy", "modifiedDate", "tags", "hasWriteAccess")
            root.pass("hasReadAccess")
            if let inner = root.member("expression") {
                if let text = inner.value as? String {
                    found = JSONMember(try document(SourceText(name: "expression", text: text)), path: inner.path, notes: notes)
                } else {
                    found = inner
                }
            }
        }
        guard found.isObject, found.names.contains("PrimaryCriteria") else {
            throw Diagnostic(
                "C0302", "this is no cohort definition: it has no `PrimaryCriteria`", help: "export a cohort definition from ATLAS as JSON")
        }
        return found
    }
}

/// How deep the brackets of a text stand within one another, seen without reading it.
private enum JSONDepth {
    static func of(_ bytes: [UInt8]) -> Int {
        var (depth, deepest) = (0, 0)
        var (isText, isEscaped) = (false, false)
        for byte in bytes {
            if isText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                deepest = max(deepest, depth)
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
        return deepest
    }
}
