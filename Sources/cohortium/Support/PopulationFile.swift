import CohortPlan
import Diagnostics
import Foundation

/// `population.ndjson`: one patient record a line.
enum PopulationFile {
    static func read(folder: String) throws(CommandFailure) -> [PatientRecord] {
        let path = URL(fileURLWithPath: folder).appendingPathComponent("population.ndjson").path
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(Diagnostic("U0002", "`\(path)` cannot be read", help: "name a folder that `cohortium synth` wrote"))
        }
        let decoder = JSONDecoder()
        var patients: [PatientRecord] = []
        for (number, line) in data.split(separator: UInt8(ascii: "\n")).enumerated() {
            do {
                patients.append(try decoder.decode(PatientRecord.self, from: line))
            } catch {
                throw CommandFailure(
                    Diagnostic(
                        "U0003", "line \(number + 1) of `\(path)` is not a patient record",
                        help: "write the population again with `cohortium synth`"))
            }
        }
        return patients
    }
}
