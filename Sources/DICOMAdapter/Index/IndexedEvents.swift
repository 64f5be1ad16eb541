import CohortPlan
import Execution
import GRDB

/// The events that an index holds for a request: what ``Execution/CohortPlan/EventRequest/events(from:)`` finds among its series, without looking
/// at the name of a series, a study or a patient that is not found.
struct IndexedEvents {
    private let database: Database
    private let isOfStudies: Bool
    /// By place in ``profiles``.
    private let truths: [[Truth]]
    private let groups: Int
    // One entry for each series that is not surely another.
    private var studies: [Int64] = []
    private var series: [Int64] = []
    private var profiles: [Int32] = []

    /// - Parameter truths: by profile, what it says to each group of tests.
    init(_ database: Database, truths: [Int64: [Truth]], isOfStudies: Bool) throws {
        self.database = database
        self.isOfStudies = isOfStudies
        let ordered = truths.sorted { $0.key < $1.key }
        self.truths = ordered.map(\.value)
        groups = ordered.first?.value.count ?? 0
        let places = Dictionary(uniqueKeysWithValues: ordered.enumerated().map { ($0.element.key, Int32($0.offset)) })
        let wanted = "[\(ordered.map { "\($0.key)" }.joined(separator: ","))]"
        // All of it stands in the index by profile.
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT series.profile, series.study, series.id FROM json_each(?) AS wanted JOIN series ON series.profile = wanted.value",
            arguments: [wanted])
        while let row = try rows.next() {
            guard let place = places[row[0]] else { continue }
            profiles.append(place)
            studies.append(row[1])
            series.append(row[2])
        }
    }

    func found() throws -> [SourceEvent] { isOfStudies ? try foundStudies() : try foundSeries() }

    // MARK: Studies

    /// By study: nothing, possibly, surely.
    private static let levels: [Truth: UInt8] = [.no: 0, .unknown: 1, .yes: 2]

    private func foundStudies() throws -> [SourceEvent] {
        let level = studyLevels()
        var members: [Int64: [Int64]] = [:]
        for place in studies.indices where level[Int(studies[place])] > 0 {
            let isMatch = groups == 0 || truths[Int(profiles[place])].contains(.yes)
            members[studies[place], default: []] += isMatch ? [series[place]] : []
        }
        let name = try database.cachedStatement(sql: "SELECT uid FROM series WHERE id = ?")
        return try members.compactMap { study, series in
            guard let (patient, uid, start) = try self.study(study) else { return nil }
            let uids = try series.compactMap { try String.fetchOne(name, arguments: [$0]) }
            return SourceEvent(
                patient: patient, key: uid, start: start, isCertain: level[Int(study)] == 2, study: uid,
                series: uids.count < 2 ? uids : Set(uids).sorted())
        }
    }

    /// The least of the best that a study's series say to each group.
    private func studyLevels() -> [UInt8] {
        let count = Int(studies.max() ?? -1) + 1
        var least = [UInt8](repeating: groups == 0 ? 0 : 2, count: count)
        guard groups > 0 else {
            for study in studies { least[Int(study)] = 2 }
            return least
        }
        for group in 0..<groups {
            let levels = truths.map { Self.levels[$0[group]] ?? 0 }
            var best = [UInt8](repeating: 0, count: count)
            for place in studies.indices {
                let level = levels[Int(profiles[place])]
                if level > best[Int(studies[place])] { best[Int(studies[place])] = level }
            }
            for study in least.indices where best[study] < least[study] { least[study] = best[study] }
        }
        return least
    }

    // MARK: Series

    private func foundSeries() throws -> [SourceEvent] {
        let certain = truths.map(\.conjunction)
        let name = try database.cachedStatement(sql: "SELECT uid FROM series WHERE id = ?")
        var known: [Int64: (patient: String, uid: String, start: DateRange?)?] = [:]
        var events: [SourceEvent] = []
        for place in studies.indices where certain[Int(profiles[place])] != .no {
            if known[studies[place]] == nil { known[studies[place]] = .some(try study(studies[place])) }
            guard let found = known[studies[place]], let study = found, let uid = try String.fetchOne(name, arguments: [series[place]])
            else { continue }
            events.append(
                SourceEvent(
                    patient: study.patient, key: uid, start: study.start, isCertain: certain[Int(profiles[place])] == .yes,
                    study: study.uid,
                    series: [uid]))
        }
        return events
    }

    // MARK: Names

    /// Nil for a study of nobody.
    private func study(_ id: Int64) throws -> (patient: String, uid: String, start: DateRange?)? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT patient.name, study.uid, study.earliest, study.latest FROM study JOIN patient ON patient.id = study.patient
                WHERE study.id = ? AND patient.name <> ''
                """)
        guard let row = try Row.fetchOne(statement, arguments: [id]) else { return nil }
        return (row[0], row[1], IndexReading.days(row[2], row[3]))
    }
}
