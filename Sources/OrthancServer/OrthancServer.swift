public import Diagnostics

public actor OrthancServer {
    public static func start(port: Int, storage: String, log: String) async throws(Diagnostic) -> OrthancServer { OrthancServer() }
    public func upload(folder: String, progress: @Sendable (Int, Int) -> Void) async throws(Diagnostic) {}
    public func stop() async {}
}
