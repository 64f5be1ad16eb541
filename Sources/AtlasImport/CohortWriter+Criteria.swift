import Foundation

/// What Circe calls the criteria of one table, and what it calls their members.
private struct CriteriaForm {
    let table: String
    /// By member, the field that it tests.
    var concepts: [String: String] = [:]
    var numbers: [String: String] = [:]
    var dates: [String: String] = ["OccurrenceStartDate": "start_date", "OccurrenceEndDate": "end_date"]
    /// The member that names the set of source concepts.
    var source: String?

    /// By the name of the criteria.
    static let all: [String: CriteriaForm] = [
        "ConditionOccurrence": CriteriaForm(
            table: "condition_occurrence",
            concepts: [
                "ConditionType": "type", "ConditionStatus": "status", "VisitType": "visit_type", "ProviderSpecialty": "provider_specialty",
            ],
            source: "ConditionSourceConcept"),
        "DrugExposure": CriteriaForm(
            table: "drug_exposure",
            concepts: ["DrugType": "type", "RouteConcept": "route", "VisitType": "visit_type", "ProviderSpecialty": "provider_specialty"],
            numbers: ["DaysSupply": "days_supply", "Quantity": "quantity", "Refills": "refills"], source: "DrugSourceConcept"),
        "ProcedureOccurrence": CriteriaForm(
            table: "procedure_occurrence",
            concepts: [
                "ProcedureType": "type", "Modifier": "modifier", "VisitType": "visit_type", "ProviderSpecialty": "provider_specialty",
            ],
            numbers: ["Quantity": "quantity"], source: "ProcedureSourceConcept"),
        "Measurement": CriteriaForm(
            table: "measurement",
            concepts: [
                "MeasurementType": "type", "Unit": "unit", "ValueAsConcept": "value_as_concept", "Operator": "operator",
                "VisitType": "visit_type", "ProviderSpecialty": "provider_specialty",
            ],
            numbers: [
                "ValueAsNumber": "value_as_number", "RangeLow": "range_low", "RangeHigh": "range_high", "RangeLowRatio": "range_low_ratio",
                "RangeHighRatio": "range_high_ratio",
            ], source: "MeasurementSourceConcept"),
        "Observation": CriteriaForm(
            table: "observation",
            concepts: [
                "ObservationType": "type", "Unit": "unit", "ValueAsConcept": "value_as_concept", "Qualifier": "qualifier",
                "VisitType": "visit_type", "ProviderSpecialty": "provider_specialty",
            ],
            numbers: ["ValueAsNumber": "value_as_number"], source: "ObservationSourceConcept"),
        "DeviceExposure": CriteriaForm(
            table: "device_exposure",
            concepts: ["DeviceType": "type", "VisitType": "visit_type", "ProviderSpecialty": "provider_specialty"],
            numbers: ["Quantity": "quantity"], source: "DeviceSourceConcept"),
        "VisitOccurrence": CriteriaForm(
            table: "visit_occurrence", concepts: ["VisitType": "type", "ProviderSpecialty": "provider_specialty"],
            numbers: ["VisitLength": "length"], source: "VisitSourceConcept"),
        "VisitDetail": CriteriaForm(
            table: "visit_detail", numbers: ["VisitDetailLength": "length"],
            dates: ["VisitDetailStartDate": "start_date", "VisitDetailEndDate": "end_date"], source: "VisitDetailSourceConcept"),
        "Specimen": CriteriaForm(
            table: "specimen",
            concepts: ["SpecimenType": "type", "Unit": "unit", "AnatomicSite": "anatomic_site", "DiseaseStatus": "disease_status"],
            numbers: ["Quantity": "quantity"]),
        "Death": CriteriaForm(table: "death", concepts: ["DeathType": "type"], source: "DeathSourceConcept"),
        "ConditionEra": era("condition_era", ["OccurrenceCount": "occurrence_count"]),
        "DrugEra": era("drug_era", ["OccurrenceCount": "occurrence_count", "GapDays": "gap_days"]),
        "DoseEra": era("dose_era", ["DoseValue": "dose_value"], concepts: ["Unit": "unit"]),
        "ObservationPeriod": CriteriaForm(
            table: "observation_period", concepts: ["PeriodType": "type"],
            numbers: ["PeriodLength": "length", "AgeAtStart": "age", "AgeAtEnd": "age_at_end"],
            dates: ["PeriodStartDate": "start_date", "PeriodEndDate": "end_date"]),
        "PayerPlanPeriod": CriteriaForm(
            table: "payer_plan_period", numbers: ["PeriodLength": "length", "AgeAtStart": "age", "AgeAtEnd": "age_at_end"],
            dates: ["PeriodStartDate": "start_date", "PeriodEndDate": "end_date"]),
    ]

