public import CohortPlan
public import Diagnostics
public import Foundation
public import Hyperontology

/// Writes patients as FHIR R4 (4.0.1) bulk data: one NDJSON file a resource type, in the form of the Bulk Data Access export.
///
/// Identifiers and keys become logical ids. Drugs are MedicationAdministrations. What ImagingStudy has no place for
/// (contrast, slice thickness and the like) is left out.
public struct FHIRWriter {
    private let hyperontology: Hyperontology

    public init(hyperontology: Hyperontology) { self.hyperontology = hyperontology }

    /// Writes `Patient.ndjson`, `Condition.ndjson` and so on into a folder.
    /// - Throws: `U0304` where a file cannot be written.
    public func write(_ patients: some Sequence<PatientRecord>, to folder: URL) throws(Diagnostic) -> WriterReport {
        func file(_ type: String) throws(Diagnostic) -> LineFile { try LineFile(folder.appending(path: "\(type).ndjson")) }
        var patientFile = try file("Patient")
        var conditions = try file("Condition")
        var observations = try file("Observation")
        var administrations = try file("MedicationAdministration")
        var procedures = try file("Procedure")
        var studies = try file("ImagingStudy")
        var resources = FHIRResources(hyperontology)
        for patient in patients {
            try patientFile.append(resources.patient(patient))
            for event in patient.events {
                switch event.kind {
                case .diagnosis: try conditions.append(resources.condition(event, of: patient.id))
                case .observation: try observations.append(resources.observation(event, of: patient.id))
                case .medication: try administrations.append(resources.administration(event, of: patient.id))
                case .procedure, .radiotherapy: try procedures.append(resources.procedure(event, of: patient.id))
                case .imagingStudy: try studies.append(resources.imagingStudy(event, of: patient.id))
                case .imagingSeries: resources.report.omit("series outside of a study")
                case .visit, .specimen, .observationPeriod, .record: resources.report.omit("visits, specimens and observation periods")
                // Stands in the patient.
                case .death: continue
                }
            }
        }
        try patientFile.close()
        try conditions.close()
        try observations.close()
        try administrations.close()
        try procedures.close()
        try studies.close()
        return resources.finish()
    }
}
