/// Relative references of RFC 3986, section 5, without normalisation.
enum IRIReference {
    static func isAbsolute(_ text: String) -> Bool { Parts(text).scheme != nil }

    /// The reference resolved against an absolute base (RFC 3986, section 5.2.2).
    static func resolve(_ reference: String, against base: String) -> String {
        let relative = Parts(reference)
        if relative.scheme != nil { return reference }
        var result = Parts(base)
        result.fragment = relative.fragment
        if relative.authority != nil {
            result.authority = relative.authority
            result.path = withoutDots(relative.path)
            result.query = relative.query
        } else if relative.path.isEmpty {
            result.query = relative.query ?? result.query
        } else {
            result.path = withoutDots(relative.path.hasPrefix("/") ? relative.path : merged(relative.path, result))
            result.query = relative.query
        }
        return result.text
    }

    private static func merged(_ path: String, _ base: Parts) -> String {
        if base.authority != nil, base.path.isEmpty { return "/" + path }
        guard let slash = base.path.lastIndex(of: "/") else { return path }
        return base.path[...slash] + path
    }

    /// RFC 3986, section 5.2.4.
    private static func withoutDots(_ path: String) -> String {
        var output: [Substring] = []
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        for (index, segment) in segments.enumerated() {
            let isLast = index == segments.count - 1
            switch segment {
            case ".":
                if isLast { output.append("") }
            case "..":
                if output.count > 1 || (output.count == 1 && output[0] != "") { output.removeLast() }
                if isLast { output.append("") }
            default: output.append(segment)
            }
        }
        return output.joined(separator: "/")
    }

    private struct Parts {
        var scheme: Substring?
        var authority: Substring?
        var path: String
        var query: Substring?
        var fragment: Substring?

        /// RFC 3986, appendix B.
        init(_ text: String) {
            var rest = Substring(text)
            if let mark = rest.firstIndex(of: "#") {
                fragment = rest[rest.index(after: mark)...]
                rest = rest[..<mark]
            }
            if let mark = rest.firstIndex(of: "?") {
                query = rest[rest.index(after: mark)...]
                rest = rest[..<mark]
            }
            if let colon = rest.firstIndex(of: ":"), Self.isScheme(rest[..<colon]) {
                scheme = rest[..<colon]
                rest = rest[rest.index(after: colon)...]
            }
            if rest.hasPrefix("//") {
                rest = rest.dropFirst(2)
                let end = rest.firstIndex(of: "/") ?? rest.endIndex
                authority = rest[..<end]
                rest = rest[end...]
            }
            path = String(rest)
        }

        private static func isScheme(_ text: Substring) -> Bool {
            guard let first = text.first, first.isASCII, first.isLetter else { return false }
            return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
        }

        var text: String {
            var text = scheme.map { $0 + ":" } ?? ""
            if let authority { text += "//" + authority }
            text += path
            if let query { text += "?" + query }
            if let fragment { text += "#" + fragment }
            return text
        }
    }
}
