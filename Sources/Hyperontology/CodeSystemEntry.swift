/// A code system of `vocabularies.ttl`.
public struct CodeSystemEntry: Sendable, Hashable {
    /// The IRI of the entry itself.
    public let iri: String
    /// The short name that plans, bindings and CURIEs use: `snomed`, `icd10`, `omop`, `dicom-modality`.
    public let shortName: String
    /// The IRIs under which records name the system (FHIR `Coding.system`, `urn:oid:…`); the first is the preferred one.
    public let uris: [String]
    public let label: String

    /// The IRI of one code: the preferred IRI of the system, a slash where that ends in no separator, and the code.
    public func iri(ofCode code: String) -> String {
        let base = uris.first ?? iri
        let separator = base.hasSuffix("/") || base.hasSuffix("#") ? "" : "/"
        return base + separator + PercentEncoding.encoded(code)
    }
}
