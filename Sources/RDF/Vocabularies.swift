/// Terms of RDF itself.
public enum RDFVocabulary {
    public static let namespace = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    public static let type = namespace + "type"
    public static let first = namespace + "first"
    public static let rest = namespace + "rest"
    public static let `nil` = namespace + "nil"
    public static let langString = namespace + "langString"
}

/// Terms of RDF Schema.
public enum RDFS {
    public static let namespace = "http://www.w3.org/2000/01/rdf-schema#"
    public static let label = namespace + "label"
    public static let comment = namespace + "comment"
    public static let subClassOf = namespace + "subClassOf"
    public static let subPropertyOf = namespace + "subPropertyOf"
}

/// The datatypes of XML Schema.
public enum XSD {
    public static let namespace = "http://www.w3.org/2001/XMLSchema#"
    public static let string = namespace + "string"
    public static let boolean = namespace + "boolean"
    public static let integer = namespace + "integer"
    public static let decimal = namespace + "decimal"
    public static let float = namespace + "float"
    public static let double = namespace + "double"
    public static let date = namespace + "date"
    public static let dateTime = namespace + "dateTime"
}

/// Terms of the Simple Knowledge Organization System.
public enum SKOS {
    public static let namespace = "http://www.w3.org/2004/02/skos/core#"
    public static let prefLabel = namespace + "prefLabel"
    public static let altLabel = namespace + "altLabel"
    public static let definition = namespace + "definition"
    public static let broader = namespace + "broader"
    public static let narrower = namespace + "narrower"
    public static let broaderTransitive = namespace + "broaderTransitive"
    public static let notation = namespace + "notation"
    public static let inScheme = namespace + "inScheme"
    public static let exactMatch = namespace + "exactMatch"
    public static let closeMatch = namespace + "closeMatch"
    public static let broadMatch = namespace + "broadMatch"
    public static let narrowMatch = namespace + "narrowMatch"
}

/// Terms of the Web Ontology Language.
public enum OWL {
    public static let namespace = "http://www.w3.org/2002/07/owl#"
    public static let `class` = namespace + "Class"
    public static let thing = namespace + "Thing"
    public static let restriction = namespace + "Restriction"
    public static let onProperty = namespace + "onProperty"
    public static let someValuesFrom = namespace + "someValuesFrom"
    public static let equivalentClass = namespace + "equivalentClass"
    public static let equivalentProperty = namespace + "equivalentProperty"
    public static let inverseOf = namespace + "inverseOf"
    public static let sameAs = namespace + "sameAs"
    public static let propertyChainAxiom = namespace + "propertyChainAxiom"
    public static let transitiveProperty = namespace + "TransitiveProperty"
    public static let symmetricProperty = namespace + "SymmetricProperty"
}
