public import Diagnostics

/// The one canonical layout of a query. Comments are kept, each on a line of its own before what it stood before or in.
public struct Formatter {
    private var comments: [Comment]
    private var lines: [String] = []

    /// The formatted text; nil when the text has mistakes, because formatting must lose nothing.
    public static func format(_ source: SourceText) -> String? {
        let (tree, diagnostics) = Parser.parse(source)
        guard !diagnostics.containsErrors else { return nil }
        var formatter = Formatter(comments: tree.comments)
        formatter.write(tree)
        return formatter.lines.joined(separator: "\n") + "\n"
    }

    private mutating func write(_ query: QuerySyntax) {
        let cohortFirst = (query.cohort?.span.lowerBound ?? 0) <= (query.report?.span.lowerBound ?? .max)
        if cohortFirst, let cohort = query.cohort { write(cohort) }
        if let report = query.report { write(report) }
        if !cohortFirst, let cohort = query.cohort { write(cohort) }
        if !comments.isEmpty, !lines.isEmpty { lines.append("") }
        writeComments(before: .max, indent: "")
    }

    private mutating func write(_ cohort: CohortSyntax) {
        separate()
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

    private mutating func write(_ report: ReportSyntax) {
        separate()
        writeComments(before: report.span.upperBound, indent: "")
        lines.append("report \(report.name.text)")
        lines.append("  count \(report.measures.map(text).joined(separator: ", "))")
        if !report.breakdowns.isEmpty { lines.append("  by \(report.breakdowns.map(text).joined(separator: ", "))") }
    }

    private mutating func separate() {
        if !lines.isEmpty { lines.append("") }
    }

    private mutating func writeComments(before offset: Int, indent: String) {
        while let comment = comments.first, comment.span.lowerBound < offset {
            lines.append(indent + comment.text)
            comments.removeFirst()
        }
    }

    // MARK: Parts

    private enum Level { case and, or, not }

    private func text(_ condition: ConditionSyntax, within level: Level) -> String {
        switch condition {
        case .and(let parts, _):
            let inner = parts.map { text($0, within: .and) }.joined(separator: " and ")
            return level == .or ? inner : "(\(inner))"
        case .or(let parts, _): return "(\(parts.map { text($0, within: .or) }.joined(separator: " or ")))"
        case .not(let inner, _): return "not \(text(inner, within: .not))"
        case .sex(let sex, _): return "sex is \(sex.text)"
        case .age(let anchor, .comparison(let comparison, let age), _): return "age at \(text(anchor)) \(comparison.rawValue) \(age) years"
        case .age(let anchor, .range(let low, let high), _): return "age at \(text(anchor)) from \(low) to \(high) years"
        case .exists(let name, _): return "exists \(name.text)"
        case .relation(let name, let window, _): return "\(name.text) is \(text(window))"
        case .count(let quantifier, let selection, _): return "\(text(quantifier)) \(text(selection, plural: quantifier.isPlural))"
        case .missing: return ""
        }
    }

    private func text(_ selection: SelectionSyntax, plural: Bool = false) -> String {
        var parts: [String] = []
        if let pick = selection.pick { parts.append(pick.rawValue) }
        parts.append(plural ? selection.kind.plural : selection.kind.rawValue)
        if let concepts = selection.concepts { parts.append("of \(text(concepts))") }
        if let attributes = selection.attributes { parts.append(text(attributes)) }
        if let value = selection.value { parts.append(text(value, isTest: true)) }
        parts += selection.windows.map(text)
        parts += selection.having.map { "having series \(text($0))" }
        return parts.joined(separator: " ")
    }

    private func text(_ quantifier: QuantifierSyntax) -> String {
        switch quantifier.form {
        case .any: "any"
        case .none: "no"
        case .atLeast(let number): "at least \(number)"
        case .atMost(let number): "at most \(number)"
        case .exactly(let number): "exactly \(number)"
        }
    }

    private func text(_ list: ConceptListSyntax) -> String {
        let names = list.concepts.map { concept in
            let name = concept.form == .label ? Formatter.quoted(concept.text) : concept.text
            return concept.isExact ? "exactly \(name)" : name
        }
        return names.count == 1 ? names[0] : "one of (\(names.joined(separator: ", ")))"
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
        }
    }

    private func text(_ window: WindowSyntax) -> String {
        let anchor = text(window.anchor)
        switch window.form {
        case .side(let direction, let orOn): return "\(orOn ? "on or " : "")\(direction.rawValue) \(anchor)"
        case .within(let reach, let direction): return "within \(text(reach)) \(direction.rawValue) \(anchor)"
        case .moreThan(let reach, let direction): return "more than \(text(reach)) \(direction.rawValue) \(anchor)"
        case .atLeast(let reach, let direction): return "at least \(text(reach)) \(direction.rawValue) \(anchor)"
        case .from(let low, let high, let direction):
            let first = low.unit == high.unit ? "\(low.amount)" : text(low)
            return "from \(first) to \(text(high)) \(direction.rawValue) \(anchor)"
        case .between(let last): return "between \(anchor) and \(last.text)"
        }
    }

    private func text(_ anchor: AnchorSyntax) -> String {
        switch anchor {
        case .event(let name, let atEnd): atEnd ? "end of \(name.text)" : name.text
        case .date(let date): date.text
        }
    }

    private func text(_ duration: DurationSyntax) -> String {
        "\(duration.amount) \(duration.unit.rawValue)\(duration.amount == 1 ? "" : "s")"
    }

    private func text(_ measure: MeasureSyntax) -> String { measure.unit.rawValue + (measure.event.map { " of \($0.text)" } ?? "") }

    private func text(_ breakdown: BreakdownSyntax) -> String {
        switch breakdown {
        case .sex: "sex"
        case .node: "node"
        case .age(let anchor, let width, _): "age at \(text(anchor)) in bands of \(width) year\(width == 1 ? "" : "s")"
        }
    }

    private static func quoted(_ text: String) -> String {
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
        case .atLeast(let number), .atMost(let number), .exactly(let number): number != 1
        }
    }
}
