import CCurl
import Foundation

// The only file that touches libcurl. Source: curl_easy_setopt(3), curl_multi_perform(3), curl_multi_wakeup(3).

/// One request set up in an easy handle, and what has come back of its answer.
@safe final class CurlHandle {
    let number: Int
    fileprivate let easy: UnsafeMutableRawPointer
    private var headerLines: UnsafeMutablePointer<curl_slist>?
    private let message: UnsafeMutablePointer<CChar>
    private let request: HTTPRequest
    private var collector: AnswerCollector

    /// Nil when libcurl has no memory or refuses an option, or the file for the body cannot be written.
    init?(number: Int, request: HTTPRequest) {
        let file = request.destination.map { FileHandle(forWritingAtPath: $0) }
        if let file, file == nil { return nil }
        guard let easy = unsafe curl_easy_init() else { return nil }
        self.number = number
        unsafe self.easy = unsafe easy
        unsafe message = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        self.request = request
        collector = AnswerCollector(limit: max(0, request.maximumBodySize), file: file ?? nil)
        guard setMessage(request), setConnection(request), setTrust(request), installCallbacks() else { return nil }
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe curl_slist_free_all(headerLines)
        unsafe message.deallocate()
    }

    /// Method, URL, header lines and body.
    private func setMessage(_ request: HTTPRequest) -> Bool {
        for (name, value) in request.headers.fields {
            // libcurl's notation for a field without a value.
            append(headerLine: value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        // No waiting for `100 Continue`, and no invented type of the body.
        append(headerLine: "Expect:")
        if request.headers["Content-Type"] == nil { append(headerLine: "Content-Type:") }
        var isSet = set(CURLOPT_URL, request.url) && set(CURLOPT_USERAGENT, "Cohortium")
        if request.method == .head {
            isSet = isSet && set(CURLOPT_NOBODY, 1)
        } else if !request.body.isEmpty || [.post, .put, .patch].contains(request.method) {
            isSet = isSet && set(CURLOPT_POST, 1) && setBody(request.body) && set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        } else if request.method != .get {
            isSet = isSet && set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        }
        return unsafe isSet && cohortium_curl_set_pointer(easy, CURLOPT_HTTPHEADER, headerLines) == CURLE_OK
    }

    private func setConnection(_ request: HTTPRequest) -> Bool {
        var isSet =
            set(CURLOPT_PROTOCOLS_STR, "http,https") && set(CURLOPT_FOLLOWLOCATION, 0) && set(CURLOPT_NOSIGNAL, 1)
            && set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS) && set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
            && set(CURLOPT_TIMEOUT_MS, request.timeout.wholeMilliseconds)
            && set(CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.wholeMilliseconds)
            // A transfer that is given up does not wait for the look-up of its name, which would hold up all the others.
            && set(CURLOPT_QUICK_EXIT, 1)
        if let proxy = request.proxy { isSet = isSet && set(CURLOPT_PROXY, proxy) && set(CURLOPT_NOPROXY, "") }
        return isSet
    }

    /// The server's certificate and its name are always checked, by authorities of the system or of the request.
    private func setTrust(_ request: HTTPRequest) -> Bool {
        var isSet =
            set(CURLOPT_SSL_VERIFYPEER, 1) && set(CURLOPT_SSL_VERIFYHOST, 2) && set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let caFile = request.caFile {
            // Without a folder of authorities beside it, the file's alone count.
            isSet = unsafe isSet && set(CURLOPT_CAINFO, caFile) && cohortium_curl_set_pointer(easy, CURLOPT_CAPATH, nil) == CURLE_OK
        }
        if let certificate = request.clientCertificate {
            isSet = isSet && set(CURLOPT_SSLCERT, certificate.certificateFile) && set(CURLOPT_SSLKEY, certificate.privateKeyFile)
            if let password = certificate.password { isSet = isSet && set(CURLOPT_KEYPASSWD, password) }
        }
        return isSet
    }

    /// INVARIANT: the pointer that libcurl holds is valid as long as the easy handle, which this object frees.
    private func installCallbacks() -> Bool {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe cohortium_curl_set_write(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
            let handle = unsafe Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
            unsafe handle.collector.receive(headerLine: UnsafeRawBufferPointer(start: bytes, count: size * count))
            return size * count
        }
        unsafe cohortium_curl_set_write(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
            let handle = unsafe Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
            // Anything but the size makes libcurl stop.
            return unsafe handle.collector.receive(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
        }
        return unsafe cohortium_curl_set_pointer(easy, CURLOPT_HEADERDATA, context) == CURLE_OK
            && cohortium_curl_set_pointer(easy, CURLOPT_WRITEDATA, context) == CURLE_OK
            && cohortium_curl_set_pointer(easy, CURLOPT_PRIVATE, context) == CURLE_OK
            && cohortium_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, message) == CURLE_OK
            && cohortium_curl_set_offset(easy, CURLOPT_MAXFILESIZE_LARGE, max(0, request.maximumBodySize)) == CURLE_OK
    }

    private func append(headerLine: String) { unsafe headerLines = unsafe curl_slist_append(headerLines, headerLine) }

    private func set(_ option: CURLoption, _ value: Int) -> Bool { unsafe cohortium_curl_set_long(easy, option, value) == CURLE_OK }
    private func set(_ option: CURLoption, _ value: String) -> Bool { unsafe cohortium_curl_set_string(easy, option, value) == CURLE_OK }

    private func setBody(_ body: [UInt8]) -> Bool {
        guard unsafe cohortium_curl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, body.count) == CURLE_OK else { return false }
        var copy = body.isEmpty ? [0] : body
        return unsafe copy.withUnsafeMutableBytes { bytes in
            unsafe cohortium_curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress) == CURLE_OK
        }
    }

    // MARK: The end of a transfer

    fileprivate func result(_ code: CURLcode) -> Result<HTTPResponse, HTTPFailure> {
        switch code {
        case CURLE_OK: collector.answer(status: long(CURLINFO_RESPONSE_CODE))
        case CURLE_FILESIZE_EXCEEDED: .failure(.tooLarge(limit: request.maximumBodySize))
        case CURLE_WRITE_ERROR where collector.isUnwritable: .failure(.unusableFile(path: request.destination ?? ""))
        case CURLE_WRITE_ERROR where collector.isTooLarge: .failure(.tooLarge(limit: request.maximumBodySize))
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .failure(.invalidRequest(reason: text(of: code)))
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .failure(.couldNotResolve)
        case CURLE_COULDNT_CONNECT, CURLE_PROXY: .failure(.couldNotConnect)
        case CURLE_OPERATION_TIMEDOUT: .failure(.timedOut)
        case CURLE_SSL_CACERT_BADFILE: .failure(.unusableFile(path: request.caFile ?? ""))
        case CURLE_SSL_CERTPROBLEM: .failure(.unusableFile(path: request.clientCertificate?.certificateFile ?? ""))
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR: .failure(.certificateRejected(reason: text(of: code)))
        case _ where long(CURLINFO_HTTP_CONNECTCODE) >= 300:
            .failure(.other("the proxy refused with status \(long(CURLINFO_HTTP_CONNECTCODE))"))
        case CURLE_SSL_CONNECT_ERROR where text(of: code).contains("certificate"),
            CURLE_RECV_ERROR where text(of: code).contains("certificate"):
            // What OpenSSL says when the other side did not like ours.
            .failure(.certificateRejected(reason: text(of: code)))
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_HTTP2, CURLE_HTTP2_STREAM: .failure(.truncated)
        default: .failure(.other(text(of: code)))
        }
    }

    /// libcurl's own sentence where it left one, else the name of the error.
    private func text(of code: CURLcode) -> String {
        let detail = unsafe String(cString: message)
        return unsafe detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
    }

    private func long(_ info: CURLINFO) -> Int {
        var value = 0
        return unsafe cohortium_curl_get_long(easy, info, &value) == CURLE_OK ? value : 0
    }
}

