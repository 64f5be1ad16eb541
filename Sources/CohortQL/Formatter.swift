public import Diagnostics

/// The one canonical layout of a query. Comments are kept, each on a line of its own before what it stood before or in.
public struct Formatter {
    private var comments: [Comment]
    var lines: [String] = []

    /// The formatted text; nil when the text has mistakes, because formatting must lose nothing.
    public static func format(_ source: SourceText) -> String? {
        let (tree, diagnostics) = Parser.parse(source)
        guard !diagnostics.containsErrors else { return nil }
        var formatter = Formatter(comments: tree.comments)
        formatter.write(tree)
        return formatter.lines.joined(separator: "\n") + "\n"
    }

    private mutating func write(_ query: QuerySyntax) {
        var previous: StatementSyntax?
        for statement in query.statements {
            // Imports stand together, and parameters do.
            switch (previous, statement) {
            case (.importing, .importing), (.parameter, .parameter): break
            default: separate()
            }
            switch statement {
            case .importing(let statement):
                writeComments(before: statement.span.upperBound, indent: "")
                lines.append("import \(Formatter.quoted(statement.path.text))")
            case .parameter(let parameter): write(parameter)
            case .concepts(let set): write(set)
            case .codes(let set): write(set)
            case .cohort(let cohort): write(cohort)
            case .report(let report): write(report)
            case .dispatch(let dispatch): write(dispatch)
            }
            previous = statement
        }
        if !comments.isEmpty, !lines.isEmpty { lines.append("") }
        writeComments(before: .max, indent: "")
    }

    private mutating func write(_ parameter: ParameterSyntax) {
        writeComments(before: parameter.span.upperBound, indent: "")
        let value =
            switch parameter.value {
            case .number(let number): number.text
            case .date(let date): date.text
            }
        lines.append("parameter \(parameter.name.text) = \(value)")
    }

    private mutating func write(_ set: ConceptSetSyntax) {
        writeComments(before: set.parts.first?.concepts.span.upperBound ?? set.span.upperBound, indent: "")
        lines.append("concepts \(set.name.text) =")
        for part in set.parts {
            writeComments(before: part.concepts.span.upperBound, indent: "  ")
            lines.append("  \(part.role.rawValue) \(part.concepts.concepts.map(text).joined(separator: ", "))")
        }
    }

    private mutating func write(_ cohort: CohortSyntax) {
        if let atlas = cohort.atlas { return write(cohort, atlas) }
        if let expression = cohort.expression {
            writeComments(before: cohort.span.upperBound, indent: "")
            lines.append("cohort \(cohort.name.text) = \(text(expression, isWhole: true))")
            return
        }
        writeComments(before: cohort.span.lowerBound, indent: "")
        lines.append("cohort \(cohort.name.text) {")
        let width = cohort.events.map(\.name.text.count).max() ?? 0
        for event in cohort.events {
            writeComments(before: event.span.upperBound, indent: "  ")
            let padding = String(repeating: " ", count: width - event.name.text.count)
            lines.append("  \(event.name.text)\(padding) = \(text(event.selection))")
        }
        if let condition = cohort.condition {
            if !cohort.events.isEmpty { lines.append("") }
            write(condition: condition)
        }
        writeComments(before: cohort.span.upperBound, indent: "  ")
        lines.append("}")
    }

    private mutating func write(condition: ConditionSyntax) {
        let parts: [ConditionSyntax]
        if case .and(let found, _) = condition { parts = found } else { parts = [condition] }
        for (index, part) in parts.enumerated() {
            writeComments(before: part.span.upperBound, indent: index == 0 ? "  " : "    ")
            lines.append(index == 0 ? "  patients where \(text(part, within: .and))" : "    and \(text(part, within: .and))")
        }
    }

    private mutating func separate() {
        if !lines.isEmpty { lines.append("") }
    }

    mutating func writeComments(before offset: Int, indent: String) {
        while let comment = comments.first, comment.span.lowerBound < offset {
            lines.append(indent + comment.text)
            comments.removeFirst()
        }
    }

    // MARK: Parts

    private enum Level { case and, or, not }

    private func text(_ expression: CohortExpressionSyntax, isWhole: Bool) -> String {
        switch expression {
        case .cohort(let name): return name.text
        case .combined(let sign, let parts):
            let inner = parts.map { text($0, isWhole: false) }.joined(separator: " \(sign.rawValue) ")
            return isWhole ? inner : "(\(inner))"
        }
    }

