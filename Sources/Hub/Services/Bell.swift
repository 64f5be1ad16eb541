/// Wakes those who wait for something to change: nodes for tasks, event streams for answers.
actor Bell {
    private var count = 0
    private var waiters: [String: [Int: CheckedContinuation<Void, Never>]] = [:]
    private var nextWaiter = 0
    /// Whether nobody waits any more: the hub is about to end.
    private(set) var isSilenced = false

    /// How often the bell has rung. To miss nothing: take this, look, then wait for more than this.
    var rings: Int { count }

    /// Wakes everybody who waits for a topic.
    func ring(_ topics: some Sequence<String>) {
        count += 1
        for topic in topics {
            for waiter in (waiters.removeValue(forKey: topic) ?? [:]).values { waiter.resume() }
        }
    }

    /// Wakes everybody, and lets nobody wait again.
    func silence() {
        isSilenced = true
        for topic in waiters.values { for waiter in topic.values { waiter.resume() } }
        waiters = [:]
    }

    /// Waits until a topic's bell rings, the bell has rung for anything since `rings`, time is up, or the waiting task is cancelled.
    func wait(for topic: String, after rings: Int, atMost limit: Duration) async {
        guard !isSilenced, count == rings, limit > .zero else { return }
        nextWaiter += 1
        let waiter = nextWaiter
        let alarm = Task {
            // A cancelled alarm wakes as well, to nobody's harm.
            _ = try? await Task.sleep(for: limit)
            self.release(topic, waiter)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled {
                    continuation.resume()
                } else {
                    waiters[topic, default: [:]][waiter] = continuation
                }
            }
        } onCancel: {
            Task { await self.release(topic, waiter) }
        }
        alarm.cancel()
    }

    private func release(_ topic: String, _ waiter: Int) {
        waiters[topic]?.removeValue(forKey: waiter)?.resume()
        if waiters[topic]?.isEmpty == true { waiters[topic] = nil }
    }
}
