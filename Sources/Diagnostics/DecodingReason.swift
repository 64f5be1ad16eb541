/// What is wrong with a file or a message that should hold a value, in the words of who wrote it and not of who reads it.
public enum DecodingReason {
    /// One line, lower case, without a full stop, to stand behind what cannot be read.
    public static func words(_ error: any Error) -> String {
        switch error {
        case let error as Diagnostic: return error.message
        case let error as DiagnosticList: return error.diagnostics.map(\.message).joined(separator: "; ")
        case DecodingError.keyNotFound(let key, let context): return "\(place(context)) has no `\(key.stringValue)`"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            return "\(place(context)) has the wrong form"
        case DecodingError.dataCorrupted(let context):
            return context.underlyingError.map(words) ?? "\(place(context)): \(line(context.debugDescription))"
        default: return line("\(error)")
        }
    }

    private static func place(_ context: DecodingError.Context) -> String {
        let names = context.codingPath.map { $0.intValue.map { "\($0 + 1)" } ?? $0.stringValue }
        return names.isEmpty ? "it" : "`\(names.joined(separator: "."))`"
    }

    /// Parsers show the line and a caret below their sentence; here there is room for the sentence, which names the place.
    private static func line(_ text: String) -> String {
        let lines = text.split(separator: "\n").map { $0.drop { $0 == " " } }
        guard let first = lines.first else { return "it cannot be read" }
        return String(first).replacing("error: ", with: "")
    }
}