    private func text(_ condition: ConditionSyntax, within level: Level) -> String {
        switch condition {
        case .and(let parts, _):
            let inner = parts.map { text($0, within: .and) }.joined(separator: " and ")
            return level == .or ? inner : "(\(inner))"
        case .or(let parts, _): return "(\(parts.map { text($0, within: .or) }.joined(separator: " or ")))"
        case .orUnknown(.or(let parts, _), _): return "(\(parts.map { text($0, within: .or) }.joined(separator: " or ")) or unknown)"
        case .orUnknown(let inner, _): return "(\(text(inner, within: .or)) or unknown)"
        case .not(let inner, _): return "not \(text(inner, within: .not))"
        case .sex(let sex, _): return "sex is \(sex.text)"
        case .age(let anchor, let test, _): return "age at \(text(anchor)) \(text(test))"
        case .exists(let name, _): return "exists \(name.text)"
        case .member(let name, _): return "in \(name.text)"
        case .observed(let first, let last, _): return "observed from \(text(first)) to \(text(last))"
        case .ratio(let name, let factor, let other, _): return "\(name.text) is \(text(factor)) times \(other.text)"
        case .change(let change, let first, let second, _): return text(change, from: first, to: second)
        case .relation(let name, let window, _): return "\(name.text) is \(text(window))"
        case .count(let quantifier, let selection, let spacing, _):
            let events = "\(text(quantifier)) \(text(selection, plural: quantifier.isPlural))"
            return spacing.map { "\(events) \(text($0))" } ?? events
        case .some(let quantifier, let parts, _):
            return "\(text(quantifier)) of (\(parts.map { text($0, within: .or) }.joined(separator: ", ")))"
        case .state(let inner, let isKnown, _):
            let statement = text(inner, within: .or)
            // What has brackets of its own needs no others.
            let bracketed: String
            switch inner {
            case .or, .orUnknown: bracketed = statement
            default: bracketed = "(\(statement))"
            }
            return "\(bracketed) is \(isKnown ? "known" : "unknown")"
        case .missing: return ""
        }
    }

    private func text(_ change: ChangeSyntax, from first: NameSyntax, to second: NameSyntax) -> String {
        let between = "from \(first.text) to \(second.text)"
        switch change {
        case .amount(let direction, let isRelative, let value):
            return "\(isRelative ? "relative " : "")\(direction.rawValue) \(between) \(text(value, isTest: true))"
        case .doublingTime(.comparison(let comparison, let duration)):
            return "doubling time \(between) \(comparison.rawValue) \(text(duration))"
        case .doublingTime(.range(let low, let high)): return "doubling time \(between) \(text(from: low, to: high))"
        }
    }

    private func text(_ test: AgeTestSyntax) -> String {
        let unit = test.unit == .year ? "years" : "months"
        switch test.form {
        case .comparison(let comparison, let age): return "\(comparison.rawValue) \(age.text) \(unit)"
        case .range(let low, let high): return "from \(low.text) to \(high.text) \(unit)"
        }
    }

    private func text(_ spacing: SpacingSyntax) -> String {
        guard let upper = spacing.upper else { return "each at least \(text(spacing.lower)) apart" }
        return "each \(text(from: spacing.lower, to: upper)) apart"
    }

    private func text(_ selection: SelectionSyntax, plural: Bool = false) -> String {
        var parts: [String] = []
        var near: AnchorSyntax?
        switch selection.pick {
        case .first: parts.append("first")
        case .last: parts.append("last")
        case .lowest: parts.append("lowest")
        case .highest: parts.append("highest")
        case .nth(let number, let fromEnd): parts += fromEnd ? [number.text, "last"] : [number.text]
        case .nearest(let anchor):
            parts.append("nearest")
            near = anchor
        case nil: break
        }
        parts.append(plural ? selection.kind.plural : selection.kind.rawValue)
        if let concepts = selection.concepts { parts.append("of \(text(concepts))") }
        if let attributes = selection.attributes { parts.append(text(attributes)) }
        if let value = selection.value { parts.append(text(value, isTest: true)) }
        parts += selection.windows.map(text)
        parts += selection.having.map { having in
            switch having {
            case .series(let attributes): "having series \(text(attributes))"
            case .segmentation(let concepts): "having segmentation of \(text(concepts))"
            }
        }
        if let near { parts.append("to \(text(near))") }
        return parts.joined(separator: " ")
    }

