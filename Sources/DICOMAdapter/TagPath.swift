/// The name of a field that lies in the items of a sequence: `30060020/30060026`, the tag in each item of a sequence of the data set.
/// `[SCT]` behind it says that the last tag is itself a sequence of codes, of which those of one coding scheme are read (PS3.3, 8.8):
/// `00082218[SCT]` is such a sequence of the data set itself.
///
/// A property with such a field has as many values as there are items: what a segmentation outlines, which regions an image shows.
struct TagPath: Hashable, Sendable {
    /// As the binding writes it.
    let name: String
    /// The sequence whose items are read.
    let sequence: String
    /// Nil where the items are codes.
    let tag: String?
    /// A Coding Scheme Designator (PS3.16, section 8).
    let scheme: String?

    /// Nil for the name of a plain tag.
    init?(_ name: String) {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard let last = parts.last?.split(separator: "[", omittingEmptySubsequences: false), parts.count <= 2 else { return nil }
        scheme = last.count == 2 && last[1].last == "]" ? String(last[1].dropLast()) : nil
        guard parts.count == 2 || scheme != nil else { return nil }
        self.name = name
        sequence = String(parts.count == 2 ? parts[0] : last[0])
        tag = parts.count == 2 ? String(last[0]) : nil
    }

    /// Whether it is the same place, whatever the coding scheme.
    func isBeside(_ other: TagPath) -> Bool { sequence == other.sequence && tag == other.tag }

    /// Whether the items are codes that stand in the data set itself or in a functional group of it.
    var isOfCodes: Bool { tag == nil }

    /// What one item says. A code of another scheme stands with its scheme, so that it is a code that nobody mapped, not the lack of one.
    func value(in item: DICOMTree) -> DICOMJSONAttribute {
        guard let scheme else { return tag.map { item[$0] } ?? .absent }
        let codes = tag.map { item.items(of: $0) } ?? [item]
        guard !codes.isEmpty else { return tag.map { item[$0] } ?? .absent }
        return DICOMJSONAttribute(
            codes.compactMap { code in
                guard let value = code[TagPath.codeValue].first else { return nil }
                let found = code[TagPath.codingScheme].first ?? ""
                return found == scheme ? value : "\(found)|\(value)"
            })
    }

    private static let codeValue = "00080100"
    private static let codingScheme = "00080102"
}

/// Whether a tag is of a private group (PS3.5, 7.8). Its meaning depends on who wrote it, so nothing reads it.
func isPrivate(tag: String) -> Bool { tag.dropFirst(3).first.flatMap(\.hexDigitValue).map { $0 % 2 == 1 } ?? false }
