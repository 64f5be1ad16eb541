import Diagnostics
import Foundation

/// Writes one Circe expression as CohortQL.
struct CohortWriter {
    let notes: ImportNotes
    let name: String
    /// By the number of a concept set, its name.
    private var setNames: [Int: String] = [:]
    private var usedSets: Set<Int> = []
    private var sets: [(id: Int, text: String)] = []
    /// Whether a criterion points at a set that is not there.
    private var needsEmptySet = false

    init(notes: ImportNotes, name: String) {
        self.notes = notes
        self.name = name
    }

    mutating func write(_ expression: JSONMember) -> String {
        expression.pass("cdmVersionRange", "Title", "Name", "Description")
        readSets(expression.list("ConceptSets"))
        var body: [String] = []
        if let primary = expression.object("PrimaryCriteria") { body += entry(primary) }
        body += additional(expression)
        for rule in expression.list("InclusionRules") { body.append(self.rule(rule)) }
        body.append("keep \(limit(expression.object("ExpressionLimit")))")
        body += exit(expression.object("EndStrategy"))
        for criterion in expression.list("CensoringCriteria") {
            if let text = criteria(criterion) { body.append("censor with \(text)") }
        }
        body += collapse(expression.object("CollapseSettings"), expression.object("CensorWindow"))
        expression.finish()
        let codes = sets.filter { usedSets.contains($0.id) }.map(\.text) + (needsEmptySet ? ["codes \(CohortWriter.emptySet) = none"] : [])
        return (codes + ["# \(comment(name))\ncohort \(identifier(name, "Cohort")) semantics atlas {\n\(body.joined(separator: "\n"))\n}"])
            .joined(separator: "\n\n") + "\n"
    }

    private static let emptySet = "NoSuchSet"

    // MARK: Concept sets

    private mutating func readSets(_ members: [JSONMember]) {
        var taken: Set<String> = [CohortWriter.emptySet]
        var concepts = 0
        for member in members {
            let label = member.text("name") ?? ""
            guard let id = member.integer("id") else { continue }
            let base = capitalised(identifier(label, "Codes\(id)"))
            let name = taken.insert(base).inserted ? base : "\(base)_\(id)"
            taken.insert(name)
            setNames[id] = name
            let (include, exclude) = items(member.object("expression"), &concepts)
            let lines = [("include", include), ("exclude", exclude)].filter { !$0.1.isEmpty }.map {
                "\($0.0) \($0.1.joined(separator: ",\n"))"
            }
            // Nothing is left of what is excluded from nothing.
            let content = include.isEmpty ? "none" : lines.joined(separator: "\n")
            sets.append((id, "# \(comment(label))\ncodes \(name) = \(content)"))
            member.finish()
        }
        if concepts > AtlasImporter.Limits.concepts {
            notes.cannotSay("more than \(AtlasImporter.Limits.concepts) concepts", at: "$.ConceptSets")
        }
    }

    private mutating func items(_ expression: JSONMember?, _ count: inout Int) -> (include: [String], exclude: [String]) {
        var (include, exclude): ([String], [String]) = ([], [])
        for item in expression?.list("items") ?? [] {
            guard let concept = item.object("concept"), let code = code(concept) else {
                notes.cannotSay("an item without a concept", at: item.path)
                continue
            }
            count += 1
            guard count <= AtlasImporter.Limits.concepts else { break }
            let words = (item.flag("includeMapped") ? "mapped " : "") + (item.flag("includeDescendants") ? "" : "exactly ") + code
            if item.flag("isExcluded") { exclude.append(words) } else { include.append(words) }
            item.finish()
        }
        expression?.finish()
        return (include, exclude)
    }

    /// `omop:201826 "Type 2 diabetes mellitus"`
    private func code(_ concept: JSONMember) -> String? {
        concept.pass(
            "STANDARD_CONCEPT", "STANDARD_CONCEPT_CAPTION", "INVALID_REASON", "INVALID_REASON_CAPTION", "CONCEPT_CODE", "DOMAIN_ID",
            "VOCABULARY_ID", "CONCEPT_CLASS_ID", "VALID_START_DATE", "VALID_END_DATE")
        guard let id = concept.integer("CONCEPT_ID"), id >= 0 else { return nil }
        let name = concept.text("CONCEPT_NAME")
        concept.finish()
        return "omop:\(id)" + (name.map { " \(quoted($0))" } ?? "")
    }

    /// The name of a set; a criterion without one is of any concept.
    mutating func setName(_ id: Int?) -> String? {
        guard let id else { return nil }
        guard let name = setNames[id] else {
            needsEmptySet = true
            return CohortWriter.emptySet
        }
        usedSets.insert(id)
        return name
    }

    /// Concepts in a list of their own, as of units and types.
    func codes(_ members: [JSONMember]) -> String {
        let codes = members.compactMap { member -> String? in
            guard let code = code(member) else {
                notes.cannotSay("a concept without a number", at: member.path)
                return nil
            }
            return "exactly \(code)"
        }
        return codes.count == 1 ? codes[0] : "one of (\(codes.joined(separator: ", ")))"
    }

    // MARK: Who is let in

