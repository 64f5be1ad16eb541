/// The stored pixel values of an uncompressed greyscale image, and how to turn them into what they mean.
public struct DICOMPixels: Hashable, Sendable {
    /// Stored values, all frames, row by row (PS3.3 section C.7.6.3).
    public let values: [Int32]
    /// A value means `slope · value + intercept` (PS3.3 section C.11.1.1.2).
    public let slope: Double
    public let intercept: Double

    /// - Throws: ``DICOMFormatError`` when the file holds no pixels that can be read here.
    public init(_ file: DICOMFile) throws(DICOMFormatError) {
        guard [DICOMFile.explicitLittleEndian, DICOMFile.implicitLittleEndian].contains(file.transferSyntax) else {
            throw .unsupportedTransferSyntax(file.transferSyntax)
        }
        let dataSet = file.dataSet
        guard case .bytes(let bytes) = dataSet[.pixelData]?.value else { throw .missing(.pixelData) }
        guard let rows = dataSet.integer(.rows), let columns = dataSet.integer(.columns), let allocated = dataSet.integer(.bitsAllocated)
        else {
            throw .missing(.rows)
        }
        guard dataSet.integer(.samplesPerPixel) ?? 1 == 1 else { throw .unsupportedPixels("more than one sample a pixel") }
        guard allocated == 8 || allocated == 16 else { throw .unsupportedPixels("\(allocated) bits a pixel") }
        let stored = dataSet.integer(.bitsStored) ?? allocated
        guard (1...allocated).contains(stored) else { throw .unsupportedPixels("\(stored) bits stored") }
        // Bounded before it is multiplied: the number of frames is text, and can say anything.
        let frames = min(max(1, dataSet.integer(.numberOfFrames) ?? 1), bytes.count)
        let count = rows * columns * frames
        let width = allocated / 8
        guard count > 0, count <= bytes.count / width else { throw .unsupportedPixels("fewer bytes than rows and columns say") }
        let isSigned = dataSet.integer(.pixelRepresentation) == 1
        let mask = UInt32(1) << UInt32(stored) - 1
        let sign = UInt32(1) << UInt32(stored - 1)
        values = (0..<count).map { index in
            let raw = width == 1 ? UInt32(bytes[index]) : UInt32(bytes[2 * index]) | UInt32(bytes[2 * index + 1]) << 8
            let value = raw & mask
            return isSigned && value & sign != 0 ? Int32(value) - Int32(mask) - 1 : Int32(value)
        }
        slope = dataSet.decimal(.rescaleSlope) ?? 1
        intercept = dataSet.decimal(.rescaleIntercept) ?? 0
    }
}
