import CohortPlan
import Hyperontology

/// Reads resources as the bindings say.
struct ResourceReader {
    let places: BoundPlaces
    let codings: FHIRCodingReader

    /// Why a resource makes no event.
    enum Reading {
        case events([FHIREvent])
        /// Entered in error, refuted and the like; or a patient who is not known to have died.
        case excluded
        case withoutPatient
    }

    func patient(_ resource: FHIRElement) -> FHIRPatient? {
        guard let place = places.patient, let id = place.field("patientField").flatMap({ resource[$0]?.text }) else { return nil }
        return FHIRPatient(
            id: id, sex: place.field("sexField").flatMap { resource.all(at: $0).first?.text },
            birthDate: place.field("birthDateField").flatMap { FHIRDate.start([$0], of: resource) })
    }

    /// The record that a resource is, and one for each of its components.
    /// - Parameter id: the logical id, or something as unique.
    func events(of resource: FHIRElement, id: String, in named: BoundPlaces.Named) -> Reading {
        let place = named.place
        guard !isExcluded(resource, place), hasHappened(resource, place) else { return .excluded }
        guard let patient = patientID(of: resource, place) else { return .withoutPatient }
        let starts = place.fields["startField"] ?? []
        var event = FHIREvent(
            container: named.name, key: FHIREvent.key(named.name, id: id), patient: patient,
            start: FHIRDate.start(starts, of: resource),
            end: FHIRDate.end(place.fields["endField"] ?? [], of: resource, startNames: starts))
        event.visit = place.field("visitField").flatMap { FHIRReference.target(resource[$0], type: "Encounter") }
        event.specimen = place.field("specimenField").flatMap { FHIRReference.target(resource[$0], type: "Specimen") }
        readConcept(of: resource, place, into: &event)
        readValue(of: resource, place, into: &event)
        event.study = place.field("studyField").map { studyUID(resource, field: $0) ?? id }
        if let path = place.field("seriesField") { event.series = series(of: resource, path: path) }
        let components = place.field("numberField") == nil ? [] : resource.all(at: "component")
        return .events([event] + components.enumerated().map { component($0.element, number: $0.offset + 1, of: event, place) })
    }

    // MARK: The record

    private func patientID(of resource: FHIRElement, _ place: Place) -> String? {
        guard let element = place.field("patientField").flatMap({ resource[$0] }) else { return nil }
        return element.isObject ? FHIRReference.target(element, type: "Patient") : element.text
    }

    private func isExcluded(_ resource: FHIRElement, _ place: Place) -> Bool {
        (place.fields["excludedStatus"] ?? []).contains { status in
            let parts = status.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { return false }
            return FHIRCodingReader.says(String(parts[1]), resource.all(at: parts[0]))
        }
    }

    /// Where a flag is bound, a record is there when the flag says so or a date is given.
    private func hasHappened(_ resource: FHIRElement, _ place: Place) -> Bool {
        guard let flag = place.field("flagField") else { return true }
        return resource[flag]?.flag == true || (place.fields["startField"] ?? []).contains { resource[$0] != nil }
    }

    // MARK: What it is of

    private func readConcept(of resource: FHIRElement, _ place: Place, into event: inout FHIREvent) {
        guard let field = place.field("conceptField") else { return }
        guard field.hasSuffix("[x]") else {
            event.concepts = codings.codings(resource.all(at: field))
            return
        }
        let base = field.dropLast(3)
        event.concepts = codings.codings(resource.all(at: "\(base)CodeableConcept"))
        let reference = resource["\(base)Reference"]
        if let contained = FHIRReference.contained(reference, in: resource) {
            event.concepts += codings.codings(contained.all(at: "code"))
        } else if let reference {
            // A reference that leads nowhere is kept, so that it is known to have been there.
            event.medication = FHIRReference.target(reference, type: "Medication") ?? ""
        }
    }

    // MARK: Its value

    private func readValue(of element: FHIRElement, _ place: Place, into event: inout FHIREvent) {
        if let field = place.field("codedValueField") { event.values = codings.codings(element.all(at: field)) }
        guard let field = place.field("numberField") else { return }
        if let quantity = element[field], quantity.isObject {
            event.number = quantity["value"]?.number
            event.unit = unit(of: quantity)
            event.comparator = quantity["comparator"]?.text
        } else if field.hasSuffix("Quantity") {
            let base = field.dropLast("Quantity".count)
            event.number = ["Integer", "Decimal"].lazy.compactMap { element[base + $0]?.number }.first
            event.unit = event.number == nil ? nil : "1"
        }
    }

    /// The UCUM code, else what the unit is called, which may be a UCUM code too.
    private func unit(of quantity: FHIRElement) -> String? {
        let isUCUM = quantity["system"]?.text == "http://unitsofmeasure.org"
        let code = quantity["code"]?.text
        return isUCUM ? code ?? quantity["unit"]?.text : quantity["unit"]?.text ?? code
    }

    /// A component is a record of its own, of the same patient and day (FHIR R4, Observation.component).
    private func component(_ element: FHIRElement, number: Int, of parent: FHIREvent, _ place: Place) -> FHIREvent {
        var event = FHIREvent(
            container: parent.container, key: "\(parent.key)#\(number)", patient: parent.patient, start: parent.start, end: parent.end)
        (event.visit, event.specimen) = (parent.visit, parent.specimen)
        readConcept(of: element, place, into: &event)
        readValue(of: element, place, into: &event)
        return event
    }

    // MARK: Images

    /// The Study Instance UID: the identifier of the system `urn:dicom:uid` (FHIR R4, ImagingStudy.identifier).
    private func studyUID(_ resource: FHIRElement, field: String) -> String? {
        let identifier = resource.all(at: field).first { $0["system"]?.text == "urn:dicom:uid" }
        return identifier?["value"]?.text.map { $0.hasPrefix("urn:oid:") ? String($0.dropFirst("urn:oid:".count)) : $0 }
    }

    private func series(of resource: FHIRElement, path: String) -> [FHIRSeries] {
        let parts = path.split(separator: ".", maxSplits: 1)
        guard parts.count == 2 else { return [] }
        let listed = resource.all(at: parts[0]).map { element in
            FHIRSeries(uid: element.all(at: parts[1]).first?.text, codings: properties(of: element, in: resource, prefix: "\(parts[0])."))
        }
        guard hasUnlistedSeries(resource, listed: listed.count) else { return listed }
        return listed + [FHIRSeries(uid: nil, codings: [:])]
    }

    /// Whether a study has more series than it lists, or neither lists nor counts them.
    private func hasUnlistedSeries(_ resource: FHIRElement, listed: Int) -> Bool {
        guard let count = resource["numberOfSeries"]?.number else { return listed == 0 }
        return count > ExactDecimal(listed)
    }

    private func properties(of series: FHIRElement, in study: FHIRElement, prefix: String) -> [String: [FHIRCoding]] {
        var found: [String: [FHIRCoding]] = [:]
        for name in places.properties {
            let elements = name.hasPrefix(prefix) ? series.all(at: name.dropFirst(prefix.count)) : study.all(at: name)
            found[name] = codings.codings(elements)
        }
        return found
    }
}
