public import CohortPlan
public import Diagnostics

/// A source whose patients are called as the node calls them, whatever the source calls them.
///
/// It asks the source for its own identifiers and hands on the node's, so that neither the source nor the engine knows of the other's. Who is
/// not in the crosswalk keeps a name that nobody else has.
public struct IdentifiedSource: SourceAdapter {
    /// The source itself.
    public let base: any SourceAdapter
    private let origin: (any CrosswalkOrigin)?
    private let domain: String?
    private let isShared: Bool
    private let conflicts: IdentityConflicts
    /// For one execution; nil for a source that none has begun with.
    private var reading: SharedReading<IdentityNames>?

    /// - Parameters:
    ///   - origin: the node's crosswalk; nil where identifiers of the domain are themselves what sources share.
    ///   - domain: the domain of identifiers that is meant, by which the source knows its patients beside its own; nil for its own.
    ///   - isShared: whether the source's identifiers are already what the node calls its patients.
    ///   - conflicts: what is done with records of which it is not clear whose they are.
    public init(
        _ base: any SourceAdapter, crosswalk origin: (any CrosswalkOrigin)?, domain: String? = nil, isShared: Bool = false,
        conflicts: IdentityConflicts = .refuse
    ) {
        self.base = base
        self.origin = origin
        self.domain = domain
        self.isShared = isShared
        self.conflicts = conflicts
    }

    public var name: String { base.name }
    public var model: SourceModel { base.model }

    public func probe() async throws(SourceFailure) {
        try await base.probe()
        if let crosswalk = try await origin?.crosswalk() { try check(crosswalk) }
    }

    /// Those of the source, then what is odd about who its patients are, in numbers: for who runs the node alone.
    public func loadIssues() async throws(SourceFailure) -> [Diagnostic] {
        var issues = try await base.loadIssues()
        // Some sources can be asked within an execution alone.
        let session = IdentifiedSource.lookingAtPatients.map { base.session(for: $0) } ?? base
        let looking = IdentifiedSource(session, crosswalk: origin, domain: domain, isShared: isShared, conflicts: conflicts)
        let names = try await looking.names()
        let crosswalk = try await origin?.crosswalk()
        if let merged = crosswalk?.merged(in: name), merged > 0 {
            issues.append(
                Diagnostic(
                    "N0014", .note, "\(merged) patients have several identifiers in source `\(name)`; their records are taken together"))
        }
        if let unclear = crosswalk?.conflicts(in: name), unclear > 0 {
            issues.append(
                Diagnostic(
                    "N0015", .warning, "\(unclear) identifiers of source `\(name)` are several patients' and kept apart",
                    help: "mend the crosswalk: an answer that joins sources is no bound until then"))
        }
        var unlinked = 0
        for patient in try await session.patients() where try !names.patient(patient.id).isLinked { unlinked += 1 }
        if unlinked > 0 {
            issues.append(
                Diagnostic(
                    "N0016", .warning, "\(unlinked) patients of source `\(name)` are not in the crosswalk and kept apart",
                    help: "add them: name those that only this source knows too, each as a patient of its own"))
        }
        return issues
    }

    public func prepare() async { await base.prepare() }

    public func session(for plan: ExpandedPlan) -> any SourceAdapter {
        var session = IdentifiedSource(
            base.session(for: plan), crosswalk: origin, domain: domain, isShared: isShared, conflicts: conflicts)
        let fresh = session
        session.reading = SharedReading { try await fresh.names() }
        return session
    }

    /// A plan that needs nothing but patients.
    private static let lookingAtPatients =
        (try? CohortPlan(
            anchors: [], condition: .sex(.female), report: Report(measures: [.patients]))).map { ExpandedPlan(plan: $0, expansions: []) }

    // MARK: Assessing

    public func assess(_ request: EventRequest, in plan: ExpandedPlan) -> Assessment { base.assess(request, in: plan) }
    public func assessValues(of request: EventRequest, in plan: ExpandedPlan) -> Assessment { base.assessValues(of: request, in: plan) }
    public func assess(_ subject: Demographic) -> Assessment { base.assess(subject) }
    public func assess(_ bond: Bond, of request: EventRequest, in plan: ExpandedPlan) -> Assessment {
        base.assess(bond, of: request, in: plan)
    }
    public func absenceMeansNo(of kind: EventKind) -> Bool { base.absenceMeansNo(of: kind) }
    public func estimate(of requests: [EventRequest], in plan: ExpandedPlan) async -> Int? { await base.estimate(of: requests, in: plan) }

    public func nativeQueries(for request: EventRequest, in plan: ExpandedPlan) -> [NativeQuery] {
        base.nativeQueries(for: request, in: plan)
    }

    public func nativeQueries(for request: EventRequest, in plan: ExpandedPlan, requiring required: [EventRequest]) -> [NativeQuery] {
        base.nativeQueries(for: request, in: plan, requiring: required)
    }

    // MARK: Answering

    public func patients() async throws(SourceFailure) -> [SourcePatient] {
        let names = try await names()
        var renamed: [SourcePatient] = []
        for patient in try await base.patients() { renamed.append(patient.named(try names.patient(patient.id).name)) }
        return renamed
    }

    public func events(matching request: EventRequest, in plan: ExpandedPlan) async throws(SourceFailure) -> [SourceEvent] {
        try await events(matching: request, in: plan, requiring: [])
    }

    /// A patient with several identifiers may have what is required under one of them and the event under another, so that nothing is left out
    /// for a source to drop.
    public func events(matching request: EventRequest, in plan: ExpandedPlan, requiring required: [EventRequest])
        async throws(SourceFailure) -> [SourceEvent]
    {
        let names = try await names()
        var renamed: [SourceEvent] = []
        for event in try await base.events(matching: request, in: plan) {
            renamed.append(event.named(try names.patient(event.patient).name))
        }
        return renamed
    }

