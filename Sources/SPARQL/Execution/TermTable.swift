import RDF

/// What a slot without a value holds.
let unbound: TermID = -1

/// Numbers for all terms of an evaluation: those of the dataset, and behind them those that were computed or written in the query.
final class TermTable {
    private let dictionary: DatasetDictionary
    private let count: Int
    private var extra: [Term] = []
    private var numbers: [Term: TermID] = [:]
    /// About how many bytes the computed terms hold.
    private(set) var computedBytes = 0

    init(_ dictionary: DatasetDictionary) {
        self.dictionary = dictionary
        count = dictionary.count
    }

    func id(of term: Term) -> TermID {
        if let id = numbers[term] ?? dictionary.id(of: term) { return id }
        let id = TermID(count + extra.count)
        extra.append(term)
        numbers[term] = id
        computedBytes += 128 + (term.literal?.lexicalForm.utf8.count ?? term.iri?.utf8.count ?? 16)
        return id
    }

    func isLiteral(_ id: TermID) -> Bool {
        Int(id) < count ? dictionary.isLiteral(id) : extra[Int(id) - count].literal != nil
    }

    /// Reads a text where it lies; nil where it lies nowhere, or is none.
    func withText<Result>(of id: TermID, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        Int(id) < count ? unsafe dictionary.withText(of: id, body) : nil
    }

    subscript(id: TermID) -> Term {
        Int(id) < count ? dictionary[id] : extra[Int(id) - count]
    }
}
