/// A place in a document's bytes: looks at the next one, goes on, and fetches more when there is none.
///
/// What lies before the place is forgotten, except from ``mark`` on. All bytes that can be seen are whole characters of valid UTF-8.
struct DocumentScanner {
    private(set) var buffer: [UInt8] = []
    /// The next byte's place in the buffer.
    var position = 0
    /// Where the token that is being read starts in the buffer; nil between tokens.
    var mark: Int?

    private var input: DocumentInput
    private var isAtEnd = false
    /// Whether a byte order mark would be a character of the document.
    private var hasStarted = false
    /// The start of a character whose rest is in the next piece.
    private var unfinished: [UInt8] = []
    private var line = 1
    /// How many characters of the current line lie before a place in the buffer, up to which they were counted.
    private var column = 0
    private var counted = 0

    init(_ input: DocumentInput) { self.input = input }

    /// The next byte; nil at the end of the document.
    @inline(__always) mutating func peek() throws(RDFSyntaxError) -> UInt8? {
        if position < buffer.count { return buffer[position] }
        return try refill() ? buffer[position] : nil
    }

    /// A byte after the next; nil behind the end of the document.
    mutating func peek(ahead: Int) throws(RDFSyntaxError) -> UInt8? {
        while position + ahead >= buffer.count {
            guard try refill() else { return nil }
        }
        return buffer[position + ahead]
    }

    /// Passes over bytes as long as a condition holds; a line feed must not be among them.
    @inline(__always) mutating func skip(while holds: (UInt8) -> Bool) throws(RDFSyntaxError) {
        while true {
            let count = buffer.count
            var index = position
            while index < count, holds(buffer[index]) { index += 1 }
            position = index
            guard index == count, try refill() else { return }
        }
    }

    /// Passes over a line feed, which is the next byte.
    @inline(__always) mutating func skipLineFeed() {
        position += 1
        line += 1
        counted = position
        column = 0
    }

    /// Passes over a byte if it is the next.
    @inline(__always) mutating func skip(_ byte: UInt8) throws(RDFSyntaxError) -> Bool {
        guard try peek() == byte else { return false }
        position += 1
        return true
    }

    /// Fetches more; false at the end of the document.
    private mutating func refill() throws(RDFSyntaxError) -> Bool {
        guard !isAtEnd else { return false }
        forget(before: min(mark ?? position, position))
        while true {
            var piece = try input.next()
            guard !piece.isEmpty else {
                isAtEnd = true
                guard unfinished.isEmpty else { throw error("the document is not UTF-8", at: buffer.count, .refused) }
                return false
            }
            if !unfinished.isEmpty {
                piece = unfinished + piece
                unfinished = []
            }
            if !hasStarted, piece.starts(with: [0xEF, 0xBB, 0xBF]) { piece.removeFirst(3) }
            hasStarted = true
            let cut = Self.startOfUnfinishedCharacter(piece)
            unfinished = Array(piece[cut...])
            piece.removeSubrange(cut...)
            let start = buffer.count
            if start == 0 { buffer = piece } else { buffer += piece }
            try validate(from: start)
            if !piece.isEmpty { return true }
        }
    }

    private mutating func forget(before place: Int) {
        guard place > 0 else { return }
        countColumns(to: place)
        counted -= place
        if place == buffer.count { buffer.removeAll() } else { buffer.removeFirst(place) }
        position -= place
        mark = mark.map { $0 - place }
    }

    /// Where the last character starts if it is not complete; else the end.
    private static func startOfUnfinishedCharacter(_ piece: [UInt8]) -> Int {
        for back in 1...3 where back <= piece.count {
            let byte = piece[piece.count - back]
            if byte & 0xC0 == 0x80 { continue }
            let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return length > back ? piece.count - back : piece.count
        }
        return piece.count
    }

    private func validate(from start: Int) throws(RDFSyntaxError) {
        do {
            _ = try UTF8Span(validating: buffer.span.extracting(start..<buffer.count))
        } catch {
            throw self.error("the document is not UTF-8", at: start + error.byteOffsets.lowerBound, .refused)
        }
    }

    private static func characters(_ bytes: ArraySlice<UInt8>) -> Int { bytes.count { $0 & 0xC0 != 0x80 } }

    private mutating func countColumns(to place: Int) {
        guard counted < place else { return }
        column += Self.characters(buffer[counted..<place])
        counted = place
    }

    /// A line and a column, both counted from one.
    struct Place {
        let line: Int
        let column: Int
    }

    /// The current place. Asking at every token costs no more than asking once at the end of the line.
    mutating func place() -> Place {
        countColumns(to: position)
        return Place(line: line, column: column + 1)
    }

    /// An error at a place that was noted.
    func error(_ message: String, at place: Place) -> RDFSyntaxError {
        RDFSyntaxError(.syntax, message, file: input.name, line: place.line, column: place.column)
    }

    /// An error at an offset in the buffer, the current one when none is given; it is not before the last place that was noted.
    func error(_ message: String, at offset: Int? = nil, _ code: RDFSyntaxError.Code = .syntax) -> RDFSyntaxError {
        let offset = offset ?? position
        var (line, column, start) = (line, column, counted)
        for index in min(start, offset)..<offset where buffer[index] == UInt8(ascii: "\n") {
            line += 1
            column = 0
            start = index + 1
        }
        column += Self.characters(buffer[min(start, offset)..<offset]) + 1
        return RDFSyntaxError(code, message, file: input.name, line: line, column: column)
    }
}
