/// Who the patients of a node's sources are: which identifiers of which sources are one patient's.
///
/// It is read inside the node and never leaves it. A patient may have several identifiers in one source, whose records are then taken
/// together. An identifier that is said to be two patients' is a conflict: nobody knows whose its records are.
public struct PatientCrosswalk: Sendable {
    /// One statement of it.
    public struct Link: Hashable, Sendable {
        /// What the patient is called in the node.
        public let patient: String
        /// The source's name in the node's configuration.
        public let source: String
        /// The patient's identifier in the source.
        public let identifier: String

        public init(patient: String, source: String, identifier: String) {
            self.patient = patient
            self.source = source
            self.identifier = identifier
        }
    }

    /// The identifiers of one source.
    private struct Side: Sendable {
        /// By identifier, whose it is.
        var owners: [String: Int32] = [:]
        /// Sorted by patient.
        var identifiers: [(patient: Int32, identifier: String)] = []
        /// How many identifiers are said to be several patients'.
        var conflicts = 0
        /// How many patients have several identifiers.
        var merged = 0
    }

    private static let conflict = Int32(-1)

    private var patients: [String] = []
    private var numbers: [String: Int32] = [:]
    private var sides: [String: Side] = [:]

    /// - Parameter links: in any order; one that is said twice counts once.
    public init(_ links: some Sequence<Link>) {
        for link in links { add(link) }
        for source in sides.keys { settle(source) }
    }

    private mutating func add(_ link: Link) {
        let number = numbers[link.patient] ?? Int32(patients.count)
        if number == patients.count {
            numbers[link.patient] = number
            patients.append(link.patient)
        }
        let known = sides[link.source]?.owners[link.identifier]
        guard known != number, known != PatientCrosswalk.conflict else { return }
        if known != nil { sides[link.source]?.conflicts += 1 }
        sides[link.source, default: Side()].owners[link.identifier] = known == nil ? number : PatientCrosswalk.conflict
    }

    private mutating func settle(_ source: String) {
        guard var side = sides[source] else { return }
        side.identifiers = side.owners.filter { $0.value != PatientCrosswalk.conflict }.map { ($0.value, $0.key) }
            .sorted { ($0.patient, $0.identifier) < ($1.patient, $1.identifier) }
        var runs = 0
        for (place, entry) in side.identifiers.enumerated().dropFirst() {
            runs = entry.patient == side.identifiers[place - 1].patient ? runs + 1 : 0
            if runs == 1 { side.merged += 1 }
        }
        sides[source] = side
    }

    /// The sources of which it holds identifiers, sorted.
    public var sources: [String] { sides.keys.sorted() }

    /// How many identifiers of a source it says to be several patients'.
    public func conflicts(in source: String) -> Int { sides[source]?.conflicts ?? 0 }

    /// How many patients have several identifiers in a source.
    public func merged(in source: String) -> Int { sides[source]?.merged ?? 0 }

    /// Whether it knows a patient by this name.
    public func knows(_ patient: String) -> Bool { numbers[patient] != nil }

    /// The first, in the order of their names, of the patients whose name begins in some way.
    public func patient(beginningWith prefix: String) -> String? { patients.filter { $0.hasPrefix(prefix) }.min() }

    /// Whose an identifier is; nil for one that it does not name, and for one that is in conflict.
    public func patient(of identifier: String, in source: String) -> String? {
        guard let number = sides[source]?.owners[identifier], number != PatientCrosswalk.conflict else { return nil }
        return patients[Int(number)]
    }

    /// What a patient is called in a source, sorted.
    public func identifiers(of patient: String, in source: String) -> [String] {
        guard let number = numbers[patient], let all = sides[source]?.identifiers else { return [] }
        var (low, high) = (0, all.count)
        while low < high {
            let middle = (low + high) / 2
            if all[middle].patient < number { low = middle + 1 } else { high = middle }
        }
        return all[low...].prefix { $0.patient == number }.map(\.identifier)
    }
}

extension PatientCrosswalk: CustomReflectable {
    /// Empty, so that interpolation into a log or a message by mistake shows no identifier.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Where a node's crosswalk is kept.
public protocol CrosswalkOrigin: Sendable {
    /// The crosswalk as it is now.
    /// - Throws: ``SourceFailure`` when it cannot be read, or is none.
    func crosswalk() async throws(SourceFailure) -> PatientCrosswalk
}

/// What is done with records of which the crosswalk does not say clearly whose they are.
public enum IdentityConflicts: String, Sendable, CaseIterable, Codable {
    /// No question is answered until somebody has mended it.
    case refuse
    /// They are kept as patients of their own, and the coverage says so.
    case apart
}
