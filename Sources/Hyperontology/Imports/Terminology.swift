/// What a code system says of its own codes, in the form in which every import hands it over.
public struct Terminology: Sendable {
    /// One code.
    public struct Term: Sendable, Hashable {
        public var label: String
        public var synonyms: Set<String> = []
        /// The codes directly above.
        public var parents: Set<String> = []

        init(label: String, parents: Set<String> = []) {
            self.label = label
            self.parents = parents
        }
    }

    /// A code's correspondence with a code of another system.
    public struct Link: Sendable, Hashable {
        public let code: String
        /// Where the source says it: a property or a table.
        public let origin: String
        public let match: Mapping.Match
        /// The short name of the other system.
        public let system: String
        public let target: String

        public init(code: String, origin: String, match: Mapping.Match, system: String, target: String) {
            self.code = code
            self.origin = origin
            self.match = match
            self.system = system
            self.target = target
        }
    }

    /// The short name of the code system.
    public let system: String
    public var terms: [String: Term] = [:]
    public var links: Set<Link> = []
    /// Codes that the source once had and took back without a successor; none of them is a term.
    public var retired: Set<String> = []
    /// Whether what is not here does not exist: a release is whole, a set of mappings is not.
    public var isWhole = true

    public init(system: String) { self.system = system }

    /// Everything below a code, without it and without what is below codes that are left out; a cycle ends where it began.
    func descendants(of code: String, _ children: [String: [String]], leavingOut isElsewhere: (String) -> Bool = { _ in false }) -> [String]
    {
        var seen: Set<String> = [code]
        var open = [code]
        var found: [String] = []
        while let next = open.popLast() {
            for child in children[next] ?? [] where seen.insert(child).inserted && !isElsewhere(child) {
                found.append(child)
                open.append(child)
            }
        }
        return found
    }

    /// By code, the codes directly below.
    var children: [String: [String]] {
        var children: [String: [String]] = [:]
        for (code, term) in terms {
            for parent in term.parents { children[parent, default: []].append(code) }
        }
        return children
    }
}
