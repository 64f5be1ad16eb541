import Execution
import Hyperontology

/// What makes searches fewer or their answers smaller, each tried out on records that the server has.
extension ServerProfile {
    /// Whether records of a type are found by the patient that they are of, alone and among several.
    func findsByPatient(_ type: String, _ server: FHIRServer, _ places: BoundPlaces) async throws -> Bool {
        guard try await types(server)[type]?.parameters.contains("patient") ?? false else { return false }
        let fields = Set((places.events[type] ?? []).compactMap { $0.place.field("patientField") })
        return try await settled(\.patients, type) {
            let sample = try await sample(of: type, server)
            let ids = sample.lazy.flatMap { record in fields.compactMap { FHIRReference.target(record[$0], type: "Patient") } }
            guard let patient = ids.first else { return nil }
            return try await finds(type, server, by: "patient", "Patient/\(patient)", "Patient/cohortium-none") { record in
                fields.contains { FHIRReference.target(record[$0], type: "Patient") == patient }
            }
        }
    }

    /// Whether records are found by the code of the Medication that they point at, and that Medication comes with them
    /// (FHIR R4, sections 3.1.1.5.6 and 3.1.1.5.4: chained parameters, `_include`).
    func chainsMedication(_ type: String, _ server: FHIRServer, _ places: BoundPlaces) async throws -> Bool {
        guard let field = places.medicationField(of: type), try await types(server)[type]?.parameters.contains("medication") ?? false else {
            return false
        }
        return try await settled(\.chains, type) {
            let ids = try await sample(of: type, server).lazy.compactMap { FHIRReference.target($0[field], type: "Medication") }
            guard let id = ids.first,
                let medication = try await SearchPages(server: server).first(of: "Medication", [("_id", id)]).first(where: {
                    $0["id"]?.text == id
                }),
                let token = ServerProfile.tokens(of: medication, at: ["code"]).first
            else { return nil }
            let pages = SearchPages(server: server)
            func first(_ value: String) async throws -> [FHIRElement] {
                try await pages.first(
                    of: type, [("medication.code", value), ("_include", "\(type):medication"), ("_count", "5")], also: ["Medication"])
            }
            for value in [token, "\(ServerProfile.impossible),\(token)"] {
                let found = try await first(value)
                let included = Set(
                    found.filter { $0["resourceType"]?.text == "Medication" && ServerProfile.tokens(of: $0, at: ["code"]).contains(token) }
                        .compactMap { $0["id"]?.text })
                let records = found.filter { $0["resourceType"]?.text == type }
                guard !records.isEmpty,
                    records.allSatisfy({ FHIRReference.target($0[field], type: "Medication").map(included.contains) ?? false })
                else { return false }
            }
            return try await first(ServerProfile.impossible).isEmpty
        }
    }

    /// Whether records that are asked for with some of their elements read as they do whole (section 3.1.1.5.9).
    ///
    /// Choices are told by their base names by some servers and not at all by others: each that is read has to be seen in a record. Not where a
    /// medication may stand inside a record, which no element names.
    func honoursElements(
        of type: String, _ needs: SearchNeeds, _ server: FHIRServer, _ places: BoundPlaces, _ codings: FHIRCodingReader
    ) async throws -> Bool {
        let elements = needs.elements(of: type)
        guard !elements.isEmpty, places.events[type] != nil || type == places.patient?.container else { return false }
        return try await settled(\.elements, "\(type) \(elements.joined(separator: ","))") {
            let sample = try await sample(of: type, server)
            guard !sample.isEmpty else { return nil }
            let seen = needs.choices(of: type).filter { base in sample.contains { $0.hasMember(beginningWith: base) } }
            guard seen == needs.choices(of: type) else { return nil }
            let parts = try await SearchPages(server: server).first(
                of: type, [("_count", "50"), ("_elements", elements.joined(separator: ","))])
            let whole = Dictionary(sample.map { ($0["id"]?.text ?? "", $0) }, uniquingKeysWith: { first, _ in first })
            var compared = 0
            var seenAgain: Set<String> = []
            for part in parts {
                guard let id = part["id"]?.text, let record = whole[id] else { continue }
                guard Reading(part, elements, places, codings) == Reading(record, elements, places, codings) else { return false }
                compared += 1
                seenAgain.formUnion(seen.filter { part.hasMember(beginningWith: $0) })
            }
            return compared > 0 && seenAgain == seen
        }
    }

    /// What is read of a record.
    private struct Reading: Equatable {
        let patient: FHIRPatient?
        let events: [[FHIREvent]]

        init(_ resource: FHIRElement, _ elements: [String], _ places: BoundPlaces, _ codings: FHIRCodingReader) {
            let reader = ResourceReader(places: places, codings: codings)
            let type = resource["resourceType"]?.text ?? ""
            patient = type == places.patient?.container ? reader.patient(resource) : nil
            // Of patients, their death is read only where it is asked for.
            let isRead = type != places.patient?.container || elements.contains("deceased")
            events = (isRead ? places.events[type] ?? [] : []).map { named in
                guard case .events(let events) = reader.events(of: resource, id: resource["id"]?.text ?? "", in: named) else { return [] }
                return events
            }
        }
    }
}
