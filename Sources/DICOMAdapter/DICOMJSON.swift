import Foundation

/// What an answer in DICOM JSON says of one attribute (PS3.18, annex F).
package enum DICOMJSONAttribute: Hashable, Sendable {
    /// It does not name it.
    case absent
    /// The attribute is there, without a value (F.2.5).
    case empty
    /// Its values as text, without the padding that PS3.5 section 6.2 allows; there is at least one.
    case values([String])

    /// The first value; nil when there is none.
    var first: String? {
        if case .values(let values) = self { return values.first }
        return nil
    }

    package init(_ texts: [String]) {
        let padding = CharacterSet(charactersIn: " \0\t\r\n")
        let values = texts.map { $0.trimmingCharacters(in: padding) }.filter { !$0.isEmpty }
        self = values.isEmpty ? .empty : .values(values)
    }
}

/// One data set of an answer: the attributes that were asked for, by tag.
package struct DICOMJSONObject: Sendable, Hashable {
    /// By eight hexadecimal digits in capitals, or by ``TagPath``. What is absent has no entry.
    private(set) var attributes: [String: DICOMJSONAttribute]

    package init(_ attributes: [String: DICOMJSONAttribute]) { self.attributes = attributes }

    subscript(tag: String) -> DICOMJSONAttribute { attributes[tag] ?? .absent }

    /// What is left when only some tags count.
    func keeping(_ tags: Set<String>) -> DICOMJSONObject { DICOMJSONObject(attributes.filter { tags.contains($0.key) }) }

    /// Reads an array of data sets and keeps the tags that are wanted; the others are not even decoded.
    /// - Throws: when the bytes are not that.
    static func read(_ bytes: [UInt8], tags: [String]) throws -> [DICOMJSONObject] {
        // No content is how a server may say that nothing was found (PS3.18, section 8.3.4.4).
        guard !bytes.isEmpty else { return [] }
        return try JSONDecoder().decode([DICOMJSONObject].self, from: Data(bytes), configuration: tags)
    }
}

extension DICOMJSONObject: DecodableWithConfiguration {
    package init(from decoder: any Decoder, configuration tags: [String]) throws {
        let container = try decoder.container(keyedBy: TagKey.self)
        var attributes: [String: DICOMJSONAttribute] = [:]
        for tag in tags {
            if let entry = try container.decodeIfPresent(Entry.self, forKey: TagKey(stringValue: tag)) { attributes[tag] = entry.attribute }
        }
        self.attributes = attributes
    }

    private struct TagKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private struct Entry: Decodable {
        let attribute: DICOMJSONAttribute

        enum CodingKeys: String, CodingKey { case value = "Value" }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent([DICOMJSONValue?].self, forKey: .value) ?? []
            attribute = DICOMJSONAttribute(values.compactMap { $0?.text })
        }
    }
}

/// Text, a number, or a name (`PN`); the items of a sequence are passed over.
struct DICOMJSONValue: Decodable {
    let text: String?

    enum CodingKeys: String, CodingKey { case alphabetic = "Alphabetic" }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let string = try? container.decode(String.self) {
            text = string
        } else if let number = try? container.decode(Decimal.self) {
            text = "\(number)"
        } else {
            text = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(String.self, forKey: .alphabetic)
        }
    }
}
