import Diagnostics

extension Formatter {
    mutating func write(_ report: ReportSyntax) {
        writeComments(before: report.span.upperBound, indent: "")
        lines.append("report \(report.name.text)")
        lines.append("  count \(report.measures.map(text).joined(separator: ", "))")
        if !report.breakdowns.isEmpty { lines.append("  by \(report.breakdowns.map(text).joined(separator: ", "))") }
        if !report.summaries.isEmpty { lines.append("  summary of \(report.summaries.map(text).joined(separator: ", "))") }
        if report.hasFunnel { lines.append("  funnel") }
        if !report.overlap.isEmpty { lines.append("  overlap with \(report.overlap.map(\.text).joined(separator: ", "))") }
        for (index, item) in report.scope.enumerated() { lines.append((index == 0 ? "  scope " : "    ") + text(item)) }
    }

    mutating func write(_ dispatch: DispatchSyntax) {
        writeComments(before: dispatch.span.upperBound, indent: "")
        let head = "dispatch \(dispatch.name.text) to \(Formatter.quoted(dispatch.tool.text))@\(dispatch.digest.text)"
        guard !dispatch.items.isEmpty else { return lines.append(head) }
        lines.append("\(head) with {")
        lines += dispatch.items.enumerated().map { index, item in
            "  \(text(item))\(index < dispatch.items.count - 1 ? "," : "")"
        }
        lines.append("}")
    }

    private func text(_ measure: MeasureSyntax) -> String { measure.unit.rawValue + (measure.event.map { " of \($0.text)" } ?? "") }

    private func text(_ breakdown: BreakdownSyntax) -> String {
        switch breakdown {
        case .sex: "sex"
        case .node: "node"
        case .cross(let axes): axes.map(text).joined(separator: " and ")
        case .age(let anchor, let width, _): "age at \(text(anchor)) in bands of \(width.text) year\(width.isOne ? "" : "s")"
        case .year(let name, let first, let last, _): "year of \(name.text) from \(first.text) to \(last.text)"
        case .value(let property, let name, let bands, _):
            "\(property.text) of \(name.text)\(bands.map { " \(text($0))" } ?? "")"
        }
    }

    private func text(_ bands: BandsSyntax) -> String {
        "in bands of \(bands.width.text)\(bands.unit.map { " \($0.text)" } ?? "") from \(bands.lower.text) to \(bands.upper.text)"
    }

    private func text(_ summary: SummarySyntax) -> String {
        switch summary {
        case .age(let anchor, _): "age at \(text(anchor))"
        case .days(let first, let last, _): "days from \(text(first)) to \(text(last))"
        case .value(let name, let unit, _): "value of \(name.text)\(unit.map { " in \($0.text)" } ?? "")"
        }
    }

    private func text(_ item: ScopeItemSyntax) -> String {
        func list(_ names: [NameSyntax]) -> String { names.map { Formatter.quoted($0.text) }.joined(separator: ", ") }
        return switch item {
        case .nodes(let names): "nodes \(list(names))"
        case .collections(let names): "collections \(list(names))"
        case .access(let names): "access \(list(names))"
        case .deadline(let amount, let unit): "deadline \(amount.text) \(unit.rawValue)\(amount.isOne ? "" : "s")"
        case .threshold(let number): "threshold \(number.text)"
        }
    }

    private func text(_ item: DispatchItemSyntax) -> String {
        switch item {
        case .inputs(let name): "inputs \(name.text)"
        case .gpus(let number): "gpus \(number.text)"
        case .gpuMemory(let number, let unit): "gpu memory \(number.text)\(unit.map { " \($0.text)" } ?? "")"
        case .outputs(let names): "outputs { \(names.map { Formatter.quoted($0.text) }.joined(separator: ", ")) }"
        case .parameters(let settings):
            "parameters { "
                + settings.map { "\($0.name.text) = \($0.isText ? Formatter.quoted($0.value.text) : $0.value.text)" }.joined(
                    separator: ", ")
                + " }"
        }
    }
}
