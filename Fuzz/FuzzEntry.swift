import Foundation

/// Runs the parser that `COHORTIUM_FUZZ_TARGET` names under libFuzzer, with libFuzzer's own options.
///
/// What must never happen stops the program: a crash, a trap, more time or memory than libFuzzer allows, or a ``FuzzTarget`` that says
/// that an input was not treated as it should be.
@main struct FuzzEntry {
    static func main() {
        _ = FuzzTarget.chosen
        // libFuzzer takes its own options out of them.
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
        exit(unsafe runDriver(&count, &arguments, fuzzOneInput))
    }
}

/// One input. It has the name that libFuzzer's own `main`, which is linked and not used, looks for.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = unsafe bytes.map { unsafe Array(UnsafeBufferPointer(start: $0, count: count)) } ?? []
    guard let complaint = FuzzTarget.chosen.complaint(about: input) else { return 0 }
    FileHandle.standardError.write(Data("\(FuzzTarget.chosen.rawValue): \(complaint)\n".utf8))
    abort()
}

/// libFuzzer's loop (`FuzzerInterface.h` of LLVM), which a C header of the toolchain declares and no module.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
