/// Shows diagnostics to people: the place, the line and a row of carets, as the best compilers do.
public struct DiagnosticRenderer: Sendable {
    /// Whether to colour with ANSI escapes; for terminals only.
    public let colour: Bool

    public init(colour: Bool = false) { self.colour = colour }

    /// The text of one diagnostic, ending in a line feed.
    public func render(_ diagnostic: Diagnostic, in source: SourceText? = nil) -> String {
        var text = "\(paint("\(diagnostic.severity.rawValue)[\(diagnostic.code)]", diagnostic.severity)): \(diagnostic.message)\n"
        if let source, let span = diagnostic.span {
            text += excerpt(of: span, in: source, help: diagnostic.help)
        } else if let help = diagnostic.help {
            text += "  help: \(help)\n"
        }
        for note in diagnostic.notes {
            text += "  note: \(note)\n"
        }
        return text
    }

    /// The texts of several, one after the other.
    public func render(_ diagnostics: [Diagnostic], in source: SourceText? = nil) -> String {
        diagnostics.map { render($0, in: source) }.joined(separator: "\n")
    }

    /// How many characters of a line are shown.
    private static let lineLimit = 400

    private func excerpt(of span: SourceSpan, in source: SourceText, help: String?) -> String {
        let place = source.place(of: span.lowerBound)
        // Of a very long line the part around the place.
        let hidden = place.column > Self.lineLimit ? place.column - Self.lineLimit / 2 : 0
        let whole = source.line(place.line)
        let shown = whole.dropFirst(hidden).prefix(Self.lineLimit)
        let line = (hidden > 0 ? "…" : "") + shown.map { $0 == "\t" ? " " : String($0) }.joined()
        let gutter = String(repeating: " ", count: String(place.line).count)
        let width = source[span].prefix(Self.lineLimit).prefix { $0 != "\n" }.count
        let before = place.column - 1 - hidden + (hidden > 0 ? 1 : 0)
        let carets = String(repeating: " ", count: before) + String(repeating: "^", count: max(1, width))
        var text = "\(gutter)--> \(source.name):\(place.line):\(place.column)\n"
        text += "\(gutter) |\n\(place.line) | \(line)\n\(gutter) | \(carets)"
        if let help { text += " \(help)" }
        return text + "\n"
    }

    private func paint(_ text: String, _ severity: Severity) -> String {
        guard colour else { return text }
        let code =
            switch severity {
            case .error: "31"
            case .warning: "33"
            case .note: "36"
            }
        return "\u{1B}[1;\(code)m\(text)\u{1B}[0m"
    }
}
