/// Where the parts of a graph lie in its block of memory, which is also its file: a header, then the sections, each at a multiple of
/// eight bytes. All numbers are little-endian.
struct GraphLayout: Equatable {
    enum Section: Int, CaseIterable {
        /// Where each term's text starts (UInt64), and where the last ends.
        case textStarts
        /// Each term's kind (UInt32).
        case kinds
        /// Terms by hash (UInt32), see ``TermDictionary``.
        case slots
        case texts
        /// The datatypes and languages of literals: each a mark (`d` or `l`), the length (UInt32) and the text.
        case types
        /// By subject: where its triples start (UInt32), and the last one's end; then predicate and object of each (UInt32, UInt32).
        case subjectStarts, subjectPairs
        /// By predicate: object and subject of each.
        case predicateStarts, predicatePairs
        /// By object: subject and predicate of each.
        case objectStarts, objectPairs
        /// By predicate: its number, triples, distinct subjects, distinct objects (UInt32 each), the most frequent first.
        case statistics
    }

    /// `COHRDF`, the version of the form, and a zero.
    static let magic: UInt64 = 0x00_01_46_44_52_48_4F_43

    let termCount: Int
    let tripleCount: Int
    let slotCount: Int
    let textByteCount: Int
    let typeByteCount: Int
    let predicateCount: Int

    /// Words before the sections: what is said of the whole, a checksum for each section, and one for these words.
    static let headerWords = 8 + Section.allCases.count + 1
    static let headerByteCount = headerWords * 8

    func byteCount(of section: Section) -> Int {
        switch section {
        case .textStarts: (termCount + 1) * 8
        case .kinds: termCount * 4
        case .slots: slotCount * 4
        case .texts: textByteCount
        case .types: typeByteCount
        case .subjectStarts, .predicateStarts, .objectStarts: (termCount + 1) * 4
        case .subjectPairs, .predicatePairs, .objectPairs: tripleCount * 8
        case .statistics: predicateCount * 16
        }
    }

    func offset(of section: Section) -> Int {
        Section.allCases.prefix(section.rawValue).reduce(Self.headerByteCount) { $0 + (byteCount(of: $1) + 7) / 8 * 8 }
    }

    /// Header and sections.
    var byteCount: Int {
        let last = Section.statistics
        return offset(of: last) + byteCount(of: last)
    }
}
