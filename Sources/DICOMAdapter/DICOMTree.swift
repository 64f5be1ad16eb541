import Foundation

/// A data set with its sequences: what metadata (WADO-RS) or a file tells beyond what a search does.
struct DICOMTree: Sendable {
    /// By tag, eight hexadecimal digits in capitals.
    var elements: [String: Element]

    struct Element: Sendable {
        var attribute: DICOMJSONAttribute
        /// Of a sequence (VR SQ): its items.
        var items: [DICOMTree] = []
    }

    init(_ elements: [String: Element] = [:]) { self.elements = elements }

    subscript(tag: String) -> DICOMJSONAttribute { elements[tag]?.attribute ?? .absent }

    func items(of tag: String) -> [DICOMTree] { elements[tag]?.items ?? [] }

    /// Reads an array of data sets (PS3.18, annex F) and keeps the outermost attributes that are wanted, with all that is in them.
    /// - Throws: when the bytes are not that.
    static func read(_ bytes: [UInt8], tags: Set<String>) throws -> [DICOMTree] {
        guard !bytes.isEmpty else { return [] }
        return try JSONDecoder().decode([DICOMTree].self, from: Data(bytes), configuration: tags)
    }
}

extension DICOMTree: DecodableWithConfiguration {
    /// - Parameter tags: nil for every attribute, as within sequences.
    init(from decoder: any Decoder, configuration tags: Set<String>?) throws {
        let container = try decoder.container(keyedBy: TagKey.self)
        var elements: [String: Element] = [:]
        for key in container.allKeys where tags?.contains(key.stringValue) ?? true {
            let entry = try container.nestedContainer(keyedBy: EntryKey.self, forKey: key)
            if try entry.decodeIfPresent(String.self, forKey: .representation) == "SQ" {
                var items: [DICOMTree] = []
                if entry.contains(.value) {
                    var list = try entry.nestedUnkeyedContainer(forKey: .value)
                    while !list.isAtEnd { items.append(try list.decode(DICOMTree.self, configuration: nil)) }
                }
                elements[key.stringValue] = Element(attribute: .empty, items: items)
            } else {
                let values = try entry.decodeIfPresent([DICOMJSONValue?].self, forKey: .value) ?? []
                elements[key.stringValue] = Element(attribute: DICOMJSONAttribute(values.compactMap { $0?.text }))
            }
        }
        self.elements = elements
    }

    private struct TagKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private enum EntryKey: String, CodingKey { case representation = "vr", value = "Value" }
}
