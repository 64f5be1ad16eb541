import RDF

/// The terms that stand in the one open place of a triple pattern, as the index has them: sorted, and each once.
struct SortedTerms {
    private let slice: TripleSlice?
    private let isSubject: Bool

    fileprivate init(_ slice: TripleSlice?, isSubject: Bool) {
        (self.slice, self.isSubject) = (slice, isSubject)
    }

    var count: Int { slice?.count ?? 0 }

    subscript(place: Int) -> TermID {
        guard let slice else { return -1 }
        let triple = slice[slice.startIndex + place]
        return isSubject ? triple.subject : triple.object
    }

    /// The place of the first term that is not below another, looked for from a place on: in doubled steps, then between the last two.
    func place(of term: TermID, from start: Int) -> Int {
        var step = 1
        var low = start
        while low + step < count, self[low + step] < term {
            low += step
            step *= 2
        }
        var high = min(low + step + 1, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < term { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func contains(_ term: TermID) -> Bool {
        let place = place(of: term, from: 0)
        return place < count && self[place] == term
    }
}

extension TripleSource {
    /// Whether lists of the index are sorted by the dataset's numbers: where there is one graph, whose numbers are the dataset's.
    var isSorted: Bool { members.count == 1 && members[0].toDataset == nil }

    /// The subjects of a predicate and an object, or the objects of a subject and a predicate. To be asked where ``isSorted`` holds.
    func sorted(subject: TermID?, predicate: TermID, object: TermID?) -> SortedTerms {
        guard members.count == 1 else { return SortedTerms(nil, isSubject: true) }
        let member = members[0]
        let ids = [subject, predicate, object]
        // A term that the graph does not have is in no triple.
        guard ids.allSatisfy({ $0.map { member.local($0) != nil } ?? true }) else { return SortedTerms(nil, isSubject: true) }
        return SortedTerms(member.graph.slice(subject: subject, predicate: predicate, object: object), isSubject: subject == nil)
    }
}
