import CohortPlan

/// The dates of a resource, by the names that the bindings give: `started`, or `onset[x]` for an element of several types
/// (FHIR R4, section 2.6.0.4: choice of data types).
///
/// Of the types of a choice, dateTime, date, instant, Period and Timing hold a date; Age and Range are ages of the patient (``PatientAge``), and text
/// holds none.
struct FHIRDate {
    /// The first of several elements that holds a date.
    static func start(_ names: [String], of resource: FHIRElement) -> DateRange? {
        for name in names {
            if let date = start(name, of: resource) { return date }
        }
        return nil
    }

    /// The first of several elements that holds an end.
    ///
    /// A choice that tells the start too tells an end only as a Period: a single point in time leaves the end open.
    static func end(_ names: [String], of resource: FHIRElement, startNames: [String]) -> DateRange? {
        for name in names {
            if let base = choice(name), let date = day(resource["\(base)Period"]?["end"]) ?? end(resource["\(base)Timing"]) { return date }
            if choice(name) == nil, let date = day(resource[name]?["end"]) { return date }
            if !startNames.contains(name), let date = point(name, of: resource) { return date }
        }
        return nil
    }

    private static func start(_ name: String, of resource: FHIRElement) -> DateRange? {
        if let date = point(name, of: resource) { return date }
        guard let base = choice(name) else { return day(resource[name]?["start"]) }
        return day(resource["\(base)Period"]?["start"]) ?? start(resource["\(base)Timing"])
    }

    /// The age at which it began, where the first of several elements that is there at all says it so.
    static func age(_ names: [String], of resource: FHIRElement) -> PatientAge? {
        for name in names {
            if let age = choice(name).flatMap({ PatientAge($0, of: resource) }) { return age }
            if start(name, of: resource) != nil { return nil }
        }
        return nil
    }

    // MARK: Timing (FHIR R4, section 2.24.0.11): the events that it names, else the time that it is bound by.

    private static func start(_ timing: FHIRElement?) -> DateRange? {
        events(timing).min { ($0.earliest, $0.latest) < ($1.earliest, $1.latest) } ?? day(timing?["repeat"]?["boundsPeriod"]?["start"])
    }

    private static func end(_ timing: FHIRElement?) -> DateRange? {
        let events = events(timing)
        guard events.count < 2 else { return events.max { ($0.latest, $0.earliest) < ($1.latest, $1.earliest) } }
        return day(timing?["repeat"]?["boundsPeriod"]?["end"])
    }

    private static func events(_ timing: FHIRElement?) -> [DateRange] { timing?.all(at: "event").compactMap { day($0) } ?? [] }

    // MARK: One element

    private static func point(_ name: String, of resource: FHIRElement) -> DateRange? {
        guard let base = choice(name) else { return resource.all(at: name).lazy.compactMap(day).first }
        return ["DateTime", "Date", "Instant"].lazy.compactMap { day(resource[base + $0]) }.first
    }

    private static func day(_ element: FHIRElement?) -> DateRange? { element?.text.flatMap { DateRange(partial: $0) } }

    /// The name before `[x]`; nil for an element of one type.
    private static func choice(_ name: String) -> String? { name.hasSuffix("[x]") ? String(name.dropLast(3)) : nil }
}
