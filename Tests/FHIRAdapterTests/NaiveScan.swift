import Foundation

/// The published data read once as JSON: what three questions need, by codes that are written out where they are asked.
struct NaiveScan: Sendable {
    struct Observation: Sendable {
        let patient: String
        let day: String
        let valueCode: String?
        let number: Double?
        let unit: String?
    }

    /// By patient.
    private var births: [String: String] = [:]
    /// By code: the patient and day of each.
    private var conditions: [String: [(patient: String, day: String)]] = [:]
    /// By code.
    private(set) var observations: [String: [Observation]] = [:]
    /// The patients of all imaging studies.
    private(set) var imaged: Set<String> = []

    static let shared = Result { try NaiveScan(folder: PublishedData.unpacked().export.folder) }

    private init(folder: URL) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasSuffix(".ndjson") {
            for line in try Data(contentsOf: folder.appending(path: name)).split(separator: UInt8(ascii: "\n")) {
                if let resource = try JSONSerialization.jsonObject(with: line) as? [String: Any] { add(resource) }
            }
        }
    }

    private mutating func add(_ resource: [String: Any]) {
        let reference = (resource["subject"] as? [String: Any])?["reference"] as? String ?? ""
        let patient = String(reference.split(separator: "/").last ?? "")
        switch resource["resourceType"] as? String {
        case "Patient": births[resource["id"] as? String ?? ""] = resource["birthDate"] as? String
        case "ImagingStudy": imaged.insert(patient)
        case "Condition": conditions[code(resource["code"]) ?? "", default: []].append((patient, day(resource["onsetDateTime"])))
        case "Observation":
            let quantity = resource["valueQuantity"] as? [String: Any]
            observations[code(resource["code"]) ?? "", default: []].append(
                Observation(
                    patient: patient, day: day(resource["effectiveDateTime"]), valueCode: code(resource["valueCodeableConcept"]),
                    number: (quantity?["value"] as? NSNumber)?.doubleValue, unit: quantity?["unit"] as? String))
        default: break
        }
    }

    private func code(_ concept: Any?) -> String? {
        ((concept as? [String: Any])?["coding"] as? [[String: Any]])?.first?["code"] as? String
    }

    private func day(_ date: Any?) -> String { String((date as? String ?? "").prefix(10)) }

    /// By patient, the day of the first condition with one of the codes.
    func firstConditions(of codes: [String]) -> [String: String] {
        Dictionary(codes.flatMap { conditions[$0] ?? [] }.map { ($0.patient, $0.day) }, uniquingKeysWith: min)
    }

    /// Completed years, by the days as written.
    func age(of patient: String, on day: String) -> Int {
        let birth = births[patient] ?? ""
        let years = (Int(day.prefix(4)) ?? 0) - (Int(birth.prefix(4)) ?? 0)
        return day.dropFirst(5) < birth.dropFirst(5) ? years - 1 : years
    }
}
