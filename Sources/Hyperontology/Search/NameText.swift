import Foundation

/// Names as search compares them: lower case, without accents, in words of letters and digits.
enum NameText {
    /// The words of a name. Parts that a hyphen, slash or point joins count by themselves and together: `Ki-67` is `ki`, `67` and `ki67`.
    static func words(of name: String) -> [String] {
        var words: [String] = []
        for token in folded(name).split(whereSeparator: \.isWhitespace) {
            let parts = token.split { !isWordCharacter($0) }.map(String.init)
            words += parts
            if parts.count > 1 { words.append(parts.joined()) }
        }
        return words
    }

    /// The words that a reader sees, with one space between them: what must be equal for two names to be the same.
    static func plain(_ name: String) -> String {
        folded(name).split { !isWordCharacter($0) }.joined(separator: " ")
    }

    /// Lower case, without accents; letters that have no base letter in Unicode are written out (`ß`, `œ`, `ł`).
    static func folded(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        let base = text.folding(options: [.diacriticInsensitive, .caseInsensitive], locale: nil)
        var result = ""
        for character in base.lowercased() {
            switch character {
            case "ß": result += "ss"
            case "œ": result += "oe"
            case "æ": result += "ae"
            case "ø": result += "o"
            case "ł": result += "l"
            case "đ": result += "d"
            default: result.append(character)
            }
        }
        return result
    }

    private static func isWordCharacter(_ character: Character) -> Bool { character.isLetter || character.isNumber }
}
