import Diagnostics
import Execution
import Foundation
import GRDB
import Hyperontology

/// What a server holds as far as one plan needs it: fetched once, into a store in memory, for all requests of one execution.
struct ServerSession: Sendable {
    private let server: FHIRServer
    private let reading: SharedReading<DatabaseQueue>

    /// - Parameter needs: what to fetch, given the types that the server can search.
    init(
        server: FHIRServer, profile: ServerProfile, places: BoundPlaces, codings: FHIRCodingReader,
        needs: @escaping @Sendable (Set<String>) -> SearchNeeds
    ) {
        self.server = server
        // The plan was assessed by what was known of the server when the execution began. Where that was nothing, what the plan's answer
        // is worth is not known either.
        let wasReached = profile.types != nil
        reading = SharedReading {
            guard wasReached else { throw try await ServerSession.absence(of: server, profile) }
            let served = try await profile.types(server)
            return try await ServerFetch(
                server: server, profile: profile, served: served, places: places, codings: codings, needs: needs(Set(served.keys))
            ).store()
        }
    }

    /// The filled store.
    func store() async throws(SourceFailure) -> DatabaseQueue {
        do {
            return try await reading.value()
        } catch let failure as SourceFailure {
            throw failure
        } catch {
            throw server.failure("N0441", "the server of `\(server.source)` was not read to the end", help: "ask again")
        }
    }

    /// Why a server was not there: what it says now, or that it has come back meanwhile.
    private static func absence(of server: FHIRServer, _ profile: ServerProfile) async throws(SourceFailure) -> SourceFailure {
        _ = try await profile.renew(server)
        return server.failure("N0441", "the server of `\(server.source)` was away when the question began", help: "ask again")
    }
}
