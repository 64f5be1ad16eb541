import CohortPlan

/// What databases say differently in a statement that evaluates a whole plan: calendars, orders, and the way in which tables are joined.
protocol PlanWords: Sendable {
    /// A join whose left side is gone through first.
    var join: String { get }
    var least: String { get }
    /// A day that is not known.
    var noDay: String { get }
    /// How a table of a statement is introduced that is used more than once.
    var shared: String { get }

    /// A column by which rows that were found in another way are told apart, not looked up.
    func unsearched(_ column: SQLExpression) -> SQLExpression

    /// Whether values of this declaration are days and nothing else, as far as a declaration can say.
    func canBeDays(_ content: ColumnContent) -> Bool
    /// A day that stands as ISO 8601 text in a parameter.
    func day(parameter: String) -> String
    /// A distance as the value of a parameter.
    func value(of distance: CalendarDistance) -> [String]
    /// The day a distance away, at the last day of a shorter month.
    /// - Parameter parameters: of ``value(of:)``.
    func shifted(_ day: String, by distance: CalendarDistance, parameters: [String]) -> String
    /// How many days lie between two days.
    func distance(_ one: String, _ other: String) -> String
    /// A day as a number: 20200131.
    func number(of day: String) -> String
    /// Where an event stands among others, by day and key, as one text that is ordered byte by byte.
    /// - Parameter isLast: whether the latest day comes first; keys are never turned round.
    func place(_ day: String, _ key: String, isText: Bool, isLast: Bool) -> String
    /// A text to be ordered byte by byte.
    func bytes(_ text: String) -> String
    /// Whether a whole number is among those of a parameter.
    func isAmong(_ value: String, list: String) -> String
    /// Whether a text is among those of a parameter.
    func isTextAmong(_ value: String, list: String) -> String
    /// Any number that stands in a parameter.
    func number(parameter: String, isExact: Bool) -> String

    // MARK: What is plain

    /// Whether a day is one that every calendar has, known as such, far from the ends of all calendars.
    func isPlainDay(_ value: String) -> String
    /// Whether a text is of ASCII without control characters.
    func isPlainText(_ value: String) -> String
    /// Whether a value is a whole number from zero on.
    func isPlainKey(_ value: SQLExpression) -> String
    /// Whether a number is one that can be compared exactly.
    func isPlainNumber(_ value: SQLExpression) -> String
    /// A selection of one text, which is another one as soon as the rows of a table are others; NULL where a database cannot say.
    ///
    /// SQLite says it of the very rows that the same statement reads. PostgreSQL has no such number: its counters of changed rows follow a
    /// commit within seconds; a table's size and file, which a load changes, are told at once.
    /// - Parameter parameter: the table's name as a statement has it.
    func version(parameter: String) -> String
    /// Whether a table's version needs its name.
    var namesVersions: Bool { get }
    /// A selection of one number: whether no two rows of a table can have the same value of a column.
    func isUnique(table: String, column: String) -> String
}

struct SQLitePlanWords: PlanWords {
    let join = "CROSS JOIN"
    let least = "MIN"
    let noDay = "NULL"
    let shared = "AS MATERIALIZED"
    let namesVersions = false

    func unsearched(_ column: SQLExpression) -> SQLExpression { SQLExpression(text: "+\(column.text)", content: column.content) }
    func canBeDays(_ content: ColumnContent) -> Bool { true }
    func day(parameter: String) -> String { parameter }

    func value(of distance: CalendarDistance) -> [String] {
        switch distance.unit {
        case .day: [modifier(distance.amount, "days")]
        case .week: [modifier(7 * distance.amount, "days")]
        case .month: months(distance.amount)
        case .year: months(12 * distance.amount)
        }
    }

    /// SQLite runs over the end of a short month; then the last day of that month comes before.
    private func months(_ amount: Int) -> [String] { [modifier(amount, "months"), modifier(amount + 1, "months")] }
    private func modifier(_ amount: Int, _ unit: String) -> String { "\(amount < 0 ? "" : "+")\(amount) \(unit)" }

    func shifted(_ day: String, by distance: CalendarDistance, parameters: [String]) -> String {
        parameters.count == 1
            ? "date(\(day), \(parameters[0]))"
            : "MIN(date(\(day), \(parameters[0])), date(\(day), 'start of month', \(parameters[1]), '-1 day'))"
    }

    func distance(_ one: String, _ other: String) -> String { "ABS(julianday(\(one)) - julianday(\(other)))" }
    func number(of day: String) -> String { "CAST(strftime('%Y%m%d', \(day)) AS INTEGER)" }
    func place(_ day: String, _ key: String, isText: Bool, isLast: Bool) -> String {
        // The number of a day has seven digits, and so has what is left of ten million.
        let days = isLast ? "CAST(10000000 - CAST(julianday(\(day)) AS INTEGER) AS TEXT)" : day
        return isText ? "\(days) || \(key)" : "\(days) || printf('%019d', \(key))"
    }
    func bytes(_ text: String) -> String { text }
    func isAmong(_ value: String, list: String) -> String { "\(value) IN (SELECT value FROM json_each(\(list)))" }
    func isTextAmong(_ value: String, list: String) -> String { "\(value) IN (SELECT value FROM json_each(\(list)))" }
    func number(parameter: String, isExact: Bool) -> String { "CAST(\(parameter) AS NUMERIC)" }

