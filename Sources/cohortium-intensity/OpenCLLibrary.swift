import Foundation

/// libOpenCL's functions, looked up by name. The only file that touches them.
@unsafe
struct OpenCLLibrary {
    typealias Handle = UnsafeMutableRawPointer
    private typealias GetPlatformIDs = @convention(c) (UInt32, UnsafeMutablePointer<Handle?>?, UnsafeMutablePointer<UInt32>?) -> Int32
    private typealias GetDeviceIDs =
        @convention(c) (Handle?, UInt64, UInt32, UnsafeMutablePointer<Handle?>?, UnsafeMutablePointer<UInt32>?) -> Int32
    private typealias GetDeviceInfo = @convention(c) (Handle?, UInt32, Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?) -> Int32
    private typealias CreateContext =
        @convention(c) (
            UnsafeRawPointer?, UInt32, UnsafePointer<Handle?>?, UnsafeRawPointer?, UnsafeRawPointer?, UnsafeMutablePointer<Int32>?
        )
        -> Handle?
    private typealias CreateQueue = @convention(c) (Handle?, Handle?, UInt64, UnsafeMutablePointer<Int32>?) -> Handle?
    private typealias CreateProgram =
        @convention(c) (Handle?, UInt32, UnsafeMutablePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int>?, UnsafeMutablePointer<Int32>?) ->
        Handle?
    private typealias BuildProgram =
        @convention(c) (Handle?, UInt32, UnsafeRawPointer?, UnsafePointer<CChar>?, UnsafeRawPointer?, UnsafeRawPointer?) -> Int32
    private typealias CreateKernel = @convention(c) (Handle?, UnsafePointer<CChar>?, UnsafeMutablePointer<Int32>?) -> Handle?
    private typealias CreateBuffer =
        @convention(c) (Handle?, UInt64, Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int32>?) -> Handle?
    private typealias SetArgument = @convention(c) (Handle?, UInt32, Int, UnsafeRawPointer?) -> Int32
    private typealias Enqueue =
        @convention(c) (
            Handle?, Handle?, UInt32, UnsafePointer<Int>?, UnsafePointer<Int>?, UnsafePointer<Int>?, UInt32, UnsafeRawPointer?,
            UnsafeRawPointer?
        ) -> Int32
    private typealias ReadBuffer =
        @convention(c) (Handle?, Handle?, UInt32, Int, Int, UnsafeMutableRawPointer?, UInt32, UnsafeRawPointer?, UnsafeRawPointer?) -> Int32
    private typealias Release = @convention(c) (Handle?) -> Int32

    private let getPlatformIDs: GetPlatformIDs
    private let getDeviceIDs: GetDeviceIDs
    private let getDeviceInfo: GetDeviceInfo
    private let createContext: CreateContext
    private let createQueue: CreateQueue
    private let createProgram: CreateProgram
    private let buildProgram: BuildProgram
    private let createKernel: CreateKernel
    private let createBuffer: CreateBuffer
    private let setArgument: SetArgument
    private let enqueue: Enqueue
    private let readBuffer: ReadBuffer
    private let releaseBuffer: Release
    private let kernelRelease: Release
    private let programRelease: Release
    private let queueRelease: Release
    private let contextRelease: Release

    init?() {
        guard let library = unsafe dlopen("libOpenCL.so.1", RTLD_NOW) else { return nil }
        func function<Signature>(_ name: String, as type: Signature.Type) -> Signature? {
            guard let symbol = unsafe dlsym(library, name) else { return nil }
            return unsafe unsafeBitCast(symbol, to: type)
        }
        guard let getPlatformIDs = unsafe function("clGetPlatformIDs", as: GetPlatformIDs.self),
            let getDeviceIDs = unsafe function("clGetDeviceIDs", as: GetDeviceIDs.self),
            let getDeviceInfo = unsafe function("clGetDeviceInfo", as: GetDeviceInfo.self),
            let createContext = unsafe function("clCreateContext", as: CreateContext.self),
            let createQueue = unsafe function("clCreateCommandQueue", as: CreateQueue.self),
            let createProgram = unsafe function("clCreateProgramWithSource", as: CreateProgram.self),
            let buildProgram = unsafe function("clBuildProgram", as: BuildProgram.self),
            let createKernel = unsafe function("clCreateKernel", as: CreateKernel.self),
            let createBuffer = unsafe function("clCreateBuffer", as: CreateBuffer.self),
            let setArgument = unsafe function("clSetKernelArg", as: SetArgument.self),
            let enqueue = unsafe function("clEnqueueNDRangeKernel", as: Enqueue.self),
            let readBuffer = unsafe function("clEnqueueReadBuffer", as: ReadBuffer.self),
            let releaseBuffer = unsafe function("clReleaseMemObject", as: Release.self),
            let kernelRelease = unsafe function("clReleaseKernel", as: Release.self),
            let programRelease = unsafe function("clReleaseProgram", as: Release.self),
            let queueRelease = unsafe function("clReleaseCommandQueue", as: Release.self),
            let contextRelease = unsafe function("clReleaseContext", as: Release.self)
        else { return nil }
        unsafe self.getPlatformIDs = getPlatformIDs
        unsafe self.getDeviceIDs = getDeviceIDs
        unsafe self.getDeviceInfo = getDeviceInfo
        unsafe self.createContext = createContext
        unsafe self.createQueue = createQueue
        unsafe self.createProgram = createProgram
        unsafe self.buildProgram = buildProgram
        unsafe self.createKernel = createKernel
        unsafe self.createBuffer = createBuffer
        unsafe self.setArgument = setArgument
        unsafe self.enqueue = enqueue
        unsafe self.readBuffer = readBuffer
        unsafe self.releaseBuffer = releaseBuffer
        unsafe self.kernelRelease = kernelRelease
        unsafe self.programRelease = programRelease
        unsafe self.queueRelease = queueRelease
        unsafe self.contextRelease = contextRelease
    }

