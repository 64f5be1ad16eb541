public import CohortPlan
public import Diagnostics
public import Execution
import Foundation
public import HTTPClient
public import Hyperontology

/// Images: an archive that serves DICOMweb (PS3.18: QIDO-RS, WADO-RS), or a folder of files (PS3.10).
///
/// The patients of the source are those who have a series with a Patient ID, which is also the identifier that the node's sources
/// share. Without an index every question reads the attributes of every series once, and compares them here (see ``SeriesSearch``);
/// attributes of images are read for the series that leave something open. With an index both are read from it, and compared alike.
public struct DICOMAdapter: SourceAdapter {
    /// Where the images are.
    public enum Origin: Sendable {
        case archive(ServiceAddress, HTTPClient)
        /// Files are read through an index alone.
        case folder(String)
    }

    enum Place: Sendable {
        case archive(DICOMwebServer, ArchiveProfile)
        case folder(String)
    }

    public let name: String
    public var model: SourceModel { .dicom }
    let place: Place
    let bindings: ModelBindings
    /// The authority whose Patient IDs the node's are.
    let issuer: String?
    /// Nil where the archive itself is asked.
    public let index: TagIndex?
    /// For one execution; nil for an adapter that none has begun with.
    private var reading: (any SeriesReading)?

    /// An archive that every question is asked of.
    /// - Parameters:
    ///   - name: the source's name in the node's configuration.
    ///   - issuer: the authority whose Patient IDs are meant where none is said (0010,0021); the same Patient ID of another one is another
    ///     patient's, `ID^^^AUTHORITY`. Nil where a Patient ID is taken as it is.
    ///   - bindings: the hyperontology's bindings for `dicom`.
    public init(name: String, address: ServiceAddress, issuer: String? = nil, bindings: ModelBindings, http: HTTPClient) {
        self.init(name: name, .archive(address, http), index: nil, issuer: issuer, bindings: bindings)
    }

    /// Images that questions find through an index.
    public init(name: String, _ origin: Origin, index: TagIndex.Settings, issuer: String? = nil, bindings: ModelBindings) {
        self.init(name: name, origin, index: Optional(index), issuer: issuer, bindings: bindings)
    }

    private init(name: String, _ origin: Origin, index settings: TagIndex.Settings?, issuer: String?, bindings: ModelBindings) {
        self.issuer = issuer
        self.name = name
        // An index holds no free text, so nothing is asked of it there.
        let bindings = settings == nil ? bindings : bindings.withoutTexts
        self.bindings = bindings
        let address: String
        switch origin {
        case .archive(let service, let http):
            place = .archive(DICOMwebServer(source: name, address: service, http: http), ArchiveProfile())
            address = service.url
        case .folder(let path):
            place = .folder(path)
            address = path
        }
        let fields = bindings.properties.values.flatMap(\.fields).map { (name: $0.name, level: $0.level, isPresence: $0.isPresence) }
        index = settings.map {
            TagIndex(source: name, settings: $0, tags: IndexedTags(fields), origin: address + (issuer.map { " by \($0)" } ?? ""))
        }
    }

    public func session(for plan: ExpandedPlan) -> any SourceAdapter {
        guard let reading = try? reading(for: plan.plan.requests.compactMap { try? lower($0, plan) }) else { return self }
        var session = self
        session.reading = reading
        return session
    }

    public func probe() async throws(SourceFailure) {
        if let index, try index.freshness() == .neverComplete {
            throw failure(
                "N0461", "the index of source `\(name)` has never been complete",
                help: "run `cohortium node index`, or `cohortium node run`")
        }
        guard case .archive(let server, let profile) = place, index == nil else { return }
        let tags = IndexedTags(bindings.properties.values.flatMap(\.fields).map { ($0.name, $0.level, $0.isPresence) })
        _ = try await profile.routes(to: tags.names, ofImages: tags.ofImages, server, try fields())
    }

