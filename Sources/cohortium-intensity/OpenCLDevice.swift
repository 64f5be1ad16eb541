import Foundation

/// Sums on an OpenCL device. The library is opened at run time, so that the tool also starts where there is none.
///
/// Each work item adds up a stride of the values in 64-bit integers; the host adds the partial sums. Integers make the
/// result equal to the processor's, whatever the order of addition. Source: OpenCL 1.2 specification, sections 4 and 5.
@safe final class OpenCLDevice {
    let name: String
    private let library: OpenCLLibrary
    private let context: UnsafeMutableRawPointer
    private let queue: UnsafeMutableRawPointer
    private let program: UnsafeMutableRawPointer
    private let kernel: UnsafeMutableRawPointer
    private static let workItems = 4_096

    private static let source = """
        __kernel void add(__global const int *values, const ulong count, __global long *sums, __global ulong *squares) {
            size_t item = get_global_id(0);
            size_t stride = get_global_size(0);
            long sum = 0;
            ulong square = 0;
            for (ulong index = item; index < count; index += stride) {
                long value = values[index];
                sum += value;
                square += (ulong)(value * value);
            }
            sums[item] = sum;
            squares[item] = square;
        }
        """

    /// The first device of a kind; nil when OpenCL or such a device is missing.
    /// - Parameter anyKind: also processors, which is how the path is tested where there is no GPU.
    init?(anyKind: Bool) {
        guard let library = unsafe OpenCLLibrary(), let device = unsafe library.firstDevice(anyKind: anyKind),
            let context = unsafe library.makeContext(device), let queue = unsafe library.makeQueue(context, device),
            let program = unsafe library.makeProgram(context, OpenCLDevice.source), let kernel = unsafe library.makeKernel(program, "add")
        else { return nil }
        unsafe self.library = library
        unsafe self.context = context
        unsafe self.queue = queue
        unsafe self.program = program
        unsafe self.kernel = kernel
        self.name = unsafe library.name(of: device)
    }

    deinit {
        unsafe library.releaseKernel(kernel)
        unsafe library.releaseProgram(program)
        unsafe library.releaseQueue(queue)
        unsafe library.releaseContext(context)
    }

    /// The sums of the values; nil when the device reports an error.
    func sum(of values: [Int32]) -> IntensitySum? {
        guard !values.isEmpty else { return IntensitySum(of: values) }
        let items = OpenCLDevice.workItems
        var sums = [Int64](repeating: 0, count: items)
        var squares = [UInt64](repeating: 0, count: items)
        let succeeded = unsafe library.run(
            kernel: kernel, context: context, queue: queue, values: values, items: items, sums: &sums, squares: &squares)
        guard succeeded else { return nil }
        return IntensitySum(pixels: values.count, sum: sums.reduce(0, +), sumOfSquares: squares.reduce(0, &+))
    }
}
