import CohortPlan
import Execution

/// All that a plan needs of a database as one statement: the patients, and the rows of every request.
///
/// Its parts stand one under the other with as many columns each; the last one tells the part. So everything is read at one moment, and
/// the patients who have all that the plan requires are worked out once, where that is worth it.
struct LoweredOrder: Sendable {
    /// What the rows of one part are.
    private enum Part {
        case patients(PersonLowering)
        case rows(EventRequest, LoweredQuery.Rows)
    }

    /// What one row is.
    enum Piece: Sendable {
        case patient(SourcePatient)
        case event(part: Int, SourceEvent)
        case series(part: Int, ImageReader.Series)
    }

    let statement: OMOPStatement
    private let parts: [Part]
    /// The column that tells the part.
    private let marker: Int

    /// - Throws: for persons who cannot be read, and for a request that no table can answer.
    init(_ order: SourceOrder, _ lowering: RequestLowering) throws(LoweringGap) {
        let person = try lowering.person()
        var parameters = SQLParameters(lowering.dialect)
        let isRestricted = RequestLowering.isWorthRestricting(order)
        var required = isRestricted ? lowering.groups(of: order.required, person, &parameters) : []
        // Those whom other sources left.
        if let patients = order.patients { required.append(parameters.names(patients.ids)) }
        let patients = required.isEmpty ? RequestLowering.Patients.all : .wanted
        var values = parameters.values
        var parts = [Part.patients(person)]
        var selects = [person.select]
        for request in order.requests {
            let lowered = lowering.lower(request, of: patients, after: values.count)
            guard !lowered.queries.isEmpty else { throw LoweringGap(lowered.assessment.reasons.first ?? "nothing is bound for it") }
            for query in lowered.queries {
                parts.append(.rows(request, query.rows))
                selects.append(query.select)
                values += query.parameters
            }
        }
        let width = selects.map(\.columns.count).max() ?? 0
        let texts = selects.enumerated().map { part, select in
            let columns = select.columns + [SQLExpression?](repeating: nil, count: width - select.columns.count)
            return "SELECT \(columns.map(lowering.dialect.common).joined(separator: ", ")), \(part) \(select.source)"
        }
        // Each in a selection of its own: databases disagree on which of UNION and INTERSECT comes first.
        let groups = required.enumerated().map { "SELECT id FROM (\($1)) AS required_\($0)" }.joined(separator: " INTERSECT ")
        let common = required.isEmpty ? "" : "WITH \(RequestLowering.wanted) AS (\(groups)) "
        statement = OMOPStatement(text: common + texts.joined(separator: " UNION ALL "), parameters: values)
        self.parts = parts
        marker = width
    }

    /// The request whose rows a part has; nil for the patients.
    func request(ofPart part: Int) -> EventRequest? {
        if case .rows(let request, _) = parts[part] { return request }
        return nil
    }

    func piece(_ row: any SQLRow, sexCodes: [String: String]) -> Piece? {
        guard let part = OMOPValue.integer(row[marker]), parts.indices.contains(part) else { return nil }
        return switch parts[part] {
        case .patients(let person): person.patient(in: row, sexCodes: sexCodes).map { .patient($0) }
        case .rows(_, .records(let reader)): reader.event(in: row).map { .event(part: part, $0) }
        case .rows(_, .rows(let reader)): reader.event(in: row).map { .event(part: part, $0) }
        case .rows(_, .images(let reader)): reader.series(in: row).map { .series(part: part, $0) }
        }
    }

    func delivery(_ pieces: [Piece]) -> SourceDelivery {
        var patients: [SourcePatient] = []
        var events = [[SourceEvent]](repeating: [], count: parts.count)
        var series = [[ImageReader.Series]](repeating: [], count: parts.count)
        for piece in pieces {
            switch piece {
            case .patient(let patient): patients.append(patient)
            case .event(let part, let event): events[part].append(event)
            case .series(let part, let row): series[part].append(row)
            }
        }
        var found: [EventRequest: [SourceEvent]] = [:]
        for (index, part) in parts.enumerated() {
            guard case .rows(let request, let rows) = part else { continue }
            found[request, default: []] += events[index]
            if case .images(let reader) = rows { found[request, default: []] += reader.events(from: series[index]) }
        }
        return SourceDelivery(patients: patients, events: found)
    }
}
