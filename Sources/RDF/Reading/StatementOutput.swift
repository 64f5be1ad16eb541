/// A statement as numbers of a dictionary.
struct EncodedQuad {
    let triple: Graph.EncodedTriple
    /// The graph's name, or -1 for the default graph.
    let graph: Graph.TermID
}

/// Where every parser puts what it reads: terms into a dictionary, statements into batches; and where it asks whether to go on.
struct StatementOutput {
    typealias Receiver = (_ batch: [EncodedQuad], _ dictionary: inout TermDictionary) throws(RDFSyntaxError) -> Void

    var dictionary: TermDictionary
    private var blanks: BlankNames
    private var batch: [EncodedQuad] = []
    private var count = 0
    private let file: String
    private let limits: RDFParser.Limits
    private let deadline: ContinuousClock.Instant
    private let receive: Receiver

    static let batchSize = 4096

    init(
        _ dictionary: consuming TermDictionary, blanks: BlankNames, file: String, limits: RDFParser.Limits, receive: @escaping Receiver
    ) {
        self.dictionary = dictionary
        self.blanks = blanks
        self.file = file
        self.limits = limits
        self.receive = receive
        deadline = .now + limits.maximumDuration
        batch.reserveCapacity(Self.batchSize)
    }

    /// How far the labels of fresh blank nodes have been used.
    var blankCount: Int { blanks.count }

    mutating func emit(
        _ subject: Graph.TermID, _ predicate: Graph.TermID, _ object: Graph.TermID, graph: Graph.TermID
    ) throws(RDFSyntaxError) {
        count += 1
        batch.append(EncodedQuad(triple: Graph.EncodedTriple(subject: subject, predicate: predicate, object: object), graph: graph))
        if batch.count == Self.batchSize || count > limits.maximumTriples { try flush() }
    }

    /// Hands on what is left.
    mutating func flush() throws(RDFSyntaxError) {
        guard count <= limits.maximumTriples else {
            throw RDFSyntaxError(.refused, "the document has more than the limit of \(limits.maximumTriples) triples", file: file)
        }
        try checkCosts()
        try receive(batch, &dictionary)
        batch.removeAll(keepingCapacity: true)
    }

    /// Ends the parsing when it takes too long or too much memory, or when nobody waits for it any more.
    func checkCosts() throws(RDFSyntaxError) {
        if Task.isCancelled { throw RDFSyntaxError(.cancelled, "the reading was cancelled", file: file) }
        guard .now < deadline else {
            throw RDFSyntaxError(.refused, "the document takes more than the limit of \(limits.maximumDuration) to read", file: file)
        }
        guard dictionary.byteCount + count * MemoryLayout<EncodedQuad>.stride <= limits.maximumMemory else {
            throw RDFSyntaxError(.refused, "the document needs more than the limit of \(limits.maximumMemory) bytes of memory", file: file)
        }
    }

    /// The number of a blank node that the document labels; the mark keeps written labels and made ones apart.
    mutating func blank(_ mark: UInt8, _ label: some Collection<UInt8>) -> Graph.TermID {
        blanks.number(of: [mark] + label, in: &dictionary)
    }

    /// The number of a blank node without a label.
    mutating func blank() -> Graph.TermID { blanks.next(in: &dictionary) }
}

/// The labels that blank nodes of a document get.
struct BlankNames {
    /// Whether a node's label is one that no node of the dictionary has, for a document whose nodes are none of another's. Otherwise
    /// nodes keep their labels with a `u` before them, and those without get `g0`, `g1` and so on.
    private let areFresh: Bool
    /// How many nodes got a label that the document does not have.
    private(set) var count: Int
    private var known: [[UInt8]: Graph.TermID] = [:]

    /// The document's own labels.
    static var own: BlankNames { BlankNames(areFresh: false, count: 0) }

    /// Labels with numbers from this on.
    static func fresh(from count: Int) -> BlankNames { BlankNames(areFresh: true, count: count) }

    private init(areFresh: Bool, count: Int) {
        self.areFresh = areFresh
        self.count = count
    }

    mutating func number(of label: [UInt8], in dictionary: inout TermDictionary) -> Graph.TermID {
        guard areFresh else { return dictionary.number(of: TermDictionary.blank, label) }
        if let number = known[label] { return number }
        let number = dictionary.freshBlank(&count)
        known[label] = number
        return number
    }

    mutating func next(in dictionary: inout TermDictionary) -> Graph.TermID {
        guard !areFresh else { return dictionary.freshBlank(&count) }
        defer { count += 1 }
        return dictionary.number(of: TermDictionary.blank, "g\(count)")
    }
}
