/// The triples of a graph as a document shows them: by subject, with blank nodes inside of what mentions them where that is safe.
///
/// A blank node is nested when one triple alone mentions it, no cycle leads through it and it lies not too deep; so that reading
/// the document gives the same graph, and no reader needs a deep stack.
struct StatementTree {
    /// The values of one property of one subject.
    struct Property {
        let predicate: String
        let objects: [Term]
    }

    /// Whether members of a collection may be literals; RDF/XML's `parseType="Collection"` has none.
    let collectionsHoldLiterals: Bool
    private var properties: [Term: [Property]] = [:]
    private var mentions: [Term: Mention] = [:]
    /// Blank nodes that are cells of a collection, from there on well-formed to its end.
    private var cells: Set<Term> = []
    private var nested: Set<Term> = []

    /// Deeper blank nodes get a label and stand for themselves.
    private static let maximumDepth = 24

    /// Where a blank node is an object.
    private struct Mention {
        var count: Int
        let subject: Term
        let predicate: String
    }

    init(_ triples: some Sequence<Triple>, collectionsHoldLiterals: Bool) throws(RDFWritingError) {
        self.collectionsHoldLiterals = collectionsHoldLiterals
        var values: [Term: [String: Set<Term>]] = [:]
        for triple in triples {
            let predicate = try Self.predicate(of: triple)
            values[triple.subject, default: [:]][predicate, default: []].insert(triple.object)
        }
        for (subject, byPredicate) in values {
            properties[subject] = byPredicate.sorted { Self.rank($0.key) < Self.rank($1.key) }
                .map { Property(predicate: $0.key, objects: $0.value.sorted()) }
            for (predicate, objects) in byPredicate {
                for object in objects where object.isBlank {
                    mentions[object, default: Mention(count: 0, subject: subject, predicate: predicate)].count += 1
                }
            }
        }
        findCells()
        findNested()
    }

    /// Every subject that is not inside of another, in the order of terms, blank nodes last.
    var roots: [Term] {
        properties.keys.filter { !nested.contains($0) }.sorted { left, right in
            left.isBlank == right.isBlank ? left < right : right.isBlank
        }
    }

    /// What is said of a subject: its types, then the rest in the order of the predicates' text.
    func properties(of subject: Term) -> [Property] { properties[subject] ?? [] }

    /// Whether the term is a blank node that is written where it is mentioned.
    func isNested(_ term: Term) -> Bool { nested.contains(term) }

    /// Whether nothing mentions a blank node, so that it needs no label.
    func isUnmentioned(_ term: Term) -> Bool { mentions[term] == nil }

    /// The members of the collection that starts here; nil when none does that may be written as one.
    func collection(at term: Term) -> [Term]? {
        guard cells.contains(term), nested.contains(term) else { return nil }
        var members: [Term] = []
        var cell = term
        while cells.contains(cell) {
            for property in properties(of: cell) {
                if property.predicate == RDFVocabulary.first { members += property.objects }
                if property.predicate == RDFVocabulary.rest, let next = property.objects.first { cell = next }
            }
        }
        return members
    }

    private static func rank(_ predicate: String) -> (Int, String) { (predicate == RDFVocabulary.type ? 0 : 1, predicate) }

    private static func predicate(of triple: Triple) throws(RDFWritingError) -> String {
        guard case .iri(let predicate) = triple.predicate else {
            throw RDFWritingError(.illFormed, "the predicate `\(NTriplesWriter.text(of: triple.predicate))` is no IRI")
        }
        guard triple.subject.literal == nil else {
            throw RDFWritingError(.illFormed, "the subject `\(NTriplesWriter.text(of: triple.subject))` is a literal")
        }
        return predicate
    }
}

extension StatementTree {
    /// Whether a blank node has one first member, one rest, nothing else, and at most one mention.
    private func isCell(_ term: Term) -> Bool {
        guard let own = properties[term], own.count == 2, (mentions[term]?.count ?? 0) <= 1 else { return false }
        guard own[0].predicate == RDFVocabulary.first, own[1].predicate == RDFVocabulary.rest else { return false }
        guard own.allSatisfy({ $0.objects.count == 1 }) else { return false }
        return collectionsHoldLiterals || own[0].objects[0].literal == nil
    }

    /// Finds the cells from the collections' ends backwards, each cell once.
    private mutating func findCells() {
        let end = Term.iri(RDFVocabulary.nil)
        for (term, own) in properties where term.isBlank && own.last?.objects == [end] && isCell(term) {
            var cell = term
            cells.insert(cell)
            while let mention = mentions[cell], mention.predicate == RDFVocabulary.rest, mention.subject.isBlank, isCell(mention.subject) {
                cell = mention.subject
                guard cells.insert(cell).inserted else { break }
            }
        }
    }

    /// Finds the nested nodes by walking from each to the subject in which it would be written.
    ///
    /// The nodes are taken in the order of their labels, so that equal graphs are cut at equal places.
    private mutating func findNested() {
        var depths: [Term: Int] = [:]
        let candidates = mentions.filter { $0.value.count == 1 }.keys.sorted()
        for candidate in candidates where depths[candidate] == nil {
            var path: [Term] = []
            var onPath: Set<Term> = []
            var node = candidate
            while depths[node] == nil, mentions[node]?.count == 1, onPath.insert(node).inserted {
                path.append(node)
                node = mentions[node]?.subject ?? node
            }
            // The walk ended at a subject of its own (depth 0), at a known node, or in a cycle, which is cut there.
            if onPath.contains(node) { depths[node] = 0 }
            for node in path.reversed() where depths[node] == nil {
                guard let mention = mentions[node] else { continue }
                let outer = depths[mention.subject] ?? 0
                let isNextCell = mention.predicate == RDFVocabulary.rest && cells.contains(node) && cells.contains(mention.subject)
                let depth = isNextCell ? outer : outer + 1
                depths[node] = isNextCell && outer > 0 ? outer : depth > Self.maximumDepth ? 0 : max(depth, 1)
            }
        }
        nested = Set(depths.filter { $0.value > 0 }.keys)
        // A cell whose successor stands for itself is a node like any other; so are all before it.
        cutCollections()
    }

    /// Removes the cells from which the collection's end is not reached through nested cells alone.
    private mutating func cutCollections() {
        for cell in cells where !nested.contains(cell) {
            var before = mentions[cell]
            while let mention = before, mention.predicate == RDFVocabulary.rest, cells.remove(mention.subject) != nil {
                before = mentions[mention.subject]
            }
        }
    }
}