    private static func era(_ table: String, _ numbers: [String: String], concepts: [String: String] = [:]) -> CriteriaForm {
        let common = ["EraLength": "length", "AgeAtStart": "age", "AgeAtEnd": "age_at_end"]
        return CriteriaForm(
            table: table, concepts: concepts, numbers: numbers.merging(common) { first, _ in first },
            dates: ["EraStartDate": "start_date", "EraEndDate": "end_date"])
    }
}

extension CohortWriter {
    /// `first condition_occurrence of Stroke { … } where …`; nil for what is no criteria, which is noted.
    mutating func criteria(_ member: JSONMember) -> String? {
        guard let name = member.names.first(where: { CriteriaForm.all[$0] != nil }), let form = CriteriaForm.all[name] else {
            notes.cannotSay("criteria of `\(member.names.first?.description.prefix(40) ?? "nothing")`", at: member.path)
            member.pass(member.names.first ?? "")
            return nil
        }
        // Criteria without any member are of all rows.
        let inner = member.object(name)
        member.finish()
        guard let inner else { return form.table }
        let isFirst = inner.flag("First")
        inner.pass("CriteriaName")
        var words = (isFirst ? ["first"] : []) + [form.table]
        if let set = setName(inner.integer("CodesetId")) { words += ["of", set] }
        if let source = form.source, let set = setName(inner.integer(source)) { words += ["source", set] }
        if let period = inner.object("UserDefinedPeriod") { words += self.period(period) }
        let tests = self.tests(of: inner, form)
        if !tests.isEmpty { words.append("{ \(tests.joined(separator: ", ")) }") }
        if let group = inner.object("CorrelatedCriteria").flatMap({ self.group($0) }) { words += ["where", group] }
        inner.finish()
        return words.joined(separator: " ")
    }

    private func period(_ member: JSONMember) -> [String] {
        let days = [("from", "StartDate"), ("to", "EndDate")].flatMap { word, name -> [String] in
            guard let text = member.text(name) else { return [] }
            guard let day = day(text) else {
                notes.cannotSay("the day `\(text.prefix(40))`", at: "\(member.path).\(name)")
                return []
            }
            return [word, day]
        }
        member.finish()
        return days.isEmpty ? [] : ["as"] + days
    }

    private func tests(of member: JSONMember, _ form: CriteriaForm) -> [String] {
        var tests: [String] = []
        for (name, field) in form.concepts.sorted(by: { $0.key < $1.key }) {
            let isOpposite = member.flag("\(name)Exclude")
            guard let list = member.member(name) else { continue }
            let concepts = list.elements
            if !concepts.isEmpty { tests.append("\(field) is \(isOpposite ? "not " : "")\(codes(concepts))") }
        }
        let ages = form.numbers.values.contains("age") ? [:] : ["Age": "age"]
        for (name, field) in form.numbers.merging(ages, uniquingKeysWith: { first, _ in first }).sorted(by: { $0.key < $1.key }) {
            if let range = member.object(name) { tests += [self.range(range, isDate: false).map { "\(field) \($0)" }].compactMap(\.self) }
        }
        for (name, field) in form.dates.sorted(by: { $0.key < $1.key }) {
            if let range = member.object(name) { tests += [self.range(range, isDate: true).map { "\(field) \($0)" }].compactMap(\.self) }
        }
        if let gender = member.member("Gender") { tests += sex(gender, among: { $0.count == 1 }).map { ["sex is \($0[0])"] } ?? [] }
        return tests
    }

