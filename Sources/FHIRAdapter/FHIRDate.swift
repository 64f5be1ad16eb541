import CohortPlan

/// The dates of a resource, by the names that the bindings give: `started`, or `onset[x]` for an element of several types
/// (FHIR R4, section 2.6.0.4: choice of data types).
///
/// Of the types of a choice, dateTime, date, instant and Period hold a date; Age, Range, Timing and text hold none.
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
            if let base = choice(name), let date = day(resource["\(base)Period"]?["end"]) { return date }
            if startNames.contains(name) { continue }
            if let date = point(name, of: resource) ?? day(resource[name]?["end"]) { return date }
        }
        return nil
    }

    private static func start(_ name: String, of resource: FHIRElement) -> DateRange? {
        if let date = point(name, of: resource) { return date }
        return day((choice(name).map { resource["\($0)Period"] } ?? resource[name])?["start"])
    }

    private static func point(_ name: String, of resource: FHIRElement) -> DateRange? {
        guard let base = choice(name) else { return resource.all(at: name).lazy.compactMap(day).first }
        return ["DateTime", "Date", "Instant"].lazy.compactMap { day(resource[base + $0]) }.first
    }

    private static func day(_ element: FHIRElement?) -> DateRange? { element?.text.flatMap { DateRange(partial: $0) } }

    /// The name before `[x]`; nil for an element of one type.
    private static func choice(_ name: String) -> String? { name.hasSuffix("[x]") ? String(name.dropLast(3)) : nil }
}
