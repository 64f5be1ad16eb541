import Foundation
import Synchronization

/// The thread on which all transfers of a client run, and the way to it.
///
/// Waiting happens in libcurl on that thread, never on one of Swift's cooperative pool. The thread ends with the last client.
final class TransferLoop: Sendable {
    private let desk = TransferDesk()

    init() {
        let desk = desk
        Thread.detachNewThread { TransferThread(desk: desk).run() }
    }

    deinit { desk.close() }

    func run(_ request: HTTPRequest) async -> Result<HTTPResponse, HTTPFailure> {
        let number = desk.nextNumber()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                desk.submit(Transfer(number: number, request: request, continuation: continuation))
                // The handler below may have run before there was anything to cancel.
                if Task.isCancelled { desk.cancel(number) }
            }
        } onCancel: {
            desk.cancel(number)
        }
    }
}

/// A request on its way, and who waits for it.
struct Transfer: Sendable {
    let number: Int
    let request: HTTPRequest
    let continuation: CheckedContinuation<Result<HTTPResponse, HTTPFailure>, Never>
}

/// Where tasks leave their orders for the thread.
final class TransferDesk: Sendable {
    struct Orders: Sendable {
        var submitted: [Transfer] = []
        /// May hold numbers of transfers that are yet to be submitted, or over; those do not matter.
        var cancelled: Set<Int> = []
        var isClosed = false
    }

    private struct State {
        var lastNumber = 0
        var orders = Orders()
    }

    let multi = CurlMulti()
    private let state = Mutex(State())

    func nextNumber() -> Int {
        state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
    }

    func submit(_ transfer: Transfer) { order { $0.submitted.append(transfer) } }
    func cancel(_ number: Int) { order { $0.cancelled.insert(number) } }
    func close() { order { $0.isClosed = true } }

    /// Takes what has been ordered since the last time.
    func take() -> Orders {
        state.withLock { state in
            let orders = state.orders
            state.orders.submitted = []
            state.orders.cancelled = []
            return orders
        }
    }

    private func order(_ change: (inout Orders) -> Void) {
        state.withLock { change(&$0.orders) }
        multi.wakeUp()
    }
}

/// What the thread does: take orders, let libcurl work, hand over what is finished.
private final class TransferThread {
    private let desk: TransferDesk
    private var running: [Int: (handle: CurlHandle, transfer: Transfer)] = [:]

    init(desk: TransferDesk) { self.desk = desk }

    func run() {
        while true {
            let orders = desk.take()
            for transfer in orders.submitted { start(transfer) }
            for number in orders.cancelled { cancel(number) }
            if orders.isClosed, running.isEmpty { return }
            for (handle, result) in desk.multi.work() {
                guard let (_, transfer) = running.removeValue(forKey: handle.number) else { continue }
                transfer.continuation.resume(returning: result)
            }
            desk.multi.wait(milliseconds: 1_000)
        }
    }

    private func start(_ transfer: Transfer) {
        guard let handle = CurlHandle(number: transfer.number, request: transfer.request), desk.multi.add(handle) else {
            transfer.continuation.resume(returning: .failure(.other("libcurl could not take the request")))
            return
        }
        running[transfer.number] = (handle, transfer)
    }

    private func cancel(_ number: Int) {
        guard let (handle, transfer) = running.removeValue(forKey: number) else { return }
        desk.multi.remove(handle)
        transfer.continuation.resume(returning: .failure(.cancelled))
    }
}
