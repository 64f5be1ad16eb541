import Foundation

/// Why a graph's file cannot be used.
public struct GraphFileError: Error, Hashable, Sendable {
    /// What class of thing is wrong.
    public enum Code: String, Sendable {
        /// The file cannot be read or written.
        case unreadable = "O0020"
        /// The file is no graph of this form.
        case notAGraph = "O0021"
        /// The file is a graph, but a part of it is not what was written.
        case damaged = "O0022"
    }

    public let code: Code
    /// One lower-case sentence without full stop.
    public let message: String
    public let file: String
}

extension Graph {
    /// Writes the graph to a file, which is complete or not there: it is written beside its place and moved there.
    public func write(to path: String) throws(GraphFileError) {
        let temporary = path + ".\(UInt64.random(in: .min ... .max)).part"
        do {
            try writeUnchecked(to: temporary)
            guard unsafe rename(temporary, path) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        } catch {
            unsafe unlink(temporary)
            throw GraphFileError(code: .unreadable, message: "the graph cannot be written (\(error.localizedDescription))", file: path)
        }
    }

    /// Why the last call of the system failed.
    private static var reason: String { unsafe String(cString: strerror(errno)) }

    private func writeUnchecked(to path: String) throws {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try unsafe storage.withBytes { bytes in
            let header = GraphHeader(storage).words
            try unsafe header.withUnsafeBytes { try unsafe handle.write(contentsOf: Data($0)) }
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes.dropFirst(GraphLayout.headerByteCount))
            // Handed over without a copy; the storage outlives the call.
            if let start = rest.baseAddress {
                let data = unsafe Data(
                    bytesNoCopy: UnsafeMutableRawPointer(mutating: start), count: rest.count, deallocator: .none)
                try handle.write(contentsOf: data)
            }
        }
        try handle.synchronize()
        try handle.close()
    }

    /// Maps a graph's file. Its pages are read when they are needed and shared with other processes; the file must not be changed while
    /// it is mapped, but may be replaced.
    ///
    /// Every checksum is verified and every number in the file checked, so that a damaged or hostile file is an error here and
    /// nowhere else.
    public init(mapping path: String) throws(GraphFileError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw GraphFileError(code: .unreadable, message: "the file cannot be read (\(Self.reason))", file: path)
        }
        defer { close(descriptor) }
        let length = Int(lseek(descriptor, 0, SEEK_END))
        guard length >= GraphLayout.headerByteCount else {
            throw GraphFileError(code: .notAGraph, message: "the file is no graph: it is too short", file: path)
        }
        let mapped = unsafe mmap(nil, length, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let start = unsafe mapped, unsafe start != MAP_FAILED else {
            throw GraphFileError(code: .unreadable, message: "the file cannot be mapped (\(Self.reason))", file: path)
        }
        do throws(GraphFileError) {
            self.init(try unsafe GraphFileReader(memory: start, length: length, file: path).storage())
        } catch {
            unsafe munmap(start, length)
            throw error
        }
    }
}

/// The words at the start of a graph's file.
struct GraphHeader {
    /// Magic, seed, the six counts, a checksum for each section, and one for all words before it.
    var words: [UInt64]

    init(_ storage: GraphStorage) {
        let layout = storage.layout
        words = [
            GraphLayout.magic, storage.seed, UInt64(layout.termCount), UInt64(layout.tripleCount), UInt64(layout.slotCount),
            UInt64(layout.textByteCount), UInt64(layout.typeByteCount), UInt64(layout.predicateCount),
        ]
        unsafe storage.withBytes { bytes in
            for section in GraphLayout.Section.allCases { unsafe words.append(Self.checksum(of: section, bytes, layout)) }
        }
        words.append(Self.checksum(of: words))
    }

    static func checksum(of section: GraphLayout.Section, _ bytes: UnsafeRawBufferPointer, _ layout: GraphLayout) -> UInt64 {
        let start = layout.offset(of: section)
        let end = start + layout.byteCount(of: section)
        return unsafe XXHash64.hash(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), seed: UInt64(section.rawValue))
    }

    static func checksum(of words: [UInt64]) -> UInt64 { unsafe words.withUnsafeBytes { unsafe XXHash64.hash($0, seed: 0) } }
}

/// Checks a mapped file, and makes the storage of it.
@safe private struct GraphFileReader {
    let memory: UnsafeMutableRawPointer
    let length: Int
    let file: String

    init(memory: UnsafeMutableRawPointer, length: Int, file: String) {
        unsafe self.memory = unsafe memory
        self.length = length
        self.file = file
    }

    func storage() throws(GraphFileError) -> GraphStorage {
        let words = (0..<GraphLayout.headerWords).map { unsafe memory.load(fromByteOffset: $0 * 8, as: UInt64.self) }
        guard words[0] == GraphLayout.magic else {
            throw GraphFileError(code: .notAGraph, message: "the file is no graph of this version", file: file)
        }
        guard words.last == GraphHeader.checksum(of: Array(words.dropLast())) else { throw damaged("its header") }
        let layout = try layout(words)
        for section in GraphLayout.Section.allCases {
            let bytes = unsafe UnsafeRawBufferPointer(start: memory, count: length)
            let checksum = unsafe GraphHeader.checksum(of: section, bytes, layout)
            guard checksum == words[8 + section.rawValue] else { throw damaged("its part `\(section)`") }
        }
        let types = try types(layout)
        try check(layout, typeCount: types.count)
        return unsafe GraphStorage(
            owning: memory, isMapped: true, layout, seed: words[1], types: types, statistics: try statistics(layout))
    }

