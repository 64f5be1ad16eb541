import HTTPClient

// The server's library has types of the same names.
typealias ClientRequest = HTTPRequest
typealias ClientResponse = HTTPResponse
typealias ClientMethod = HTTPMethod
typealias ClientHeaders = HTTPHeaders