    /// The sexes that concepts of gender stand for; noted where they are others, or more than can be said here.
    private func sex(_ member: JSONMember, among fits: ([String]) -> Bool) -> [String]? {
        let known = [8507: "male", 8532: "female"]
        let sexes = member.elements.map { concept in concept.integer("CONCEPT_ID").flatMap { known[$0] } }
        let found = sexes.compactMap(\.self)
        guard found.count == sexes.count, fits(found) else {
            notes.cannotSay("these genders", at: member.path)
            return nil
        }
        return found
    }

    /// `>= 4.5`, `not from 2020-01-01 to 2020-12-31`
    private func range(_ member: JSONMember, isDate: Bool) -> String? {
        let written = member.text("Op") ?? ""
        let isOpposite = written.hasPrefix("!")
        let turned = isOpposite ? "not " : ""
        let sign = isOpposite ? String(written.dropFirst()) : written
        let signs = ["eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="]
        defer { member.finish() }
        guard let value = member.member("Value").flatMap({ literal($0, isDate) }) else {
            notes.cannotSay("a range without a \(isDate ? "day" : "number that is not below zero")", at: "\(member.path).Value")
            return nil
        }
        if let sign = signs[sign] {
            member.pass("Extent")
            return "\(turned)\(sign) \(value)"
        }
        guard sign == "bt", let extent = member.member("Extent").flatMap({ literal($0, isDate) }) else {
            notes.cannotSay("the comparison `\(written.prefix(40))`", at: "\(member.path).Op")
            return nil
        }
        return "\(turned)from \(value) to \(extent)"
    }

    private func literal(_ member: JSONMember, _ isDate: Bool) -> String? {
        if isDate { return (member.value as? String).flatMap(day) }
        guard let number = member.number, number.doubleValue >= 0, number.doubleValue < 1e15 else { return nil }
        if let whole = Int(exactly: number.doubleValue) { return String(whole) }
        let text = "\(number.doubleValue)"
        return text.contains("e") ? nil : text
    }

    // MARK: Groups

    /// `all of ( … )`; nil for one without parts, which always holds.
    mutating func group(_ member: JSONMember) -> String? {
        let type = member.text("Type")?.uppercased() ?? "ALL"
        let count = member.integer("Count") ?? 0
        var parts: [String] = []
        for part in member.list("CriteriaList") { if let text = occurrences(part) { parts.append(text) } }
        for part in member.list("DemographicCriteriaList") { if let text = demographics(part) { parts.append(text) } }
        // A group of nothing holds: of all it changes nothing, of a number it is one.
        var always = 0
        for part in member.list("Groups") { if let text = group(part) { parts.append(text) } else { always += 1 } }
        member.finish()
        guard !parts.isEmpty else { return nil }
        if always > 0, type != "ALL" { parts += Array(repeating: "it { start_date >= 0001-01-01 }", count: always) }
        let quantity: String
        switch type {
        case "ALL": quantity = "all"
        case "ANY": quantity = "any"
        case "AT_LEAST" where count >= 0: quantity = "at least \(count)"
        case "AT_MOST" where count >= 0: quantity = "at most \(count)"
        default:
            notes.cannotSay("a group of type `\(type.prefix(40))` \(count)", at: "\(member.path).Type")
            return nil
        }
        return "\(quantity) of (\n\(parts.joined(separator: ",\n"))\n)"
    }

