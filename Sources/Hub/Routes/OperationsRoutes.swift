import Diagnostics
import Federation
import Hummingbird

/// Whether the hub lives, and whether it can work.
struct OperationsRoutes: Sendable {
    let core: HubCore

    private struct Health: Encodable {
        let status = "ok"
    }

    func add(to router: Router<BasicRequestContext>) {
        router.get("/healthz") { _, _ in try Response(json: Health()) }
        // Ready means: what a question needs was tried just now.
        router.get("/readyz") { _, _ in
            do {
                try await core.store.probe()
            } catch {
                throw Problem(
                    status: 503, title: "Not ready",
                    Diagnostic("F0625", "the hub's store cannot be written", help: "check the disk and the permissions of its folder"))
            }
            return try Response(json: Health())
        }
    }
}