    public func loadIssues() async throws(SourceFailure) -> [Diagnostic] {
        var issues: [Diagnostic] = []
        let orphans = try await reading(for: []).orphans()
        if orphans > 0 {
            issues.append(
                Diagnostic(
                    "N0431", .warning, "\(orphans) series of `\(name)` have no Patient ID and are never counted",
                    help: "repair them in the archive"))
        }
        guard let index else { return issues }
        if case .stale(let date) = try index.freshness() {
            issues.append(
                Diagnostic(
                    "N0469", .warning,
                    "the index of source `\(name)` was last complete at \(date.formatted(.iso8601)), which its hospital calls too old",
                    help: "run `cohortium node index`, and look into the node's log why it does not keep up"))
        }
        for (note, count, first) in try index.unreadableFiles() {
            issues.append(
                Diagnostic(
                    "N0470", note == "no DICOM" ? .note : .warning, "\(count) files of source `\(name)` are left out: \(note)",
                    help: "look at them with `dcmdump`", notes: ["the first: `\(first)`"]))
        }
        return issues
    }

    // MARK: Assessing

    public func assess(_ request: EventRequest, in plan: ExpandedPlan) -> Assessment {
        do {
            return held(to: try lower(request, plan).assessment)
        } catch {
            return .notEvaluable(error.reason)
        }
    }

    public func absenceMeansNo(of kind: EventKind) -> Bool { bindings.absenceMeansNo(of: kind.rawValue) }

    public func assess(_ subject: Demographic) -> Assessment {
        guard let fields = try? ArchiveFields(bindings) else { return .notEvaluable("no place is bound for patients in DICOM") }
        return switch subject {
        case .sex:
            fields.sex != nil && !bindings.sexCodes.isEmpty ? held(to: .exact) : .notEvaluable("DICOM is not bound to tell the sex")
        case .birthDate: fields.birthDate != nil ? held(to: .exact) : .notEvaluable("DICOM is not bound to tell the date of birth")
        }
    }

    /// How well the index keeps up with what it is of: an old one may find what is gone and miss what has come.
    private func held(to assessment: Assessment) -> Assessment {
        // An index that cannot be read says so when it is asked.
        guard let index, assessment.coverage != .notEvaluable, let freshness = try? index.freshness() else { return assessment }
        switch freshness {
        case .fresh: return assessment
        case .neverComplete: return .notEvaluable("the tag index of these images has never been complete")
        case .stale(let date):
            let day = date.formatted(.iso8601.year().month().day())
            return Assessment(
                assessment.coverage.combined(with: .approximate),
                reasons: assessment.reasons + ["the tag index of these images is too old: it was last complete on \(day)"])
        }
    }

    // MARK: Answering

    /// Where studies contradict each other about a patient's sex or date of birth, it is unknown; of dates that leave different things open,
    /// what both leave open.
    public func patients() async throws(SourceFailure) -> [SourcePatient] {
        let people = try await session(or: []).people()
        // Many patients share what is said of them, which is read once.
        let facts = people.facts.map { facts in
            let sexes = Set(facts.sexes.compactMap { bindings.sexCodes[$0] ?? bindings.sexCodes[$0.uppercased()] })
            return (
                sex: sexes.count == 1 ? sexes.first.flatMap(Sex.init(rawValue:)) : nil,
                birthDate: DateRange.intersection(facts.births.compactMap(DateRange.init(dicom:)))
            )
        }
        return people.members.map { SourcePatient(id: $0.id, sex: facts[$0.facts].sex, birthDate: facts[$0.facts].birthDate) }
    }

    public func events(matching request: EventRequest, in plan: ExpandedPlan) async throws(SourceFailure) -> [SourceEvent] {
        try await events(matching: request, in: plan, of: nil)
    }

    /// The patients, then the events of each request, of those alone whom other sources left.
    public func deliver(_ order: SourceOrder, in plan: ExpandedPlan, to receiver: any DeliveryReceiver) async throws(SourceFailure) {
        try receiver.receive(try await patients())
        for request in order.requests {
            try receiver.receive(try await events(matching: request, in: plan, of: order.patients), of: request)
        }
    }

    /// By what an index says; nil for an archive, which would have to be read for it.
    public func estimate(of requests: [EventRequest], in plan: ExpandedPlan) async -> Int? {
        guard let index else { return nil }
        let reading = reading as? IndexReading ?? IndexReading(index)
        var smallest: Int?
        for request in requests {
            guard let lowered = try? lower(request, plan), let number = try? await reading.count(of: lowered) else { return smallest }
            smallest = min(smallest ?? .max, number)
        }
        return smallest
    }

