import Glibc

/// Ports on the loopback address (127.0.0.1).
public enum LoopbackPort {
    /// Whether a port can be listened on now.
    public static func isFree(_ port: Int) -> Bool { bound(to: port) != nil }

    /// A port that nobody listens on; nil when there is none, which means that the machine is out of descriptors or of ports.
    ///
    /// Somebody else may take it before it is used: be ready to ask for another.
    public static func find() -> Int? { bound(to: 0) }

    /// Binds a socket, tells its port, and lets it go.
    private static func bound(to port: Int) -> Int? {
        guard let port = UInt16(exactly: port) else { return nil }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // As servers do: a port that a connection of an ended server still lingers on is free.
        var reuse: Int32 = 1
        guard unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size)) == 0 else { return nil }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
            }
        }
        return isBound ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }
}
