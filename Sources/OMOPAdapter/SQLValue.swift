/// One value of a row, whatever database it came from.
enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    /// Also decimals that a database holds exactly, and dates.
    case text(String)
    /// Bytes, which nothing here reads.
    case bytes
}

/// One row of an answer.
protocol SQLRow {
    subscript(column: Int) -> SQLValue { get }
}
