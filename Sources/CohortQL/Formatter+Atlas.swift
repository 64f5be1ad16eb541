import Diagnostics

extension Formatter {
    mutating func write(_ set: CodeSetSyntax) {
        writeComments(before: set.parts.first?.codes.first?.span.upperBound ?? set.span.upperBound, indent: "")
        lines.append("codes \(set.name.text) =\(set.parts.isEmpty ? " none" : "")")
        for part in set.parts {
            for (place, code) in part.codes.enumerated() {
                writeComments(before: code.span.upperBound, indent: "  ")
                let lead = place == 0 ? part.role.rawValue : "       "
                lines.append("  \(lead) \(text(code))\(place + 1 == part.codes.count ? "" : ",")")
            }
        }
    }

    mutating func write(_ cohort: CohortSyntax, _ atlas: AtlasCohortSyntax) {
        writeComments(before: cohort.name.span.upperBound, indent: "")
        lines.append("cohort \(cohort.name.text) semantics atlas {")
        for (place, records) in atlas.entry.enumerated() {
            write(records, after: place == 0 ? "enter with" : "  or", indent: "  ")
        }
        writeComments(before: atlas.observedAfter.span.upperBound, indent: "  ")
        lines.append("  observed \(atlas.observedBefore.text) days before and \(atlas.observedAfter.text) days after")
        write(atlas.entryLimit)
        if let group = atlas.qualification {
            write(group, after: "qualify", indent: "  ")
            write(atlas.qualificationLimit)
        }
        for rule in atlas.rules {
            write(rule.group, after: "rule" + (rule.name.map { " \(Formatter.quoted($0.text))" } ?? ""), indent: "  ")
        }
        write(atlas.limit)
        switch atlas.exit {
        case nil: break
        case .days(let days, let isAfterEnd): lines.append("  exit \(days.text) days after its \(isAfterEnd ? "end" : "start")")
        case .exposure(let codes, let gap, let more):
            lines.append("  exit at end of exposure to \(codes.text) with gaps of \(gap.text) days and \(more.text) days more")
        }
        for records in atlas.censoring { write(records, after: "censor with", indent: "  ") }
        if let gap = atlas.gap { lines.append("  collapse within \(gap.text) days") }
        if atlas.between.count == 2 { lines.append("  between \(atlas.between[0].text) and \(atlas.between[1].text)") }
        writeComments(before: cohort.span.upperBound, indent: "  ")
        lines.append("}")
    }

    private mutating func write(_ limit: AtlasCohortSyntax.Limit?) {
        if let limit { lines.append("  keep \(limit.rawValue)") }
    }

    /// Records, and what must hold of each on lines of their own.
    private mutating func write(_ records: AtlasRecordsSyntax, after lead: String, indent: String, behind: String = "") {
        writeComments(before: records.table.span.upperBound, indent: indent)
        let line = "\(indent)\(lead) \(text(records))"
        guard let condition = records.condition else {
            lines.append(line + behind)
            return
        }
        lines.append("\(line) where \(text(condition.quantity)) of (")
        write(partsOf: condition, indent: indent, behind: behind)
    }

    private mutating func write(_ group: AtlasGroupSyntax, after lead: String, indent: String, behind: String = "") {
        writeComments(before: group.span.lowerBound, indent: indent)
        lines.append("\(indent)\(lead.isEmpty ? "" : lead + " ")\(text(group.quantity)) of (")
        write(partsOf: group, indent: indent, behind: behind)
    }

    private mutating func write(partsOf group: AtlasGroupSyntax, indent: String, behind: String) {
        let inner = indent + "  "
        for (place, part) in group.parts.enumerated() {
            let comma = place + 1 == group.parts.count ? "" : ","
            switch part {
            case .group(let group): write(group, after: "", indent: inner, behind: comma)
            case .event(let tests, let span):
                writeComments(before: span.upperBound, indent: inner)
                lines.append("\(inner)it \(text(tests))\(comma)")
            case .occurrences(let occurrences):
                let lead = text(occurrences.quantifier) + (occurrences.distinct.map { " distinct \($0.rawValue) of" } ?? "")
                var ends = occurrences.windows.map(text)
                if occurrences.isInVisit { ends.append("in its visit") }
                if occurrences.isInAnyPeriod { ends.append("in any period") }
                write(occurrences.records, after: lead, indent: inner, behind: ends.map { " " + $0 }.joined() + comma)
            }
        }
        writeComments(before: group.span.upperBound, indent: inner)
        lines.append("\(indent))\(behind)")
    }

    // MARK: Parts

    private func text(_ code: CodeSyntax) -> String {
        let words = [
            code.isMapped ? "mapped" : nil, code.isExact ? "exactly" : nil, code.curie.text, code.label.map { Formatter.quoted($0.text) },
        ]
        return words.compactMap(\.self).joined(separator: " ")
    }

    private func text(_ quantity: AtlasGroupSyntax.Quantity) -> String {
        switch quantity {
        case .all: "all"
        case .number(let quantifier): text(quantifier)
        }
    }

    private func text(_ records: AtlasRecordsSyntax) -> String {
        var words = (records.isFirst ? ["first"] : []) + [records.table.text]
        if let codes = records.codes { words += ["of", codes.text] }
        if let codes = records.sourceCodes { words += ["source", codes.text] }
        if records.periodStart != nil || records.periodEnd != nil {
            words.append("as")
            if let start = records.periodStart { words += ["from", start.text] }
            if let end = records.periodEnd { words += ["to", end.text] }
        }
        if !records.tests.isEmpty { words.append(text(records.tests)) }
        return words.joined(separator: " ")
    }

    private func text(_ tests: [RecordTestSyntax]) -> String { "{ \(tests.map(text).joined(separator: ", ")) }" }

    private func text(_ test: RecordTestSyntax) -> String {
        let turned = test.isOpposite ? "not " : ""
        let value =
            switch test.value {
            case .sex(let sex): "is \(turned)\(sex.text)"
            case .codes(let codes) where codes.count == 1: "is \(turned)\(text(codes[0]))"
            case .codes(let codes): "is \(turned)one of (\(codes.map(text).joined(separator: ", ")))"
            case .comparison(let comparison, let literal): "\(turned)\(comparison.rawValue) \(text(literal))"
            case .range(let lower, let upper): "\(turned)from \(text(lower)) to \(text(upper))"
            }
        return "\(test.field.text) \(value)"
    }

    private func text(_ literal: LiteralSyntax) -> String {
        switch literal {
        case .number(let number): number.text
        case .date(let date): date.text
        }
    }

    private func text(_ window: AtlasWindowSyntax) -> String {
        "\(window.isOfEnd ? "ends" : "starts") from \(text(window.lower)) to \(text(window.upper)) its \(window.isFromEnd ? "end" : "start")"
    }

    private func text(_ bound: AtlasWindowSyntax.Bound) -> String {
        "\(bound.days.map { "\($0.text) days" } ?? "any time") \(bound.isAfter ? "after" : "before")"
    }
}
