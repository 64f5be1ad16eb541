import Foundation
import Glibc
import Testing

/// A client that asks and then reads nothing.
final class SlowReader {
    private let socket: Int32

    init(_ url: String, _ path: String) throws {
        let port = try #require(URL(string: url)?.port)
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(status == 0)
        let request = "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/csv\r\n\r\n"
        let sent = request.utf8.withContiguousStorageIfAvailable { unsafe send(socket, $0.baseAddress, $0.count, 0) }
        try #require(sent == request.utf8.count)
    }

    func close() { _ = Glibc.close(socket) }
}
