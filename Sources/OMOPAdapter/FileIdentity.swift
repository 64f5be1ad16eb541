import Foundation

/// Which file a path leads to: the same path may lead to another file later.
struct FileIdentity: Hashable, Sendable {
    private let device: Int
    private let number: Int

    /// Nil where nothing is there.
    init?(_ path: String) {
        let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: resolved),
            let device = attributes[.systemNumber] as? NSNumber, let number = attributes[.systemFileNumber] as? NSNumber
        else { return nil }
        self.device = device.intValue
        self.number = number.intValue
    }
}