    private func events(matching request: EventRequest, in plan: ExpandedPlan, of patients: PatientRestriction?)
        async throws(SourceFailure) -> [SourceEvent]
    {
        let lowered: LoweredRequest
        do {
            lowered = try lower(request, plan)
        } catch {
            throw failure(
                "N0432", "source `\(name)` was asked for what it cannot tell: \(error.reason)", help: "ask what `explain` shows")
        }
        let session = try session(or: [lowered])
        guard let patients else { return try await session.events(of: request, lowered) }
        return request.events(from: try await session.rows(of: lowered, patients: patients))
    }

    public func nativeQueries(for request: EventRequest, in plan: ExpandedPlan) -> [NativeQuery] {
        guard let lowered = try? lower(request, plan) else { return [] }
        func text(_ path: String, _ tags: [String]) -> String {
            let parameters = (tags.map { "includefield=\($0)" } + ["limit=\(SeriesSearch.page)", "offset=…"]).joined(separator: "&")
            return "GET \(path)?\(parameters)"
        }
        func conditions(_ isOfImages: Bool) -> [String] {
            lowered.groups.joined().filter { $0.isOfImages == isOfImages }.map(\.words)
        }
        if index != nil {
            return [NativeQuery(language: "SQL", text: IndexReading.statement, parameters: conditions(false) + conditions(true))]
        }
        var queries = [NativeQuery(language: "DICOMweb", text: text("/series", lowered.seriesTags), parameters: conditions(false))]
        if !lowered.imageTags.isEmpty {
            queries.append(
                NativeQuery(
                    language: "DICOMweb", text: text("/studies/{0020000D}/series/{0020000E}/instances", lowered.imageTags),
                    parameters: conditions(true)))
        }
        return queries
    }

    private func lower(_ request: EventRequest, _ plan: ExpandedPlan) throws(LoweringGap) -> LoweredRequest {
        try RequestLowering(plan: plan, bindings: bindings).lower(request)
    }

    func fields() throws(SourceFailure) -> ArchiveFields {
        do {
            return try ArchiveFields(bindings, issuer: issuer)
        } catch {
            throw failure(
                "N0432", "source `\(name)` cannot be read: \(error.reason)", help: "compare `bindings/dicom.ttl` with the project's")
        }
    }

    /// What this execution reads through, else something for some requests alone.
    private func session(or requests: [LoweredRequest]) throws(SourceFailure) -> any SeriesReading {
        if let reading { return reading }
        return try reading(for: requests)
    }

    private func reading(for requests: [LoweredRequest]) throws(SourceFailure) -> any SeriesReading {
        if let index { return IndexReading(index) }
        switch place {
        case .archive(let server, let profile):
            return SeriesLibrary(
                server: server, fields: try fields(), profile: profile, regions: CodedRegions(bindings), requests: requests)
        case .folder:
            throw failure("N0461", "the folder of source `\(name)` has no index", help: "give the source an `index:`")
        }
    }

    func failure(_ code: DiagnosticCode, _ message: String, help: String) -> SourceFailure {
        SourceFailure(source: name, Diagnostic(code, message, help: help))
    }
}

extension SeriesTest {
    /// What is compared here, for `explain`.
    fileprivate var words: String {
        let names = fields.map(\.name).joined(separator: ", ")
        switch test {
        case .coded(let codes):
            return "\(names) is one of \(codes.codes.sorted { $0.key < $1.key }.flatMap(\.value).joined(separator: ", "))"
        case .quantity(let range):
            let lower = range.lower.map { " \($0.isInclusive ? ">=" : ">") \($0.value)" } ?? ""
            let upper = range.upper.map { " \($0.isInclusive ? "<=" : "<") \($0.value)" } ?? ""
            return "\(names)\(lower)\(upper) \(range.unit)"
        case .text(let words): return "\(names) contains \(words)"
        case .flag(let wanted): return "\(names) is \(wanted ? "filled in" : "empty")"
        }
    }
}
