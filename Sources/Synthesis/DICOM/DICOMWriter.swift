public import CohortPlan
public import Diagnostics
public import Foundation
public import Hyperontology

public struct DICOMWriter {
    public init(hyperontology: Hyperontology, instancesPerSeries: Int = 1) {}
    public func write(_ patients: some Sequence<PatientRecord>, to folder: URL) throws(Diagnostic) -> WriterReport {
        WriterReport(model: "dicom")
    }
}