    private mutating func entry(_ primary: JSONMember) -> [String] {
        let criteria = primary.list("CriteriaList").compactMap { self.criteria($0) }
        if criteria.isEmpty {
            notes.add(
                Diagnostic(
                    "C0305", "nothing of this definition lets a patient in", help: "give it criteria of a table that CohortQL knows",
                    notes: ["at \(primary.path)"]))
        }
        var lines = ["enter with \(criteria.joined(separator: "\nor "))"]
        let window = primary.object("ObservationWindow")
        lines.append("observed \(days(window, "PriorDays")) days before and \(days(window, "PostDays")) days after")
        lines.append("keep \(limit(primary.object("PrimaryCriteriaLimit")))")
        window?.finish()
        primary.finish()
        return lines
    }

    private func days(_ member: JSONMember?, _ name: String) -> Int {
        guard let days = member?.integer(name) else { return 0 }
        if days < 0 || days > 100_000 { notes.cannotSay("`\(name)` of \(days)", at: "\(member?.path ?? "$").\(name)") }
        return min(max(days, 0), 100_000)
    }

    private func limit(_ member: JSONMember?) -> String {
        let type = member?.text("Type")?.lowercased() ?? "all"
        member?.finish()
        if !["all", "first", "last"].contains(type) {
            notes.cannotSay("the limit `\(type.prefix(40))`", at: "\(member?.path ?? "$").Type")
        }
        return ["first", "last"].contains(type) ? type : "all"
    }

    private mutating func additional(_ expression: JSONMember) -> [String] {
        let limit = limit(expression.object("QualifiedLimit"))
        guard let member = expression.object("AdditionalCriteria") else { return [] }
        guard let group = group(member) else {
            // Without a criterion, all qualify, and the limit counts all the same.
            return limit == "all" ? [] : ["qualify any of (it { start_date >= 0001-01-01 })", "keep \(limit)"]
        }
        return ["qualify \(group)", "keep \(limit)"]
    }

    private mutating func rule(_ member: JSONMember) -> String {
        let name = member.text("name").map { " \(quoted($0))" } ?? ""
        let description = member.text("description").map { "# \(comment($0))\n" } ?? ""
        let group = member.object("expression").flatMap { self.group($0) }
        member.finish()
        return group.map { "\(description)rule\(name) \($0)" }
            ?? "\(description)# A rule that always holds:\(name.replacing("\n", with: " "))"
    }

    // MARK: Until when

    private mutating func exit(_ strategy: JSONMember?) -> [String] {
        guard let strategy else { return [] }
        var lines: [String] = []
        if let offset = strategy.object("DateOffset") {
            let field = offset.text("DateField") ?? "StartDate"
            if !["StartDate", "EndDate"].contains(field) { notes.cannotSay("`\(field.prefix(40))`", at: "\(offset.path).DateField") }
            lines.append("exit \(days(offset, "Offset")) days after its \(field == "EndDate" ? "end" : "start")")
            offset.finish()
        } else if let era = strategy.object("CustomEra") {
            let (gap, more) = (days(era, "GapDays"), days(era, "Offset"))
            if let override = era.member("DaysSupplyOverride") { notes.cannotSay("`DaysSupplyOverride`", at: override.path) }
            lines.append(
                "exit at end of exposure to \(setName(era.integer("DrugCodesetId")) ?? CohortWriter.emptySet) with gaps of \(gap) days and \(more) days more"
            )
            era.finish()
        }
        strategy.finish()
        return lines
    }

    private func collapse(_ settings: JSONMember?, _ window: JSONMember?) -> [String] {
        var lines: [String] = []
        if let settings {
            let type = settings.text("CollapseType") ?? "ERA"
            if type.uppercased() != "ERA" { notes.cannotSay("collapsing by `\(type.prefix(40))`", at: "\(settings.path).CollapseType") }
            let pad = days(settings, "EraPad")
            if pad > 0 { lines.append("collapse within \(pad) days") }
            settings.finish()
        }
        if let window {
            let (start, end) = (window.text("StartDate"), window.text("EndDate"))
            for (date, name) in [(start, "StartDate"), (end, "EndDate")] where date.map({ day($0) == nil }) ?? false {
                notes.cannotSay("the day `\(date?.prefix(40) ?? "")`", at: "\(window.path).\(name)")
            }
            if start != nil || end != nil {
                lines.append("between \(start.flatMap(day) ?? "0001-01-01") and \(end.flatMap(day) ?? "9999-12-31")")
            }
            window.finish()
        }
        return lines
    }

    // MARK: Words

    /// A day as CohortQL writes it; nil for what is none.
    func day(_ text: String) -> String? {
        let day = text.prefix(10)
        let digits = day.split(separator: "-", omittingEmptySubsequences: false)
        guard digits.map(\.count) == [4, 2, 2], digits.joined().allSatisfy({ $0.isASCII && $0.isNumber }),
            text.count == 10 || text.dropFirst(10).first == "T"
        else { return nil }
        return String(day)
    }

    /// A text as CohortQL writes it, on one line.
    func quoted(_ text: String) -> String {
        let plain = String(text.unicodeScalars.map { $0.value < 0x20 ? " " : Character($0) })
        return "\"" + plain.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    private func comment(_ text: String) -> String { String(text.unicodeScalars.map { $0.value < 0x20 ? " " : Character($0) }) }

    private func capitalised(_ name: String) -> String { name.prefix(1).uppercased() + name.dropFirst() }

    /// A name of the language made of the words of a text.
    private func identifier(_ text: String, _ fallback: String) -> String {
        let words = text.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        let joined = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined().prefix(60)
        guard let first = joined.first else { return fallback }
        return first.isNumber ? "Set\(joined)" : String(joined)
    }
}