/// Many transfers at once on one thread, with the connections that they leave open.
///
/// INVARIANT: all calls but ``wakeUp()`` come from one thread; libcurl allows that one from any. So sharing it is safe.
@safe final class CurlMulti: @unchecked Sendable {
    private let multi: UnsafeMutableRawPointer?

    init() {
        _ = CurlMulti.isStarted
        unsafe multi = curl_multi_init()
        // Connections kept open for later, over all servers.
        unsafe cohortium_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 32)
    }

    deinit { unsafe curl_multi_cleanup(multi) }

    /// Starts a transfer. The handle must be kept until it is finished or removed.
    func add(_ handle: CurlHandle) -> Bool { unsafe curl_multi_add_handle(multi, handle.easy) == CURLM_OK }

    /// Ends a transfer that is not finished.
    func remove(_ handle: CurlHandle) { unsafe curl_multi_remove_handle(multi, handle.easy) }

    /// Does what can be done without waiting, and gives the transfers that are finished by it.
    func work() -> [(handle: CurlHandle, result: Result<HTTPResponse, HTTPFailure>)] {
        var running: Int32 = 0
        unsafe curl_multi_perform(multi, &running)
        var finished: [(handle: CurlHandle, result: Result<HTTPResponse, HTTPFailure>)] = []
        var remaining: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &remaining) {
            // Reading the message's fields comes first: removing the handle ends its life.
            guard unsafe message.pointee.msg == CURLMSG_DONE, let easy = unsafe message.pointee.easy_handle else { continue }
            let code = unsafe message.pointee.data.result
            unsafe curl_multi_remove_handle(multi, easy)
            var context: UnsafeMutableRawPointer?
            guard unsafe cohortium_curl_get_pointer(easy, CURLINFO_PRIVATE, &context) == CURLE_OK, let context = unsafe context else {
                continue
            }
            let handle = unsafe Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
            finished.append((handle, handle.result(code)))
        }
        return finished
    }

    /// Waits until there is something to do, at most this long.
    func wait(milliseconds: Int32) { unsafe curl_multi_poll(multi, nil, 0, milliseconds, nil) }

    /// Ends the wait, now or the next one.
    func wakeUp() { unsafe curl_multi_wakeup(multi) }

    static var tlsLibrary: String {
        guard let version = unsafe curl_version_info(CURLVERSION_FIRST), let name = unsafe version.pointee.ssl_version else {
            return "none"
        }
        return unsafe String(cString: name)
    }

    /// Started once for the whole process, before the first handle.
    private static let isStarted: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}

extension Duration {
    /// At least one, because libcurl takes 0 for no limit.
    fileprivate var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        let bounded = min(max(seconds, 0), 1 << 31)
        return max(1, Int(bounded) * 1_000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}