    /// Without a modifier SQLite hands back 29 February of any year as it stands.
    func isPlainDay(_ value: String) -> String {
        "(date(\(value), '+0 days') = \(value) AND \(value) BETWEEN '0100-01-01' AND '9899-12-31')"
    }
    func isPlainText(_ value: String) -> String { "(\(value) NOT GLOB '*[^ -~]*')" }
    func isPlainKey(_ value: SQLExpression) -> String { "(TYPEOF(\(value.text)) = 'integer' AND \(value.text) >= 0)" }
    func isPlainNumber(_ value: SQLExpression) -> String {
        "(TYPEOF(\(value.text)) IN ('integer', 'real') AND (\(value.text) = 0 OR ABS(\(value.text)) BETWEEN 1e-12 AND 1e12))"
    }
    func version(parameter: String) -> String { "SELECT CAST(data_version AS TEXT) FROM pragma_data_version" }
    func isUnique(table: String, column: String) -> String {
        "SELECT COUNT(*) = 1 AND SUM(LOWER(name) = LOWER(\(column))) = 1 FROM pragma_table_info(\(table)) WHERE pk > 0"
    }
}

struct PostgresPlanWords: PlanWords {
    let join = "JOIN"
    let least = "LEAST"
    let noDay = "CAST(NULL AS date)"
    let shared = "AS"
    let namesVersions = true

    func unsearched(_ column: SQLExpression) -> SQLExpression { column }
    func canBeDays(_ content: ColumnContent) -> Bool { content == .date }
    func day(parameter: String) -> String { "CAST(\(parameter) AS date)" }

    func value(of distance: CalendarDistance) -> [String] {
        switch distance.unit {
        case .day: ["\(distance.amount)"]
        case .week: ["\(7 * distance.amount)"]
        case .month: ["\(distance.amount) months"]
        case .year: ["\(12 * distance.amount) months"]
        }
    }

    func shifted(_ day: String, by distance: CalendarDistance, parameters: [String]) -> String {
        switch distance.unit {
        case .day, .week: "(\(day) + CAST(\(parameters[0]) AS integer))"
        case .month, .year: "CAST(\(day) + CAST(\(parameters[0]) AS interval) AS date)"
        }
    }

    func distance(_ one: String, _ other: String) -> String { "ABS(\(one) - \(other))" }
    func number(of day: String) -> String { "CAST(to_char(\(day), 'YYYYMMDD') AS integer)" }
    func place(_ day: String, _ key: String, isText: Bool, isLast: Bool) -> String {
        let days = isLast ? "CAST(10000000 - CAST(to_char(\(day), 'J') AS integer) AS text)" : "to_char(\(day), 'YYYYMMDD')"
        return bytes("(\(days) || \(isText ? key : "LPAD(CAST(\(key) AS text), 19, '0')"))")
    }
    func bytes(_ text: String) -> String { "\(text) COLLATE \"C\"" }
    func isAmong(_ value: String, list: String) -> String { "\(value) = ANY (CAST(\(list) AS integer[]))" }
    func isTextAmong(_ value: String, list: String) -> String { "\(value) = ANY (CAST(\(list) AS text[]))" }
    func number(parameter: String, isExact: Bool) -> String { "CAST(\(parameter) AS \(isExact ? "numeric" : "double precision"))" }

    func isPlainDay(_ value: String) -> String { "(\(value) BETWEEN DATE '0100-01-01' AND DATE '9899-12-31')" }
    func isPlainText(_ value: String) -> String { "(\(value) ~ '^[ -~]*$')" }
    func isPlainKey(_ value: SQLExpression) -> String { "(\(value.text) >= 0 AND \(value.text) = CAST(\(value.text) AS bigint))" }
    func isPlainNumber(_ value: SQLExpression) -> String {
        let few = value.content == .decimal ? " AND SCALE(\(value.text)) <= 15" : ""
        // What is written as a decimal in another way than it is compared is left to the node.
        let kinds = "pg_typeof(\(value.text)) IN ('numeric'::regtype, 'float8'::regtype, 'int4'::regtype, 'int8'::regtype)"
        return "(\(kinds) AND (\(value.text) = 0 OR ABS(\(value.text)) BETWEEN 1e-12 AND 1e12)\(few))"
    }
    func version(parameter: String) -> String {
        """
        SELECT CASE c.relkind WHEN 'r' THEN CONCAT_WS('/', c.oid, pg_relation_filenode(c.oid), pg_relation_size(c.oid), \
        pg_stat_get_tuples_inserted(c.oid), pg_stat_get_tuples_updated(c.oid), pg_stat_get_tuples_deleted(c.oid)) END \
        FROM pg_catalog.pg_class AS c WHERE c.oid = to_regclass(CAST(\(parameter) AS text))
        """
    }
    func isUnique(table: String, column: String) -> String {
        """
        SELECT COUNT(*) FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] \
        WHERE i.indrelid = to_regclass(CAST(\(table) AS text)) AND LOWER(CAST(a.attname AS text)) = LOWER(CAST(\(column) AS text)) \
        AND i.indisunique AND i.indisvalid AND i.indnkeyatts = 1 AND i.indpred IS NULL
        """
    }
}
