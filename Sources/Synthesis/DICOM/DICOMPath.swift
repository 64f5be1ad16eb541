/// Where a DICOM file lies below a node's folder.
enum DICOMPath {
    /// The folder of a series.
    static func series(person: String, study: String, series: String) -> String { "dicom/\(person)/\(study)/\(series)" }
}
