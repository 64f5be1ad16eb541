/// One value of a row.
public enum PostgresValue: Hashable, Sendable {
    case null
    /// Of the integer types, of `boolean` (0 or 1), and of `numeric` where it is whole.
    case integer(Int64)
    /// Of the binary floating point types.
    case real(Double)
    /// Of every other type, in the server's text form; `numeric` with all its digits.
    case text(String)
    /// Of `bytea`; what it holds is not read.
    case bytes
}

/// One row, valid as long as it is held.
public struct PostgresRow {
    private let result: PostgresResult

    init(_ result: PostgresResult) { self.result = result }

    public subscript(column: Int) -> PostgresValue {
        guard let text = result.text(column) else { return .null }
        // The types' numbers are fixed (the server's catalogue `pg_type`).
        switch result.type(column) {
        case 20, 21, 23, 26: return Int64(text).map(PostgresValue.integer) ?? .text(text)
        case 16: return .integer(text == "t" ? 1 : 0)
        case 17: return .bytes
        case 700, 701: return Double(text).map(PostgresValue.real) ?? .text(text)
        case 1700: return PostgresRow.whole(text).map(PostgresValue.integer) ?? .text(text)
        default: return .text(text)
        }
    }

    /// A decimal's value when nothing but zeros stands behind its point.
    private static func whole(_ text: String) -> Int64? {
        guard let point = text.firstIndex(of: ".") else { return Int64(text) }
        return text[text.index(after: point)...].allSatisfy { $0 == "0" } ? Int64(text[..<point]) : nil
    }
}
