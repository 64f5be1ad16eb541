/// The namespaces of the hyperontology and the terms of `core.ttl` that code refers to.
public enum CoreVocabulary {
    public static let core = "https://w3id.org/cohortium/core#"
    public static let concept = "https://w3id.org/cohortium/concept/"

    public static let modality = core + "modality"
    public static let bodyPart = core + "bodyPart"
    public static let manufacturer = core + "manufacturer"
    public static let contrast = core + "contrast"
    public static let sliceThickness = core + "sliceThickness"
    public static let fieldStrength = core + "fieldStrength"
    public static let segmentedStructure = core + "segmentedStructure"
}
