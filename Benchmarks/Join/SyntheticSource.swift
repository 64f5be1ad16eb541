import CohortPlan
import Execution

/// One of three sources that hold the same patients, each other events of them, made up as they are read: what is measured is the join.
///
/// The events of a patient follow from the patient's number alone, so that every run and every engine sees the same.
struct SyntheticSource: SourceAdapter {
    let name: String
    let model: SourceModel
    let patientCount: Int
    /// By the kind of event, of how many patients in a thousand there are some.
    let frequencies: [EventKind: Int]

    func probe() async throws(SourceFailure) {}

    func assess(_ request: EventRequest, in plan: ExpandedPlan) -> Assessment {
        frequencies[request.kind] == nil ? .notEvaluable("no \(request.kind.rawValue) is held here") : .exact
    }

    func assess(_ subject: Demographic) -> Assessment { model == .omop ? .exact : .notEvaluable("it is told by another source") }

    func nativeQueries(for request: EventRequest, in plan: ExpandedPlan) -> [NativeQuery] { [] }

    func patients() async throws(SourceFailure) -> [SourcePatient] { (0..<patientCount).map(patient) }

    func events(matching request: EventRequest, in plan: ExpandedPlan) async throws(SourceFailure) -> [SourceEvent] {
        var found: [SourceEvent] = []
        for patient in 0..<patientCount { append(patient, request.kind, to: &found) }
        return found
    }

    // MARK: What is made up

    func patient(_ number: Int) -> SourcePatient {
        let mixed = SyntheticSource.mix(UInt64(number) << 8)
        return SourcePatient(
            id: SyntheticSource.name(number), sex: mixed % 2 == 0 ? .female : .male,
            birthDate: DateRange(CalendarDate(daysSinceEpoch: -Int(mixed >> 8 % 20_000))))
    }

    func append(_ patient: Int, _ kind: EventKind, to events: inout [SourceEvent]) {
        let salt = UInt64(EventKind.allCases.firstIndex(of: kind) ?? 0) + 1
        let mixed = SyntheticSource.mix(UInt64(patient) << 8 | salt)
        guard Int(mixed % 1_000) < frequencies[kind] ?? 0 else { return }
        for number in 0..<(1 + Int(mixed >> 20 % 3)) {
            let day = DateRange(CalendarDate(daysSinceEpoch: 18_000 + Int(SyntheticSource.mix(mixed &+ UInt64(number)) % 1_500)))
            let key = "\(patient * 16 + number)"
            if kind.isImaging {
                let study = "2.25.\(patient).\(number)"
                events.append(
                    SourceEvent(
                        patient: SyntheticSource.name(patient), key: study, start: day, study: study, series: ["\(study).1", "\(study).2"]))
            } else {
                events.append(SourceEvent(patient: SyntheticSource.name(patient), key: "\(kind.rawValue)/\(key)", start: day))
            }
        }
    }

    private static func name(_ number: Int) -> String { "P\(10_000_000 + number)" }

    /// SplitMix64's finaliser.
    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
