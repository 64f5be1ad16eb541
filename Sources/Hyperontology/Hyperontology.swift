public import Diagnostics
public import RDF

/// What can be asked for, how each source says it, and where it lives there: the files below `Ontologies/`, loaded and indexed.
///
/// Loading fails on what cannot be read alone. Whether what was read makes sense is ``lint()``'s question.
public struct Hyperontology: Sendable {
    /// Sorted by IRI.
    public let concepts: [Concept]
    /// Sorted by short name.
    public let codeSystems: [CodeSystemEntry]
    /// Sorted by label.
    public let eventClasses: [EventClass]
    /// Sorted by label.
    public let seriesProperties: [SeriesProperty]
    /// In the order of the files and their lines.
    public let mappings: [Mapping]
    /// By OMOP concept id, the UCUM unit.
    public let omopUnits: [String: String]
    /// The source models that have bindings, sorted.
    public let models: [String]
    /// All Turtle triples, and every mapping as a triple to an IRI of its code (``CodeSystemEntry/iri(ofCode:)``), which has a
    /// `skos:notation`, a `skos:inScheme` and, where known, an `rdfs:label`.
    public let graph: Graph

    /// By concept, the files that define it.
    let origins: [String: [String]]
    /// The Turtle files that were read, below the directory.
    let turtleFiles: [String]
    let hierarchy: ConceptHierarchy
    private let places: [String: Int]
    private let names: ConceptNames
    let search = OnDemand<SearchIndex>()
    private let closureTables = OnDemand<[ClosureTable]>()
    private let index = OnDemand<ConceptIndex>()
    /// Where it was loaded from.
    public let directory: String
    /// A short name for what its files say: two hyperontologies with the same one were read from the same texts.
    public let version: String
    private let mappingsByConcept: [String: [Mapping]]
    private let mappingsByCode: [CodeKey: [Mapping]]
    private let bindingsByModel: [String: ModelBindings]

    struct CodeKey: Hashable, Sendable {
        let system: String
        let code: String
    }

    /// Loads a directory.
    ///
    /// - Throws: every problem with every file: `O0001` to `O0003` for Turtle, `O0005` when there is no `core.ttl`, `O0010` to
    ///   `O0013` for mapping tables.
    public init(directory: String) throws(DiagnosticList) {
        let loader = OntologyLoader(directory: directory)
        var documents = try loader.documents()
        let reader = VocabularyReader(graph: documents.graph.build())
        let concepts = reader.concepts()
        let systems = reader.codeSystems()
        let events = reader.eventClasses()
        let (mappings, units) = try loader.mappings(systems: systems)
        MappingTriples(systems: systems).add(mappings, to: &documents.graph)
        let graph = documents.graph.build()

        self.directory = directory
        version = FolderState.fingerprint(of: directory)
        self.concepts = concepts
        codeSystems = systems
        eventClasses = events
        seriesProperties = reader.seriesProperties()
        self.mappings = mappings
        omopUnits = units
        self.graph = graph
        origins = documents.origins
        turtleFiles = documents.files
        hierarchy = ConceptHierarchy(parents: Dictionary(uniqueKeysWithValues: concepts.map { ($0.iri, $0.parents) }))
        places = Dictionary(uniqueKeysWithValues: concepts.enumerated().map { ($1.iri, $0) })
        names = ConceptNames(concepts)
        mappingsByConcept = Dictionary(grouping: mappings, by: \.concept)
        mappingsByCode = Dictionary(grouping: mappings) { CodeKey(system: $0.system, code: $0.code) }

        let planKinds = Dictionary(events.map { ($0.iri, $0.planKind) }, uniquingKeysWith: { first, _ in first })
        let binder = BindingReader(graph: graph, planKinds: planKinds)
        let known = Dictionary(grouping: mappings, by: \.system).mapValues { Set($0.map(\.code)) }
        models = binder.models()
        bindingsByModel = Dictionary(uniqueKeysWithValues: models.map { ($0, binder.bindings(for: $0, knownCodes: known)) })
    }
}

// MARK: - Concepts by IRI, name and code

extension Hyperontology {
    /// The concept with an IRI; nil when no file defines it.
    public func concept(_ iri: String) -> Concept? { places[iri].map { concepts[$0] } }

    /// The concepts that have a name, whatever its case and spacing: those that prefer it first.
    public func resolve(label: String) -> [Concept] { names.concepts(named: label).map { concepts[$0] } }