    private func layout(_ words: [UInt64]) throws(GraphFileError) -> GraphLayout {
        // No count can be larger than the file; so the sum of the sections does not overflow.
        guard words[2...7].allSatisfy({ $0 <= UInt64(length) }) else { throw damaged("its header") }
        let layout = GraphLayout(
            termCount: Int(words[2]), tripleCount: Int(words[3]), slotCount: Int(words[4]), textByteCount: Int(words[5]),
            typeByteCount: Int(words[6]), predicateCount: Int(words[7]))
        guard layout.byteCount == length, layout.termCount < Int(Int32.max), layout.tripleCount < Int(UInt32.max),
            layout.slotCount > 0, layout.slotCount & (layout.slotCount - 1) == 0
        else { throw damaged("its header") }
        return layout
    }

    private func numbers<Number>(_ section: GraphLayout.Section, _ layout: GraphLayout, _ type: Number.Type) -> UnsafeBufferPointer<Number>
    {
        let start = unsafe GraphSections(memory, layout).pointer(section, type)
        return unsafe UnsafeBufferPointer(start: start, count: layout.byteCount(of: section) / MemoryLayout<Number>.stride)
    }

    /// Checks that every number in the file leads into the file.
    private func check(_ layout: GraphLayout, typeCount: Int) throws(GraphFileError) {
        let terms = UInt32(layout.termCount)
        guard unsafe isAscending(numbers(.textStarts, layout, UInt64.self), to: UInt64(layout.textByteCount)) else {
            throw damaged("its texts")
        }
        let lastKind = UInt32(typeCount) + TermDictionary.firstLiteral
        guard unsafe areBelow(lastKind, numbers(.kinds, layout, UInt32.self)) else { throw damaged("its kinds") }
        guard unsafe areBelow(terms + 1, numbers(.slots, layout, UInt32.self)) else { throw damaged("its slots") }
        let orders: [(GraphLayout.Section, GraphLayout.Section)] = [
            (.subjectStarts, .subjectPairs), (.predicateStarts, .predicatePairs), (.objectStarts, .objectPairs),
        ]
        for (starts, pairs) in orders {
            guard unsafe isAscending(numbers(starts, layout, UInt32.self), to: UInt32(layout.tripleCount)),
                unsafe areBelow(terms, numbers(pairs, layout, UInt32.self))
            else { throw damaged("its triples") }
        }
    }

    private func isAscending<Number: BinaryInteger>(_ starts: UnsafeBufferPointer<Number>, to last: Number) -> Bool {
        var previous: Number = 0
        for index in 0..<starts.count {
            guard unsafe starts[index] >= previous else { return false }
            previous = unsafe starts[index]
        }
        return unsafe starts.first == 0 && previous == last
    }

    private func areBelow(_ bound: UInt32, _ numbers: UnsafeBufferPointer<UInt32>) -> Bool {
        var largest: UInt32 = 0
        for index in 0..<numbers.count { largest = unsafe max(largest, numbers[index]) }
        return numbers.isEmpty || largest < bound
    }

    private func types(_ layout: GraphLayout) throws(GraphFileError) -> [TermDictionary.LiteralType] {
        let bytes = unsafe Array(GraphSections(memory, layout).bytes(.types))
        var types: [TermDictionary.LiteralType] = []
        var offset = 0
        while offset < bytes.count {
            guard offset + 5 <= bytes.count else { throw damaged("its types") }
            let count = (0..<4).reduce(0) { $0 | Int(bytes[offset + 1 + $1]) << (8 * $1) }
            guard offset + 5 + count <= bytes.count else { throw damaged("its types") }
            let text = String(decoding: bytes[offset + 5..<offset + 5 + count], as: UTF8.self)
            types.append(bytes[offset] == UInt8(ascii: "l") ? .language(text) : .datatype(text))
            offset += 5 + count
        }
        return types
    }

    private func statistics(_ layout: GraphLayout) throws(GraphFileError) -> [PredicateStatistics] {
        let words = unsafe Array(numbers(.statistics, layout, UInt32.self))
        let statistics = stride(from: 0, to: words.count, by: 4).map {
            PredicateStatistics(
                predicate: Graph.TermID(truncatingIfNeeded: words[$0]), count: Int(words[$0 + 1]), distinctSubjects: Int(words[$0 + 2]),
                distinctObjects: Int(words[$0 + 3]))
        }
        guard statistics.allSatisfy({ $0.predicate >= 0 && Int($0.predicate) < layout.termCount }) else { throw damaged("its statistics") }
        return statistics
    }

    private func damaged(_ part: String) -> GraphFileError {
        GraphFileError(code: .damaged, message: "the graph is damaged in \(part)", file: file)
    }
}
