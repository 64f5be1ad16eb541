import ArgumentParser
import Diagnostics
import Foundation

/// Where words go: data to standard output, everything else to standard error; colour for terminals alone.
struct Console: Sendable {
    /// Whether standard error is a terminal that takes colour (https://no-color.org).
    let errorColour: Bool
    /// Whether standard output is.
    let outputColour: Bool

    init() {
        let wanted = ProcessInfo.processInfo.environment["NO_COLOR"] == nil && ProcessInfo.processInfo.environment["TERM"] != "dumb"
        errorColour = wanted && isatty(STDERR_FILENO) == 1
        outputColour = wanted && isatty(STDOUT_FILENO) == 1
    }

    /// Data: what a pipe wants. With nowhere to put it, the program ends: half of the data must not look like all of it.
    func output(_ text: String) { write(Data((text + "\n").utf8)) }

    /// Data, to the byte.
    func write(_ data: Data) {
        do {
            try FileHandle.standardOutput.write(contentsOf: data)
        } catch {
            report([
                Diagnostic(
                    "U0010", "standard output cannot be written", help: "check the space on the disk", notes: [error.localizedDescription])
            ])
            exit(ExitCodes.unavailable.rawValue)
        }
    }

    /// Words to the person. Nobody is left to be told when they cannot be written.
    func tell(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8)) }

    /// A line that the next one replaces, on a terminal; nothing in a log.
    func progress(_ text: String) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K\(text)".utf8))
    }

    /// Takes a progress line away.
    func endProgress() {
        guard isatty(STDERR_FILENO) == 1 else { return }
        try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K".utf8))
    }

    func report(_ diagnostics: [Diagnostic], in source: SourceText? = nil) {
        tell(DiagnosticRenderer(colour: errorColour).render(diagnostics, in: source).trimmingCharacters(in: .newlines))
    }

    func bold(_ text: String) -> String { outputColour ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
    func dim(_ text: String) -> String { outputColour ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
    func green(_ text: String) -> String { outputColour ? "\u{1B}[32m\(text)\u{1B}[0m" : text }
    func yellow(_ text: String) -> String { outputColour ? "\u{1B}[33m\(text)\u{1B}[0m" : text }
    func red(_ text: String) -> String { outputColour ? "\u{1B}[31m\(text)\u{1B}[0m" : text }
}
