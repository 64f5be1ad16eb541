import Foundation

/// The parser that `COHORTIUM_FUZZ_TARGET` names, as libFuzzer calls it: once for each input.
///
/// What must never happen stops the program: a crash, a trap, more time or memory than libFuzzer allows, or a ``FuzzTarget`` that says
/// that an input was not treated as it should be.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = unsafe bytes.map { unsafe Array(UnsafeBufferPointer(start: $0, count: count)) } ?? []
    if let complaint = FuzzTarget.chosen.complaint(about: input) {
        FileHandle.standardError.write(Data("\(FuzzTarget.chosen.rawValue): \(complaint)\n".utf8))
        abort()
    }
    return 0
}