    public func deliver(_ order: SourceOrder, in plan: ExpandedPlan) async throws(SourceFailure) -> SourceDelivery {
        let gathering = DeliveryGathering()
        try await deliver(order, in: plan, to: gathering)
        return gathering.delivery
    }

    public func deliver(_ order: SourceOrder, in plan: ExpandedPlan, to receiver: any DeliveryReceiver) async throws(SourceFailure) {
        let names = try await names()
        // Who has several identifiers may have what is required under one of them and an event under another.
        let own = SourceOrder(
            requests: order.requests, required: names.isOneToOne ? order.required : [],
            patients: order.patients.map { PatientRestriction(names.own(of: $0.ids)) })
        try await base.deliver(own, in: plan, to: RenamingReceiver(receiver: receiver, names: names))
    }

    /// How the source's patients are called; read once in an execution.
    private func names() async throws(SourceFailure) -> IdentityNames {
        if let reading {
            do { return try await reading.value() } catch let failure as SourceFailure { throw failure } catch {
                throw SourceFailure(source: name, Diagnostic("N0010", "the crosswalk was not read to the end", help: "ask again"))
            }
        }
        let crosswalk = try await origin?.crosswalk()
        if let crosswalk { try check(crosswalk) }
        var identifiers: [String: [String]]?
        if let domain { identifiers = try await base.identifiers(in: domain) }
        return IdentityNames(
            source: name, crosswalk: crosswalk, identifiers: identifiers, isShared: isShared, conflicts: conflicts)
    }

    private func check(_ crosswalk: PatientCrosswalk) throws(SourceFailure) {
        let unclear = crosswalk.conflicts(in: name)
        guard unclear == 0 || conflicts == .apart else {
            throw SourceFailure(
                source: name, IdentityNames.conflict(name, "\(unclear) of its identifiers are said to be several patients'"))
        }
        guard isShared || crosswalk.sources.contains(name) else {
            throw SourceFailure(
                source: name,
                Diagnostic(
                    "N0011", "the crosswalk names no identifier of source `\(name)`",
                    help: "add them; or say `identifiers: shared` in its entry, where they are what the crosswalk calls its patients"))
        }
        guard crosswalk.patient(beginningWith: IdentityNames.apart("", in: name)) == nil else {
            throw SourceFailure(
                source: name,
                Diagnostic(
                    "N0017", "the crosswalk calls a patient as the node calls those who are in `\(name)` alone: `\(name)/…`",
                    help: "give it another name"))
        }
    }
}

/// Hands on what a source delivers under the names that the node has for its patients.
private struct RenamingReceiver: DeliveryReceiver {
    let receiver: any DeliveryReceiver
    let names: IdentityNames

    func receive(_ patients: [SourcePatient]) throws(SourceFailure) {
        var renamed: [SourcePatient] = []
        renamed.reserveCapacity(patients.count)
        var unlinked = 0
        for patient in patients {
            let (name, isLinked) = try names.patient(patient.id)
            if !isLinked { unlinked += 1 }
            renamed.append(patient.named(name))
        }
        if unlinked > 0 { receiver.note(unlinked: unlinked) }
        try receiver.receive(renamed)
    }

    func receive(_ events: [SourceEvent], of request: EventRequest) throws(SourceFailure) {
        var renamed: [SourceEvent] = []
        renamed.reserveCapacity(events.count)
        for event in events { renamed.append(event.named(try names.patient(event.patient).name)) }
        try receiver.receive(renamed, of: request)
    }

    func note(unlinked patients: Int) { receiver.note(unlinked: patients) }
}

extension IdentifiedSource: ImageSource {
    /// Under each of the identifiers that the source has for the patient, until one is found.
    public func stage(_ series: SelectedSeries, into folder: String) async throws(SourceFailure) -> Int {
        guard let images = base as? any ImageSource else { return 0 }
        for own in try await names().own(of: [series.patient]) {
            let found = try await images.stage(
                SelectedSeries(patient: own, study: series.study, series: series.series), into: folder)
            if found > 0 { return found }
        }
        return 0
    }
}

/// Images in a place of their own, under the identifiers that one of the sources uses.
public struct IdentifiedImages: ImageSource {
    private let images: any ImageSource
    private let sources: [IdentifiedSource]

    /// - Parameter sources: whose identifiers are tried, after the node's own.
    public init(_ images: any ImageSource, sources: [IdentifiedSource]) {
        self.images = images
        self.sources = sources
    }

    public func stage(_ series: SelectedSeries, into folder: String) async throws(SourceFailure) -> Int {
        var names = [series.patient]
        for source in sources { names += try await source.own(of: series.patient) }
        for name in names {
            let found = try await images.stage(
                SelectedSeries(patient: name, study: series.study, series: series.series), into: folder)
            if found > 0 { return found }
        }
        return 0
    }
}

extension IdentifiedSource {
    fileprivate func own(of patient: String) async throws(SourceFailure) -> [String] { try await names().own(of: [patient]) }
}

extension SourceAdapter {
    /// The source itself, without the names that the node has for its patients.
    public var plain: any SourceAdapter { (self as? IdentifiedSource)?.base ?? self }
}

extension SourcePatient {
    /// The same with another identifier.
    fileprivate func named(_ id: String) -> SourcePatient { SourcePatient(id: id, sex: sex, birthDate: birthDate) }
}

extension SourceEvent {
    /// The same of another patient's identifier.
    fileprivate func named(_ patient: String) -> SourceEvent {
        SourceEvent(
            patient: patient, key: key, start: start, end: end, isCertain: isCertain, study: study, series: series, value: value,
            visit: visit, specimen: specimen, row: row)
    }
}
