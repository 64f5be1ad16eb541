public import CohortPlan
import Diagnostics
public import Execution
public import Hyperontology
public import PostgresClient

/// An OMOP Common Data Model 5.4 in PostgreSQL or in an SQLite file, with its imaging extension where that is there.
///
/// A plan becomes one statement with bound parameters alone: a SELECT for the patients, and for each request one for each table that the
/// bindings name. The database leaves out what
/// surely does not match; numbers, units and codes of what is left are compared here, exactly. What lies below a concept is found by the
/// site's own vocabulary where its `concept_ancestor` is filled, beside the hyperontology's. The patient identifier that the node's sources share is
/// `person_source_value` where it is filled in, else `person_id`. Dates are ISO 8601 text; a date in another form is as
/// good as missing.
public struct OMOPAdapter: SourceAdapter {
    public let name: String
    public var model: SourceModel { .omop }
    let bindings: ModelBindings
    private let omopUnits: [String: String]
    let database: any OMOPDatabase
    let pushdown: OMOPPushdown
    /// What its tables were seen to be like.
    let seen = FactsCache()

    /// In an SQLite file.
    /// - Parameters:
    ///   - name: the source's name in the node's configuration.
    ///   - path: the SQLite file; opened read-only and not before it is needed.
    ///   - bindings: the hyperontology's bindings for `omop`.
    ///   - omopUnits: UCUM codes by OMOP unit concept id.
    ///   - patience: how long to wait where another program has locked the file.
    ///   - pushdown: how much the database itself sorts out; the answer is the same.
    ///   - rowLimit: how many rows of one statement are held at most; beyond it there is no answer rather than a smaller one.
    public init(
        name: String, path: String, bindings: ModelBindings, omopUnits: [String: String], patience: Duration = .seconds(5),
        pushdown: OMOPPushdown = .filters, rowLimit: Int = OMOPAdapter.standardRowLimit
    ) {
        self.pushdown = pushdown
        self.name = name
        self.bindings = bindings
        self.omopUnits = omopUnits
        self.database = SQLiteDatabase(source: name, path: path, patience: patience, rowLimit: rowLimit)
    }

    /// In a schema of a PostgreSQL database.
    /// - Parameters:
    ///   - name: the source's name in the node's configuration.
    ///   - address: connected to when it is first needed, and only read.
    ///   - schema: exactly; nil for the first on the account's search path that has a table of persons.
    ///   - vocabulary: the schema of the vocabulary, exactly; nil where it is the same.
    ///   - bindings: the hyperontology's bindings for `omop`.
    ///   - omopUnits: UCUM codes by OMOP unit concept id.
    ///   - limits: how long connections, statements and locks may take.
    ///   - pushdown: how much the database itself sorts out; the answer is the same.
    ///   - rowLimit: how many rows of one statement are held at most; beyond it there is no answer rather than a smaller one.
    public init(
        name: String, postgres address: PostgresAddress, schema: String? = nil, vocabulary: String? = nil, bindings: ModelBindings,
        omopUnits: [String: String], limits: PostgresSession.Limits = PostgresSession.Limits(), pushdown: OMOPPushdown = .filters,
        rowLimit: Int = OMOPAdapter.standardRowLimit
    ) {
        self.pushdown = pushdown
        self.name = name
        self.bindings = bindings
        self.omopUnits = omopUnits
        self.database = PostgresDatabase(
            source: name, session: PostgresSession(address, limits: limits), schema: schema, vocabulary: vocabulary, rowLimit: rowLimit)
    }

    public static let standardRowLimit = 20_000_000

    public func probe() async throws(SourceFailure) {
        let schema = try await database.reopen()
        if case .failure(let gap) = person(schema) { throw SourceFailure(source: name, missing(gap)) }
        for version in try await OMOPVersion.all(in: database, schema) where !version.isReadable {
            throw SourceFailure(
                source: name,
                Diagnostic(
                    "N0216", "source `\(name)` says that it is version `\(version.text)` of the OMOP CDM, which is not read here",
                    help: "use a CDM of version 5.4, or correct `cdm_version` in `cdm_source`"))
        }
    }

    func person(_ schema: OMOPSchema?) -> Result<PersonLowering, LoweringGap> {
        PersonLowering.lower(bindings.patient, schema: schema, dialect: database.dialect)
    }

    public func assess(_ request: EventRequest, in plan: ExpandedPlan) -> Assessment { lower(request, plan).assessment }

