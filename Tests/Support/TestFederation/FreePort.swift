import NIOCore
import NIOPosix
import Synchronization

/// Ports that a test can keep for a server that is ended and started again: below those that the system gives to outgoing connections, and
/// never the same one twice in a process.
public enum FreePort {
    private static let given = Mutex<Set<Int>>([])

    public static func next() async throws -> Int {
        for _ in 0..<200 {
            let port = Int.random(in: 20_000..<32_000)
            guard given.withLock({ $0.insert(port).inserted }) else { continue }
            let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            guard let channel = try? await bootstrap.bind(host: "127.0.0.1", port: port).get() else { continue }
            try await channel.close()
            return port
        }
        throw NeverCameAbout(description: "a port that is free")
    }
}
