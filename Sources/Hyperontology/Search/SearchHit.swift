/// A concept that fits what was looked for, and the name by which it does.
public struct SearchHit: Sendable, Hashable {
    /// How the name fits, best first.
    public enum Kind: Int, Sendable, Hashable, Comparable, CaseIterable {
        /// It is the code that was asked for.
        case code
        /// It is the name that was asked for.
        case name
        /// It begins with it.
        case beginning
        /// Words of it begin with every word that was asked for.
        case words
        /// A word of it holds one of them in its middle.
        case part
        /// A word of it differs from one of them by few letters.
        case similar

        public static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
    }

    public let concept: Concept
    /// The preferred name, a synonym, or the code.
    public let name: Concept.Name
    public let kind: Kind
}
