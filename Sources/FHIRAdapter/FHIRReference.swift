/// Where a Reference points (FHIR R4, section 2.3.0): a relative or absolute address, a URN, or a contained resource.
struct FHIRReference {
    /// The logical id of the resource of a type that a Reference points at; nil where it points elsewhere or only describes.
    static func target(_ element: FHIRElement?, type: String) -> String? {
        guard let reference = element?["reference"]?.text else { return nil }
        if reference.hasPrefix("urn:uuid:") { return String(reference.dropFirst("urn:uuid:".count)) }
        // A version may follow: `Patient/7/_history/2`.
        let parts = reference.split(separator: "/")
        guard let last = parts.lastIndex(where: { $0 == type }), last + 1 < parts.count else { return nil }
        let rest = parts[(last + 2)...]
        return rest.isEmpty || rest.first == "_history" ? String(parts[last + 1]) : nil
    }

    /// The contained resource that a Reference `#id` points at.
    static func contained(_ element: FHIRElement?, in resource: FHIRElement) -> FHIRElement? {
        guard let reference = element?["reference"]?.text, reference.hasPrefix("#") else { return nil }
        return resource.all(at: "contained").first { $0["id"]?.text == String(reference.dropFirst()) }
    }
}
