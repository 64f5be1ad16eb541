import CohortQL
public import Diagnostics
public import Hyperontology

/// What an editor shows of a place in a query.
public struct Hover: Hashable, Sendable {
    public let span: SourceSpan
    /// Markdown.
    public let text: String

    /// What stands at a place: a concept with its definition and codes, or an event with its description.
    public init?(_ source: SourceText, at offset: Int, hyperontology: Hyperontology) {
        let tokens = Token.all(in: source)
        guard
            let place = tokens.firstIndex(where: {
                $0.span.lowerBound <= offset && offset < max($0.span.upperBound, $0.span.lowerBound + 1)
            })
        else { return nil }
        let token = tokens[place]
        let found: [Concept] =
            switch token.kind {
            case .string: hyperontology.resolve(label: token.text)
            case .curie: hyperontology.resolve(curie: token.text)
            case .word where token.text.first?.isUppercase == true: hyperontology.resolve(label: token.text)
            default: []
            }
        if !found.isEmpty {
            self.init(span: token.span, text: found.prefix(3).map { Hover.describe($0, hyperontology) }.joined(separator: "\n\n---\n\n"))
        } else if token.kind == .word, let event = Parser.parse(source).tree.event(named: token.text, before: offset) {
            self.init(span: token.span, text: "```\n\(source[event.span])\n```")
        } else {
            return nil
        }
    }

    private init(span: SourceSpan, text: String) {
        self.span = span
        self.text = text
    }

    private static func describe(_ concept: Concept, _ hyperontology: Hyperontology) -> String {
        var lines = ["**\(concept.prefLabel)** `c:\(concept.localName)`"]
        if let definition = concept.definition { lines.append(definition) }
        let uses = concept.usedFor.sorted().map(\.lowercasedWords).joined(separator: ", ")
        if !uses.isEmpty { lines.append("May stand for: \(uses)") }
        let above = concept.parents.compactMap { hyperontology.concept($0)?.prefLabel }.joined(separator: ", ")
        if !above.isEmpty { lines.append("Below: \(above)") }
        let below = hyperontology.descendants(of: concept.iri).count - 1
        if below > 0 { lines.append("With \(below) concept\(below == 1 ? "" : "s") below it") }
        let order = hyperontology.order(of: concept.iri).compactMap { hyperontology.concept($0)?.prefLabel }
        if !order.isEmpty { lines.append("In order: \(order.joined(separator: " < "))") }
        let bySystem = Dictionary(grouping: hyperontology.mappings(of: concept.iri), by: \.system)
        for system in bySystem.keys.sorted() {
            let codes = (bySystem[system] ?? []).map { mapping in
                mapping.match == .exact ? "`\(mapping.code)`" : "`\(mapping.code)` (\(mapping.match.rawValue))"
            }
            lines.append("- \(system): \(codes.prefix(8).joined(separator: ", "))\(codes.count > 8 ? " and \(codes.count - 8) more" : "")")
        }
        return lines.joined(separator: "\n\n")
    }
}

extension QuerySyntax {
    /// The event that a name means at a place: one of the cohort around it, else of the last cohort before it.
    fileprivate func event(named name: String, before offset: Int) -> EventSyntax? {
        let around = cohorts.first { $0.span.lowerBound <= offset && offset <= $0.span.upperBound }
        return (around ?? cohorts.last { $0.span.upperBound <= offset })?.events.first { $0.name.text == name }
    }
}