    func text(_ quantifier: QuantifierSyntax) -> String {
        switch quantifier.form {
        case .any: "any"
        case .none: "no"
        case .atLeast(let number): "at least \(number.text)"
        case .atMost(let number): "at most \(number.text)"
        case .exactly(let number): "exactly \(number.text)"
        }
    }

    private func text(_ list: ConceptListSyntax) -> String {
        list.concepts.count == 1 ? text(list.concepts[0]) : "one of (\(list.concepts.map(text).joined(separator: ", ")))"
    }

    private func text(_ concept: ConceptSyntax) -> String {
        let name = concept.form == .label ? Formatter.quoted(concept.text) : concept.text
        return switch concept.reach {
        case .withDescendants: name
        case .itself: "exactly \(name)"
        case .descendants: "descendants of \(name)"
        }
    }

    private func text(_ attributes: AttributeListSyntax) -> String {
        "{ " + attributes.attributes.map { "\($0.name.text) \(text($0.value, isTest: false))" }.joined(separator: ", ") + " }"
    }

    /// - Parameter isTest: after an observation a coded value needs its `is`.
    private func text(_ value: ValueSyntax, isTest: Bool) -> String {
        func unit(_ name: NameSyntax?) -> String { name.map { " \($0.text)" } ?? "" }
        switch value {
        case .coded(let list): return isTest ? "is \(text(list))" : text(list)
        case .comparison(let comparison, let number, let name): return "\(comparison.rawValue) \(number.text)\(unit(name))"
        case .range(let low, let high, let name): return "from \(low.text) to \(high.text)\(unit(name))"
        case .flag(let flag, _): return flag ? "yes" : "no"
        case .ordinal(let comparison, let concept): return "\(comparison.rawValue) \(text(concept))"
        case .ordinalRange(let low, let high): return "from \(text(low)) to \(text(high))"
        case .known: return "is known"
        case .assuming(let value): return "\(text(value, isTest: isTest)) assume unit"
        case .text(let words): return "contains \(Formatter.quoted(words.text))"
        }
    }

    private func text(_ window: WindowSyntax) -> String { window.isOfEnd ? "ends \(place(of: window))" : place(of: window) }

    private func place(of window: WindowSyntax) -> String {
        let anchor = text(window.anchor)
        switch window.form {
        case .side(let direction, let orOn): return "\(orOn ? "on or " : "")\(direction.rawValue) \(anchor)"
        case .within(let reach, let direction): return "within \(text(reach)) \(direction.rawValue) \(anchor)"
        case .moreThan(let reach, let direction): return "more than \(text(reach)) \(direction.rawValue) \(anchor)"
        case .atLeast(let reach, let direction): return "at least \(text(reach)) \(direction.rawValue) \(anchor)"
        case .from(let low, let high, let direction): return "\(text(from: low, to: high)) \(direction.rawValue) \(anchor)"
        case .between(let last): return "between \(anchor) and \(last.text)"
        case .during: return "during \(anchor)"
        case .relation(let relation): return "\(relation.rawValue) \(anchor)"
        case .same(let bond): return "in the same \(bond.rawValue) as \(anchor)"
        }
    }

    private func text(from low: DurationSyntax, to high: DurationSyntax) -> String {
        "from \(low.unit == high.unit ? low.amount.text : text(low)) to \(text(high))"
    }

    func text(_ anchor: AnchorSyntax) -> String {
        switch anchor {
        case .event(let name, let atEnd): atEnd ? "end of \(name.text)" : name.text
        case .date(let date): date.text
        }
    }

    private func text(_ duration: DurationSyntax) -> String {
        "\(duration.amount.text) \(duration.unit.rawValue)\(duration.amount.isOne ? "" : "s")"
    }

    static func quoted(_ text: String) -> String {
        // By scalars: a mark that combines with a quotation mark would hide it in a character of two.
        "\"" + text.unicodeScalars.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
    }

    private init(comments: [Comment]) { self.comments = comments }
}

extension QuantifierSyntax {
    /// Whether the kind of event that follows reads in the plural.
    var isPlural: Bool {
        switch form {
        case .any, .none: false
        case .atLeast(let number), .atMost(let number), .exactly(let number): !number.isOne
        }
    }
}

extension NumberSyntax {
    var isOne: Bool { Int(text) == 1 }
}
