import RDF

extension Dataset {
    /// Named graphs, of which those with the given names make up the default graph besides.
    public init(named: [NamedGraph], defaults: Set<String>) {
        let apart = Dataset(defaults: [], named: named)
        self = apart.with(defaults: defaults)
    }

    private func with(defaults: Set<String>) -> Dataset {
        let members = parts.filter { defaults.contains($0.name) }.flatMap(\.source.members)
        return Dataset(dictionary: dictionary, defaultSource: TripleSource(members: members), parts: parts)
    }
}
