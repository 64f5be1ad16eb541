/// Reads out of the data set of an image what is bound: from its own attributes, its functional groups, and the items of its sequences.
struct ImageReader: Sendable {
    /// Tags that an image has itself, or each of its frames.
    let tags: Set<String>
    let paths: [TagPath]

    init(_ names: some Sequence<String>) {
        let names = names.filter { !isPrivate(tag: $0) }
        paths = names.compactMap(TagPath.init).sorted { $0.name < $1.name }
        tags = Set(names.filter { TagPath($0) == nil })
    }

    /// The outermost attributes that are looked into.
    var outermost: Set<String> {
        var all = tags.union(paths.map(\.sequence)).union([ArchiveProfile.instanceUID, Self.shared, Self.perFrame])
        if all.contains(Self.structureSet) { all.insert(Self.observations) }
        return all
    }

    /// What an image says: one object, or one for each of its frames where they differ, and one for each structure that it outlines.
    func objects(in image: DICOMTree) -> [DICOMJSONObject] {
        var found = frames(of: image)
        for (sequence, paths) in Dictionary(grouping: paths, by: \.sequence).sorted(by: { $0.key < $1.key }) {
            for item in items(of: sequence, in: image) {
                found.append(DICOMJSONObject(Dictionary(paths.map { ($0.name, value(of: $0, in: item)) }) { first, _ in first }))
            }
        }
        var seen: Set<DICOMJSONObject> = []
        return found.filter { seen.insert($0).inserted }
    }

    /// That a structure has no such value is said, not left out: it is a structure nevertheless.
    private func value(of path: TagPath, in item: DICOMTree) -> DICOMJSONAttribute {
        let value = path.value(in: item)
        return value == .absent ? .empty : value
    }

    // MARK: Functional groups

    /// Shared Functional Groups Sequence and Per-frame Functional Groups Sequence (PS3.3, C.7.6.16).
    private static let shared = "52009229"
    private static let perFrame = "52009230"

    private func frames(of image: DICOMTree) -> [DICOMJSONObject] {
        let own = image.elements.filter { tags.contains($0.key) }.mapValues(\.attribute)
        let shared = image.items(of: Self.shared).first.map(attributes) ?? [:]
        let common = Self.filling(own, shared)
        let frames = image.items(of: Self.perFrame)
        guard !frames.isEmpty else { return common.isEmpty && tags.isEmpty ? [] : [DICOMJSONObject(common)] }
        return frames.map { DICOMJSONObject(Self.filling(common, attributes(of: $0))) }
    }

    /// The wanted attributes of a functional group item: each macro is a sequence of one item that holds them.
    private func attributes(of groups: DICOMTree) -> [String: DICOMJSONAttribute] {
        var found: [String: DICOMJSONAttribute] = [:]
        for macro in groups.elements.values {
            guard let item = macro.items.first else { continue }
            for (tag, element) in item.elements where tags.contains(tag) { found[tag] = element.attribute }
        }
        return found
    }

    /// The items of a sequence that stands in a macro, such as Frame Anatomy (C.7.6.16.2.8), of all frames or of one.
    private func framed(_ sequence: String, in image: DICOMTree) -> [DICOMTree] {
        let groups = image.items(of: Self.shared) + image.items(of: Self.perFrame)
        return groups.flatMap { group in group.elements.values.flatMap { $0.items.first?.items(of: sequence) ?? [] } }
    }

    /// What is filled in further inside counts.
    private static func filling(
        _ outer: [String: DICOMJSONAttribute], _ inner: [String: DICOMJSONAttribute]
    ) -> [String: DICOMJSONAttribute] {
        outer.merging(inner) { outer, inner in inner.first == nil ? outer : inner }
    }

    // MARK: Structure sets

    /// Structure Set ROI Sequence and RT ROI Observations Sequence (PS3.3, C.8.8.5 and C.8.8.8), joined by number.
    private static let structureSet = "30060020"
    private static let observations = "30060080"
    private static let number = "30060022"
    private static let referencedNumber = "30060084"

    private func items(of sequence: String, in image: DICOMTree) -> [DICOMTree] {
        let items = image.items(of: sequence)
        guard sequence == Self.structureSet else { return items + framed(sequence, in: image) }
        let observed = Dictionary(
            image.items(of: Self.observations).compactMap { item in item[Self.referencedNumber].first.map { ($0, item) } },
            uniquingKeysWith: { first, _ in first })
        return items.map { item in
            guard let observation = item[Self.number].first.flatMap({ observed[$0] }) else { return item }
            return DICOMTree(item.elements.merging(observation.elements) { own, _ in own })
        }
    }
}

/// The kinds of image of which a search tells too little: what they show lies in sequences (PS3.4, B.5).
enum NestedImages {
    static let classes: Set<String> = [
        // Enhanced CT, MR, PET, and those that were converted to it.
        "1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2", "1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.4.2",
        "1.2.840.10008.5.1.4.1.1.4.3", "1.2.840.10008.5.1.4.1.1.4.4", "1.2.840.10008.5.1.4.1.1.130", "1.2.840.10008.5.1.4.1.1.128.1",
        // Enhanced ultrasound, angiography and fluoroscopy; tomosynthesis.
        "1.2.840.10008.5.1.4.1.1.6.2", "1.2.840.10008.5.1.4.1.1.12.1.1", "1.2.840.10008.5.1.4.1.1.12.2.1",
        "1.2.840.10008.5.1.4.1.1.13.1.1", "1.2.840.10008.5.1.4.1.1.13.1.2", "1.2.840.10008.5.1.4.1.1.13.1.3",
        "1.2.840.10008.5.1.4.1.1.13.1.4", "1.2.840.10008.5.1.4.1.1.13.1.5",
        // Segmentations and structure sets.
        "1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.5", "1.2.840.10008.5.1.4.1.1.66.7", "1.2.840.10008.5.1.4.1.1.481.3",
    ]

    /// SOP Class UID.
    static let sopClass = "00080016"

    static func areNested(_ image: DICOMJSONObject) -> Bool { image[sopClass].first.map(classes.contains) ?? false }
}
