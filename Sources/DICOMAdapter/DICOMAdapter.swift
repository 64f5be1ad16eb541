public import CohortPlan
public import Diagnostics
public import Execution
public import HTTPClient
public import Hyperontology

/// An archive of images that serves DICOMweb (PS3.18: QIDO-RS, WADO-RS).
///
/// The patients of the source are those who have a series with a Patient ID, which is also the identifier that the node's sources
/// share. Every question reads the attributes of every series once, and compares them here (see ``SeriesSearch``); attributes of
/// images are read for the series that pass everything else.
public struct DICOMAdapter: SourceAdapter {
    public let name: String
    public var model: SourceModel { .dicom }
    let server: DICOMwebServer
    private let bindings: ModelBindings
    private let profile: ArchiveProfile
    /// For one execution; nil for an adapter that none has begun with.
    private let library: SeriesLibrary?

    /// - Parameters:
    ///   - name: the source's name in the node's configuration.
    ///   - bindings: the hyperontology's bindings for `dicom`.
    public init(name: String, address: ServiceAddress, bindings: ModelBindings, http: HTTPClient) {
        self.name = name
        self.bindings = bindings
        server = DICOMwebServer(source: name, address: address, http: http)
        profile = ArchiveProfile()
        library = nil
    }

    private init(_ adapter: DICOMAdapter, library: SeriesLibrary) {
        name = adapter.name
        bindings = adapter.bindings
        server = adapter.server
        profile = adapter.profile
        self.library = library
    }

    public func session(for plan: ExpandedPlan) -> any SourceAdapter {
        let requests = plan.plan.requests.compactMap { try? lower($0, plan) }
        guard let library = try? library(for: requests) else { return self }
        return DICOMAdapter(self, library: library)
    }

    public func probe() async throws(SourceFailure) {
        let bound = bindings.properties.values.flatMap(\.fields)
        let ofImages = Set(bound.filter { $0.level == "instance" }.map(\.name))
        _ = try await profile.routes(to: Set(bound.map(\.name)).sorted(), ofImages: ofImages, server, try fields())
    }

    public func loadIssues() async throws(SourceFailure) -> [Diagnostic] {
        let orphans = try await library(for: []).contents().series.filter { $0.patient == nil }.count
        guard orphans > 0 else { return [] }
        return [
            Diagnostic(
                "N0431", .warning, "\(orphans) series of `\(name)` have no Patient ID and are never counted",
                help: "repair them in the archive")
        ]
    }

    // MARK: Assessing

    public func assess(_ request: EventRequest, in plan: ExpandedPlan) -> Assessment {
        do {
            return try lower(request, plan).assessment
        } catch {
            return .notEvaluable(error.reason)
        }
    }

    public func absenceMeansNo(of kind: EventKind) -> Bool { bindings.absenceMeansNo(of: kind.rawValue) }

    public func assess(_ subject: Demographic) -> Assessment {
        guard let fields = try? ArchiveFields(bindings) else { return .notEvaluable("no place is bound for patients in DICOM") }
        return switch subject {
        case .sex: fields.sex != nil && !bindings.sexCodes.isEmpty ? .exact : .notEvaluable("DICOM is not bound to tell the sex")
        case .birthDate: fields.birthDate != nil ? .exact : .notEvaluable("DICOM is not bound to tell the date of birth")
        }
    }

    // MARK: Answering

    /// Where studies contradict each other about a patient's sex or date of birth, it is unknown.
    public func patients() async throws(SourceFailure) -> [SourcePatient] {
        let series = try await session(or: []).contents().series
        let records = Dictionary(grouping: series.filter { $0.patient != nil }) { $0.patient ?? "" }
        return records.map { id, records in
            let sexes = Set(records.compactMap(\.sex).compactMap { bindings.sexCodes[$0] ?? bindings.sexCodes[$0.uppercased()] })
            let births = Set(records.compactMap(\.birthDate))
            return SourcePatient(
                id: id, sex: sexes.count == 1 ? sexes.first.flatMap(Sex.init(rawValue:)) : nil,
                birthDate: births.count == 1 ? births.first : nil)
        }
    }

    public func events(matching request: EventRequest, in plan: ExpandedPlan) async throws(SourceFailure) -> [SourceEvent] {
        let lowered: LoweredRequest
        do {
            lowered = try lower(request, plan)
        } catch {
            throw server.failure(
                "N0432", "source `\(name)` was asked for what it cannot tell: \(error.reason)", help: "ask what `explain` shows")
        }
        return request.events(from: try await session(or: [lowered]).rows(of: lowered))
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

    private func fields() throws(SourceFailure) -> ArchiveFields {
        do {
            return try ArchiveFields(bindings)
        } catch {
            throw server.failure(
                "N0432", "source `\(name)` cannot be read: \(error.reason)", help: "compare `bindings/dicom.ttl` with the project's")
        }
    }

    /// The library of this execution, else one for some requests alone.
    private func session(or requests: [LoweredRequest]) throws(SourceFailure) -> SeriesLibrary {
        if let library { return library }
        return try library(for: requests)
    }

    private func library(for requests: [LoweredRequest]) throws(SourceFailure) -> SeriesLibrary {
        SeriesLibrary(server: server, fields: try fields(), profile: profile, requests: requests)
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
