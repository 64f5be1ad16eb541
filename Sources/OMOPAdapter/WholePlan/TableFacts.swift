import Execution

/// What the rows of one table are like, so far as a statement that evaluates a whole plan must know it.
///
/// Looked at once for each version of the table's rows. With what is plain a database can be asked for numbers alone; what is not plain is
/// read as it was written and compared in the node.
struct TableFacts: Sendable, Hashable {
    /// The version that this was seen of.
    let version: String
    /// How many rows there are.
    let count: Int
    /// By what is wanted of the rows, whether all of them have it.
    let plain: Set<Trait>
    /// The texts of units that stand where no unit is coded; nil for more than are looked at.
    let unitTexts: [String]?

    /// What rows can have that makes a statement simple.
    enum Trait: Hashable, Sendable, CaseIterable {
        /// Patients: each row has an identifier of its own, of plain text; so has each person's number.
        case identity
        /// Patients: year, month and day of birth are numbers, or missing.
        case births
        /// Patients: the day of birth is known of everybody.
        case wholeBirths
        /// The day on which it begins is known.
        case starts
        /// The day on which it ends is known or missing.
        case ends
        /// No two rows have the same key.
        case keys
        /// The numbers that are recorded can be compared exactly.
        case numbers
        /// Images: each series is one row, each study is of one patient and one day, and both have plain names.
        case studies
        /// Images: what is written in the source's own words is plain text.
        case words
    }

    static let longestListOfUnits = 500
}

/// The facts that a source's tables were seen to have.
actor FactsCache {
    private var known: [String: TableFacts] = [:]
    /// The tables of which the database does not tell when they become others: views, say.
    private var unversioned: Set<String> = []

    func isUnversioned(_ table: String) -> Bool { unversioned.contains(table) }
    func noteUnversioned(_ table: String) { unversioned.insert(table) }

    func facts(of table: String) -> TableFacts? { known[table] }
    func note(_ facts: TableFacts, of table: String) { known[table] = facts }
    func forget(_ table: String) { known[table] = nil }
}

/// The look at one table.
struct FactsLowering {
    let dialect: any SQLDialect
    /// For an unaliased table `t`: whether a row has a trait.
    private(set) var tests: [(trait: TableFacts.Trait, test: String)] = []
    /// Selections of one number, above zero where all rows together have a trait.
    private(set) var wholes: [(trait: TableFacts.Trait, select: String)] = []
    private(set) var parameters: SQLParameters
    private(set) var unitTexts: String?
    let reference: String

    init(_ reference: String, _ dialect: any SQLDialect) {
        self.reference = reference
        self.dialect = dialect
        parameters = SQLParameters(dialect)
    }

    private var words: any PlanWords { dialect.words }

    /// Of persons.
    mutating func addPersons(identifier: String, key: SQLExpression, births: [SQLExpression?]) {
        wholes.append(
            (
                .identity,
                """
                SELECT COUNT(*) = COUNT(DISTINCT \(identifier)) AND COUNT(*) = COUNT(DISTINCT \(key.text)) \
                AND COUNT(*) = COALESCE(SUM(CASE WHEN \(words.isPlainText(identifier)) AND \(words.isPlainKey(key)) THEN 1 ELSE 0 END), 0) \
                FROM \(reference) AS p
                """
            ))
        guard let year = births.first ?? nil else { return }
        let parts = births.compactMap(\.self)
        let plain = parts.map { "(\($0.text) IS NULL OR \(words.isPlainKey($0)))" }.joined(separator: " AND ")
        wholes.append((.births, "SELECT COUNT(*) = COALESCE(SUM(CASE WHEN \(plain) THEN 1 ELSE 0 END), 0) FROM \(reference) AS p"))
        guard births.count == 3, let month = births[1], let day = births[2] else { return }
        let whole =
            "\(words.isPlainKey(year)) AND \(year.text) BETWEEN 1 AND 9999 AND \(BirthWords.isWhole(year.text, month.text, day.text))"
        wholes.append((.wholeBirths, "SELECT COUNT(*) = COALESCE(SUM(CASE WHEN \(whole) THEN 1 ELSE 0 END), 0) FROM \(reference) AS p"))
    }

    mutating func add(start: SQLExpression) { if words.canBeDays(start.content) { tests.append((.starts, words.isPlainDay(start.text))) } }

    mutating func add(end: SQLExpression) {
        if words.canBeDays(end.content) { tests.append((.ends, "(\(end.text) IS NULL OR \(words.isPlainDay(end.text)))")) }
    }

    mutating func add(key: BoundColumn, table: String) {
        let column = key.of("t")
        guard column.content.isNumber else { return }
        let unique = words.isUnique(table: parameters.bind(table), column: parameters.bind(key.name.name))
        // Counted only where no declaration says it.
        let counted = "SELECT COUNT(*) = COUNT(DISTINCT \(column.text)) FROM \(reference) AS t"
        let plain = "SELECT COUNT(*) = COALESCE(SUM(CASE WHEN \(words.isPlainKey(column)) THEN 1 ELSE 0 END), 0) FROM \(reference) AS t"
        wholes.append((.keys, "SELECT (CASE WHEN (\(unique)) > 0 THEN TRUE ELSE (\(counted)) END) AND (\(plain))"))
    }

