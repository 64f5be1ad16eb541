public import CohortPlan
public import Diagnostics
public import Foundation
import GRDB
public import Hyperontology

/// Writes patients as an OMOP CDM 5.4 database with the medical imaging extension, in SQLite.
///
/// Identifiers and keys become primary keys, so both must be whole numbers. Radiotherapy is a procedure; all observations are
/// measurements; a study is its series in `image_occurrence`; every day with a record is an outpatient visit, unless visits are taken as
/// they are recorded.
/// What OMOP has no place for (contrast, slice thickness and the like) is left out.
public struct OMOPWriter {
    private let hyperontology: Hyperontology

    private let makesVisits: Bool

    /// - Parameter makesVisits: whether each day of a patient is made a visit; else only the visits that events name are written.
    public init(hyperontology: Hyperontology, makesVisits: Bool = true) {
        self.hyperontology = hyperontology
        self.makesVisits = makesVisits
    }

    /// Writes a new database.
    /// - Parameter file: replaced where it exists.
    /// - Throws: `U0304` where it cannot be written, `U0305` for an identifier or key that is no whole number.
    public func write(_ patients: some Sequence<PatientRecord>, to file: URL) throws(Diagnostic) -> WriterReport {
        do {
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            if FileManager.default.fileExists(atPath: file.path) { try FileManager.default.removeItem(at: file) }
            let queue = try DatabaseQueue(path: file.path, configuration: Self.configuration)
            let report = try queue.write { database in
                try database.execute(sql: OMOPDataDefinition.tables)
                var rows = try OMOPRows(database, hyperontology, makesVisits: makesVisits)
                for patient in patients { try rows.add(patient) }
                let report = try rows.finish()
                try database.execute(sql: OMOPDataDefinition.indices)
                return report
            }
            try queue.close()
            return report
        } catch let diagnostic as Diagnostic {
            throw diagnostic
        } catch {
            throw .cannotWrite(file.path, error)
        }
    }

    /// The file is new and worthless until it is whole, so nothing is kept to undo; references are checked by the tests instead of row by row.
    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
        }
        return configuration
    }
}