    public func assessValues(of request: EventRequest, in plan: ExpandedPlan) -> Assessment {
        if request.value?.range != nil { return .exact }
        return .notEvaluable("a number is handed over only where it is tested")
    }

    public func assess(_ bond: Bond, of request: EventRequest, in plan: ExpandedPlan) -> Assessment {
        lowering(plan).assess(bond, of: request)
    }

    public func absenceMeansNo(of kind: EventKind) -> Bool { bindings.absenceMeansNo(of: kind.rawValue) }

    public func assess(_ subject: Demographic) -> Assessment {
        switch person(database.schema) {
        case .failure(let gap): .notEvaluable(gap.reason)
        case .success(let person): person.assess(subject, sexCodes: bindings.sexCodes)
        }
    }

    public func patients() async throws(SourceFailure) -> [SourcePatient] {
        switch person(database.schema) {
        case .failure(let gap): throw SourceFailure(source: name, missing(gap))
        case .success(let person):
            let sexCodes = bindings.sexCodes
            return try await database.rows(of: OMOPStatement(text: person.select.text, parameters: [])) {
                person.patient(in: $0, sexCodes: sexCodes)
            }
        }
    }

    public func events(matching request: EventRequest, in plan: ExpandedPlan) async throws(SourceFailure) -> [SourceEvent] {
        try await events(matching: request, in: plan, requiring: [])
    }

    public func events(matching request: EventRequest, in plan: ExpandedPlan, requiring required: [EventRequest])
        async throws(SourceFailure) -> [SourceEvent]
    {
        let lowered = lower(request, plan, requiring: required)
        guard !lowered.queries.isEmpty else {
            throw SourceFailure(source: name, missing(LoweringGap(lowered.assessment.reasons.first ?? "nothing is bound for it")))
        }
        var events: [SourceEvent] = []
        for query in lowered.queries {
            switch query.rows {
            case .records(let reader): events += try await database.rows(of: query.statement) { reader.event(in: $0) }
            case .rows(let reader): events += try await database.rows(of: query.statement) { reader.event(in: $0) }
            case .images(let reader):
                let rows = try await database.rows(of: query.statement) { reader.series(in: $0) }
                events += reader.events(from: rows)
            }
        }
        return events
    }

    /// One statement, read at one moment.
    public func deliver(_ order: SourceOrder, in plan: ExpandedPlan) async throws(SourceFailure) -> SourceDelivery {
        guard isPushedDown else { return try await deliverSeparately(order, in: plan) }
        let lowered = try lowered(order, plan)
        let sexCodes = bindings.sexCodes
        return lowered.delivery(try await database.rows(of: lowered.statement) { lowered.piece($0, sexCodes: sexCodes) })
    }

    var isPushedDown: Bool { pushdown != .concepts }

    func lowered(_ order: SourceOrder, _ plan: ExpandedPlan) throws(SourceFailure) -> LoweredOrder {
        do { return try LoweredOrder(order, lowering(plan)) } catch { throw SourceFailure(source: name, missing(error)) }
    }

    public func nativeQueries(for request: EventRequest, in plan: ExpandedPlan) -> [NativeQuery] {
        nativeQueries(for: request, in: plan, requiring: [])
    }

    public func nativeQueries(for request: EventRequest, in plan: ExpandedPlan, requiring required: [EventRequest]) -> [NativeQuery] {
        lower(request, plan, requiring: required).queries.map {
            NativeQuery(language: "SQL", text: $0.statement.text, parameters: $0.statement.parameters)
        }
    }

    func lower(_ request: EventRequest, _ plan: ExpandedPlan, requiring required: [EventRequest] = []) -> LoweredRequest {
        let order = SourceOrder(requests: [request] + required, required: required)
        return lowering(plan).lower(request, of: RequestLowering.isWorthRestricting(order) ? .having(required) : .all)
    }

    func lowering(_ plan: ExpandedPlan) -> RequestLowering {
        RequestLowering(
            plan: plan, bindings: bindings, schema: database.schema, omopUnits: omopUnits, dialect: database.dialect, pushdown: pushdown)
    }

    private func missing(_ gap: LoweringGap) -> Diagnostic {
        gap.isForbidden
            ? Diagnostic(
                "N0215", "the account of source `\(name)` has no right to read all that is there",
                help: "grant it USAGE on the schema and SELECT on its tables", notes: [gap.reason])
            : Diagnostic(
                "N0204", "source `\(name)` is not the OMOP database that the bindings describe",
                help: "compare its tables with `bindings/omop.ttl`", notes: [gap.reason])
    }
}
