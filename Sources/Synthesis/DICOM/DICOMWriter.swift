public import CohortPlan
import DICOMFile
public import Diagnostics
public import Foundation
public import Hyperontology

/// Writes the images of patients as DICOM Part 10 files, `PATIENT/STUDY/SERIES/1.dcm`.
///
/// Headers are those of real images; pixels are a disc with noise. What DICOM has no place for (diagnoses, drugs, laboratory
/// values, death) is left out, and a patient without a study does not occur.
public struct DICOMWriter {
    private let hyperontology: Hyperontology
    private let instancesPerSeries: Int

    /// - Parameter instancesPerSeries: files a series, at least one.
    public init(hyperontology: Hyperontology, instancesPerSeries: Int = 1) {
        self.hyperontology = hyperontology
        self.instancesPerSeries = max(1, instancesPerSeries)
    }

    /// Writes one file an image below a folder.
    /// - Throws: `U0304` where a file cannot be written, `U0309` for an identifier or UID that cannot name a folder.
    public func write(_ patients: some Sequence<PatientRecord>, to folder: URL) throws(Diagnostic) -> WriterReport {
        try Self.makeFolder(folder)
        var header = DICOMHeader(hyperontology)
        for patient in patients {
            let studies = patient.events.filter { $0.kind == .imagingStudy }
            for (index, study) in studies.enumerated() {
                let attributes = header.study(study, of: patient, number: index + 1)
                try write(study, attributes, of: patient, below: folder, &header)
            }
            if !studies.isEmpty { header.report.count("patients") }
            header.report.count("studies", studies.count)
        }
        return header.finish()
    }

    private func write(
        _ study: RecordedEvent, _ attributes: DICOMDataSet, of patient: PatientRecord, below folder: URL, _ header: inout DICOMHeader
    ) throws(Diagnostic) {
        // What one device made of a patient on one day carries one maker's name.
        for (index, series) in study.series.enumerated() {
            let (shared, modality) = header.series(series, number: index + 1, in: attributes, device: study.key)
            let directory = folder.appending(path: try Self.path([patient.id, study.key, series.uid]))
            try Self.makeFolder(directory)
            for number in 1...instancesPerSeries {
                let image = header.instance(number, of: series, in: shared, modality)
                let file = directory.appending(path: "\(number).dcm")
                try QuickFile.write(DICOMFile(image).write(), to: file.path)
            }
            header.report.count("instances", instancesPerSeries)
        }
        header.report.count("series", study.series.count)
    }

    /// A path of names that are each one folder.
    private static func path(_ names: [String]) throws(Diagnostic) -> String {
        for name in names where name.isEmpty || name.utf8.count > 64 || name.hasPrefix(".") || name.contains("/") || name.contains("\\") {
            throw Diagnostic("U0309", "`\(name)` cannot name a folder of images", help: "use identifiers of letters, digits and points")
        }
        return names.joined(separator: "/")
    }

    private static func makeFolder(_ folder: URL) throws(Diagnostic) {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw .cannotWrite(folder.path, error)
        }
    }
}
