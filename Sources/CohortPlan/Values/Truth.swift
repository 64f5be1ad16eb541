/// Three-valued logic after Kleene: what is known about a statement.
public enum Truth: Int8, Hashable, Codable, Sendable, CaseIterable {
    case no = 0
    case unknown = 1
    case yes = 2

    public init(_ value: Bool) { self = value ? .yes : .no }

    public static prefix func ! (value: Truth) -> Truth {
        switch value {
        case .no: .yes
        case .unknown: .unknown
        case .yes: .no
        }
    }

    public static func && (left: Truth, right: Truth) -> Truth { left.rawValue < right.rawValue ? left : right }
    public static func || (left: Truth, right: Truth) -> Truth { left.rawValue > right.rawValue ? left : right }
}

extension Sequence<Truth> {
    /// *Yes* when all are; *no* when one is; else *unknown*.
    public var conjunction: Truth { reduce(.yes) { $0 && $1 } }
    /// *Yes* when one is; *no* when all are; else *unknown*.
    public var disjunction: Truth { reduce(.no) { $0 || $1 } }
}
