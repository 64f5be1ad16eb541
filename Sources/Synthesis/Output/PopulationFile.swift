public import CohortPlan
public import Diagnostics
public import Foundation

/// A population as text: one patient a line, each a ``PatientRecord`` in JSON (NDJSON), in the order of identifiers.
///
/// This is what the reference evaluator reads; the sources' models are written from the same records.
public enum PopulationFile {
    /// The file's name in the folder of a node or of the whole data set.
    public static let name = "population.ndjson"

    /// Writes a population.
    /// - Throws: `U0304` where the file cannot be written.
    public static func write(_ patients: some Sequence<PatientRecord>, to url: URL) throws(Diagnostic) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var file = try LineFile(url)
        for patient in patients {
            let line: Data
            do { line = try encoder.encode(patient) } catch { throw .cannotWrite(url.path, error) }
            try file.append(line)
        }
        try file.close()
    }

    /// Reads a population from a file, or from the file ``name`` of a folder.
    /// - Throws: `U0306` where there is none, `U0307` with the number of a line that is no patient.
    public static func read(_ url: URL) throws(Diagnostic) -> [PatientRecord] {
        let isFolder = (try? url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) ?? false
        let file = isFolder ? url.appending(path: name) : url
        guard let data = FileManager.default.contents(atPath: file.path) else {
            throw Diagnostic("U0306", "there is no population at `\(file.path)`", help: "make one with `cohortium synth --out DIR`")
        }
        let decoder = JSONDecoder()
        var patients: [PatientRecord] = []
        for (index, line) in data.split(separator: UInt8(ascii: "\n")).enumerated() {
            do {
                patients.append(try decoder.decode(PatientRecord.self, from: line))
            } catch {
                throw Diagnostic(
                    "U0307", "line \(index + 1) of `\(file.path)` is not a patient", help: "make the population anew with `cohortium synth`"
                )
            }
        }
        return patients
    }
}
