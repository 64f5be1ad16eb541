import CohortPlan
import Execution
import Hyperontology

/// Why a whole plan is not answered as one statement: one sentence, free of any count.
struct WholeGap: Error, Hashable, Sendable {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

/// Turns a whole plan into one statement: named events, the condition step by step, and what is counted, each a table with a name.
///
/// A truth is 2 for *yes*, 1 for *unknown*, 0 for *no*, so that the least of several is their conjunction and the greatest their disjunction.
/// What cannot be said exactly is not said: the lowering ends with a reason.
struct WholeLowering {
    let whole: WholePlan
    let lowering: RequestLowering
    /// By table as statements name it.
    let facts: [String: TableFacts]
    let words: any PlanWords
    var parameters: SQLParameters
    /// The statement's tables, in order.
    var tables: [(name: String, text: String)] = []
    /// The named events without which nobody meets the condition.
    var required: Set<EventReference> = []
    /// The named events of which a patient's row tells.
    var used: Set<EventReference> = []
    /// What is told of a patient beside events.
    var needsSex = false
    var needsBirth = false
    /// By condition that looks at events of its own, the column in which a step tells its truth.
    var leaves: [Condition: String] = [:]
    /// By such a column, what is selected for it.
    var leafTexts: [(column: String, text: String)] = []
    /// Tables of selections without a name, which are joined as named events are.
    var selections: [(name: String, known: EventTableWords, isRequired: Bool)] = []
    /// The tables of the database that it reads, as statements name them.
    var references: [String] = []
    /// By named event that a table was made for.
    var events: [EventReference: EventTableWords] = [:]

    init(_ whole: WholePlan, _ lowering: RequestLowering, facts: [String: TableFacts]) {
        self.whole = whole
        self.lowering = lowering
        self.facts = facts
        words = lowering.dialect.words
        parameters = SQLParameters(lowering.dialect)
    }

    var plan: CohortPlan { whole.plan }

    /// What a statement knows of one named event.
    struct EventTableWords: Hashable {
        /// Whether it may not be known which event it is.
        let mayBeUnknown: Bool
        let isSingle: Bool
        let columns: Set<EventColumn>
    }

    /// What is told of an event beside the day on which it begins.
    enum EventColumn: Hashable {
        case end
        case series
        case studies
        /// The stratum of an axis, by its place among all axes of the report.
        case stratum(Int)
    }

    // MARK: Pieces of text

    mutating func integer(_ number: Int) -> String {
        // Small numbers are part of the statement's form.
        (0...3).contains(number) ? "\(number)" : "CAST(\(parameters.bind("\(number)")) AS INTEGER)"
    }

    mutating func integers(_ value: String, _ codes: [ListedCode]) -> String {
        codes.isEmpty ? "FALSE" : words.isAmong(value, list: parameters.bind(lowering.dialect.list(codes)))
    }

    mutating func texts(_ value: String, _ texts: [String]) -> String {
        let codes = texts.map { ListedCode(code: $0, isNumber: false) }
        return texts.isEmpty ? "FALSE" : words.isTextAmong(value, list: parameters.bind(lowering.dialect.list(codes)))
    }

    /// The least of several truths; those that are always *yes* are left out before.
    func least(_ truths: [String]) -> String {
        truths.isEmpty ? "2" : truths.count == 1 ? truths[0] : "\(words.least)(\(truths.joined(separator: ", ")))"
    }

    func greatest(_ truths: [String]) -> String {
        let name = words.least == "MIN" ? "MAX" : "GREATEST"
        return truths.isEmpty ? "0" : truths.count == 1 ? truths[0] : "\(name)(\(truths.joined(separator: ", ")))"
    }

    /// Whether a number that lies between two ends lies in a range.
    mutating func truth(from least: String, to most: String, in range: CountRange) -> String {
        var inside = ["\(least) >= \(integer(range.lower))"]
        var outside = ["\(most) < \(integer(range.lower))"]
        if range.lower == 0 { (inside, outside) = ([], []) }
        if let upper = range.upper {
            inside.append("\(most) <= \(integer(upper))")
            outside.append("\(least) > \(integer(upper))")
        }
        guard !inside.isEmpty else { return "2" }
        let other = least == most ? "ELSE 0" : "WHEN \(outside.joined(separator: " OR ")) THEN 0 ELSE 1"
        return "CASE WHEN \(inside.joined(separator: " AND ")) THEN 2 \(other) END"
    }

    /// What has to be plain of a table.
    mutating func require(_ traits: TableFacts.Trait..., of bound: BoundTable) throws(WholeGap) {
        if !references.contains(bound.reference) { references.append(bound.reference) }
        guard let known = facts[bound.reference] else { throw WholeGap("what the rows of `\(bound.table.name)` are like is not known") }
        for trait in traits where !known.plain.contains(trait) {
            throw WholeGap("\(trait.reason(bound.table.name))")
        }
    }

    func has(_ trait: TableFacts.Trait, _ bound: BoundTable) -> Bool { facts[bound.reference]?.plain.contains(trait) ?? false }
}

extension TableFacts.Trait {
    /// Why a statement alone cannot answer.
    fileprivate func reason(_ table: String) -> String {
        switch self {
        case .identity: "not every row of `\(table)` is a patient with a plain identifier of their own"
        case .births, .wholeBirths: "not every birth date in `\(table)` is made of numbers"
        case .starts: "not every row of `\(table)` has a whole date"
        case .ends: "not every end in `\(table)` is a whole date"
        case .keys: "the rows of `\(table)` have no key that is theirs alone"
        case .numbers: "not every number in `\(table)` can be compared in the database"
        case .studies: "the rows of `\(table)` are not one for each series, or a study has several days"
        case .words: "not every word in `\(table)` is plain text"
        }
    }
}