    private func demographics(_ member: JSONMember) -> String? {
        var tests: [String] = []
        var sexes: [String] = []
        if let age = member.object("Age").flatMap({ range($0, isDate: false) }) { tests.append("age \(age)") }
        if let gender = member.member("Gender") { sexes = sex(gender, among: { !$0.isEmpty }) ?? [] }
        for (name, field) in [("OccurrenceStartDate", "start_date"), ("OccurrenceEndDate", "end_date")] {
            if let date = member.object(name).flatMap({ range($0, isDate: true) }) { tests.append("\(field) \(date)") }
        }
        member.finish()
        let each = sexes.map { "it { \((tests + ["sex is \($0)"]).joined(separator: ", ")) }" }
        if each.count > 1 { return "any of (\(each.joined(separator: ", ")))" }
        if let only = each.first { return only }
        return tests.isEmpty ? nil : "it { \(tests.joined(separator: ", ")) }"
    }

    private mutating func occurrences(_ member: JSONMember) -> String? {
        let selection = member.object("Criteria").flatMap { criteria($0) }
        let occurrence = member.object("Occurrence")
        let windows = [window(member.object("StartWindow"), isOfEnd: false), window(member.object("EndWindow"), isOfEnd: true)]
        var words = [quantity(occurrence)]
        occurrence?.finish()
        guard let selection else {
            member.finish()
            return nil
        }
        words += [selection] + windows.compactMap(\.self)
        if member.flag("RestrictVisit") { words.append("in its visit") }
        if member.flag("IgnoreObservationPeriod") { words.append("in any period") }
        member.finish()
        return words.joined(separator: " ")
    }

    private func quantity(_ occurrence: JSONMember?) -> String {
        // Circe takes criteria without a number for one at least.
        guard let occurrence else { return "any" }
        let (type, count) = (occurrence.integer("Type") ?? 2, occurrence.integer("Count") ?? 0)
        let words = [0: "exactly", 1: "at most", 2: "at least"]
        if words[type] == nil || count < 0 { notes.cannotSay("this number of occurrences", at: occurrence.path) }
        let quantity = (type, count) == (2, 1) ? "any" : (type, count) == (0, 0) ? "no" : "\(words[type] ?? "exactly") \(max(0, count))"
        let column = occurrence.text("CountColumn") ?? "DOMAIN_CONCEPT"
        guard occurrence.flag("IsDistinct") else { return quantity }
        let columns = ["DOMAIN_CONCEPT": "concepts", "START_DATE": "days", "VISIT_ID": "visits"]
        if columns[column] == nil { notes.cannotSay("counting by `\(column.prefix(40))`", at: "\(occurrence.path).CountColumn") }
        return "\(quantity) distinct \(columns[column] ?? "concepts") of"
    }

    /// `starts from 30 days before to 0 days after its start`
    private func window(_ member: JSONMember?, isOfEnd: Bool) -> String? {
        guard let member else { return nil }
        let hasSide = member.names.contains("UseEventEnd")
        let isEventEnd = member.flag("UseEventEnd") || (isOfEnd && !hasSide)
        let isIndexEnd = member.flag("UseIndexEnd")
        let (lower, upper) = (bound(member.object("Start")), bound(member.object("End")))
        member.finish()
        guard let lower, let upper else { return nil }
        return "\(isEventEnd ? "ends" : "starts") from \(lower) to \(upper) its \(isIndexEnd ? "end" : "start")"
    }

    private func bound(_ member: JSONMember?) -> String? {
        guard let member else { return nil }
        let coefficient = member.integer("Coeff") ?? -1
        let days = member.integer("Days")
        member.finish()
        guard abs(coefficient) == 1, days.map({ (0...100_000).contains($0) }) ?? true else {
            notes.cannotSay("this end of a window", at: member.path)
            return nil
        }
        return "\(days.map { "\($0) days" } ?? "any time") \(coefficient < 0 ? "before" : "after")"
    }
}
