import Yams

/// The settings of a YAML text, as policies and configurations of nodes are written.
///
/// Yams ends the program where a mapping has a key that is no word, and has types of its own for some tags. Settings need neither, so that
/// both are looked for before anything is made of the text.
package enum SettingsFile {
    /// - Returns: nil where the text is something else than settings by name.
    /// - Throws: what Yams says of a text that is not YAML.
    package static func entries(of text: String) throws -> [String: Any]? {
        guard let node = try Yams.compose(yaml: text), isPlain(node) else { return nil }
        return try Yams.load(yaml: text) as? [String: Any]
    }

    /// Whether it is made of words, numbers, lists and settings by name alone.
    private static func isPlain(_ node: Node) -> Bool {
        guard tags.contains(node.tag.rawValue) else { return false }
        switch node {
        case .scalar: return true
        case .sequence(let members): return members.allSatisfy(isPlain)
        case .mapping(let members): return members.allSatisfy { $0.key.scalar != nil && isPlain($0.key) && isPlain($0.value) }
        // Left where an anchor is not there.
        case .alias: return false
        }
    }

    private static let tags = Set(
        [Tag.Name.str, .int, .float, .bool, .null, .timestamp, .seq, .map, .merge].map(\.rawValue))
}