    /// The concepts that a CURIE means: `c:…` is a concept's own name; otherwise the prefix is a code system's short name, and the
    /// concepts mapped exactly to the code are meant, or, when there are none, all that are mapped to it.
    public func resolve(curie: String) -> [Concept] {
        guard let colon = curie.firstIndex(of: ":") else { return [] }
        let prefix = curie[..<colon].lowercased()
        let local = String(curie[curie.index(after: colon)...])
        if prefix == "c" { return concept(CoreVocabulary.concept + local).map { [$0] } ?? [] }
        guard let system = codeSystems.first(where: { $0.shortName.lowercased() == prefix }) else { return [] }
        let found = mappings(ofCode: local, in: system.shortName)
        let exact = found.filter { $0.match == .exact }
        let iris = Set((exact.isEmpty ? found : exact).map(\.concept))
        return iris.sorted().compactMap(concept)
    }

    /// All names of all concepts, for *did you mean*.
    public var labels: [String] { concepts.flatMap(\.names) }
}

// MARK: - Hierarchy

extension Hyperontology {
    /// The IRIs of a concept and of everything below it, sorted; empty when the concept is unknown.
    public func descendants(of iri: String) -> [String] { hierarchy.descendants(of: iri) }

    /// The IRIs of a concept and of everything above it, sorted; empty when the concept is unknown.
    public func ancestors(of iri: String) -> [String] { hierarchy.ancestors(of: iri) }

    /// The closures of the graph's hierarchies, of concepts by `skos:broader` and of classes by `rdfs:subClassOf`, in the graph's numbers.
    public var closures: [ClosureTable] {
        closureTables.value { [SKOS.broader, RDFS.subClassOf].compactMap { ClosureTable(graph, predicate: $0) } }
    }

    /// Concepts and codes as dense numbers; made when it is first asked for.
    public var conceptIndex: ConceptIndex {
        index.value { ConceptIndex(hierarchy, mappingsByConcept, systems: codeSystems.map(\.shortName)) }
    }

    /// The concepts directly below, sorted by name.
    public func children(of iri: String) -> [Concept] {
        descendants(of: iri).compactMap(concept).filter { $0.parents.contains(iri) }.sorted { $0.prefLabel < $1.prefLabel }
    }

    /// Whether a concept is another or somewhere below it.
    public func isSubclass(_ iri: String, of ancestor: String) -> Bool { hierarchy.isDescendant(iri, of: ancestor) }
}

// MARK: - Codes, bindings, numbers

extension Hyperontology {
    /// A concept's mappings, in the order of the files.
    public func mappings(of iri: String) -> [Mapping] { mappingsByConcept[iri] ?? [] }

    /// The mappings to a code, in the order of the files.
    public func mappings(ofCode code: String, in system: String) -> [Mapping] {
        mappingsByCode[CodeKey(system: system, code: code)] ?? []
    }

    /// A code system by its short name.
    public func codeSystem(_ shortName: String) -> CodeSystemEntry? { codeSystems.first { $0.shortName == shortName } }

    /// The code system that records name by an IRI (`http://snomed.info/sct`, `urn:oid:…`); a slash or number sign at the end does not count.
    public func codeSystem(forURI uri: String) -> CodeSystemEntry? {
        codeSystems.first { $0.uris.contains(uri) } ?? codeSystems.first { $0.uris.contains { bare($0) == bare(uri) } }
    }

    /// Where the core lives in a source model; without any place when the model is not bound.
    public func bindings(for model: String) -> ModelBindings {
        bindingsByModel[model]
            ?? ModelBindings(model: model, patient: nil, events: [:], properties: [:], sexCodes: [:], knownCodes: [:])
    }

    /// How much there is.
    public struct Statistics: Sendable, Hashable, Codable {
        public let concepts: Int
        public let mappings: Int
        public let triples: Int
        /// By code system, the number of mappings.
        public let vocabularies: [String: Int]
    }

    /// How much was loaded.
    public var statistics: Statistics {
        Statistics(
            concepts: concepts.count, mappings: mappings.count, triples: graph.count,
            vocabularies: Dictionary(grouping: mappings, by: \.system).mapValues(\.count))
    }

    private func bare(_ uri: String) -> Substring { uri.hasSuffix("/") || uri.hasSuffix("#") ? uri.dropLast() : Substring(uri) }
}
