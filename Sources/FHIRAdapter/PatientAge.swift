import CohortPlan
import Execution
import GRDB

/// When something happened as an age of the patient (FHIR R4: Age, and Range of ages), in completed years, months, weeks or days.
struct PatientAge: Hashable, Sendable {
    let low: Int
    /// The last age that is meant.
    let high: Int
    let unit: CalendarDistance.Unit

    /// UCUM's codes, of which FHIR's value set `age-units` has these.
    private static let units: [String: CalendarDistance.Unit] = ["a": .year, "mo": .month, "wk": .week, "d": .day]

    /// Of `onsetAge` or `onsetRange`; nil where neither is there, or is no whole number of such a unit.
    init?(_ base: some StringProtocol, of resource: FHIRElement) {
        if let age = resource["\(base)Age"] {
            guard age["comparator"] == nil, let (value, unit) = PatientAge.quantity(age) else { return nil }
            self.init(low: value, high: value, unit: unit)
        } else {
            guard let range = resource["\(base)Range"], let (low, unit) = range["low"].flatMap(PatientAge.quantity),
                let (high, other) = range["high"].flatMap(PatientAge.quantity), unit == other, low <= high
            else { return nil }
            self.init(low: low, high: high, unit: unit)
        }
    }

    private init(low: Int, high: Int, unit: CalendarDistance.Unit) { (self.low, self.high, self.unit) = (low, high, unit) }

    private static func quantity(_ element: FHIRElement) -> (Int, CalendarDistance.Unit)? {
        guard let number = element["value"]?.number, let value = Int("\(number)"), (0...150 * 366).contains(value) else { return nil }
        let isUCUM = element["system"]?.text == "http://unitsofmeasure.org"
        return (isUCUM ? element["code"]?.text : nil).flatMap { units[$0] }.map { (value, $0) }
    }

    /// As the store keeps it.
    var text: String { "\(low) \(high) \(unit.rawValue)" }

    init?(text: String) {
        let parts = text.split(separator: " ")
        guard parts.count == 3, let low = Int(parts[0]), let high = Int(parts[1]),
            let unit = CalendarDistance.Unit(rawValue: String(parts[2]))
        else { return nil }
        self.init(low: low, high: high, unit: unit)
    }

    /// The days on which a patient has this age.
    func days(ofOneBornOn birth: DateRange) -> DateRange {
        let last = birth.latest.advanced(by: CalendarDistance(high + 1, unit)).advanced(by: CalendarDistance(-1, .day))
        return DateRange(birth.earliest.advanced(by: CalendarDistance(low, unit)), last)
    }

    /// Gives the records that are dated by an age their days, where the patient's date of birth is known; the others keep what else dates them.
    static func settle(in database: Database) throws {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT event.id, event.age, patient.birth_earliest, patient.birth_latest FROM event JOIN patient ON patient.id = event.patient
                WHERE event.age IS NOT NULL AND patient.birth_earliest IS NOT NULL
                """)
        let update = try database.cachedStatement(sql: "UPDATE event SET start_earliest = ?, start_latest = ? WHERE id = ?")
        for row in rows {
            guard let age = PatientAge(text: row[1]), let birth = StoreDate.range(row[2], row[3]) else { continue }
            let days = age.days(ofOneBornOn: birth)
            try update.execute(arguments: [days.earliest.daysSinceEpoch, days.latest.daysSinceEpoch, row[0] as Int64])
        }
    }
}
