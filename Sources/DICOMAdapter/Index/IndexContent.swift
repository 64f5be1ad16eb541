import Foundation

/// How profiles and persons are written: JSON with sorted keys, so that equal things are equal texts.
enum IndexContent {
    private struct Profile: Codable {
        let series: [String: [String]]
        let images: [[String: [String]]]

        enum CodingKeys: String, CodingKey { case series = "s", images = "i" }
    }

    private struct Person: Codable {
        let sexes: [String]
        let births: [String]

        enum CodingKeys: String, CodingKey { case sexes = "x", births = "b" }
    }

    static func text(_ evidence: SeriesEvidence) throws -> String {
        let images = evidence.images.map(values).filter { !$0.isEmpty }
        let ordered = images.map { ($0, order($0)) }.sorted { $0.1.lexicographicallyPrecedes($1.1) }.map(\.0)
        return try encode(Profile(series: values(evidence.series), images: ordered))
    }

    static func evidence(_ text: String) throws -> SeriesEvidence {
        let profile = try JSONDecoder().decode(Profile.self, from: Data(text.utf8))
        return SeriesEvidence(series: object(profile.series), images: profile.images.map(object))
    }

    static func text(sexes: Set<String>, births: Set<String>) throws -> String {
        try encode(Person(sexes: sexes.sorted(), births: births.sorted()))
    }

    static func person(_ text: String) throws -> (sexes: Set<String>, births: Set<String>) {
        let person = try JSONDecoder().decode(Person.self, from: Data(text.utf8))
        return (Set(person.sexes), Set(person.births))
    }

    private static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private static func order(_ values: [String: [String]]) -> [String] {
        values.sorted { $0.key < $1.key }.flatMap { [$0.key, "\($0.value.count)"] + $0.value }
    }

    private static func values(_ object: DICOMJSONObject) -> [String: [String]] {
        object.attributes.compactMapValues { attribute in
            switch attribute {
            case .absent: nil
            case .empty: []
            case .values(let values): values
            }
        }
    }

    private static func object(_ values: [String: [String]]) -> DICOMJSONObject {
        DICOMJSONObject(values.mapValues { DICOMJSONAttribute($0) })
    }
}

/// Which tags an index holds.
struct IndexedTags: Sendable, Hashable {
    /// All that the bindings name for properties of series, sorted.
    let names: [String]
    /// Those that only images tell, by the bindings.
    let ofImages: Set<String>
    /// Those of which only matters whether they are filled in: their values, often free text, are not kept.
    private let presence: Set<String>

    init(_ fields: [(name: String, level: String?, isPresence: Bool)]) {
        let readable = fields.filter { !isPrivate(tag: $0.name) }
        names = Set(readable.map(\.name)).sorted()
        ofImages = Set(readable.filter { $0.level == "instance" }.map(\.name))
        presence = Set(names).subtracting(readable.filter { !$0.isPresence }.map(\.name))
    }

    /// Changes when an index has to be made anew.
    var fingerprint: String {
        "\(IndexSchema.version) \(names.joined(separator: " ")) presence \(presence.sorted().joined(separator: " "))"
    }

    /// What of an object is kept.
    func reduced(_ object: DICOMJSONObject) -> DICOMJSONObject {
        DICOMJSONObject(
            object.keeping(Set(names)).attributes.reduce(into: [:]) { kept, entry in
                let isFilled = presence.contains(entry.key) && entry.value.first != nil
                kept[entry.key] = isFilled ? .values(["+"]) : entry.value
            })
    }
}
