import Foundation

/// Messages with a `Content-Length` header over two streams (Language Server Protocol 3.17, base protocol).
final class MessageChannel {
    /// Bytes of one message.
    static let limit = 16 * 1024 * 1024

    private let input: FileHandle
    private let output: FileHandle
    private var buffer = Data()

    init(input: FileHandle, output: FileHandle) {
        self.input = input
        self.output = output
    }

    /// Why nothing more can be read.
    struct Broken: Error { let reason: String }

    /// The next message; nil at the end of the input.
    func receive() throws -> JSONValue? {
        let separator = Data("\r\n\r\n".utf8)
        while true {
            if let end = buffer.range(of: separator) {
                let header = String(decoding: buffer[buffer.startIndex..<end.lowerBound], as: UTF8.self)
                let lengths = header.split(whereSeparator: \.isNewline).compactMap { line -> Int? in
                    let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                    return parts.count == 2 && parts[0].lowercased() == "content-length" ? Int(parts[1]) : nil
                }
                guard let length = lengths.first, (0...MessageChannel.limit).contains(length) else {
                    throw Broken(reason: "a message has no length, or one of over \(MessageChannel.limit) bytes")
                }
                buffer = Data(buffer[end.upperBound...])
                while buffer.count < length { guard fill() else { return nil } }
                let body = Data(buffer.prefix(length))
                buffer = Data(buffer.dropFirst(length))
                guard let message = try? JSONDecoder().decode(JSONValue.self, from: body) else {
                    throw Broken(reason: "a message is no JSON")
                }
                return message
            }
            guard buffer.count <= 64 * 1024 else { throw Broken(reason: "a message has no header") }
            guard fill() else { return nil }
        }
    }

    func send(_ message: JSONValue) throws {
        let body = try JSONEncoder().encode(message)
        output.write(Data("Content-Length: \(body.count)\r\n\r\n".utf8) + body)
    }

    private func fill() -> Bool {
        let data = input.availableData
        buffer.append(data)
        return !data.isEmpty
    }
}
