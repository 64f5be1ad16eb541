import CohortPlan
import Execution
import Foundation
import Hyperontology

/// A test of one property of a series, by the tags that may hold it.
struct SeriesTest: Sendable {
    enum Test: Sendable {
        case coded(CodeSet)
        case quantity(QuantityRange)
        case flag(Bool)
        case text(String)
    }

    /// The first that is filled in counts: codes before texts.
    let fields: [PropertyField]
    let test: Test
    /// The tags that it reads.
    let tags: [String]
    /// Whether a series has as many values as there are items in a sequence, one of which is asked for.
    private let isCollected: Bool

    init(fields: [PropertyField], test: Test) {
        let paths = fields.map { TagPath($0.name) }
        self.fields = zip(fields, paths).filter { $1?.scheme != nil }.map(\.0) + zip(fields, paths).filter { $1?.scheme == nil }.map(\.0)
        self.test = test
        tags = self.fields.map(\.name)
        isCollected = paths.contains { $0 != nil }
    }

    /// Whether only the images themselves tell, not the search for series.
    var isOfImages: Bool { fields.allSatisfy { $0.level == "instance" } }

    /// What the attributes of a series, or of one image, say; nil when they say nothing.
    func truth(in object: DICOMJSONObject) -> Truth? {
        var open: (truth: Truth, path: TagPath)?
        for field in fields {
            let path = TagPath(field.name)
            // A code that one scheme leaves open may be one of another.
            if let open, path.map(open.path.isBeside) != true { return open.truth }
            guard let truth = truth(of: object[field.name], in: field) else { continue }
            guard truth == .unknown, let path, path.scheme != nil else { return truth }
            open = (truth, path)
        }
        return open?.truth
    }

    /// What the images of a series say together. Those that say nothing are passed over; where the others disagree, it is unknown.
    func truth(in images: some Sequence<DICOMJSONObject>) -> Truth {
        if isCollected { return truth(amongItems: images) }
        let truths = Set(images.compactMap { truth(in: $0) })
        guard truths.count == 1, let truth = truths.first else { return .unknown }
        return truth
    }

    /// Whether one of the items is what is asked for. An item without a value is one nobody knows what it is.
    private func truth(amongItems images: some Sequence<DICOMJSONObject>) -> Truth {
        let truths = images.filter(saysSomething).map { truth(in: $0) ?? .unknown }
        return truths.isEmpty ? .unknown : truths.disjunction
    }

    /// Whether it has an item of a sequence, which is one whatever is known of it, or a word that is not empty.
    private func saysSomething(_ image: DICOMJSONObject) -> Bool {
        tags.contains { tag in TagPath(tag) == nil ? image[tag].first != nil : image[tag] != .absent }
    }

    private func truth(of attribute: DICOMJSONAttribute, in field: PropertyField) -> Truth? {
        switch (test, attribute) {
        case (_, .absent): nil
        case (.flag(let wanted), .empty): field.isPresence ? Truth(!wanted) : nil
        case (.flag(let wanted), .values): field.isPresence ? Truth(wanted) : nil
        case (_, .empty): nil
        case (.coded(let codes), .values(let values)): values.map { codes.contains($0, in: field.codeSystem) }.disjunction
        case (.text(let words), .values(let values)):
            values.map { ValueTest.text(words).evaluate(.text($0)) { _ in [] } }.disjunction
        case (.quantity(let range), .values(let values)):
            values.first.flatMap(ExactDecimal.init(dicom:)).map { range.contains(Quantity($0, field.unit)) } ?? .unknown
        }
    }
}

extension ExactDecimal {
    /// A value of DS or IS: digits with an optional fraction and exponent (PS3.5 section 6.2). Nil for anything else.
    init?(dicom text: String) {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        guard (1...2).contains(parts.count), var number = ExactDecimal(parts[0].last == "." ? parts[0].dropLast() : parts[0])?.value else {
            return nil
        }
        if parts.count == 2 {
            guard let exponent = Int(parts[1]), (-30...30).contains(exponent) else { return nil }
            for _ in 0..<abs(exponent) { number = exponent < 0 ? number / 10 : number * 10 }
        }
        self.init(number)
    }
}

/// The codes that a concept set stands for in the systems that a tag uses.
struct CodeSet: Sendable {
    let assessment: Assessment
    /// By system, sorted.
    let codes: [CodeSystem: [String]]
    /// By system, in capitals, as values are compared: a code string has no lower case (PS3.5 section 6.2), but archives hold some.
    private let comparable: [CodeSystem: Set<String>]
    private let bindings: ModelBindings

    /// - Throws: when no code says what is meant.
    init(_ set: ConceptSet, systems: [CodeSystem], plan: ExpandedPlan, bindings: ModelBindings) throws(LoweringGap) {
        let lookup = CodeLookup(plan.expansion(of: set), systems: systems, label: set.label)
        guard lookup.assessment.coverage != .notEvaluable else {
            throw LoweringGap(lookup.assessment.reasons.first ?? "nothing is known of \(set.label)")
        }
        assessment = lookup.assessment
        codes = lookup.codes
        comparable = lookup.codes.mapValues { Set($0.map { $0.uppercased() }) }
        self.bindings = bindings
    }

    /// Whether a recorded code is one of the set. A code that no concept is mapped to says nothing.
    func contains(_ code: String, in system: CodeSystem?) -> Truth {
        guard let system else { return .unknown }
        let capitals = code.uppercased()
        if comparable[system]?.contains(capitals) ?? false { return .yes }
        return bindings.knows(code, in: system) || bindings.knows(capitals, in: system) ? .no : .unknown
    }
}

extension ConceptSet {
    /// What messages call the set: the last parts of its concepts' names.
    fileprivate var label: String {
        let names = include.prefix(3).map { term in
            "`\(term.concept.rawValue.split(whereSeparator: { "/#".contains($0) }).last.map(String.init) ?? term.concept.rawValue)`"
        }
        return names.joined(separator: ", ") + (include.count > 3 ? " and others" : "")
    }
}
