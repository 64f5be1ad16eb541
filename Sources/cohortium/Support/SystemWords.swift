import Foundation

/// What the system says of a failed reading or writing, without the names of its libraries.
struct SystemWords {
    let lines: [String]

    init(_ error: any Error) {
        var cause = error as NSError
        while let deeper = cause.userInfo[NSUnderlyingErrorKey] as? NSError { cause = deeper }
        lines = cause.domain == NSPOSIXErrorDomain ? unsafe [String(cString: strerror(Int32(cause.code)))] : []
    }
}
