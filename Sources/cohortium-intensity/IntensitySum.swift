/// Exact sums over stored pixel values; rescaling is applied to the sums afterwards.
struct IntensitySum: Equatable {
    var pixels: Int = 0
    var sum: Int64 = 0
    var sumOfSquares: UInt64 = 0

    /// On the processor, in the plainest way.
    init(of values: [Int32]) {
        for value in values {
            sum += Int64(value)
            sumOfSquares &+= UInt64(value.magnitude) * UInt64(value.magnitude)
        }
        pixels = values.count
    }

    init(pixels: Int, sum: Int64, sumOfSquares: UInt64) {
        self.pixels = pixels
        self.sum = sum
        self.sumOfSquares = sumOfSquares
    }

    /// The sums of `slope · value + intercept` (DICOM PS3.3 C.11.1.1.2).
    func rescaled(slope: Double, intercept: Double) -> (sum: Double, sumOfSquares: Double) {
        let count = Double(pixels)
        let plain = Double(sum)
        let squares = Double(sumOfSquares)
        return (slope * plain + intercept * count, slope * slope * squares + 2 * slope * intercept * plain + intercept * intercept * count)
    }
}
