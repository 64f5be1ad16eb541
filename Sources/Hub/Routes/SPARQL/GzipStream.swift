import CZlib
import HTTPTypes
import Hummingbird
import SPARQL

/// A gzip member (RFC 1952) that is written piece by piece, by zlib.
@safe struct GzipStream: ~Copyable {
    private let stream: UnsafeMutablePointer<z_stream>

    /// Nil where there is no memory for it.
    init?() {
        unsafe stream = UnsafeMutablePointer.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // The level that zlib itself takes for a good one is slow beside a fast network.
        guard unsafe cohortium_deflate_init(stream, 4) == Z_OK else {
            unsafe stream.deallocate()
            return nil
        }
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// The compressed form of what was given so far and not yet handed out; after the last piece, the end of the member.
    mutating func compress(_ bytes: [UInt8], isLast: Bool) -> [UInt8] {
        var bytes = bytes
        var output: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 32 * 1_024)
        let flush = isLast ? Z_FINISH : Z_SYNC_FLUSH
        unsafe bytes.withUnsafeMutableBufferPointer { input in
            unsafe stream.pointee.next_in = input.baseAddress
            unsafe stream.pointee.avail_in = UInt32(input.count)
            var isFull = true
            while isFull {
                let written = unsafe part.withUnsafeMutableBufferPointer { space -> Int in
                    unsafe stream.pointee.next_out = space.baseAddress
                    unsafe stream.pointee.avail_out = UInt32(space.count)
                    _ = unsafe deflate(stream, flush)
                    return unsafe space.count - Int(stream.pointee.avail_out)
                }
                output += part[..<written]
                isFull = written == part.count
            }
            unsafe stream.pointee.next_in = nil
        }
        return output
    }
}

extension Response {
    /// Under so many bytes, a compressed answer is hardly smaller.
    private static let smallest = 1_400

    /// The answer with its body in gzip, where the client takes that and it is worth it.
    func compressed(for request: Request) -> Response {
        guard status.code == 200, headers[.contentEncoding] == nil, (body.contentLength ?? .max) >= Self.smallest,
            Self.acceptsGzip(request.headers[.acceptEncoding])
        else { return self }
        var response = self
        response.headers[.contentEncoding] = "gzip"
        response.headers[.contentLength] = nil
        let body = self.body
        response.body = ResponseBody { writer in try await body.write(GzipWriter(writer)) }
        return response
    }

    /// `Accept-Encoding` (RFC 9110, section 12.5.3).
    static func acceptsGzip(_ header: String?) -> Bool {
        var quality: [String: Double] = [:]
        for part in (header ?? "").split(separator: ",") {
            let pieces = part.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            guard let name = pieces.first else { continue }
            quality[name] = pieces.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
        }
        return (quality["gzip"] ?? quality["x-gzip"] ?? quality["*"] ?? 0) > 0
    }
}

/// Compresses what is written to another writer.
private struct GzipWriter: ResponseBodyWriter {
    private var writer: any ResponseBodyWriter
    private var gzip: Box

    /// Holds the stream, which cannot be copied.
    private final class Box {
        var stream: GzipStream?
        init() { stream = GzipStream() }
    }

    init(_ writer: any ResponseBodyWriter) {
        self.writer = writer
        gzip = Box()
    }

    @concurrent mutating func write(_ buffer: ByteBuffer) async throws {
        let bytes = try compressed(Array(buffer.readableBytesView), isLast: false)
        try await writer.write(ByteBuffer(bytes: bytes))
    }

    @concurrent consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        let bytes = try compressed([], isLast: true)
        try await writer.write(ByteBuffer(bytes: bytes))
        try await writer.finish(trailingHeaders)
    }

    private func compressed(_ bytes: [UInt8], isLast: Bool) throws -> [UInt8] {
        guard let output = gzip.stream?.compress(bytes, isLast: isLast) else { throw HTTPError(.serviceUnavailable) }
        return output
    }
}
