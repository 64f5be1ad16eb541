import DICOMFile

extension DICOMDataSet {
    /// Sets text by group and element (`0x0010_0020`); nil leaves the attribute out, an empty text makes it present and empty.
    mutating func set(_ tag: UInt32, _ representation: String, _ text: String?) {
        if let text { set(DICOMTag(tag), representation, text) }
    }

    /// Sets an unsigned 16-bit number.
    mutating func set(_ tag: UInt32, short: Int) { set(DICOMTag(tag), UInt16(clamping: short)) }
}
