import CohortPlan

/// What one named event is, for every patient.
struct AnchorColumn: Sendable {
    let table: EventTable
    /// By patient: a row of the table, or one of the codes below.
    private var codes: [Int32]
    /// Where several events are meant together, those of each patient who has any.
    private var several: [(certain: [Int], possible: Int)] = []

    /// What a named event is for one patient.
    enum Resolution: Hashable {
        /// All events of one description that are meant together: rows of the table, those that match for certain and how many may.
        case events(certain: [Int], possible: Int)
        /// The one event that is meant: a row of the table.
        case event(Int)
        case none
        /// Which one it is, is not known; whether there is one may be.
        case unknown(exists: Truth)
    }

    private enum Code {
        static let none = Int32(-1)
        static let unknown: [Truth: Int32] = [.yes: -2, .unknown: -3, .no: -4]
        static let noEvents = Int32(-5)
        /// And below: the place among those of whom there are several.
        static let firstSeveral = Int32(-6)
    }

    /// Works the event out for every patient.
    /// - Parameters:
    ///   - ranks: the tables of the requests that tell the order which it goes by (``CohortPlan/EventSelection/ranks``).
    ///   - known: the named events that stand before it.
    init(_ anchor: EventSelection, table: EventTable, ranks: [EventTable], patients: Int, _ known: NamedEvents) {
        self.table = table
        // Of whom nothing is recorded there is none, whatever else is known.
        codes = [Int32](repeating: anchor.pick == .all ? Code.noEvents : Code.none, count: patients)
        for patient in table.owners { set(known.resolution(of: anchor, in: table, ranks: ranks, for: patient), for: patient) }
    }

    private mutating func set(_ resolution: Resolution, for patient: Int) {
        switch resolution {
        case .event(let row): codes[patient] = Int32(row)
        case .none: codes[patient] = Code.none
        case .unknown(let exists): codes[patient] = Code.unknown[exists] ?? Code.none
        case .events(let certain, let possible):
            guard !certain.isEmpty || possible > 0 else {
                codes[patient] = Code.noEvents
                return
            }
            codes[patient] = Code.firstSeveral - Int32(several.count)
            several.append((certain, possible))
        }
    }

    func resolution(of patient: Int) -> Resolution {
        let code = codes[patient]
        switch code {
        case 0...: return .event(Int(code))
        case Code.none: return .none
        case -2: return .unknown(exists: .yes)
        case -3: return .unknown(exists: .unknown)
        case -4: return .unknown(exists: .no)
        case Code.noEvents: return .events(certain: [], possible: 0)
        default:
            let (certain, possible) = several[Int(Code.firstSeveral - code)]
            return .events(certain: certain, possible: possible)
        }
    }

    /// Whether the patient has the named event.
    func exists(for patient: Int) -> Truth {
        switch resolution(of: patient) {
        case .events(let certain, let possible): certain.isEmpty ? (possible == 0 ? .no : .unknown) : .yes
        case .event: .yes
        case .none: .no
        case .unknown(let exists): exists
        }
    }

    /// The rows of the events that certainly are what the name stands for.
    func rows(of patient: Int) -> [Int] {
        switch resolution(of: patient) {
        case .events(let certain, _): certain
        case .event(let row): [row]
        case .none, .unknown: []
        }
    }

    /// The events that certainly are what the name stands for.
    func events(of patient: Int) -> [EventRow] { rows(of: patient).map { table[$0] } }
}
