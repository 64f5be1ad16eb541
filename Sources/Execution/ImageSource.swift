/// Something that holds the images themselves: a folder, a PACS.
public protocol ImageSource: Sendable {
    /// Puts the files of one series into a folder, which exists.
    /// - Returns: how many files; none when the series is not held here.
    /// - Throws: ``SourceFailure`` when it is held but cannot be had.
    func stage(_ series: SelectedSeries, into folder: String) async throws(SourceFailure) -> Int
}
