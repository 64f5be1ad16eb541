/// A grammar as a page of railroad diagrams: HTML with SVG, without scripts.
public struct RailroadPage: Sendable {
    private let grammar: Grammar

    public init(_ grammar: Grammar) { self.grammar = grammar }

    /// The whole page.
    public var html: String {
        let rules = grammar.rules.map(section).joined(separator: "\n")
        return """
            <!DOCTYPE html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>CohortQL: the grammar in diagrams</title>
            <style>
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b2530; background: #fff }
            h2 { font: 600 1.05rem/1.4 ui-monospace, monospace; margin: 2.5rem 0 .25rem }
            pre { white-space: pre-wrap; font: .85rem/1.45 ui-monospace, monospace; color: #44525f; margin: .25rem 0 }
            figure { margin: 0; overflow-x: auto }
            svg { font: 14px ui-monospace, monospace }
            svg path { fill: none; stroke: #44525f; stroke-width: 1.5 }
            svg rect { fill: #e8f0f7; stroke: #44525f }
            svg rect.word { fill: #fdf3dc }
            svg text { text-anchor: middle; dominant-baseline: central; fill: #1b2530 }
            @media (prefers-color-scheme: dark) {
              body { color: #e3e9ef; background: #14191e } pre { color: #aebac5 }
              svg path { stroke: #aebac5 } svg rect { fill: #22303d; stroke: #aebac5 } svg rect.word { fill: #3d3420 } svg text { fill: #e3e9ef }
            }
            </style>
            <h1>CohortQL: the grammar in diagrams</h1>
            <p>Made from <code>CohortQL.ebnf</code>, the grammar of record. Round boxes are words and signs, square ones are rules.</p>
            \(rules)
            </html>

            """
    }

    private func section(_ rule: GrammarRule) -> String {
        let prose = rule.prose.map { "<pre>\(Rail.escaped($0))</pre>\n" } ?? ""
        let rail = Rail(rule.expression)
        let (width, height) = (rail.width + 40, rail.up + rail.down + 20)
        let (x, y) = (20, rail.up + 10)
        let drawing =
            "\(Rail.line(4, y, x, y))\(Rail.line(4, y - 6, 4, y + 6))\(rail.draw(x, y))\(Rail.line(x + rail.width, y, width - 4, y))\(Rail.line(width - 4, y - 6, width - 4, y + 6))"
        return """
            <h2 id="\(rule.name)">\(rule.name)</h2>
            \(prose)<figure><svg width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" role="img" aria-label="\(rule.name)">\(drawing)</svg></figure>
            """
    }
}

/// A piece of track: from the left to the right on one line, with room above and below it.
private struct Rail {
    let width: Int
    /// Room above and below the line.
    let up: Int
    let down: Int
    /// Draws it with the left end of its line at a place.
    let draw: (Int, Int) -> String

    /// The longest run of parts on one line.
    private static let longestRow = 900

    init(width: Int, up: Int, down: Int, draw: @escaping (Int, Int) -> String) {
        self.width = width
        self.up = up
        self.down = down
        self.draw = draw
    }

    init(_ expression: GrammarExpression) {
        switch expression {
        case .literal(let text): self.init(box: text, style: "word", radius: 12, link: nil)
        case .reference(let name): self.init(box: name, style: "rule", radius: 0, link: name)
        case .characters(let ranges): self.init(box: ranges.text, style: "rule", radius: 0, link: nil)
        case .difference(let whole, let less): self.init(box: "\(whole.text) − \(less.text)", style: "rule", radius: 0, link: nil)
        case .sequence(let parts): self.init(row: parts.map(Rail.init))
        case .choice(let parts): self.init(choice: parts.map(Rail.init))
        case .optional(let part): self.init(choice: [.skip, Rail(part)])
        case .oneOrMore(let part): self.init(loop: Rail(part))
        case .zeroOrMore(let part): self.init(choice: [.skip, Rail(loop: Rail(part))])
        }
    }

    private static var skip: Rail { Rail(width: 20, up: 6, down: 6) { x, y in line(x, y, x + 20, y) } }

    private init(box text: String, style: String, radius: Int, link: String?) {
        let width = 9 * text.count + 20
        self.init(width: width, up: 14, down: 14) { x, y in
            let shape = "<rect class=\"\(style)\" x=\"\(x)\" y=\"\(y - 12)\" width=\"\(width)\" height=\"24\" rx=\"\(radius)\"/>"
            let label = "<text x=\"\(x + width / 2)\" y=\"\(y)\">\(Rail.escaped(text))</text>"
            return link.map { "<a href=\"#\($0)\">\(shape)\(label)</a>" } ?? shape + label
        }
    }