    mutating func add(number: SQLExpression) {
        guard number.content.isNumber else { return }
        tests.append((.numbers, "(\(number.text) IS NULL OR \(words.isPlainNumber(number)))"))
    }

    mutating func add(unit: SQLExpression?, name: SQLExpression) {
        guard name.content == .text else { return }
        let isCoded = unit.map { "COALESCE(\($0.text), 0) = 0 AND " } ?? ""
        unitTexts = """
            SELECT DISTINCT \(name.text) FROM \(reference) AS t WHERE \(isCoded)\(name.text) IS NOT NULL LIMIT \(TableFacts.longestListOfUnits + 1)
            """
    }

    mutating func addImages(person: SQLExpression, study: SQLExpression, series: SQLExpression, start: SQLExpression) {
        guard study.content == .text, series.content == .text, words.canBeDays(start.content) else { return }
        for name in [study, series] {
            tests.append(
                (.studies, "(\(words.isPlainText(name.text)) AND \(name.text) = TRIM(\(name.text)) AND \(name.text) NOT IN ('', '0'))"))
        }
        tests.append((.studies, words.isPlainDay(start.text)))
        let uneven = """
            SELECT 1 FROM \(reference) AS t GROUP BY \(study.text) HAVING MIN(\(start.text)) <> MAX(\(start.text)) \
            OR MIN(\(person.text)) <> MAX(\(person.text))
            """
        wholes.append((.studies, "SELECT NOT EXISTS (\(uneven))"))
        wholes.append((.studies, "SELECT COUNT(*) = COUNT(DISTINCT \(series.text)) FROM \(reference) AS t"))
    }

    mutating func add(word: SQLExpression) {
        if word.content == .text { tests.append((.words, "(\(word.text) IS NULL OR \(words.isPlainText(word.text)))")) }
    }

    /// One row: version, number of rows, then by trait how many tests hold of the whole and how many rows fail.
    var statement: OMOPStatement {
        var bound = parameters
        let name = words.namesVersions ? bound.bind(reference) : ""
        let columns = tests.map { "COALESCE(SUM(CASE WHEN \($0.test) THEN 0 ELSE 1 END), 0)" }
        let whole = wholes.map { "CASE WHEN (\($0.select)) THEN 0 ELSE 1 END" }
        let all = ["(\(words.version(parameter: name)))", "COUNT(*)"] + columns + whole
        return OMOPStatement(text: "SELECT \(all.joined(separator: ", ")) FROM \(reference) AS t", parameters: bound.values)
    }

    /// Nil where the database does not tell a table's version.
    func facts(of row: any SQLRow, unitTexts: [String]) -> TableFacts? {
        guard let version = OMOPValue.text(row[0]), let count = OMOPValue.integer(row[1]) else { return nil }
        var plain = Set((tests.map(\.trait) + wholes.map(\.trait)))
        for (index, trait) in (tests.map(\.trait) + wholes.map(\.trait)).enumerated() where OMOPValue.integer(row[index + 2]) != 0 {
            plain.remove(trait)
        }
        return TableFacts(
            version: version, count: count, plain: plain, unitTexts: unitTexts.count > TableFacts.longestListOfUnits ? nil : unitTexts)
    }
}

/// Days of birth from a year, a month and a day.
enum BirthWords {
    private static func days(_ year: String, _ month: String) -> String {
        let leap = "\(year) % 4 = 0 AND (\(year) % 100 <> 0 OR \(year) % 400 = 0)"
        return "CASE WHEN \(month) IN (4, 6, 9, 11) THEN 30 WHEN \(month) <> 2 THEN 31 WHEN \(leap) THEN 29 ELSE 28 END"
    }

    static func isWhole(_ year: String, _ month: String, _ day: String) -> String {
        "\(month) BETWEEN 1 AND 12 AND \(day) BETWEEN 1 AND \(days(year, month))"
    }

    /// The first and the last day that it can be, as numbers: 19600229. NULL where there is no year.
    static func range(_ year: String, _ month: String?, _ day: String?, isWhole: Bool) -> (first: String, last: String) {
        if isWhole, let month, let day {
            let number = "(\(year) * 10000 + \(month) * 100 + \(day))"
            return (number, number)
        }
        func bound(_ monthless: Int, _ dayless: String) -> String {
            guard let month else { return "CASE WHEN \(year) BETWEEN 1 AND 9999 THEN \(year) * 10000 + \(monthless) END" }
            let ofMonth =
                day.map { "CASE WHEN \($0) BETWEEN 1 AND \(days(year, month)) THEN \($0) ELSE \(dayless) END" } ?? dayless
            return """
                CASE WHEN \(year) BETWEEN 1 AND 9999 THEN \(year) * 10000 + \
                CASE WHEN \(month) BETWEEN 1 AND 12 THEN \(month) * 100 + \(ofMonth) ELSE \(monthless) END END
                """
        }
        return (bound(101, "1"), bound(1_231, month.map { days(year, $0) } ?? "31"))
    }
}
