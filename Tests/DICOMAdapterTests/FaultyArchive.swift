import Foundation
import HTTPClient
import HTTPTypes
import Hummingbird
import LoopbackServer
import NIOCore
import Synchronization

/// A small archive that speaks DICOMweb's searches over series in memory, and can be told to be wrong in the ways that real ones are.
struct FaultyArchive: Sendable {
    enum Fault: Sendable, Hashable {
        /// Searches return the same page whatever `offset` says.
        case ignoresOffset
        /// … and everything whatever `limit` says.
        case ignoresLimit
        /// Pages are never longer than this.
        case capsPages(Int)
        /// Before each page a series is stored that sorts before all others.
        case grows
        /// Counts the images of a series, and so many more than there are.
        case countsImages(beyond: Int)
        /// Lists the first series twice.
        case listsTwice
        /// The search for series does not tell these, whatever `includefield` says.
        case hidesInSeries(String)
        /// Nor does the search for images.
        case hidesInImages(String)
        /// Answers with this status.
        case status(Int)
        /// Answers with a page for people.
        case html
        /// Leaves the patient out of searches for series.
        case hidesPatients
        /// Refuses what is asked of the images of a series.
        case refusesImages(String)
        /// Does not list a series that it holds.
        case forgets(String)
        /// Says what its images are (SOP Class UID), as the standard demands.
        case tellsClasses
    }

    struct Series: Sendable {
        let patient: String?
        let study: String
        let uid: String
        /// By tag, as a JSON text of the values; an empty text for an attribute without a value.
        var attributes: [String: String]
        /// Of each image, on top of those.
        var images: [[String: String]] = [[:]]
    }

    let series: [Series]
    let faults: Set<Fault>

    /// What the archive was asked.
    final class Log: Sendable {
        private let state = Mutex<[String]>([])

        /// - Returns: how many requests there have been.
        func add(_ request: String) -> Int {
            state.withLock { requests in
                requests.append(request)
                return requests.count
            }
        }

        var requests: [String] { state.withLock { $0 } }

        /// What the archive is from now on; nil for what it was.
        private let change = Mutex<FaultyArchive?>(nil)
        var changed: FaultyArchive? {
            get { change.withLock { $0 } }
            set { change.withLock { $0 = newValue } }
        }
    }

    /// Serves while a body runs.
    func serve<Result: Sendable>(_ body: @escaping @Sendable (ServiceAddress, Log) async throws -> Result) async throws -> Result {
        let log = Log()
        let router = Router()
        router.get("/dicom-web/**") { request, _ in
            (log.changed ?? self).answer(request, number: log.add(request.uri.description))
        }
        return try await LoopbackServer.serve(router) { port in
            try await body(ServiceAddress(url: "http://127.0.0.1:\(port)/dicom-web"), log)
        }
    }

    private func answer(_ request: Request, number: Int) -> Response {
        for case .status(let code) in faults { return Response(status: .init(code: code)) }
        if faults.contains(.html) { return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "<html></html>"))) }
        let parts = request.uri.path.split(separator: "/").dropFirst().map { "\($0)" }
        var all = series
        if faults.contains(.grows) {
            all.insert(contentsOf: (0..<number).map { Series(patient: "new", study: "9.\($0)", uid: "9.\($0).1", attributes: [:]) }, at: 0)
        }
        if faults.contains(.listsTwice) { all = all.prefix(1) + all }
        let fields = request.uri.queryParameters.getAll("includefield").map { "\($0)" }
        switch parts.count {
        case 1:
            for case .forgets(let uid) in faults { all.removeAll { $0.uid == uid } }
            return json(page(all, request).map { describe($0, fields) })
        case 5... where faults.contains(.refusesImages(parts[3])): return Response(status: .internalServerError)
        case 5 where parts[4] == "instances":
            let images = all.first { $0.uid == parts[3] }.map { series in series.images.indices.map { (series, $0) } } ?? []
            return json(page(images, request).map { describe($0.0, image: $0.1, fields) })
        case 5 where parts[4] == "metadata":
            let series = all.first { $0.uid == parts[3] }
            return json(series.map { series in series.images.indices.map { describe(series, image: $0, nil) } } ?? [])
        case 7:
            let series = all.first { $0.uid == parts[3] }
            let image = parts[5].split(separator: ".").last.flatMap { Int($0) } ?? 0
            return json(series.map { [describe($0, image: image, nil)] } ?? [])
        default: return Response(status: .notFound)
        }
    }

    private func page<Item>(_ items: [Item], _ request: Request) -> [Item] {
        let offset = faults.contains(.ignoresOffset) ? 0 : request.uri.queryParameters.get("offset").flatMap { Int($0) } ?? 0
        var limit =
            faults.contains(.ignoresLimit) ? items.count : request.uri.queryParameters.get("limit").flatMap { Int($0) } ?? items.count
        for case .capsPages(let most) in faults { limit = min(limit, most) }
        return Array(items.dropFirst(offset).prefix(limit))
    }

    private func describe(_ series: Series, _ fields: [String]) -> [String: String] {
        var object = series.attributes.filter {
            fields.contains($0.key) || ["00080060", "00080020", "00100030", "00100040"].contains($0.key)
        }
        // An archive that answers for a series from its first image.
        object.merge((series.images.first ?? [:]).filter { fields.contains($0.key) }) { _, new in new }
        if let patient = series.patient, !faults.contains(.hidesPatients) { object["00100020"] = "[\"\(patient)\"]" }
        object["0020000D"] = "[\"\(series.study)\"]"
        object["0020000E"] = "[\"\(series.uid)\"]"
        for case .countsImages(let more) in faults { object["00201209"] = "[\(series.images.count + more)]" }
        for case .hidesInSeries(let tag) in faults { object[tag] = nil }
        return object
    }

    /// - Parameter fields: nil for everything, as metadata has it.
    private func describe(_ series: Series, image: Int, _ fields: [String]?) -> [String: String] {
        var object = series.attributes.merging(series.images[image]) { _, new in new }
        if let fields {
            object = object.filter { fields.contains($0.key) || ($0.key == "00080016" && faults.contains(.tellsClasses)) }
            for case .hidesInImages(let tag) in faults { object[tag] = nil }
        }
        object["00080018"] = "[\"\(series.uid).\(image)\"]"
        return object
    }

    private func json(_ objects: [[String: String]]) -> Response {
        let text = objects.map { object in
            let entries = object.sorted { $0.key < $1.key }.map { tag, values in
                "\"\(tag)\": {\"vr\": \"\(values.hasPrefix("[{") ? "SQ" : "UN")\"" + (values.isEmpty ? "}" : ", \"Value\": \(values)}")
            }
            return "{\(entries.joined(separator: ", "))}"
        }
        return Response(
            status: .ok, headers: [.contentType: "application/dicom+json"],
            body: .init(byteBuffer: ByteBuffer(string: "[\(text.joined(separator: ",\n"))]")))
    }
}
