import CohortQL
public import Diagnostics

/// Puts the definitions of other files in the place of `import`, so that a query is one text wherever it goes.
public struct ImportResolver {
    /// How many files may import one another in a row.
    static let depth = 16

    /// The text of a file by its path; nil when it cannot be read.
    private let read: (String) -> SourceText?
    private var seen: Set<String> = []

    /// - Parameter read: the text of a file by its path; nil when it cannot be read.
    public init(read: @escaping (String) -> SourceText?) { self.read = read }

    /// The text with what it imports; the text itself when it imports nothing, or cannot be read as a query.
    ///
    /// - Throws: `C0130` to `C0132`, with the place of the `import`.
    public mutating func resolve(_ source: SourceText) throws(DiagnosticList) -> SourceText {
        seen = []
        let (tree, diagnostics) = Parser.parse(source)
        guard !diagnostics.containsErrors, !tree.imports.isEmpty else { return source }
        return SourceText(name: source.name, text: try text(of: source, tree, within: [source.name.normalisedPath]))
    }

    private mutating func text(of source: SourceText, _ tree: QuerySyntax, within open: [String]) throws(DiagnosticList) -> String {
        var text = ""
        var place = 0
        for statement in tree.imports {
            text += source[SourceSpan(place, statement.span.lowerBound)] + (try definitions(of: statement, in: source, within: open))
            place = statement.span.upperBound
        }
        return text + source[SourceSpan(place, source.bytes.count)]
    }

    private mutating func definitions(
        of statement: ImportSyntax, in source: SourceText, within open: [String]
    ) throws(DiagnosticList) -> String {
        let path = statement.path.text.seen(from: source.name)
        if open.contains(path) || open.count > ImportResolver.depth {
            throw failure("C0132", "`\(statement.path.text)` imports itself in the end", statement, help: "take one of the imports out")
        }
        guard seen.insert(path).inserted else { return "" }
        guard let imported = read(path) else {
            throw failure(
                "C0130", "the file `\(path)` cannot be read", statement, help: "the path is seen from the folder of `\(source.name)`")
        }
        let (tree, diagnostics) = Parser.parse(imported)
        if let first = diagnostics.first(where: { $0.severity == .error }) {
            let line = imported.place(of: first.span?.lowerBound ?? 0).line
            throw failure(
                "C0131", "the file `\(path)` has mistakes", statement, help: "look at it with `cohortium check`",
                notes: ["line \(line): \(first.message)"])
        }
        let pieces = try tree.statements.map { statement throws(DiagnosticList) -> String in
            switch statement {
            case .importing(let inner): try definitions(of: inner, in: imported, within: open + [path])
            case .parameter(let parameter): imported[parameter.span]
            case .concepts(let set): imported[set.span]
            case .codes(let set): imported[set.span]
            case .cohort(let cohort): imported[cohort.span]
            case .report, .dispatch: ""
            }
        }
        return pieces.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private func failure(
        _ code: DiagnosticCode, _ message: String, _ statement: ImportSyntax, help: String, notes: [String] = []
    ) -> DiagnosticList {
        DiagnosticList([Diagnostic(code, message, at: statement.span, help: help, notes: notes)])
    }
}

extension String {
    /// Without `.` and with each `..` taken back as far as it can be.
    fileprivate var normalisedPath: String {
        var parts: [Substring] = []
        for part in split(separator: "/", omittingEmptySubsequences: true) where part != "." {
            if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
        }
        return (hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }

    /// The path of a file that is named in another one.
    fileprivate func seen(from file: String) -> String {
        guard !hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return normalisedPath }
        return (file[...slash] + self).normalisedPath
    }
}