    private init(row parts: [Rail]) {
        let total = parts.map(\.width).reduce(0, +) + 12 * (parts.count - 1)
        guard total > Rail.longestRow, parts.count > 1 else {
            self.init(width: total, up: parts.map(\.up).max() ?? 0, down: parts.map(\.down).max() ?? 0) { x, y in
                var (place, text) = (x, "")
                for (number, part) in parts.enumerated() {
                    if number > 0 {
                        text += Rail.line(place, y, place + 12, y)
                        place += 12
                    }
                    text += part.draw(place, y)
                    place += part.width
                }
                return text
            }
            return
        }
        // Too long for one line: the rest goes below, and the line returns to where it would have ended.
        let (first, rest) = (Rail(row: Array(parts[..<(parts.count / 2)])), Rail(row: Array(parts[(parts.count / 2)...])))
        let width = max(first.width, rest.width) + 40
        let drop = first.down + rest.up + 16
        self.init(width: width, up: first.up, down: drop + rest.down) { x, y in
            let (right, middle, below) = (x + width - 20, y + first.down + 8, y + drop)
            return first.draw(x + 20, y) + Rail.line(x, y, x + 20, y)
                + "<path d=\"M\(x + 20 + first.width) \(y)H\(right)V\(middle)H\(x + 10)V\(below)H\(x + 20)\"/>" + rest.draw(x + 20, below)
                + "<path d=\"M\(x + 20 + rest.width) \(below)H\(x + width - 10)V\(y)H\(x + width)\"/>"
        }
    }

    private init(choice parts: [Rail]) {
        let widest = parts.map(\.width).max() ?? 0
        var offsets: [Int] = []
        var drop = 0
        for (number, part) in parts.enumerated() {
            if number > 0 { drop += part.up + 6 }
            offsets.append(drop)
            drop += part.down
        }
        let width = widest + 40
        self.init(width: width, up: parts.first?.up ?? 0, down: drop) { x, y in
            var text = ""
            for (part, offset) in zip(parts, offsets) {
                let line = y + offset
                text += "<path d=\"M\(x) \(y)h10V\(line)h10\"/>" + part.draw(x + 20, line)
                text += "<path d=\"M\(x + 20 + part.width) \(line)H\(x + width - 10)V\(y)h10\"/>"
            }
            return text
        }
    }

    private init(loop part: Rail) {
        let width = part.width + 40
        self.init(width: width, up: part.up, down: part.down + 14) { x, y in
            let back = y + part.down + 8
            return Rail.line(x, y, x + 20, y) + part.draw(x + 20, y) + Rail.line(x + 20 + part.width, y, x + width, y)
                + "<path d=\"M\(x + 30 + part.width) \(y)V\(back)H\(x + 10)V\(y)\"/>"
        }
    }

    static func line(_ x: Int, _ y: Int, _ right: Int, _ below: Int) -> String { "<path d=\"M\(x) \(y)L\(right) \(below)\"/>" }

    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }
}

extension CharacterRanges {
    /// As it is written in the grammar.
    fileprivate var text: String {
        func shown(_ code: UInt32) -> String {
            guard code > 0x20, let scalar = Unicode.Scalar(code) else { return "#x\(String(code, radix: 16, uppercase: true))" }
            return String(Character(scalar))
        }
        let members = ranges.map { $0.count == 1 ? shown($0.lowerBound) : "\(shown($0.lowerBound))-\(shown($0.upperBound))" }.joined()
        return "[\(isNegated ? "^" : "")\(members)]"
    }
}

extension GrammarExpression {
    /// As it is written in the grammar.
    fileprivate var text: String {
        switch self {
        case .literal(let text): "'\(text)'"
        case .reference(let name): name
        case .characters(let ranges): ranges.text
        case .sequence(let parts): "( \(parts.map(\.text).joined(separator: " ")) )"
        case .choice(let parts): "( \(parts.map(\.text).joined(separator: " | ")) )"
        case .optional(let part): part.text + "?"
        case .zeroOrMore(let part): part.text + "*"
        case .oneOrMore(let part): part.text + "+"
        case .difference(let whole, let less): "\(whole.text) - \(less.text)"
        }
    }
}
