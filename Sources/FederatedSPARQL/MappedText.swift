import Diagnostics

/// Text of one language that was made from text of another, with the places that its parts were made from.
struct MappedText: Sendable, ExpressibleByStringLiteral {
    private(set) var text: String
    /// Parts of the text, in bytes, and what each was made from; inner parts before those around them.
    private var parts: [(range: Range<Int>, origin: SourceSpan)] = []

    init(_ text: String, from origin: SourceSpan? = nil) {
        self.text = text
        if let origin { parts = [(0..<text.utf8.count, origin)] }
    }

    init(stringLiteral text: String) { self.init(text) }

    /// The whole of it was made from a place, where its parts do not say so more exactly.
    func made(from origin: SourceSpan?) -> MappedText {
        guard let origin else { return self }
        var whole = self
        whole.parts.append((0..<text.utf8.count, origin))
        return whole
    }

    static func + (left: MappedText, right: MappedText) -> MappedText {
        var joined = left
        let offset = left.text.utf8.count
        joined.text += right.text
        joined.parts += right.parts.map { ($0.range.lowerBound + offset..<$0.range.upperBound + offset, $0.origin) }
        return joined
    }

    /// The texts with a separator between them.
    static func joined(_ texts: [MappedText], separator: String) -> MappedText {
        guard let first = texts.first else { return "" }
        return texts.dropFirst().reduce(first) { $0 + MappedText(separator) + $1 }
    }

    /// What a part of the text was made from: the smallest part around it that is known; nil where none is.
    func origin(of span: SourceSpan) -> SourceSpan? {
        let around = parts.filter {
            $0.range.lowerBound <= span.lowerBound && span.upperBound <= max($0.range.upperBound, $0.range.lowerBound)
        }
        let overlapping = around.isEmpty ? parts.filter { $0.range.contains(span.lowerBound) } : around
        return overlapping.min { $0.range.count < $1.range.count }?.origin
    }
}
