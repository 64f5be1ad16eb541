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
    /// How many bytes of a line are looked at on each side of a place: of what nobody means well, characters can be long.
    private static let byteLimit = 16 * lineLimit

    private func excerpt(of span: SourceSpan, in source: SourceText, help: String?) -> String {
        let place = source.place(of: span.lowerBound)
        let around = source.line(around: span.lowerBound, reach: Self.byteLimit)
        // Of a very long line the part around the place.
        let isHidden = place.column > Self.lineLimit || around.isCut
        let before = isHidden ? around.before.suffix(Self.lineLimit / 2 - 1) : around.before[...]
        let shown = before + around.after.prefix(Self.lineLimit - before.count)
        let line = (isHidden ? "…" : "") + shown.map { $0 == "\t" ? " " : String($0) }.joined()
        let gutter = String(repeating: " ", count: String(place.line).count)
        let covered = SourceSpan(span.lowerBound, min(span.upperBound, span.lowerBound + Self.byteLimit))
        let width = source[covered].prefix(Self.lineLimit).prefix { $0 != "\n" }.count
        let carets = String(repeating: " ", count: before.count + (isHidden ? 1 : 0)) + String(repeating: "^", count: max(1, width))
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
