public import Diagnostics
import Disclosure
import Foundation
import Yams

extension HubConfiguration {
    /// Reads a configuration file. Relative paths are relative to it; a key that is not known is an error, never ignored.
    /// - Throws: the `F05…` diagnostics about it.
    public static func read(_ path: String) throws(DiagnosticList) -> HubConfiguration {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw DiagnosticList([Diagnostic("F0501", "the configuration `\(path)` cannot be read", help: "name another with `--config`")])
        }
        let file: File
        do {
            file = try YAMLDecoder().decode(File.self, from: String(decoding: data, as: UTF8.self))
        } catch {
            throw DiagnosticList([
                Diagnostic(
                    "F0502", "`\(path)` is not a hub's configuration: \(DecodingReason.words(error))",
                    help: "compare it with the example in the README")
            ])
        }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        let configuration = file.configuration { URL(fileURLWithPath: $0, relativeTo: folder).standardizedFileURL.path }
        let diagnostics = configuration.check(path)
        if diagnostics.containsErrors { throw DiagnosticList(diagnostics) }
        return configuration
    }

    /// What is wrong with the values.
    func check(_ path: String) -> [Diagnostic] {
        var found: [Diagnostic] = []
        func report(_ code: DiagnosticCode, _ message: String, _ help: String) {
            found.append(Diagnostic(code, "\(message) in `\(path)`", help: help))
        }
        if listeners.isEmpty { report("F0503", "there is no address to listen on", "add one under `listen`") }
        for listener in listeners where listener.tls == nil && !listener.isLoopback {
            report("F0504", "`\(listener.url)` would speak to a network without TLS", "give it `tls`, or the address 127.0.0.1")
        }
        for listener in listeners where !(0...65_535).contains(listener.port) {
            report("F0505", "\(listener.port) is no port", "use one from 1 to 65535")
        }
        for (name, value, range) in [
            ("threshold", threshold, DisclosurePolicy.lowestThreshold...10_000), ("rounding", roundingBase, 1...1_000),
            ("heartbeatSeconds", heartbeatSeconds, 1...3_600), ("leaseSeconds", leaseSeconds, 1...86_400),
            ("deadlineSeconds", deadlineSeconds, 1...86_400),
        ] where !range.contains(value) {
            report("F0509", "`\(name)` is \(value)", "use a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return found
    }

    /// Whether a text can name a node: it stands in headers, file names and tables.
    static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-_.".utf8.contains(byte)
                }
            }
    }

}

/// The form of the file.
private struct File: Decodable {
    struct Listen: Decodable {
        let address: String
        let port: Int
        let tls: TLS?
        enum CodingKeys: String, CodingKey, CaseIterable { case address, port, tls }

        init(from decoder: any Decoder) throws {
            let container = try decoder.strictContainer(keyedBy: CodingKeys.self)
            address = try container.decode(String.self, forKey: .address)
            port = try container.decode(Int.self, forKey: .port)
            tls = try container.decodeIfPresent(TLS.self, forKey: .tls)
        }
    }

    struct TLS: Decodable {
        let certificate: String
        let key: String
        enum CodingKeys: String, CodingKey, CaseIterable { case certificate, key }

        init(from decoder: any Decoder) throws {
            let container = try decoder.strictContainer(keyedBy: CodingKeys.self)
            certificate = try container.decode(String.self, forKey: .certificate)
            key = try container.decode(String.self, forKey: .key)
        }
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case listen, store, ontologies, datasets, signingKey, threshold, rounding, heartbeatSeconds, leaseSeconds, deadlineSeconds
    }

    let listen: [Listen]
    let store: String
    let ontologies: String?
    let datasets: String?
    let signingKey: String
    let numbers: [CodingKeys: Int]

    init(from decoder: any Decoder) throws {
        let container = try decoder.strictContainer(keyedBy: CodingKeys.self)
        listen = try container.decode([Listen].self, forKey: .listen)
        store = try container.decode(String.self, forKey: .store)
        ontologies = try container.decodeIfPresent(String.self, forKey: .ontologies)
        datasets = try container.decodeIfPresent(String.self, forKey: .datasets)
        signingKey = try container.decode(String.self, forKey: .signingKey)
        var numbers: [CodingKeys: Int] = [:]
        for key in [CodingKeys.threshold, .rounding, .heartbeatSeconds, .leaseSeconds, .deadlineSeconds] {
            numbers[key] = try container.decodeIfPresent(Int.self, forKey: key)
        }
        self.numbers = numbers
    }

    func configuration(_ absolute: (String) -> String) -> HubConfiguration {
        var configuration = HubConfiguration(
            listeners: listen.map { entry in
                let tls = entry.tls.map { HubConfiguration.TLSFiles(certificate: absolute($0.certificate), key: absolute($0.key)) }
                return HubConfiguration.Listener(address: entry.address, port: entry.port, tls: tls)
            }, store: absolute(store), ontologies: ontologies.map(absolute), signingKey: absolute(signingKey))
        configuration.datasets = datasets.map(absolute)
        configuration.threshold = numbers[.threshold] ?? configuration.threshold
        configuration.roundingBase = numbers[.rounding] ?? configuration.roundingBase
        configuration.heartbeatSeconds = numbers[.heartbeatSeconds] ?? configuration.heartbeatSeconds
        configuration.leaseSeconds = numbers[.leaseSeconds] ?? configuration.leaseSeconds
        configuration.deadlineSeconds = numbers[.deadlineSeconds] ?? configuration.deadlineSeconds
        return configuration
    }
}

private struct AnyKey: CodingKey {
    let stringValue: String
    let intValue: Int? = nil

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension Decoder {
    /// The container, when it has no key but these.
    fileprivate func strictContainer<Key: CodingKey & CaseIterable>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        let known = Key.allCases.map(\.stringValue)
        for key in try container(keyedBy: AnyKey.self).allKeys.map(\.stringValue) where !known.contains(key) {
            let hint = nearest(to: key, among: known).map { "; did you mean `\($0)`?" } ?? ""
            throw DiagnosticList([Diagnostic("F0502", "the key `\(key)` is not known\(hint)")])
        }
        return try container(keyedBy: type)
    }
}