    func firstDevice(anyKind: Bool) -> Handle? {
        var platformCount: UInt32 = 0
        guard unsafe getPlatformIDs(0, nil, &platformCount) == 0, platformCount > 0 else { return nil }
        var platforms = unsafe [Handle?](repeating: nil, count: Int(platformCount))
        guard unsafe getPlatformIDs(platformCount, &platforms, nil) == 0 else { return nil }
        // CL_DEVICE_TYPE_GPU is bit 2; CL_DEVICE_TYPE_ALL is all bits.
        let kind: UInt64 = anyKind ? 0xFFFF_FFFF : 1 << 2
        for index in 0..<Int(platformCount) {
            var device: Handle?
            if unsafe getDeviceIDs(platforms[index], kind, 1, &device, nil) == 0, let device = unsafe device { return unsafe device }
        }
        return nil
    }

    func name(of device: Handle) -> String {
        var characters = [CChar](repeating: 0, count: 256)
        // CL_DEVICE_NAME
        guard unsafe getDeviceInfo(device, 0x102B, characters.count - 1, &characters, nil) == 0 else { return "OpenCL device" }
        return String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func makeContext(_ device: Handle) -> Handle? {
        var status: Int32 = 0
        var devices: [Handle?] = unsafe [device]
        return unsafe createContext(nil, 1, &devices, nil, nil, &status)
    }

    func makeQueue(_ context: Handle, _ device: Handle) -> Handle? {
        var status: Int32 = 0
        return unsafe createQueue(context, device, 0, &status)
    }

    func makeProgram(_ context: Handle, _ source: String) -> Handle? {
        var status: Int32 = 0
        let program = unsafe source.withCString { text -> Handle? in
            var lines: UnsafePointer<CChar>? = unsafe text
            return unsafe createProgram(context, 1, &lines, nil, &status)
        }
        guard let program = unsafe program else { return nil }
        guard unsafe buildProgram(program, 0, nil, nil, nil, nil) == 0 else {
            unsafe releaseProgram(program)
            return nil
        }
        return unsafe program
    }

    func makeKernel(_ program: Handle, _ name: String) -> Handle? {
        var status: Int32 = 0
        return unsafe createKernel(program, name, &status)
    }

    /// Copies the values to the device, runs the kernel and reads the partial sums back.
    func run(
        kernel: Handle, context: Handle, queue: Handle, values: [Int32], items: Int, sums: inout [Int64], squares: inout [UInt64]
    ) -> Bool {
        var status: Int32 = 0
        // CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR; the flag promises that the host's memory is only read.
        let input = unsafe values.withUnsafeBytes { bytes in
            unsafe createBuffer(context, 1 << 2 | 1 << 5, bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), &status)
        }
        guard status == 0, var inputBuffer = unsafe input else { return false }
        defer { _ = unsafe releaseBuffer(inputBuffer) }
        // CL_MEM_WRITE_ONLY
        guard var sumBuffer = unsafe createBuffer(context, 1 << 1, items * 8, nil, &status) else { return false }
        defer { _ = unsafe releaseBuffer(sumBuffer) }
        guard var squareBuffer = unsafe createBuffer(context, 1 << 1, items * 8, nil, &status) else { return false }
        defer { _ = unsafe releaseBuffer(squareBuffer) }
        var count = UInt64(values.count)
        let handleSize = unsafe MemoryLayout<Handle>.size
        guard unsafe setArgument(kernel, 0, handleSize, &inputBuffer) == 0, unsafe setArgument(kernel, 1, 8, &count) == 0,
            unsafe setArgument(kernel, 2, handleSize, &sumBuffer) == 0, unsafe setArgument(kernel, 3, handleSize, &squareBuffer) == 0
        else { return false }
        var globalSize = items
        guard unsafe enqueue(queue, kernel, 1, nil, &globalSize, nil, 0, nil, nil) == 0 else { return false }
        // A blocking read waits for the kernel: the queue is in order.
        return unsafe readBuffer(queue, sumBuffer, 1, 0, items * 8, &sums, 0, nil, nil) == 0
            && readBuffer(queue, squareBuffer, 1, 0, items * 8, &squares, 0, nil, nil) == 0
    }

    func releaseKernel(_ kernel: Handle) { _ = unsafe kernelRelease(kernel) }
    func releaseProgram(_ program: Handle) { _ = unsafe programRelease(program) }
    func releaseQueue(_ queue: Handle) { _ = unsafe queueRelease(queue) }
    func releaseContext(_ context: Handle) { _ = unsafe contextRelease(context) }
}
