/// The subclass relation over concepts with its closure, as dense numbers.
///
/// Both closures are computed once; a cycle makes its members descendants of each other and ends there.
struct ConceptHierarchy: Sendable {
    /// Sorted; a concept's number is the place here.
    let iris: [String]
    private let numbers: [String: Int32]
    private let lower: [[Int32]]
    private let upper: [[Int32]]

    /// - Parameter parents: by concept, those directly above; parents that are no keys are left out.
    init(parents: [String: [String]]) {
        let iris = parents.keys.sorted()
        let numbers = Dictionary(uniqueKeysWithValues: iris.enumerated().map { ($1, Int32($0)) })
        let up = iris.map { (parents[$0] ?? []).compactMap { numbers[$0] } }
        var down = [[Int32]](repeating: [], count: iris.count)
        for (child, parents) in up.enumerated() {
            for parent in parents { down[Int(parent)].append(Int32(child)) }
        }
        self.iris = iris
        self.numbers = numbers
        lower = Self.closure(of: down)
        upper = Self.closure(of: up)
    }

    /// The concept and everything below it, sorted; empty for an unknown one.
    func descendants(of iri: String) -> [String] { names(lower, iri) }

    /// The concept and everything above it, sorted; empty for an unknown one.
    func ancestors(of iri: String) -> [String] { names(upper, iri) }

    /// Whether one is the other or below it.
    func isDescendant(_ iri: String, of ancestor: String) -> Bool {
        guard let number = numbers[iri], let target = numbers[ancestor] else { return false }
        let ancestors = upper[Int(number)]
        var low = 0
        var high = ancestors.count
        while low < high {
            let middle = (low + high) / 2
            if ancestors[middle] < target { low = middle + 1 } else { high = middle }
        }
        return low < ancestors.count && ancestors[low] == target
    }

    func number(of iri: String) -> Int32? { numbers[iri] }

    /// As ``descendants(of:)``, by number.
    func below(_ number: Int32) -> [Int32] { lower[Int(number)] }

    /// As ``ancestors(of:)``, by number.
    func above(_ number: Int32) -> [Int32] { upper[Int(number)] }

    private func names(_ closure: [[Int32]], _ iri: String) -> [String] {
        guard let number = numbers[iri] else { return [] }
        return closure[Int(number)].map { iris[Int($0)] }
    }

    /// For every node, itself and all that can be reached from it; sorted.
    private static func closure(of edges: [[Int32]]) -> [[Int32]] {
        var stamp = [Int32](repeating: -1, count: edges.count)
        return edges.indices.map { start in
            var reached = [Int32(start)]
            stamp[start] = Int32(start)
            var next = 0
            while next < reached.count {
                for node in edges[Int(reached[next])] where stamp[Int(node)] != Int32(start) {
                    stamp[Int(node)] = Int32(start)
                    reached.append(node)
                }
                next += 1
            }
            return reached.sorted()
        }
    }
}
