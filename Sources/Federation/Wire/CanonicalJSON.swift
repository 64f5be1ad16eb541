public import Diagnostics
import Foundation

/// JSON as hub and nodes write it: members sorted by name, no white space, times in ISO 8601 to the second (UTC).
///
/// What was signed is verified as the bytes that came, so that no second writer has to agree on this form.
public enum CanonicalJSON {
    /// - Throws: `F0201` when the value holds what JSON cannot say, as a number that is not finite.
    public static func encode(_ value: some Encodable) throws(Diagnostic) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw Diagnostic("F0201", "a message could not be written as JSON", notes: ["\(error)"])
        }
    }

    /// - Throws: `F0202` with the place that is wrong.
    public static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws(Diagnostic) -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            return try decoder.decode(type, from: Data(bytes))
        } catch let error as Diagnostic {
            throw error
        } catch {
            throw Diagnostic(
                "F0202", "a message has not the form that was agreed", help: "let hub and nodes run the same version",
                notes: [DecodingReason.words(error)])
        }
    }
}
